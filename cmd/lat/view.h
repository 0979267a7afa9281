/* SPDX-License-Identifier: GPL-2.0-only */
/* How intervals are shown to people. */
#ifndef FOLIOSCOPE_LAT_VIEW_H
#define FOLIOSCOPE_LAT_VIEW_H

#include <stdbool.h>
#include <stdio.h>
#include "../lib/replay.h"
#include "snapshot.h"

struct lat_view {
	FILE *f;
	size_t width;	   /* of a table, 0: any */
	size_t plot_width; /* of a picture */
	bool ascii;
	bool histogram, phases, compare; /* pictures asked for, besides the table */
	unsigned int rows;		 /* most rows of a table that is split, 0: all */
};

/* An interval; the rows get sorted.  0 or -ENOMEM. */
int lat_view__interval(const struct lat_view *view, struct lat_snapshot *snap, struct when when);

/* Time by latency: intervals are kept, and drawn at the end. */
struct lat_heat {
	struct hist *columns[LAT_OPS]; /* of each, by interval */
	size_t n, cap;
	double from, to; /* seconds since the epoch */
};

int lat_heat__add(struct lat_heat *heat, const struct lat_snapshot *snap, struct when when);
int lat_heat__print(const struct lat_heat *heat, const struct lat_view *view);
void lat_heat__free(struct lat_heat *heat);

/* All rows of an operation as one.  0 or -ENOMEM; *found: there was one. */
int lat_view__sum(const struct lat_snapshot *snap, unsigned int op, struct lat_row *sum, bool *found);
void lat_view__sum_free(struct lat_row *sum);

#endif
