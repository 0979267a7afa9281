// SPDX-License-Identifier: GPL-2.0-only
/* Snapshots as JSON Lines. */
#include <errno.h>
#include <string.h>
#include "../lib/json.h"
#include "view.h"

static json_t *coverage_one(const struct coverage *c)
{
	static const char *const states[] = { "full", "partial", "none" };

	return json_pack("{s:s, s:s?}", "state", states[c->state], "why", c->why);
}

static int json_header(const struct rmap_view *view, const struct rmap_source *src)
{
	json_t *coverage = json_object();

	for (enum cause c = 0; c < CAUSES; c++)
		json_object_set_new(coverage, cause__name(c), coverage_one(&src->causes[c]));
	for (unsigned int k = 0; k < sizeof(src->kinds) / sizeof(*src->kinds); k++)
		json_object_set_new(coverage, kind__name(k), coverage_one(&src->kinds[k]));
	return json__line(view->f, json__header(src->backend, view->argc, view->argv, coverage));
}

/* A process name need not be UTF-8; JSON must be.  Other bytes are taken as Latin-1. */
static json_t *comm(const char *raw)
{
	char utf8[2 * sizeof(((struct rmap_stat *)0)->comm) + 1], *out = utf8;
	json_t *string = json_string(raw);

	if (string)
		return string;
	for (const unsigned char *in = (const unsigned char *)raw; *in; in++) {
		if (*in < 0x80) {
			*out++ = *in;
		} else {
			*out++ = 0xc0 | *in >> 6;
			*out++ = 0x80 | (*in & 0x3f);
		}
	}
	*out = 0;
	return json_string(utf8);
}

static json_t *row(const struct rmap_stat *s)
{
	json_t *obj = json_pack("{s:I, s:o, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "pid",
				(json_int_t)s->pid, "comm", comm(s->comm), "cause",
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
static int json_interval(const struct rmap_view *view, struct rmap_snapshot *snap)
{
	fprintf(view->f, "{\"type\":\"interval\",\"ts\":%.6f,\"interval_s\":%.6f,\"rows\":[",
		snap->ts, snap->interval_s);
	for (size_t i = 0; i < snap->len; i++) {
		json_t *obj = row(&snap->rows[i]);

		if (!obj)
			return -ENOMEM;
		if (i)
			fputc(',', view->f);
		json_dumpf(obj, view->f, JSON_COMPACT);
		json_decref(obj);
	}
	fputs("]}\n", view->f);
	return 0;
}

static int json_end(const struct rmap_view *view, const struct rmap_account *a)
{
	json_t *lost = json_object();

	for (enum lost l = 0; l < LOSTS; l++)
		json_object_set_new(lost, lost__name(l), json_integer(a->lost[l]));
	return json__line(
		view->f, json_pack("{s:s, s:f, s:I, s:I, s:o, s:{s:I, s:I, s:I}, s:{s:I, s:I}}",
				   "type", "end", "ts", json__now(), "seen", (json_int_t)a->seen,
				   "recorded", (json_int_t)a->recorded, "lost", lost, "inexact",
				   "visits_missed", (json_int_t)a->visits_missed, "hist_full",
				   (json_int_t)a->hist_full, "orphans", (json_int_t)a->orphans, "bpf",
				   "runs", (json_int_t)a->bpf_runs, "ns", (json_int_t)a->bpf_ns));
}

const struct rmap_view_ops rmap_view_json = {
	.header = json_header,
	.interval = json_interval,
	.end = json_end,
};
