// SPDX-License-Identifier: GPL-2.0-only
/* Pictures in a terminal. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "plot.h"
#include "../../bpf/hist.h"
#include "units.h"

#define LABEL 7 /* columns of a duration */
#define COUNT 7 /* of a number */

/* ------------------------------------------------------------- the axis */

/* Ranges of durations: 2^shift buckets each, from bucket first << shift on. */
struct axis {
	unsigned int shift;
	uint32_t first, n;
};

static bool bounds(const struct hist *const *hists, size_t n, uint32_t *low, uint32_t *high)
{
	*low = HIST_BUCKETS;
	*high = 0;
	for (size_t i = 0; i < n; i++) {
		const struct hist *h = hists[i];

		if (!h->len)
			continue;
		if (h->buckets[0].index < *low)
			*low = h->buckets[0].index;
		if (h->buckets[h->len - 1].index > *high)
			*high = h->buckets[h->len - 1].index;
	}
	return *low <= *high;
}

static bool axis_of(struct axis *axis, const struct hist *const *hists, size_t n)
{
	uint32_t low, high;

	if (!bounds(hists, n, &low, &high))
		return false;
	axis->shift = 0;
	while ((high >> axis->shift) - (low >> axis->shift) >= PLOT_ROWS)
		axis->shift++;
	axis->first = low >> axis->shift;
	axis->n = (high >> axis->shift) - axis->first + 1;
	return true;
}

/* Lower end of a range, ns. */
static uint64_t axis_lo(const struct axis *axis, uint32_t range)
{
	return hist__lo((axis->first + range) << axis->shift);
}

/* Adds a histogram to counts by range. */
static void axis_fill(const struct axis *axis, const struct hist *h, uint64_t *counts)
{
	for (size_t i = 0; i < h->len; i++)
		counts[(h->buckets[i].index >> axis->shift) - axis->first] += h->buckets[i].n;
}

static size_t at_least(size_t width)
{
	return width < PLOT_WIDTH_MIN ? PLOT_WIDTH_MIN : width;
}

/* ----------------------------------------------------------- histograms */

/* A bar in eighths of a column; what is not 0 shows. */
static void print_bar(FILE *f, uint64_t value, uint64_t max, size_t width, bool ascii, bool pad)
{
	static const char *const eighth[] = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };
	size_t steps = ascii ? 1 : 8;
	size_t length = max ? (long double)value / max * width * steps : 0;
	size_t used;

	if (length > width * steps)
		length = width * steps;
	if (value && !length)
		length = 1;
	for (size_t i = 0; i < length / steps; i++)
		fputs(ascii ? "#" : "█", f);
	fputs(eighth[length % steps], f);
	used = (length + steps - 1) / steps;
	if (pad)
		fprintf(f, "%*s", (int)(width - used), "");
}

void plot__histograms(FILE *f, const struct hist *const *hists, const char *const *titles,
		      unsigned int n, size_t width, bool ascii)
{
	uint64_t counts[PLOT_SERIES][PLOT_ROWS] = { { 0 } }, max[PLOT_SERIES] = { 0 };
	size_t bar = (at_least(width) - LABEL) / n - COUNT - 2;
	char buf[UNITS_LEN];
	struct axis axis;

	if (!axis_of(&axis, hists, n))
		return;
	for (unsigned int s = 0; s < n; s++) {
		axis_fill(&axis, hists[s], counts[s]);
		for (uint32_t r = 0; r < axis.n; r++)
			if (counts[s][r] > max[s])
				max[s] = counts[s][r];
	}
	if (n > 1) {
		fprintf(f, "%*s", LABEL, "");
		for (unsigned int s = 0; s < n; s++)
			fprintf(f, " %*s %.*s%*s", COUNT, "", (int)bar, titles[s],
				s + 1 < n && bar > strlen(titles[s]) ? (int)(bar - strlen(titles[s])) :
								       0,
				"");
		fputc('\n', f);
	}
	for (uint32_t r = 0; r < axis.n; r++) {
		fprintf(f, "%*s", LABEL, units__ns(buf, axis_lo(&axis, r)));
		for (unsigned int s = 0; s < n; s++) {
			bool last = s + 1 == n;

			fprintf(f, " %*s%s", COUNT, units__count(buf, counts[s][r]),
				last && !counts[s][r] ? "" : " ");
			print_bar(f, counts[s][r], max[s], bar, ascii, !last);
		}
		fputc('\n', f);
	}
}

/* -------------------------------------------------------------- a stack */

static const char *shade(size_t i, bool ascii, char letter[2])
{
	static const char *const shades[] = { "█", "░", "▓", "▒" };

	letter[0] = i < 26 ? 'a' + i : '+';
	letter[1] = 0;
	return ascii ? letter : shades[i % 4];
}

/* Parts of a recording may be anything. */
static uint64_t plus(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

void plot__stack(FILE *f, const struct plot_part *parts, size_t n, size_t width, bool ascii)
{
	size_t room = at_least(width), shown = 0;
	uint64_t whole = 0, before = 0, max = 0;
	char ns[UNITS_LEN], share[UNITS_LEN], letter[2];

	for (size_t i = 0; i < n; i++) {
		whole = plus(whole, parts[i].value);
		if (parts[i].value > max)
			max = parts[i].value;
	}
	if (!whole)
		return;
	/* Every part ends where all before it and itself end: rounding never adds up. */
	for (size_t i = 0; i < n; i++) {
		size_t until;

		before = plus(before, parts[i].value);
		until = roundl((long double)before / whole * room);
		for (; shown < until; shown++)
			fputs(shade(i, ascii, letter), f);
	}
	fputc('\n', f);
	for (size_t i = 0; i < n; i++) {
		if (!parts[i].value)
			continue;
		fprintf(f, "%s %-8.8s %7s %4s%% ", shade(i, ascii, letter), parts[i].name,
			units__ns(ns, parts[i].value), units__percent(share, parts[i].value, whole));
		print_bar(f, parts[i].value, max, room - 25, ascii, false);
		fputc('\n', f);
	}
}

/* ------------------------------------------------------------ heat map */

#define LEVELS	  4 /* besides nothing */
#define HEAT_WIDE 8 /* columns of a stretch of time, at most */

static const char *heat(unsigned int level, bool ascii)
{
	static const char *const blocks[] = { " ", "░", "▒", "▓", "█" };
	static const char *const chars[] = { " ", ".", "+", "*", "#" };

	return ascii ? chars[level] : blocks[level];
}

/* Smallest number of a level, 1 to LEVELS: they are evenly apart on a log scale. */
static uint64_t level_from(unsigned int level, uint64_t max)
{
	return ceill(powl(max, (level - 1) / (long double)LEVELS));
}

static unsigned int level_of(uint64_t n, uint64_t max)
{
	unsigned int level = n ? 1 : 0;

	while (level && level < LEVELS && n >= level_from(level + 1, max))
		level++;
	return level;
}

static void print_clock(FILE *f, double ts, int width)
{
	time_t t = ts;
	char text[16];
	struct tm tm;

	localtime_r(&t, &tm);
	strftime(text, sizeof(text), "%H:%M:%S", &tm);
	fprintf(f, "%*s", width, text);
}

static void print_legend(FILE *f, uint64_t max, double from, double to, size_t columns, bool ascii)
{
	unsigned int shown = 0;

	fprintf(f, "%*s", LABEL + 1, "");
	print_clock(f, from, 0);
	if (columns >= 2 * 8 + 1)
		print_clock(f, to, columns - 8);
	fprintf(f, "\n%*s", LABEL + 1, "");
	for (unsigned int l = 1; l <= LEVELS; l++) {
		char buf[UNITS_LEN];

		/* Levels that no number falls into are not told. */
		if (l < LEVELS && level_from(l, max) == level_from(l + 1, max))
			continue;
		fprintf(f, "%s%s %s+", shown++ ? " " : "", heat(l, ascii),
			units__count(buf, level_from(l, max)));
	}
	fputc('\n', f);
}

int plot__heatmap(FILE *f, const struct hist *columns, size_t n, double from, double to,
		  size_t width, bool ascii)
{
	size_t room = at_least(width) - LABEL - 1, per = (n + room - 1) / room;
	size_t shown = per ? (n + per - 1) / per : 0;
	size_t wide = shown ? room / shown : 0; /* few of them are drawn wide */
	const struct hist **hists = calloc(n ? n : 1, sizeof(*hists));
	uint64_t(*counts)[PLOT_ROWS] = calloc(shown ? shown : 1, sizeof(*counts));
	uint64_t max = 0;
	struct axis axis;
	int err = hists && counts ? 0 : -ENOMEM;

	if (wide > HEAT_WIDE)
		wide = HEAT_WIDE;
	for (size_t i = 0; i < n && !err; i++)
		hists[i] = &columns[i];
	if (err || !axis_of(&axis, hists, n))
		goto out;
	for (size_t i = 0; i < n; i++)
		axis_fill(&axis, &columns[i], counts[i / per]);
	for (size_t c = 0; c < shown; c++)
		for (uint32_t r = 0; r < axis.n; r++)
			if (counts[c][r] > max)
				max = counts[c][r];
	for (uint32_t r = axis.n; r--;) {
		size_t filled = shown; /* nothing is printed where only blanks follow */
		char buf[UNITS_LEN];

		while (filled && !counts[filled - 1][r])
			filled--;
		fprintf(f, "%*s%s", LABEL, units__ns(buf, axis_lo(&axis, r)), filled ? " " : "");
		for (size_t c = 0; c < filled * wide; c++)
			fputs(heat(level_of(counts[c / wide][r], max), ascii), f);
		fputc('\n', f);
	}
	print_legend(f, max, from, to, shown * wide, ascii);
out:
	free(hists);
	free(counts);
	return err;
}
