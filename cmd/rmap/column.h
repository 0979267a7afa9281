/* SPDX-License-Identifier: GPL-2.0-only */
/* The columns of a row of walks: what the table and the interactive display show and sort by. */
#ifndef FOLIOSCOPE_RMAP_COLUMN_H
#define FOLIOSCOPE_RMAP_COLUMN_H

#include <stddef.h>
#include <stdint.h>
#include "../lib/table.h"
#include "snapshot.h"

enum rmap_column_id {
	COL_PID,
	COL_COMM,
	COL_CAUSE,
	COL_KIND,
	COL_CGROUP,
	COL_OWNER,
	COL_WALKS,
	COL_VMAS,
	COL_VMAS_WALK,
	COL_MOST,
	COL_MAPPED,
	COL_PHANTOM,
	COL_PHANTOM_SHARE,
	COL_TIME,
	COL_LOCK,
	COL_P50,
	COL_P99,
	COL_MAX,
	RMAP_COLUMNS,
};

#define RMAP_CELL 64 /* bytes of a cell's text, with its final 0 */

struct rmap_column {
	struct table_col col;
	unsigned int dim; /* RMAP_BY_*: only where rows are split by it; 0: always */
	const char *help; /* one line */
	/* The cell's text. */
	void (*text)(const struct rmap_stat *s, char buf[RMAP_CELL]);
	/* What to sort by; NULL: the text. */
	double (*value)(const struct rmap_stat *s);
};

extern const struct rmap_column rmap_columns[RMAP_COLUMNS];

/* The column of a title, whatever its case; -1 if there is none. */
int rmap_column__find(const char *title);

/*
 * Orders rows by a column: numbers most first and names alphabetically, or the other
 * way round; what is equal there by time, then by what it is.
 */
void rmap_column__sort(struct rmap_snapshot *snap, enum rmap_column_id by, bool reverse);

#endif
