/* SPDX-License-Identifier: GPL-2.0-only */
/* How a forest is shown. */
#ifndef FOLIOSCOPE_FOREST_VIEW_H
#define FOLIOSCOPE_FOREST_VIEW_H

#include <stdio.h>
#include "check.h"
#include "forest.h"
#include "summary.h"

/* When it was read: the time of its end, seconds since the epoch, and how long it took. */
struct forest_time {
	double ts, interval_s;
};

/* To microseconds, as they are printed. */
void forest_time__round(struct forest_time *time);

/*
 * What is shown of it, as an indented tree.  @width: columns of the terminal, 0: any.
 * 0 or -ENOMEM; so do all below.
 */
int view_text__tree(FILE *out, const struct forest *f, size_t width);

/* @rows: processes at most, 0: all. */
int view_text__summary(FILE *out, const struct forest *f, const struct slab *slab, size_t width,
		       size_t rows);

/* What is wrong, or that nothing is. */
int view_text__violations(FILE *out, const struct forest *f, const struct violations *v,
			  size_t width);

/* A snapshot line for each anon_vma, and a last one: summary and violations. */
int view_json__forest(FILE *out, const struct forest *f, const struct slab *slab,
		      const struct violations *v, struct forest_time time);

/* For Graphviz: each tree a table, a row for each anon_vma, columns for VMAs by process. */
int view_dot__forest(FILE *out, const struct forest *f);

#endif
