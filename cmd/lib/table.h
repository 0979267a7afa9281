/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables that fit the terminal: the least important columns give way first. */
#ifndef FOLIOSCOPE_TABLE_H
#define FOLIOSCOPE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct table_col {
	const char *title; /* one word, ASCII */
	bool left;	   /* left-aligned text; numbers are right-aligned */
	unsigned int rank; /* importance: 0 stays always, the highest goes first */
};

struct table;

/* A table of @n columns; @cols must outlive it.  NULL when memory is out. */
struct table *table__new(const struct table_col *cols, unsigned int n);

/*
 * Appends a cell, row by row, left to right; the text is copied and cleaned.
 * Errors are remembered and reported by table__print().
 */
void table__cell(struct table *t, const char *text);

/*
 * Prints title line and rows.  @width: columns of the terminal, 0 for no limit.
 * No line is wider: columns are left out by rank, then the last left-aligned
 * column is cut, then the line.  Returns 0, or -ENOMEM.
 */
int table__print(struct table *t, FILE *f, unsigned int width);

/*
 * The same line by line, for who shows a part of it: table__layout() chooses columns and
 * widths as table__print() does, and is to be called before the others.  0 or -ENOMEM.
 */
int table__layout(struct table *t, unsigned int width);

#define TABLE_TITLES SIZE_MAX /* the title line as a row */

/* Prints a row without a newline. */
void table__line(const struct table *t, FILE *f, size_t row);

/* Where a column stands; false when it was left out. */
bool table__span(const struct table *t, unsigned int column, size_t *from, size_t *width);

void table__free(struct table *t);

/*
 * Sets widths of the least important columns to 0, which leaves them out, until the others
 * fit into @limit with @gap between two.
 */
void table__drop(const struct table_col *cols, unsigned int n, size_t *width, size_t gap,
		 size_t limit);

#endif
