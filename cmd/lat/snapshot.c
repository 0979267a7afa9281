// SPDX-License-Identifier: GPL-2.0-only
/* What exchanges and migrations of an interval took. */
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include "snapshot.h"

static int compare(long long a, long long b)
{
	return a < b ? -1 : a > b;
}

static int by_id(const void *a, const void *b)
{
	const struct lat_id *x = &((const struct lat_row *)a)->id;
	const struct lat_id *y = &((const struct lat_row *)b)->id;
	int order = compare(x->op, y->op);

	if (!order)
		order = compare(x->pid, y->pid);
	if (!order)
		order = compare(x->nid_a, y->nid_a);
	if (!order)
		order = compare(x->nid_b, y->nid_b);
	if (!order)
		order = compare(x->order, y->order);
	return order ? order : compare(x->reason, y->reason);
}

static bool grow(struct lat_snapshot *snap)
{
	size_t cap = snap->cap ? 2 * snap->cap : 16;
	struct lat_row **more;

	if (snap->len < snap->cap)
		return true;
	more = realloc(snap->rows, cap * sizeof(*more));
	if (!more)
		return false;
	snap->rows = more;
	snap->cap = cap;
	return true;
}

struct lat_row *lat_snapshot__row(struct lat_snapshot *snap, const struct lat_id *id)
{
	struct lat_row key = { .id = *id }, *row;
	struct lat_row **found = tfind(&key, &snap->index, by_id);

	if (found)
		return *found;
	row = grow(snap) ? calloc(1, sizeof(*row)) : NULL;
	if (!row)
		return NULL;
	row->id = *id;
	if (!tsearch(row, &snap->index, by_id)) {
		free(row);
		return NULL;
	}
	return snap->rows[snap->len++] = row;
}

struct durations *lat_row__durations(struct lat_row *row, unsigned int measure)
{
	switch (measure) {
	case LAT_RESULT:
		return NULL;
	case LAT_TOTAL:
		return &row->total;
	case LAT_EACH:
		return &row->each;
	case LAT_BLOCKED:
		return &row->blocked;
	default:
		return &row->phase[measure - LAT_PHASE];
	}
}

int lat_row__merge(struct lat_row *dst, const struct lat_row *src)
{
	int err = 0;

	if (!dst->comm[0])
		memcpy(dst->comm, src->comm, sizeof(dst->comm));
	for (unsigned int r = 0; r < LAT_RESULTS; r++)
		dst->result[r] += src->result[r];
	for (unsigned int m = LAT_RESULT + 1; m < LAT_MEASURES && !err; m++)
		err = durations__merge(lat_row__durations(dst, m),
				       lat_row__durations((struct lat_row *)src, m));
	return err;
}

int lat_snapshot__merge(struct lat_snapshot *dst, const struct lat_snapshot *src)
{
	for (size_t i = 0; i < src->len; i++) {
		struct lat_row *row = lat_snapshot__row(dst, &src->rows[i]->id);

		if (!row || lat_row__merge(row, src->rows[i]))
			return -ENOMEM;
	}
	return 0;
}

uint64_t lat_row__asked(const struct lat_row *row)
{
	uint64_t n = 0;

	if (row->id.op == LAT_MIGRATE)
		return row->result[LAT_SUCCEEDED] + row->result[LAT_FAILED];
	for (unsigned int r = 0; r < LAT_RESULTS; r++)
		n += row->result[r];
	return n;
}

uint64_t lat_row__done(const struct lat_row *row)
{
	return row->result[0]; /* ok, or succeeded */
}

/* A row of pairs alone, as with -N, has no total: then the pairs decide. */
static int by_time(const void *a, const void *b)
{
	const struct lat_row *x = *(struct lat_row *const *)a, *y = *(struct lat_row *const *)b;

	if (x->id.op != y->id.op)
		return compare(x->id.op, y->id.op);
	if (x->total.ns != y->total.ns)
		return x->total.ns > y->total.ns ? -1 : 1;
	if (lat_row__asked(x) != lat_row__asked(y))
		return lat_row__asked(x) > lat_row__asked(y) ? -1 : 1;
	return by_id(x, y);
}

void lat_snapshot__sort(struct lat_snapshot *snap)
{
	if (snap->len)
		qsort(snap->rows, snap->len, sizeof(*snap->rows), by_time);
}

static void nothing(void *row)
{
	(void)row;
}

void lat_snapshot__clear(struct lat_snapshot *snap)
{
	tdestroy(snap->index, nothing);
	for (size_t i = 0; i < snap->len; i++) {
		for (unsigned int m = LAT_RESULT + 1; m < LAT_MEASURES; m++)
			durations__free(lat_row__durations(snap->rows[i], m));
		free(snap->rows[i]);
	}
	free(snap->rows);
	*snap = (struct lat_snapshot){ .split = snap->split };
}
