// SPDX-License-Identifier: GPL-2.0-only
/* Snapshots as JSON Lines. */
#include <errno.h>
#include "../lib/json.h"
#include "view.h"

static json_t *numbers(const struct rmap_stat *s)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "walks", (json_int_t)s->walks,
			 "vmas", (json_int_t)s->vmas, "mapped", (json_int_t)s->mapped, "phantom",
			 (json_int_t)(s->vmas - s->mapped), "ns", (json_int_t)s->ns, "lock_ns",
			 (json_int_t)s->lock_ns, "vmas_max", (json_int_t)s->vmas_max);
}

static json_t *row(void *arg, size_t i)
{
	const struct rmap_snapshot *snap = arg;
	const struct rmap_stat *s = &snap->rows[i];
	json_t *obj = json_object();

	if (obj && snap->by & RMAP_BY_TASK) {
		json_object_set_new(obj, "pid", json_integer(s->pid));
		json_object_set_new(obj, "comm", json__comm(s->comm));
	}
	if (obj && snap->by & RMAP_BY_CAUSE)
		json_object_set_new(obj, "cause", json_string(cause__name(s->cause)));
	if (obj && snap->by & RMAP_BY_KIND)
		json_object_set_new(obj, "kind", json_string(kind__name(s->kind)));
	if (obj && snap->by & RMAP_BY_CGROUP)
		json_object_set_new(obj, "cgroup", json__comm(s->cgroup));
	if (obj && snap->by & RMAP_BY_OWNER)
		json_object_set_new(obj, "owner", owner__json(&s->owner));
	if (obj)
		json_object_update_new(obj, numbers(s));
	if (obj && (json__set_percentiles(obj, &s->hist, s->ns_max) ||
		    json_object_set_new(obj, "hist", json__hist(&s->hist)))) {
		json_decref(obj);
		return NULL;
	}
	return obj;
}

int rmap_json__interval(FILE *f, const struct rmap_snapshot *snap, struct when when)
{
	json_t *more = json_object();

	if (!more)
		return -ENOMEM;
	if (snap->sample > 1)
		json_object_set_new(more, "sample", json_integer(snap->sample));
	if (snap->slow.len)
		json_object_set_new(more, "slowest", rmap_slows__json(&snap->slow));
	if (snap->stacks.len)
		json_object_set_new(more, "stacks", rmap_stacks__json(&snap->stacks));
	return json__interval(f, when.ts, when.interval_s, more, snap->len, row, (void *)snap);
}
