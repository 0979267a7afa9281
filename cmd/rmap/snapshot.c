// SPDX-License-Identifier: GPL-2.0-only
/* Rows of one interval: adding, merging, ordering. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "../lib/grow.h"
#include "../lib/list.h"
#include "snapshot.h"

static const struct {
	const char *name;
	enum rmap_by by;
} names[] = {
	{ "task", RMAP_BY_TASK },     { "cause", RMAP_BY_CAUSE }, { "kind", RMAP_BY_KIND },
	{ "cgroup", RMAP_BY_CGROUP }, { "owner", RMAP_BY_OWNER },
};

#define NAMES (sizeof(names) / sizeof(*names))

static int by_number(const char *name)
{
	for (size_t i = 0; i < NAMES; i++)
		if (!strcmp(names[i].name, name))
			return __builtin_ctz(names[i].by);
	return -1;
}

unsigned int rmap_by__parse(const char *list)
{
	return list__bits(list, by_number);
}

const char *rmap_by__name(enum rmap_by by)
{
	for (size_t i = 0; i < NAMES; i++)
		if (names[i].by == by)
			return names[i].name;
	return "?";
}

struct rmap_stat *rmap_snapshot__add(struct rmap_snapshot *snap)
{
	return grow__add((void **)&snap->rows, &snap->len, &snap->cap, sizeof(*snap->rows));
}

static int by_identity(const void *a, const void *b)
{
	const struct rmap_stat *x = a, *y = b;

	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	if (x->cause != y->cause)
		return x->cause - y->cause;
	if (x->kind != y->kind)
		return x->kind - y->kind;
	if (x->cgroup != y->cgroup) /* interned: the same text is the same pointer */
		return strcmp(x->cgroup ? x->cgroup : "", y->cgroup ? y->cgroup : "");
	return owner__order(&x->owner, &y->owner);
}

int rmap_stat__order(const struct rmap_stat *a, const struct rmap_stat *b)
{
	if (a->ns != b->ns)
		return a->ns > b->ns ? -1 : 1;
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

	return rmap_snapshot__like(snap, &key);
}

struct rmap_stat *rmap_snapshot__like(struct rmap_snapshot *snap, const struct rmap_stat *like)
{
	if (!snap->len)
		return NULL;
	return bsearch(like, snap->rows, snap->len, sizeof(*like), by_identity);
}

int rmap_snapshot__group(struct rmap_snapshot *snap, unsigned int by)
{
	for (size_t i = 0; i < snap->len; i++) {
		struct rmap_stat *s = &snap->rows[i];

		if (!(by & RMAP_BY_TASK)) {
			s->pid = 0;
			memset(s->comm, 0, sizeof(s->comm));
		}
		if (!(by & RMAP_BY_CAUSE))
			s->cause = 0;
		if (!(by & RMAP_BY_KIND))
			s->kind = 0;
		if (!(by & RMAP_BY_CGROUP))
			s->cgroup = NULL;
		if (!(by & RMAP_BY_OWNER))
			s->owner = (struct owner){ 0 };
	}
	snap->by = by;
	return rmap_snapshot__merge(snap);
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
	snap->slow.len = 0;
	snap->stacks.len = 0;
	snap->by = 0;
	snap->sample = 0;
}

void rmap_snapshot__free(struct rmap_snapshot *snap)
{
	rmap_snapshot__clear(snap);
	free(snap->rows);
	rmap_slows__free(&snap->slow);
	rmap_stacks__free(&snap->stacks);
	*snap = (struct rmap_snapshot){ 0 };
}
