// SPDX-License-Identifier: GPL-2.0-only
/* Rows as somebody wants to see them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "../lib/text.h"
#include "arrange.h"

/* ---------------------------------------------------------- what they are */

void rmap_stat__name(const struct rmap_stat *s, unsigned int by, char name[RMAP_NAME])
{
	char cell[RMAP_CELL], clean[RMAP_CELL];

	name[0] = 0;
	for (unsigned int i = 0; i < RMAP_COLUMNS; i++) {
		if (!(rmap_columns[i].dim & by))
			continue;
		rmap_columns[i].text(s, cell);
		text__clean(clean, sizeof(clean), cell);
		if (name[0])
			strcat(name, " ");
		strcat(name, clean);
	}
}

void rmap_line__name(const struct rmap_lines *lines, const struct rmap_line *line,
		     char name[RMAP_NAME])
{
	unsigned int by = line->kind == RMAP_SUM ? (unsigned int)RMAP_BY_TASK : lines->by;

	rmap_stat__name(line->s, by, name);
}

/* FNV-1a: names are as many as rows. */
uint64_t rmap_line__id(const struct rmap_lines *lines, const struct rmap_line *line)
{
	uint64_t id = 0xcbf29ce484222325 + (line->kind == RMAP_SUM);
	char name[RMAP_NAME];

	rmap_line__name(lines, line, name);
	for (const char *c = name; *c; c++)
		id = (id ^ (unsigned char)*c) * 0x100000001b3;
	return id;
}

unsigned int rmap_columns__choose(enum rmap_column_id ids[RMAP_COLUMNS], unsigned int by,
				  uint32_t hidden)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < RMAP_COLUMNS; i++)
		if ((!rmap_columns[i].dim || rmap_columns[i].dim & by) && !(hidden & 1u << i))
			ids[n++] = i;
	return n;
}

unsigned int rmap_by__choices(unsigned int choices[RMAP_CHOICES], unsigned int has)
{
	unsigned int n = 0;

	for (int bits = __builtin_popcount(has); bits; bits--)
		for (unsigned int by = 1; by <= has && n < RMAP_CHOICES; by++)
			if (!(by & ~has) && __builtin_popcount(by) == bits)
				choices[n++] = by;
	return n;
}

void rmap_by__list(unsigned int by, char list[RMAP_CELL])
{
	list[0] = 0;
	for (unsigned int bit = 1; bit && bit <= by; bit <<= 1) {
		if (!(by & bit))
			continue;
		if (list[0])
			strcat(list, ",");
		strcat(list, rmap_by__name(bit));
	}
}

/* ----------------------------------------------------------- which, where */

static int copy_row(struct rmap_snapshot *copy, const struct rmap_stat *s)
{
	struct rmap_stat *row = rmap_snapshot__add(copy);

	if (!row)
		return -ENOMEM;
	*row = *s;
	row->hist = (struct hist){ 0 };
	return hist__merge(&row->hist, &s->hist);
}

int rmap_snapshot__copy(struct rmap_snapshot *copy, const struct rmap_snapshot *snap)
{
	int err = 0;

	rmap_snapshot__clear(copy);
	for (size_t i = 0; !err && i < snap->len; i++)
		err = copy_row(copy, &snap->rows[i]);
	copy->by = snap->by;
	copy->sample = snap->sample;
	return err;
}

static void filter(struct rmap_snapshot *snap, const char *text)
{
	char name[RMAP_NAME];
	size_t kept = 0;

	for (size_t i = 0; i < snap->len; i++) {
		struct rmap_stat *s = &snap->rows[i];

		rmap_stat__name(s, snap->by, name);
		if (!strcasestr(name, text)) {
			hist__free(&s->hist);
			continue;
		}
		if (kept != i)
			snap->rows[kept] = *s;
		kept++;
	}
	snap->len = kept;
}

/* A row's place in the tree: below which sum, and where among the rows. */
struct place {
	size_t sum, row;
};

static int by_place(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->sum != y->sum)
		return x->sum < y->sum ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

struct rank {
	uint32_t pid;
	size_t sum;
};

static int by_pid(const void *a, const void *b)
{
	const struct rank *x = a, *y = b;

	return x->pid < y->pid ? -1 : x->pid > y->pid;
}

/* The rows by the order of their processes' sums, then by their own.  NULL: no memory. */
static struct place *places(const struct rmap_lines *lines)
{
	struct place *place = calloc(lines->rows.len, sizeof(*place));
	struct rank *rank = calloc(lines->sums.len, sizeof(*rank));

	if (!place || !rank) {
		free(place);
		free(rank);
		return NULL;
	}
	for (size_t i = 0; i < lines->sums.len; i++)
		rank[i] = (struct rank){ lines->sums.rows[i].pid, i };
	qsort(rank, lines->sums.len, sizeof(*rank), by_pid);
	for (size_t i = 0; i < lines->rows.len; i++) {
		struct rank key = { .pid = lines->rows.rows[i].pid };
		const struct rank *r = bsearch(&key, rank, lines->sums.len, sizeof(key), by_pid);

		place[i] = (struct place){ r->sum, i };
	}
	qsort(place, lines->rows.len, sizeof(*place), by_place);
	free(rank);
	return place;
}

static int grow_tree(struct rmap_lines *lines, const struct rmap_wish *wish)
{
	struct place *place;
	int err = rmap_snapshot__copy(&lines->sums, &lines->rows);

	if (!err)
		err = rmap_snapshot__group(&lines->sums, RMAP_BY_TASK);
	if (err)
		return err;
	rmap_column__sort(&lines->sums, wish->sort, wish->reverse);
	place = places(lines);
	if (!place)
		return -ENOMEM;
	for (size_t i = 0; i < lines->rows.len; i++) {
		bool first = !i || place[i].sum != place[i - 1].sum;
		bool last = i + 1 == lines->rows.len || place[i].sum != place[i + 1].sum;

		if (first)
			lines->line[lines->n++] =
				(struct rmap_line){ &lines->sums.rows[place[i].sum], RMAP_SUM };
		lines->line[lines->n++] = (struct rmap_line){
			&lines->rows.rows[place[i].row],
			last ? RMAP_LAST_CHILD : RMAP_CHILD,
		};
	}
	free(place);
	return 0;
}

int rmap_lines__make(struct rmap_lines *lines, const struct rmap_snapshot *snap,
		     const struct rmap_wish *wish)
{
	int err = rmap_snapshot__copy(&lines->rows, snap);

	lines->n = 0;
	lines->by = wish->by & snap->by;
	if (!err)
		err = rmap_snapshot__group(&lines->rows, lines->by);
	if (err)
		return err;
	filter(&lines->rows, wish->filter);
	rmap_column__sort(&lines->rows, wish->sort, wish->reverse);
	free(lines->line);
	lines->line = calloc(2 * lines->rows.len + 1, sizeof(*lines->line));
	if (!lines->line)
		return -ENOMEM;
	/* A process with one row each is its own sum. */
	if (wish->tree && lines->by & RMAP_BY_TASK && lines->by != RMAP_BY_TASK && lines->rows.len)
		return grow_tree(lines, wish);
	for (size_t i = 0; i < lines->rows.len; i++)
		lines->line[lines->n++] = (struct rmap_line){ &lines->rows.rows[i], RMAP_ROW };
	return 0;
}

void rmap_lines__free(struct rmap_lines *lines)
{
	rmap_snapshot__free(&lines->rows);
	rmap_snapshot__free(&lines->sums);
	free(lines->line);
	*lines = (struct rmap_lines){ 0 };
}
