/* SPDX-License-Identifier: GPL-2.0-only */
/* How snapshots are shown. */
#ifndef FOLIOSCOPE_RMAP_VIEW_H
#define FOLIOSCOPE_RMAP_VIEW_H

#include <stdio.h>
#include "../lib/run.h"
#include "snapshot.h"

/* All return 0, or -ENOMEM; write errors show when the output is flushed. */

/* An interval as a line of JSON. */
int rmap_json__interval(FILE *f, const struct rmap_snapshot *snap, struct when when);

/* The beginning, an interval (of at most @rows rows, 0: all) and the end for people. */
int rmap_table__header(const struct run *run);
int rmap_table__interval(FILE *f, struct rmap_snapshot *snap, struct when when, unsigned int rows);
int rmap_table__end(const struct run *run);

#endif
