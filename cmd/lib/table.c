// SPDX-License-Identifier: GPL-2.0-only
/* Tables that fit the terminal. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "table.h"
#include "text.h"

#define GAP 1 /* columns between two cells */

struct table {
	const struct table_col *cols;
	unsigned int ncols;
	char **cells; /* row after row, clean */
	size_t len, cap;
	bool failed;	    /* a cell could not be stored */
	size_t *widths;	    /* of the columns, 0: left out */
	unsigned int limit; /* columns of a line, 0 for any */
};

struct table *table__new(const struct table_col *cols, unsigned int n)
{
	struct table *t = calloc(1, sizeof(*t));

	if (t) {
		t->cols = cols;
		t->ncols = n;
	}
	return t;
}

void table__cell(struct table *t, const char *text)
{
	char *copy;

	if (t->len == t->cap) {
		size_t cap = t->cap ? 2 * t->cap : 256;
		char **more = realloc(t->cells, cap * sizeof(*more));

		if (!more) {
			t->failed = true;
			return;
		}
		t->cells = more;
		t->cap = cap;
	}
	copy = text__dup(text);
	if (!copy) {
		t->failed = true;
		return;
	}
	t->cells[t->len++] = copy;
}

static size_t total_width(const size_t *width, unsigned int n, size_t gap)
{
	size_t sum = 0;

	for (unsigned int c = 0; c < n; c++)
		if (width[c])
			sum += width[c] + (sum ? gap : 0);
	return sum;
}

void table__drop(const struct table_col *cols, unsigned int n, size_t *width, size_t gap, size_t limit)
{
	while (total_width(width, n, gap) > limit) {
		unsigned int victim = n;

		for (unsigned int c = 0; c < n; c++)
			if (width[c] && cols[c].rank &&
			    (victim == n || cols[c].rank >= cols[victim].rank))
				victim = c;
		if (victim == n)
			return;
		width[victim] = 0;
	}
}

/* What is still too much is taken from the last text column, down to one column. */
static void cut_text(const struct table *t, size_t *width, unsigned int limit)
{
	size_t sum = total_width(width, t->ncols, GAP);

	for (unsigned int c = t->ncols; c-- && sum > limit;) {
		size_t over = sum - limit;

		if (!width[c] || !t->cols[c].left)
			continue;
		width[c] = width[c] > over ? width[c] - over : 1;
		sum = total_width(width, t->ncols, GAP);
	}
}

/* Prints one cell into @width columns; a last text cell gets no trailing blanks. */
static void print_cell(FILE *f, const char *text, size_t width, bool left, bool last)
{
	size_t bytes = text__fit(text, width);
	size_t used = text__columns(text, bytes);

	if (!left)
		fprintf(f, "%*s", (int)(width - used), "");
	fwrite(text, 1, bytes, f);
	if (left && !last)
		fprintf(f, "%*s", (int)(width - used), "");
}

void table__line(const struct table *t, FILE *f, size_t row)
{
	char *const *cells = row == TABLE_TITLES ? NULL : t->cells + row * t->ncols;
	size_t room = t->limit ? t->limit : SIZE_MAX;
	unsigned int last = 0;
	size_t gap = 0;

	for (unsigned int c = 0; c < t->ncols; c++)
		if (t->widths[c])
			last = c;
	for (unsigned int c = 0; c <= last; c++) {
		size_t w = t->widths[c];

		if (!w)
			continue;
		if (room <= gap)
			break;
		fprintf(f, "%*s", (int)gap, "");
		room -= gap;
		if (w > room)
			w = room;
		print_cell(f, cells ? cells[c] : t->cols[c].title, w, t->cols[c].left, c == last);
		room -= w;
		gap = GAP;
	}
}

bool table__span(const struct table *t, unsigned int column, size_t *from, size_t *width)
{
	*from = total_width(t->widths, column, GAP);
	*from += *from ? GAP : 0;
	*width = t->widths[column];
	return *width;
}

int table__layout(struct table *t, unsigned int width)
{
	if (t->failed)
		return -ENOMEM;
	if (!t->widths)
		t->widths = calloc(t->ncols, sizeof(*t->widths));
	if (!t->widths)
		return -ENOMEM;
	for (unsigned int c = 0; c < t->ncols; c++) {
		t->widths[c] = text__width(t->cols[c].title);
		for (size_t i = c; i < t->len; i += t->ncols) {
			size_t w = text__width(t->cells[i]);

			if (w > t->widths[c])
				t->widths[c] = w;
		}
	}
	t->limit = width;
	if (width) {
		table__drop(t->cols, t->ncols, t->widths, GAP, width);
		cut_text(t, t->widths, width);
	}
	return 0;
}

int table__print(struct table *t, FILE *f, unsigned int width)
{
	int err = table__layout(t, width);

	if (err)
		return err;
	table__line(t, f, TABLE_TITLES);
	fputc('\n', f);
	for (size_t i = 0; i < t->len / t->ncols; i++) {
		table__line(t, f, i);
		fputc('\n', f);
	}
	return 0;
}

void table__free(struct table *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->len; i++)
		free(t->cells[i]);
	free(t->cells);
	free(t->widths);
	free(t);
}
