/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables that fit the terminal: the least important columns give way first. */
#ifndef FOLIOSCOPE_TABLE_H
#define FOLIOSCOPE_TABLE_H

#include <stdbool.h>
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
int table__print(const struct table *t, FILE *f, unsigned int width);

void table__free(struct table *t);

#endif
