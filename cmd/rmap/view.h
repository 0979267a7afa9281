/* SPDX-License-Identifier: GPL-2.0-only */
/* How snapshots are shown. */
#ifndef FOLIOSCOPE_RMAP_VIEW_H
#define FOLIOSCOPE_RMAP_VIEW_H

#include <stdio.h>
#include "../lib/run.h"
#include "column.h"
#include "snapshot.h"

/* All return 0, or -ENOMEM; write errors show when the output is flushed. */

/* An interval as a line of JSON. */
int rmap_json__interval(FILE *f, const struct rmap_snapshot *snap, struct when when);

struct rmap_table {
	unsigned int rows; /* at most, 0: all */
	enum rmap_column_id sort;
	bool reverse;
	unsigned int slow; /* so many of the slowest walks below it, 0: none */
};

/*
 * The beginning, an interval (whose rows get sorted) and the end for people; the end on @out,
 * which is not the output where that is for a program.
 */
int rmap_table__header(const struct run *run);
int rmap_table__interval(FILE *f, struct rmap_snapshot *snap, struct when when,
			 const struct rmap_table *conf);
int rmap_table__end(const struct run *run, FILE *out);

#endif
