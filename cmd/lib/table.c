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
	bool failed; /* a cell could not be stored */
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
	size_t size = strlen(text) + 1;
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
	copy = malloc(size);
	if (!copy) {
		t->failed = true;
		return;
	}
	text__clean(copy, size, text);
	t->cells[t->len++] = copy;
}

static size_t total_width(const struct table *t, const size_t *width)
{
	size_t sum = 0;

	for (unsigned int c = 0; c < t->ncols; c++)
		if (width[c])
			sum += width[c] + (sum ? GAP : 0);
	return sum;
}

/* Leaves columns out, the highest rank first, until the rest fits. */
static void drop_columns(const struct table *t, size_t *width, unsigned int limit)
{
	while (total_width(t, width) > limit) {
		unsigned int victim = t->ncols;

		for (unsigned int c = 0; c < t->ncols; c++)
			if (width[c] && t->cols[c].rank &&
			    (victim == t->ncols || t->cols[c].rank >= t->cols[victim].rank))
				victim = c;
		if (victim == t->ncols)
			return;
		width[victim] = 0;
	}
}

/* What is still too much is taken from the last text column, down to one column. */
static void cut_text(const struct table *t, size_t *width, unsigned int limit)
{
	size_t sum = total_width(t, width);

	for (unsigned int c = t->ncols; c-- && sum > limit;) {
		size_t over = sum - limit;

		if (!width[c] || !t->cols[c].left)
			continue;
		width[c] = width[c] > over ? width[c] - over : 1;
		sum = total_width(t, width);
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

/* @cells: a row, or NULL for the titles.  @limit: columns of the line, 0 for any. */
static void print_line(const struct table *t, FILE *f, const size_t *width, unsigned int limit,
		       char *const *cells)
{
	size_t room = limit ? limit : SIZE_MAX;
	unsigned int last = 0;
	size_t gap = 0;

	for (unsigned int c = 0; c < t->ncols; c++)
		if (width[c])
			last = c;
	for (unsigned int c = 0; c <= last; c++) {
		size_t w = width[c];

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
	fputc('\n', f);
}

int table__print(const struct table *t, FILE *f, unsigned int width)
{
	size_t *widths;

	if (t->failed)
		return -ENOMEM;
	widths = calloc(t->ncols, sizeof(*widths));
	if (!widths)
		return -ENOMEM;
	for (unsigned int c = 0; c < t->ncols; c++) {
		widths[c] = text__width(t->cols[c].title);
		for (size_t i = c; i < t->len; i += t->ncols) {
			size_t w = text__width(t->cells[i]);

			if (w > widths[c])
				widths[c] = w;
		}
	}
	if (width) {
		drop_columns(t, widths, width);
		cut_text(t, widths, width);
	}
	print_line(t, f, widths, width, NULL);
	for (size_t i = 0; i + t->ncols <= t->len; i += t->ncols)
		print_line(t, f, widths, width, t->cells + i);
	free(widths);
	return 0;
}

void table__free(struct table *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->len; i++)
		free(t->cells[i]);
	free(t->cells);
	free(t);
}
