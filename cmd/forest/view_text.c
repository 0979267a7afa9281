// SPDX-License-Identifier: GPL-2.0-only
/* A forest for people. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "../lib/prose.h"
#include "../lib/table.h"
#include "../lib/text.h"
#include "../lib/units.h"
#include "view.h"

#define STEP	   2  /* columns a level is indented by */
#define LEVELS_MAX 30 /* more of them make no picture: the depth is in the line */

/* A line with an indentation, which its continuations have too. */
static int line(FILE *out, size_t indent, size_t width, const char *text)
{
	char clean[512], *lines = NULL, *at, *end;
	size_t len;
	FILE *f;

	text__clean(clean, sizeof(clean), text);
	if (width && indent > width / 3)
		indent = width / 3;
	if (!width || indent + text__width(clean) <= width) {
		fprintf(out, "%*s%s\n", (int)indent, "", clean);
		return 0;
	}
	f = open_memstream(&lines, &len);
	if (!f)
		return -ENOMEM;
	text__wrap(f, clean, width - indent - STEP);
	if (fclose(f)) {
		free(lines);
		return -ENOMEM;
	}
	for (at = lines; *at; at = end + (*end == '\n')) {
		end = at + strcspn(at, "\n");
		fprintf(out, "%*s%.*s\n", (int)(indent + (at == lines ? 0 : STEP)), "",
			(int)(end - at), at);
	}
	free(lines);
	return 0;
}

static const char *counter(char buf[24], uint64_t n)
{
	if (n == FOREST_UNKNOWN)
		return "?";
	snprintf(buf, 24, "%" PRIu64, n);
	return buf;
}

static int tree_anon_vma(FILE *out, const struct forest *f, const struct forest_anon_vma *av,
			 size_t indent, size_t width)
{
	char text[256], parent[32] = "root", children[24], active[24];

	if (av->k.parent != av->k.addr)
		snprintf(parent, sizeof(parent), "parent 0x%" PRIx64, av->k.parent);
	snprintf(text, sizeof(text),
		 "anon_vma 0x%" PRIx64 " %s%s depth %" PRIu32 " refcount %" PRIu32
		 " num_children %s num_active_vmas %s%s",
		 av->k.addr, parent,
		 av->parent == FOREST_NONE && av->k.parent != av->k.addr ? " (not read)" : "",
		 av->depth, av->k.refcount, counter(children, av->k.num_children),
		 counter(active, av->k.num_active_vmas), av->changed ? ", changed while read" : "");
	(void)f;
	return line(out, indent, width, text);
}

static int tree_vma(FILE *out, const struct forest *f, const struct forest_avc *avc, size_t indent,
		    size_t width)
{
	const struct forest_vma *vma = &f->vmas[avc->vma];
	const struct forest_process *p = &f->processes[vma->process];
	char text[256];

	snprintf(text, sizeof(text),
		 "%" PRIu32 " %s %" PRIx64 "-%" PRIx64 " pgoff 0x%" PRIx64 "-0x%" PRIx64 " %s",
		 p->pid, p->comm, vma->start, vma->end, vma->pgoff, forest_vma__last(vma),
		 !avc->linked		? "own, but not in its chain" :
		 forest__active(f, avc) ? "own" :
					  "inherited");
	return line(out, indent, width, text);
}

static int tree_elsewhere(FILE *out, const struct forest *f, uint32_t i, size_t indent, size_t width)
{
	const struct forest_elsewhere e = forest__elsewhere(f, i);
	char text[128];

	if (!e.vmas && !e.children)
		return 0;
	snprintf(text, sizeof(text),
		 "not shown: %" PRIu64 " more VMAs, %" PRIu64
		 " of them with it as own, and %" PRIu64 " more children",
		 e.vmas, e.active, e.children);
	return line(out, indent, width, text);
}

/* Processes that have no memory of their own. */
static int tree_sharers(FILE *out, const struct forest *f, size_t width)
{
	bool *shown = calloc(f->n_processes + 1, sizeof(*shown));
	int err = 0;

	if (!shown)
		return -ENOMEM;
	for (size_t i = 0; i < f->n_vmas; i++)
		if (f->vmas[i].shown)
			shown[f->vmas[i].process] = true;
	for (size_t i = 0; i < f->n_processes && !err; i++) {
		const struct forest_process *p = &f->processes[i];
		char text[128];

		if (p->same_mm == FOREST_NONE || !shown[p->same_mm])
			continue;
		snprintf(text, sizeof(text),
			 "%" PRIu32 "%s%s shares the memory of %" PRIu32 " %s: it is shown once",
			 p->pid, p->comm[0] ? " " : "", p->comm, f->processes[p->same_mm].pid,
			 f->processes[p->same_mm].comm);
		err = line(out, 0, width, text);
	}
	free(shown);
	return err;
}

int view_text__tree(FILE *out, const struct forest *f, size_t width)
{
	int err = 0;

	for (size_t n = 0; n < f->n_anon_vmas && !err; n++) {
		uint32_t i = f->order[n];
		const struct forest_anon_vma *av = &f->anon_vmas[i];
		size_t indent = STEP * (av->depth < LEVELS_MAX ? av->depth : LEVELS_MAX);

		if (!av->shown)
			continue;
		err = tree_anon_vma(out, f, av, indent, width);
		for (uint32_t k = 0; k < av->avcs && !err; k++) {
			const struct forest_avc *avc = &f->avcs[f->by_anon_vma[av->first_avc + k]];

			if (f->vmas[avc->vma].shown)
				err = tree_vma(out, f, avc, indent + 2 * STEP, width);
		}
		if (!err)
			err = tree_elsewhere(out, f, i, indent + 2 * STEP, width);
	}
	return err ? err : tree_sharers(out, f, width);
}

/* ---------------------------------------------------------------- summary */

static const struct table_col cols[] = {
	{ "PID", false, 0 }, { "COMM", true, 0 },  { "VMAS", false, 2 },
	{ "OWN", false, 3 }, { "AVCS", false, 0 }, { "AVCS/VMA", false, 1 },
};

static int print_processes(FILE *out, const struct forest *f, const struct summary *s, size_t width,
			   size_t rows)
{
	struct table *t = table__new(cols, sizeof(cols) / sizeof(*cols));
	size_t n = rows && rows < s->n_processes ? rows : s->n_processes;
	int err;

	if (!t)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		const struct summary_process *p = &s->processes[i];
		char pid[24], vmas[24], own[24], avcs[24], ratio[UNITS_LEN];

		table__cell(t, counter(pid, f->processes[p->process].pid));
		table__cell(t, f->processes[p->process].comm);
		table__cell(t, counter(vmas, p->vmas));
		table__cell(t, counter(own, p->own));
		table__cell(t, counter(avcs, p->avcs));
		table__cell(t, units__ratio(ratio, p->avcs, p->vmas));
	}
	err = table__print(t, out, width);
	table__free(t);
	if (!err && n < s->n_processes)
		fprintf(out, "and %zu more processes\n", s->n_processes - n);
	return err;
}

static void print_numbers(FILE *p, const struct forest *f, const struct slab *slab,
			  const struct summary *s)
{
	fprintf(p,
		"%" PRIu64 " anon_vmas in %" PRIu64 " trees, %" PRIu64 " AVCs of %" PRIu64
		" VMAs in %zu processes: %" PRIu64 " bytes of slab (%" PRIu64
		" an anon_vma, %" PRIu64 " an AVC)",
		s->anon_vmas, s->trees, s->avcs, s->vmas, s->n_processes,
		s->anon_vmas * slab->anon_vma_size + s->avcs * slab->avc_size, slab->anon_vma_size,
		slab->avc_size);
	if (slab->anon_vmas != FOREST_UNKNOWN)
		fprintf(p, "; the kernel counts %" PRIu64 " anon_vmas", slab->anon_vmas);
	if (slab->avcs != FOREST_UNKNOWN)
		fprintf(p, ", %" PRIu64 " AVCs", slab->avcs);
	if (s->changed)
		fprintf(p, "; %" PRIu64 " anon_vmas changed while they were read", s->changed);
	if (s->deepest_vma != FOREST_NONE) {
		const struct forest_vma *vma = &f->vmas[s->deepest_vma];

		fprintf(p, ". Deepest chain: %" PRIu32 " AVCs, of %" PRIu32 " %s at %" PRIx64,
			s->deepest, f->processes[vma->process].pid, f->processes[vma->process].comm,
			vma->start);
	}
	if (s->widest != FOREST_NONE)
		fprintf(p, ". Widest anon_vma: 0x%" PRIx64 ", %" PRIu64 " AVCs",
			f->anon_vmas[s->widest].k.addr, s->width);
	if (!isnan(s->walk))
		fprintf(p, ". A walk for a page that a process wrote visits %.1f VMAs on the average",
			s->walk);
}

int view_text__summary(FILE *out, const struct forest *f, const struct slab *slab, size_t width,
		       size_t rows)
{
	struct summary s;
	struct prose prose;
	FILE *p;
	int err = summary__make(&s, f);

	p = err ? NULL : prose__open(&prose, out);
	if (p)
		print_numbers(p, f, slab, &s);
	err = p ? prose__close(&prose) : -ENOMEM;
	if (!err && s.n_processes)
		err = print_processes(out, f, &s, width, rows);
	summary__free(&s);
	return err;
}

/* -------------------------------------------------------------- violations */

static const char *const meaning[] = {
	[CHECK_OWN] = "its own anon_vma is not in its chain",
	[CHECK_ROOT] = "an anon_vma of its chain has another root than the others",
	[CHECK_ACTIVE] = "num_active_vmas is not the number of VMAs that call it theirs",
	[CHECK_CHILDREN] = "num_children is not the number of anon_vmas that call it parent",
	[CHECK_INTERVAL] = "the interval tree does not know of all its pages",
};

static int print_violation(FILE *out, const struct forest *f, const struct violation *v, size_t width)
{
	char text[256] = "", what[64];
	bool is_address = v->check == CHECK_OWN || v->check == CHECK_ROOT;
	size_t n = 0;

	if (v->vma != FOREST_NONE) {
		const struct forest_vma *vma = &f->vmas[v->vma];
		const struct forest_process *p = &f->processes[vma->process];

		n += snprintf(text, sizeof(text), "VMA %" PRIx64 "-%" PRIx64 " of %" PRIu32 " %s, ",
			      vma->start, vma->end, p->pid, p->comm);
	}
	if (v->anon_vma != FOREST_NONE)
		n += snprintf(text + n, sizeof(text) - n, "anon_vma 0x%" PRIx64 ", ",
			      f->anon_vmas[v->anon_vma].k.addr);
	if (v->check == CHECK_OWN)
		snprintf(what, sizeof(what), "0x%" PRIx64, v->is);
	else if (is_address)
		snprintf(what, sizeof(what), "0x%" PRIx64 ", not 0x%" PRIx64, v->is, v->should);
	else
		snprintf(what, sizeof(what), "%" PRIu64 ", not %" PRIu64, v->is, v->should);
	snprintf(text + n, sizeof(text) - n, "%s: %s", meaning[v->check], what);
	return line(out, 0, width, text);
}

int view_text__violations(FILE *out, const struct forest *f, const struct violations *v, size_t width)
{
	uint64_t changed = 0;
	struct prose prose;
	FILE *p;
	int err = 0;

	for (size_t i = 0; i < v->n && !err; i++)
		err = print_violation(out, f, &v->v[i], width);
	for (size_t i = 0; i < f->n_anon_vmas; i++)
		changed += f->anon_vmas[i].changed;
	p = err ? NULL : prose__open(&prose, out);
	if (!p)
		return -ENOMEM;
	if (v->n)
		fprintf(p, "%zu violation%s", v->n, v->n == 1 ? "" : "s");
	else
		fputs("no violation", p);
	fprintf(p, " in %zu anon_vmas and %zu AVCs of %zu VMAs", f->n_anon_vmas, f->n_avcs,
		f->n_vmas);
	if (changed)
		fprintf(p,
			"; %" PRIu64 " anon_vmas changed while they were read and cannot be judged",
			changed);
	return prose__close(&prose);
}
