/* SPDX-License-Identifier: GPL-2.0-only */
/* Rows as somebody wants to see them: which, by what, in which order, with which columns. */
#ifndef FOLIOSCOPE_RMAP_ARRANGE_H
#define FOLIOSCOPE_RMAP_ARRANGE_H

#include <stdbool.h>
#include <stdint.h>
#include "column.h"
#include "snapshot.h"

struct rmap_wish {
	unsigned int by; /* enum rmap_by; as far as the rows are split by it */
	enum rmap_column_id sort;
	bool reverse;
	bool tree;	    /* the rows of a process below a line with its sum */
	const char *filter; /* only rows whose name contains it; "": all */
};

enum rmap_line_kind {
	RMAP_ROW,
	RMAP_SUM,
	RMAP_CHILD,
	RMAP_LAST_CHILD,
};

struct rmap_line {
	const struct rmap_stat *s;
	enum rmap_line_kind kind;
};

/* {} is empty, and to be freed once it was made. */
struct rmap_lines {
	unsigned int by;		 /* what the rows are split by */
	struct rmap_snapshot rows, sums; /* copies */
	struct rmap_line *line;
	size_t n;
};

/* Replaces @lines by the rows of @snap as wished for.  0 or -ENOMEM. */
int rmap_lines__make(struct rmap_lines *lines, const struct rmap_snapshot *snap,
		     const struct rmap_wish *wish);
void rmap_lines__free(struct rmap_lines *lines);

/* The same row has the same number in every interval. */
uint64_t rmap_line__id(const struct rmap_lines *lines, const struct rmap_line *line);

#define RMAP_NAME (8 * RMAP_CELL)

/* What a row is: "147 forktree unmap anon", of what it is split by; clean text. */
void rmap_stat__name(const struct rmap_stat *s, unsigned int by, char name[RMAP_NAME]);

/* The same of a line: a sum is of a process. */
void rmap_line__name(const struct rmap_lines *lines, const struct rmap_line *line,
		     char name[RMAP_NAME]);

/* A copy of all rows.  0 or -ENOMEM; @copy is to be freed either way. */
int rmap_snapshot__copy(struct rmap_snapshot *copy, const struct rmap_snapshot *snap);

/*
 * The columns that rows have that are split so, without those whose bit is set in
 * @hidden; returns their number.
 */
unsigned int rmap_columns__choose(enum rmap_column_id ids[RMAP_COLUMNS], unsigned int by,
				  uint32_t hidden);

#define RMAP_CHOICES 64

/* All that rows which are split by @has can be split by, most first; returns the number. */
unsigned int rmap_by__choices(unsigned int choices[RMAP_CHOICES], unsigned int has);

/* "task,cause" of bits. */
void rmap_by__list(unsigned int by, char list[RMAP_CELL]);

#endif
