// SPDX-License-Identifier: GPL-2.0-only
/* Snapshots as JSON Lines. */
#include <errno.h>
#include "../lib/json.h"
#include "view.h"

static json_t *row(const struct rmap_stat *s)
{
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

/* One line, but never all rows in memory at once: there may be many thousands. */
int rmap_json__interval(FILE *f, const struct rmap_snapshot *snap, struct when when)
{
	fprintf(f, "{\"type\":\"interval\",\"ts\":%.6f,\"interval_s\":%.6f,\"rows\":[", when.ts,
		when.interval_s);
	for (size_t i = 0; i < snap->len; i++) {
		json_t *obj = row(&snap->rows[i]);

		if (!obj)
			return -ENOMEM;
		if (i)
			fputc(',', f);
		json_dumpf(obj, f, JSON_COMPACT);
		json_decref(obj);
	}
	fputs("]}\n", f);
	return 0;
}
