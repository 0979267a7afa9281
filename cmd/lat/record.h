/* SPDX-License-Identifier: GPL-2.0-only */
/* Intervals as JSON: printed, and read back. */
#ifndef FOLIOSCOPE_LAT_RECORD_H
#define FOLIOSCOPE_LAT_RECORD_H

#include <jansson.h>
#include <stdio.h>
#include "../lib/replay.h"
#include "snapshot.h"

/* Prints one line.  0 or -ENOMEM. */
int lat_record__print(FILE *f, const struct lat_snapshot *snap, struct when when);

/*
 * Adds an interval to @snap; its split becomes that of the recording.  0, -EINVAL when
 * it is none, -ENOMEM.
 */
int lat_record__read(struct lat_snapshot *snap, const json_t *line);

#endif
