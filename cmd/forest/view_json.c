// SPDX-License-Identifier: GPL-2.0-only
/* A forest as JSON Lines. */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include "../lib/json.h"
#include "view.h"

void forest_time__round(struct forest_time *time)
{
	time->ts = round(time->ts * 1e6) / 1e6;
	time->interval_s = round(time->interval_s * 1e6) / 1e6;
}

static json_t *address(uint64_t a)
{
	return json_sprintf("0x%" PRIx64, a);
}

/* A number, or null where the kernel has none. */
static json_t *counter(uint64_t n)
{
	return n == FOREST_UNKNOWN ? json_null() : json_integer(n);
}

/* Other processes with the same memory, as pids; NULL: there are none. */
static json_t *sharers(const struct forest *f, uint32_t process)
{
	json_t *pids = NULL;

	for (size_t i = 0; i < f->n_processes; i++) {
		if (f->processes[i].same_mm != process)
			continue;
		if (!pids)
			pids = json_array();
		json_array_append_new(pids, json_integer(f->processes[i].pid));
	}
	return pids;
}

static json_t *vma_json(const struct forest *f, const struct forest_avc *avc)
{
	const struct forest_vma *vma = &f->vmas[avc->vma];
	const struct forest_process *p = &f->processes[vma->process];
	json_t *obj = json_pack("{s:I, s:o, s:o, s:o, s:I, s:b, s:I}", "pid", (json_int_t)p->pid,
				"comm", json__comm(p->comm), "start", address(vma->start), "end",
				address(vma->end), "pgoff", (json_int_t)vma->pgoff, "active",
				forest__active(f, avc), "last", (json_int_t)avc->last);
	json_t *pids = p->shares ? sharers(f, vma->process) : NULL;

	if (obj && !avc->linked)
		json_object_set_new(obj, "linked", json_false());
	if (pids)
		json_object_set_new(obj, "shared_with", pids);
	return obj;
}

static int print_anon_vma(FILE *out, const struct forest *f, uint32_t i, struct forest_time time)
{
	const struct forest_anon_vma *av = &f->anon_vmas[i];
	const struct forest_elsewhere e = forest__elsewhere(f, i);
	const char *sep = "";

	fprintf(out,
		"{\"type\":\"snapshot\",\"ts\":%.6f,\"interval_s\":%.6f,\"addr\":\"0x%" PRIx64
		"\",\"root\":\"0x%" PRIx64 "\",\"parent\":\"0x%" PRIx64 "\",\"depth\":%" PRIu32
		",\"refcount\":%" PRIu32,
		time.ts, time.interval_s, av->k.addr, av->k.root, av->k.parent, av->depth,
		av->k.refcount);
	if (av->k.num_children == FOREST_UNKNOWN)
		fputs(",\"num_children\":null,\"num_active_vmas\":null", out);
	else
		fprintf(out, ",\"num_children\":%" PRIu64 ",\"num_active_vmas\":%" PRIu64,
			av->k.num_children, av->k.num_active_vmas);
	if (av->changed)
		fputs(",\"changed\":true", out);
	if (e.vmas || e.active || e.children)
		fprintf(out,
			",\"elsewhere\":{\"vmas\":%" PRIu64 ",\"active\":%" PRIu64
			",\"children\":%" PRIu64 "}",
			e.vmas, e.active, e.children);
	fputs(",\"vmas\":[", out);
	for (uint32_t k = 0; k < av->avcs; k++) {
		const struct forest_avc *avc = &f->avcs[f->by_anon_vma[av->first_avc + k]];
		json_t *vma;

		if (!f->vmas[avc->vma].shown)
			continue;
		vma = vma_json(f, avc);
		if (!vma)
			return -ENOMEM;
		fputs(sep, out);
		json_dumpf(vma, out, JSON_COMPACT | JSON_ENSURE_ASCII);
		json_decref(vma);
		sep = ",";
	}
	fputs("]}\n", out);
	return 0;
}

/* ----------------------------------------------------------- the last line */

static json_t *process_json(const struct forest *f, uint32_t process)
{
	const struct forest_process *p = &f->processes[process];

	return json_pack("{s:I, s:o}", "pid", (json_int_t)p->pid, "comm", json__comm(p->comm));
}

static json_t *processes_json(const struct forest *f, const struct summary *s)
{
	json_t *rows = json_array();

	for (size_t i = 0; rows && i < s->n_processes; i++) {
		const struct summary_process *p = &s->processes[i];
		json_t *row = process_json(f, p->process);

		json_object_set_new(row, "vmas", json_integer(p->vmas));
		json_object_set_new(row, "avcs", json_integer(p->avcs));
		json_object_set_new(row, "own", json_integer(p->own));
		json_array_append_new(rows, row);
	}
	return rows;
}

static json_t *deepest_json(const struct forest *f, const struct summary *s)
{
	json_t *obj;

	if (s->deepest_vma == FOREST_NONE)
		return json_null();
	obj = process_json(f, f->vmas[s->deepest_vma].process);
	json_object_set_new(obj, "start", address(f->vmas[s->deepest_vma].start));
	json_object_set_new(obj, "avcs", json_integer(s->deepest));
	return obj;
}

static json_t *widest_json(const struct forest *f, const struct summary *s)
{
	if (s->widest == FOREST_NONE)
		return json_null();
	return json_pack("{s:o, s:I}", "addr", address(f->anon_vmas[s->widest].k.addr), "avcs",
			 (json_int_t)s->width);
}

static json_t *summary_json(const struct forest *f, const struct slab *slab)
{
	struct summary s;
	json_t *obj;

	if (summary__make(&s, f))
		return NULL;
	obj = json_pack(
		"{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o}",
		"anon_vmas", (json_int_t)s.anon_vmas, "trees", (json_int_t)s.trees, "avcs",
		(json_int_t)s.avcs, "vmas", (json_int_t)s.vmas, "changed", (json_int_t)s.changed,
		"bytes", (json_int_t)(s.anon_vmas * slab->anon_vma_size + s.avcs * slab->avc_size),
		"anon_vma_size", (json_int_t)slab->anon_vma_size, "avc_size",
		(json_int_t)slab->avc_size, "slab_anon_vmas", counter(slab->anon_vmas), "slab_avcs",
		counter(slab->avcs), "deepest", deepest_json(f, &s), "widest", widest_json(f, &s),
		"vmas_per_walk", isnan(s.walk) ? json_null() : json_real(s.walk), "by_process",
		processes_json(f, &s));
	summary__free(&s);
	return obj;
}

static json_t *violation_json(const struct forest *f, const struct violation *v)
{
	bool is_address = v->check == CHECK_OWN || v->check == CHECK_ROOT;
	json_t *obj = json_pack("{s:s, s:o, s:o}", "check", check__name(v->check), "is",
				is_address ? address(v->is) : json_integer(v->is), "should",
				is_address ? address(v->should) : json_integer(v->should));

	if (v->check == CHECK_OWN)
		json_object_del(obj, "should");
	if (v->anon_vma != FOREST_NONE)
		json_object_set_new(obj, "anon_vma", address(f->anon_vmas[v->anon_vma].k.addr));
	if (v->vma != FOREST_NONE) {
		json_object_set_new(obj, "pid",
				    json_integer(f->processes[f->vmas[v->vma].process].pid));
		json_object_set_new(obj, "start", address(f->vmas[v->vma].start));
	}
	return obj;
}

int view_json__forest(FILE *out, const struct forest *f, const struct slab *slab,
		      const struct violations *v, struct forest_time time)
{
	json_t *list = json_array(), *summary;

	for (size_t i = 0; i < f->n_anon_vmas; i++)
		if (f->anon_vmas[f->order[i]].shown && print_anon_vma(out, f, f->order[i], time))
			return -ENOMEM;
	for (size_t i = 0; i < v->n; i++)
		json_array_append_new(list, violation_json(f, &v->v[i]));
	summary = summary_json(f, slab);
	if (!summary) {
		json_decref(list);
		return -ENOMEM;
	}
	return json__line(out, json_pack("{s:s, s:f, s:f, s:o, s:o}", "type", "snapshot", "ts",
					 time.ts, "interval_s", time.interval_s, "summary", summary,
					 "violations", list));
}
