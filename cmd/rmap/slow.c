// SPDX-License-Identifier: GPL-2.0-only
/* The slowest walks of an interval. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "../../bpf/rmap.h"
#include "../lib/grow.h"
#include "../lib/json.h"
#include "../lib/table.h"
#include "../lib/units.h"
#include "cause.h"
#include "kstack.h"
#include "slow.h"

struct rmap_slow *rmap_slows__add(struct rmap_slows *slows)
{
	return grow__add((void **)&slows->walk, &slows->len, &slows->cap, sizeof(*slows->walk));
}

const char *rmap_slow__stack(const struct rmap_slow *walk)
{
	return walk->stack ?: kstack__fold(walk->addr, walk->frames, walk->kind);
}

static int slowest_first(const void *a, const void *b)
{
	const struct rmap_slow *x = a, *y = b;

	if (x->ns != y->ns)
		return x->ns > y->ns ? -1 : 1;
	return x->ts < y->ts ? -1 : x->ts > y->ts;
}

void rmap_slows__cut(struct rmap_slows *slows, size_t n)
{
	if (slows->len)
		qsort(slows->walk, slows->len, sizeof(*slows->walk), slowest_first);
	if (slows->len > n)
		slows->len = n;
}

void rmap_slows__free(struct rmap_slows *slows)
{
	free(slows->walk);
	*slows = (struct rmap_slows){ 0 };
}

/* ------------------------------------------------------------------- JSON */

static json_t *walk_json(void *arg, size_t i)
{
	const struct rmap_slows *slows = arg;
	const struct rmap_slow *w = &slows->walk[i];
	json_t *obj = json_pack("{s:f, s:I, s:I, s:o, s:s, s:s, s:i, s:i}", "ts", w->ts, "pid",
				(json_int_t)w->pid, "tid", (json_int_t)w->tid, "comm",
				json__comm(w->comm), "cause", cause__name(w->cause), "kind",
				kind__name(w->kind), "nid", w->nid, "order", w->order);
	json_t *numbers = json_pack("{s:I, s:I, s:I, s:I, s:I}", "vmas", (json_int_t)w->vmas,
				    "mapped", (json_int_t)w->mapped, "phantom",
				    (json_int_t)w->vmas - w->mapped, "ns", (json_int_t)w->ns,
				    "lock_ns", (json_int_t)w->lock_ns);

	json_object_set_new(obj, "pfn",
			    w->has_pfn ? json_sprintf("0x%" PRIx64, w->pfn) : json_null());
	json_object_update_new(obj, numbers);
	json_object_set_new(obj, "stack", json_string(rmap_slow__stack(w)));
	return obj;
}

json_t *rmap_slows__json(const struct rmap_slows *slows)
{
	return json__array(slows->len, walk_json, (void *)slows);
}

static int64_t number(const json_t *obj, const char *key)
{
	return json_integer_value(json_object_get(obj, key));
}

static const char *text(const json_t *obj, const char *key)
{
	return json_string_value(json_object_get(obj, key)) ?: "";
}

static int read_walk(void *arg, const json_t *obj)
{
	struct rmap_slow *w = rmap_slows__add(arg);

	if (!w)
		return -ENOMEM;
	w->ts = json_number_value(json_object_get(obj, "ts"));
	w->ns = number(obj, "ns");
	w->lock_ns = number(obj, "lock_ns");
	w->has_pfn = json_is_string(json_object_get(obj, "pfn"));
	w->pfn = strtoull(text(obj, "pfn"), NULL, 16);
	w->pid = number(obj, "pid");
	w->tid = number(obj, "tid");
	w->vmas = number(obj, "vmas");
	w->mapped = number(obj, "mapped");
	w->order = number(obj, "order");
	w->nid = number(obj, "nid");
	w->cause = cause__find(text(obj, "cause"));
	w->kind = kind__find(text(obj, "kind"));
	strncpy(w->comm, text(obj, "comm"), sizeof(w->comm) - 1);
	w->stack = kstack__recorded(text(obj, "stack"));
	return w->cause < CAUSES && w->kind < RMAP_KINDS ? 0 : -EINVAL;
}

int rmap_slows__read(struct rmap_slows *slows, const json_t *array)
{
	return json__each(array, read_walk, slows);
}

/* ------------------------------------------------------------------ table */

static const struct table_col columns[] = {
	{ "TIME", false, 0 }, { "LOCK", false, 3 }, { "VMAS", false, 1 }, { "PHANTOM", false, 2 },
	{ "CAUSE", true, 1 }, { "KIND", true, 4 },  { "PFN", false, 3 },  { "ORDER", false, 6 },
	{ "NODE", false, 6 }, { "PID", false, 2 },  { "TID", false, 7 },  { "COMM", true, 5 },
};

static void cell(struct table *t, uint64_t n)
{
	char buf[32];

	snprintf(buf, sizeof(buf), "%" PRIu64, n);
	table__cell(t, buf);
}

static void add_row(struct table *t, const struct rmap_slow *w)
{
	char buf[UNITS_LEN], pfn[32] = "?";

	if (w->has_pfn)
		snprintf(pfn, sizeof(pfn), "0x%" PRIx64, w->pfn);
	table__cell(t, units__ns(buf, w->ns));
	table__cell(t, units__ns(buf, w->lock_ns));
	cell(t, w->vmas);
	cell(t, w->vmas - w->mapped);
	table__cell(t, cause__name(w->cause));
	table__cell(t, kind__name(w->kind));
	table__cell(t, pfn);
	cell(t, w->order);
	cell(t, w->nid);
	cell(t, w->pid);
	cell(t, w->tid);
	table__cell(t, w->comm);
}

int rmap_slows__print(const struct rmap_slows *slows, FILE *f, unsigned int width,
		      bool (*wanted)(const void *arg, const struct rmap_slow *walk), const void *arg)
{
	struct table *t = table__new(columns, sizeof(columns) / sizeof(*columns));
	int n = 0, err = 0;

	if (!t)
		return -ENOMEM;
	for (size_t i = 0; i < slows->len; i++) {
		if (wanted && !wanted(arg, &slows->walk[i]))
			continue;
		add_row(t, &slows->walk[i]);
		n++;
	}
	if (n)
		err = table__print(t, f, width);
	table__free(t);
	return err ? err : n;
}
