// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is always true of an anon_vma forest (mm/rmap.c, 5.10 to 7.2):
 * __anon_vma_prepare() and anon_vma_fork() make anon_vmas, anon_vma_clone() copies chains and
 * may use one again, unlink_anon_vmas() undoes both.
 */
#include <errno.h>
#include <stdlib.h>
#include "check.h"

static const char *const names[] = {
	[CHECK_OWN] = "own",
	[CHECK_ROOT] = "root",
	[CHECK_ACTIVE] = "num_active_vmas",
	[CHECK_CHILDREN] = "num_children",
	[CHECK_INTERVAL] = "interval",
};

const char *check__name(enum check check)
{
	return names[check];
}

static uint64_t add(uint64_t print, uint64_t value)
{
	print = (print ^ value) * 0x9e3779b97f4a7c15;
	return print ^ print >> 29;
}

static uint64_t vma_print(const struct forest *f, const struct forest_vma *vma)
{
	const struct forest_process *p = &f->processes[vma->process];
	uint64_t h = add(vma->addr, vma->start);

	h = add(add(h, vma->end), vma->pgoff);
	return add(add(add(h, vma->own), vma->avcs), (uint64_t)p->pid << 32 | p->part);
}

static uint64_t anon_vma_print(const struct forest *f, const struct forest_anon_vma *av)
{
	uint64_t h = add(add(av->k.addr, av->k.root), av->k.parent);

	h = add(add(add(h, av->k.num_children), av->k.num_active_vmas), av->children);
	for (uint32_t i = 0; i < av->avcs; i++)
		h = add(h, vma_print(f, &f->vmas[f->avcs[f->by_anon_vma[av->first_avc + i]].vma]));
	return add(h, av->part);
}

static int append(struct violations *found, const struct violation *v)
{
	if (found->n == found->cap) {
		size_t cap = found->cap ? 2 * found->cap : 16;
		struct violation *more = realloc(found->v, cap * sizeof(*more));

		if (!more)
			return -ENOMEM;
		found->v = more;
		found->cap = cap;
	}
	found->v[found->n++] = *v;
	return 0;
}

static int of_vma(const struct forest *f, struct violations *found, enum check check, uint32_t vma,
		  uint32_t anon_vma, uint64_t is, uint64_t should)
{
	const struct violation v = {
		.check = check,
		.vma = vma,
		.anon_vma = anon_vma,
		.is = is,
		.should = should,
		.subject = f->vmas[vma].start,
		.print = add(vma_print(f, &f->vmas[vma]), is),
	};

	return append(found, &v);
}

static int of_anon_vma(const struct forest *f, struct violations *found, enum check check,
		       uint32_t anon_vma, uint64_t is, uint64_t should)
{
	const struct violation v = {
		.check = check,
		.vma = FOREST_NONE,
		.anon_vma = anon_vma,
		.is = is,
		.should = should,
		.subject = f->anon_vmas[anon_vma].k.addr,
		.print = anon_vma_print(f, &f->anon_vmas[anon_vma]),
	};

	return append(found, &v);
}

static int check_vma(const struct forest *f, uint32_t i, struct violations *found)
{
	const struct forest_vma *vma = &f->vmas[i];
	uint32_t own = FOREST_NONE, first = FOREST_NONE, linked = 0;
	int err = 0;

	for (uint32_t k = 0; k < vma->avcs && !err; k++) {
		const struct forest_avc *avc = &f->avcs[f->by_vma[vma->first_avc + k]];
		const struct forest_anon_vma *av = &f->anon_vmas[avc->anon_vma];

		if (!avc->linked)
			continue;
		linked++;
		if (av->k.addr == vma->own)
			own = avc->anon_vma;
		if (first == FOREST_NONE)
			first = avc->anon_vma;
		if (av->k.root != f->anon_vmas[first].k.root)
			err = of_vma(f, found, CHECK_ROOT, i, avc->anon_vma, av->k.root,
				     f->anon_vmas[first].k.root);
		if (!err && avc->last < forest_vma__last(vma))
			err = of_vma(f, found, CHECK_INTERVAL, i, avc->anon_vma, avc->last,
				     forest_vma__last(vma));
	}
	if (!err && own == FOREST_NONE && (vma->own || linked))
		err = of_vma(f, found, CHECK_OWN, i, FOREST_NONE, vma->own, 0);
	return err;
}

static int check_anon_vma(const struct forest *f, uint32_t i, struct violations *found)
{
	const struct forest_anon_vma *av = &f->anon_vmas[i];
	uint64_t active = av->elsewhere.active;
	uint64_t children = av->elsewhere.children + av->children + (av->k.parent == av->k.addr);
	int err = 0;

	for (uint32_t k = 0; k < av->avcs; k++)
		active += forest__active(f, &f->avcs[f->by_anon_vma[av->first_avc + k]]);
	if (av->k.num_active_vmas != FOREST_UNKNOWN && av->k.num_active_vmas != active)
		err = of_anon_vma(f, found, CHECK_ACTIVE, i, av->k.num_active_vmas, active);
	if (!err && av->k.num_children != FOREST_UNKNOWN && av->k.num_children != children)
		err = of_anon_vma(f, found, CHECK_CHILDREN, i, av->k.num_children, children);
	return err;
}

int check__run(const struct forest *f, struct violations *found)
{
	int err = 0;

	for (size_t i = 0; i < f->n_vmas && !err; i++)
		if (!f->vmas[i].gone)
			err = check_vma(f, i, found);
	for (size_t i = 0; i < f->n_anon_vmas && !err; i++)
		if (f->anon_vmas[i].avcs) /* else all its VMAs were read again, elsewhere */
			err = check_anon_vma(f, i, found);
	return err;
}

static int by_print(const void *a, const void *b)
{
	const struct violation *x = a, *y = b;

	if (x->check != y->check)
		return x->check < y->check ? -1 : 1;
	if (x->subject != y->subject)
		return x->subject < y->subject ? -1 : 1;
	return x->print < y->print ? -1 : x->print > y->print;
}

void check__keep(struct violations *old, const struct violations *now)
{
	size_t kept = 0;

	if (old->n)
		qsort(old->v, old->n, sizeof(*old->v), by_print);
	for (size_t i = 0; i < now->n && kept < old->n; i++)
		if (bsearch(&now->v[i], old->v, old->n, sizeof(*old->v), by_print))
			now->v[kept++] = now->v[i];
	for (size_t i = 0; i < kept; i++)
		old->v[i] = now->v[i];
	old->n = kept;
}

static bool has_changed(const struct forest *f, const struct violation *v)
{
	const struct forest_vma *vma;

	if (v->anon_vma != FOREST_NONE && f->anon_vmas[v->anon_vma].changed)
		return true;
	if (v->vma == FOREST_NONE)
		return false;
	vma = &f->vmas[v->vma];
	for (uint32_t k = 0; k < vma->avcs; k++)
		if (f->anon_vmas[f->avcs[f->by_vma[vma->first_avc + k]].anon_vma].changed)
			return true;
	return false;
}

void check__settled(struct violations *v, const struct forest *f)
{
	size_t n = 0;

	for (size_t i = 0; i < v->n; i++)
		if (!has_changed(f, &v->v[i]))
			v->v[n++] = v->v[i];
	v->n = n;
}

void check__free(struct violations *v)
{
	free(v->v);
	*v = (struct violations){ 0 };
}
