// SPDX-License-Identifier: GPL-2.0-only
/* Rows of one interval: adding, merging, ordering. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "snapshot.h"

struct rmap_stat *rmap_snapshot__add(struct rmap_snapshot *snap)
{
	if (snap->len == snap->cap) {
		size_t cap = snap->cap ? 2 * snap->cap : 64;
		struct rmap_stat *more = realloc(snap->rows, cap * sizeof(*more));

		if (!more)
			return NULL;
		snap->rows = more;
		snap->cap = cap;
	}
	memset(&snap->rows[snap->len], 0, sizeof(*snap->rows));
	return &snap->rows[snap->len++];
}

static int by_identity(const void *a, const void *b)
{
	const struct rmap_stat *x = a, *y = b;

	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	if (x->cause != y->cause)
		return x->cause - y->cause;
	return x->kind - y->kind;
}

static int by_time(const void *a, const void *b)
{
	const struct rmap_stat *x = a, *y = b;

	if (x->ns != y->ns)
		return x->ns > y->ns ? -1 : 1;
	return by_identity(a, b);
}

static int add_stat(struct rmap_stat *sum, const struct rmap_stat *s)
{
	sum->walks += s->walks;
	sum->vmas += s->vmas;
	sum->mapped += s->mapped;
	sum->ns += s->ns;
	sum->lock_ns += s->lock_ns;
	if (s->ns_max > sum->ns_max)
		sum->ns_max = s->ns_max;
	if (s->vmas_max > sum->vmas_max)
		sum->vmas_max = s->vmas_max;
	return hist__merge(&sum->hist, &s->hist);
}

int rmap_snapshot__merge(struct rmap_snapshot *snap)
{
	size_t kept = 0;

	if (!snap->len)
		return 0;
	qsort(snap->rows, snap->len, sizeof(*snap->rows), by_identity);
	for (size_t i = 1; i < snap->len; i++) {
		if (by_identity(&snap->rows[kept], &snap->rows[i])) {
			kept++;
			if (kept != i) {
				snap->rows[kept] = snap->rows[i];
				snap->rows[i].hist = (struct hist){ 0 };
			}
			continue;
		}
		if (add_stat(&snap->rows[kept], &snap->rows[i]))
			return -ENOMEM;
		hist__free(&snap->rows[i].hist);
	}
	snap->len = kept + 1;
	return 0;
}

struct rmap_stat *rmap_snapshot__find(struct rmap_snapshot *snap, uint32_t pid, uint8_t cause,
				      uint8_t kind)
{
	struct rmap_stat key = { .pid = pid, .cause = cause, .kind = kind };

	if (!snap->len)
		return NULL;
	return bsearch(&key, snap->rows, snap->len, sizeof(key), by_identity);
}

void rmap_snapshot__sort(struct rmap_snapshot *snap)
{
	if (snap->len)
		qsort(snap->rows, snap->len, sizeof(*snap->rows), by_time);
}

int rmap_snapshot__total(const struct rmap_snapshot *snap, struct rmap_stat *total)
{
	*total = (struct rmap_stat){ 0 };
	for (size_t i = 0; i < snap->len; i++)
		if (add_stat(total, &snap->rows[i]))
			return -ENOMEM;
	return 0;
}

void rmap_snapshot__clear(struct rmap_snapshot *snap)
{
	for (size_t i = 0; i < snap->len; i++)
		hist__free(&snap->rows[i].hist);
	snap->len = 0;
}

void rmap_snapshot__free(struct rmap_snapshot *snap)
{
	rmap_snapshot__clear(snap);
	free(snap->rows);
	*snap = (struct rmap_snapshot){ 0 };
}
