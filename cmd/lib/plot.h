/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pictures in a terminal: histograms, a stacked bar, a heat map.  All take a width in
 * columns (of at least PLOT_WIDTH_MIN; less is taken for that) and print no line that is
 * wider, and draw with Unicode blocks or, with @ascii, with ASCII.
 */
#ifndef FOLIOSCOPE_PLOT_H
#define FOLIOSCOPE_PLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "hist.h"

#define PLOT_WIDTH_MIN 40
#define PLOT_SERIES    2  /* histograms side by side */
#define PLOT_ROWS      24 /* lines of a histogram or heat map, at most */

/*
 * Histograms of durations (ns) over one axis: a line for each range with count and bar.
 * Ranges are as narrow as the number of lines allows.  Titles stand above when there
 * are several.  Nothing when all are empty.
 */
void plot__histograms(FILE *f, const struct hist *const *hists, const char *const *titles,
		      unsigned int n, size_t width, bool ascii);

/* A part of a whole. */
struct plot_part {
	const char *name; /* ASCII */
	uint64_t value;	  /* ns */
};

/* A bar whose parts are as long as their share, and below it what they are. */
void plot__stack(FILE *f, const struct plot_part *parts, size_t n, size_t width, bool ascii);

/*
 * Time from left to right, duration from bottom to top, the darker the more.  @columns:
 * @n stretches of time in order, beginning at @from and ending at @to (seconds since the
 * epoch); stretches are joined where there are more than columns.  0 or -ENOMEM.
 */
int plot__heatmap(FILE *f, const struct hist *columns, size_t n, double from, double to,
		  size_t width, bool ascii);

#endif
