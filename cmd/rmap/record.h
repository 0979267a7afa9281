/* SPDX-License-Identifier: GPL-2.0-only */
/* Recorded walks: what rmap_json__interval() printed. */
#ifndef FOLIOSCOPE_RMAP_RECORD_H
#define FOLIOSCOPE_RMAP_RECORD_H

#include <jansson.h>
#include "snapshot.h"

/* Adds an interval's rows to @snap and merges.  0, -EINVAL when it is none, -ENOMEM. */
int rmap_record__read(struct rmap_snapshot *snap, const json_t *line);

#endif
