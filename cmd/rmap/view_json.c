// SPDX-License-Identifier: GPL-2.0-only
/* Snapshots as JSON Lines. */
#include "../lib/json.h"
#include "view.h"

static json_t *row(void *arg, size_t i)
{
	const struct rmap_stat *s = &((const struct rmap_snapshot *)arg)->rows[i];
	json_t *obj = json_pack("{s:I, s:o, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "pid",
				(json_int_t)s->pid, "comm", json__comm(s->comm), "cause",
				cause__name(s->cause), "kind", kind__name(s->kind), "walks",
				(json_int_t)s->walks, "vmas", (json_int_t)s->vmas, "mapped",
				(json_int_t)s->mapped, "phantom", (json_int_t)(s->vmas - s->mapped),
				"ns", (json_int_t)s->ns, "lock_ns", (json_int_t)s->lock_ns,
				"vmas_max", (json_int_t)s->vmas_max);

	if (obj && (json__set_percentiles(obj, &s->hist, s->ns_max) ||
		    json_object_set_new(obj, "hist", json__hist(&s->hist)))) {
		json_decref(obj);
		return NULL;
	}
	return obj;
}

int rmap_json__interval(FILE *f, const struct rmap_snapshot *snap, struct when when)
{
	return json__interval(f, when.ts, when.interval_s, snap->len, row, (void *)snap);
}
