// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who maps a folio: the VMAs that the reverse map leads to, each asked through
 * /proc/PID/pagemap what it has where the folio would be.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "../lib/grow.h"
#include "mappers.h"
#include "owner.h"
#include "pagemap.h"

#define PAGE_SHIFT 12

const char *mapper__has_name(enum mapper_has has)
{
	static const char *const names[] = {
		[MAPPER_FOLIO] = "folio",     [MAPPER_OTHER] = "other",
		[MAPPER_SWAP] = "swap",	      [MAPPER_NONE] = "none",
		[MAPPER_OUTSIDE] = "outside", [MAPPER_REFUSED] = "refused",
		[MAPPER_GONE] = "gone",
	};

	return names[has];
}

/* Pages of a folio in order, and where the frame is among them. */
struct span {
	uint64_t first, last; /* offsets */
	uint64_t frame;
	uint64_t pfn; /* of the frame */
};

/* ------------------------------------------------------------------- proof */

/* The pages of a VMA and of the folio: what is there? */
static int look(struct mapper *m, const struct span *span, int fd)
{
	uint64_t from = span->first > m->vma.pgoff ? span->first : m->vma.pgoff;
	uint64_t last = tree_vma__last(&m->vma), to = span->last < last ? span->last : last;
	uint64_t *entries = malloc((to - from + 1) * sizeof(*entries));
	uint64_t addr = tree_vma__address(&m->vma, from), at = from;
	ssize_t n;

	if (!entries)
		return -ENOMEM;
	n = pagemap__read(fd, addr, entries, to - from + 1);
	m->has = MAPPER_NONE;
	for (ssize_t i = 0; i < n; i++) {
		uint64_t pgoff = from + i, pfn = span->pfn + (pgoff - span->frame);

		if (pagemap__maps(entries[i], pfn)) {
			if (!m->pages++)
				at = pgoff;
			m->has = MAPPER_FOLIO;
			m->maps |= pgoff == span->frame;
		} else if (m->has != MAPPER_FOLIO && entries[i] & PAGEMAP_PRESENT) {
			m->has = MAPPER_OTHER;
		} else if (m->has == MAPPER_NONE && entries[i] & PAGEMAP_SWAP) {
			m->has = MAPPER_SWAP;
		}
	}
	m->has_frame = span->frame >= from && span->frame <= to;
	m->address = tree_vma__address(&m->vma, m->has_frame ? span->frame : at);
	free(entries);
	/* The memory of a process that has ended has no entries. */
	return n > 0 ? 0 : n < 0 ? n : -ESRCH;
}

/* Asks those who have a VMA's memory, one after the other, until one answers. */
static int ask(struct mapper *m, const struct span *span)
{
	int err = 0;

	m->has = MAPPER_GONE;
	for (size_t i = 0; i < m->n_tasks; i++) {
		int fd = pagemap__open(m->tasks[i].pid);

		if (fd == -EACCES || fd == -EPERM)
			m->has = MAPPER_REFUSED;
		if (fd < 0)
			continue;
		err = look(m, span, fd);
		close(fd);
		if (!err || err == -ENOMEM)
			return err;
		m->has = MAPPER_GONE;
	}
	return 0;
}

/* What is in a VMA. */
static int prove(struct mappers *ms, struct mapper *m, const struct span *span)
{
	int err = 0;

	m->tasks = kmem_tasks__of(&ms->tasks, m->vma.mm, &m->n_tasks);
	while (m->n_tasks && !m->tasks->pid) {
		m->tasks++;
		m->n_tasks--;
	}
	m->address =
		tree_vma__address(&m->vma, m->vma.pgoff > span->frame ? m->vma.pgoff : span->frame);
	if (m->n_tasks) {
		err = ask(m, span);
	} else {
		m->has = m->tasks || ms->in_pidns ? MAPPER_OUTSIDE : MAPPER_GONE;
		m->tasks = NULL;
	}
	ms->torn |= m->has == MAPPER_GONE;
	ms->mapped += m->maps;
	return err;
}

static int add(struct mappers *ms, const struct tree_vma *vma, const struct span *span)
{
	struct mapper *m = grow__add((void **)&ms->mapper, &ms->n, &ms->cap, sizeof(*m));

	if (!m)
		return -ENOMEM;
	m->vma = *vma;
	return prove(ms, m, span);
}

/* --------------------------------------------------------- by kind of folio */

static int by_tree(struct kmem *k, const struct folio *f, struct mappers *ms, const struct span *span)
{
	uint64_t mapping = f->head.mapping & ~(uint64_t)FOLIO_MAPPING_TAG;
	struct tree_vmas vmas = { 0 };
	int err;

	if (folio__anon(f))
		err = tree__of_anon_vma(k, mapping, span->first, span->last, &vmas);
	else
		err = tree__of_mapping(k, mapping, span->first, span->last, &vmas);
	for (size_t i = 0; !err && i < vmas.n; i++)
		err = add(ms, &vmas.vma[i], span);
	ms->torn |= vmas.torn;
	tree_vmas__free(&vmas);
	return err;
}

static int by_mm_and_address(const void *a, const void *b)
{
	const struct mapper *x = a, *y = b;

	if (x->vma.mm != y->vma.mm)
		return x->vma.mm < y->vma.mm ? -1 : 1;
	return x->address < y->address ? -1 : x->address > y->address;
}

/*
 * A KSM folio's users are addresses, each in the VMAs of an anon_vma: those of the process that
 * ksmd saw, and of others that were forked since (rmap_walk_ksm() in mm/ksm.c, 5.10 to 7.2).
 */
static int by_ksm(struct kmem *k, const struct folio *f, struct mappers *ms)
{
	struct owner_ksms items = { 0 };
	int err = owner__ksm(k, f->head.mapping & ~(uint64_t)FOLIO_MAPPING_TAG, &items);
	size_t n = 0;

	for (size_t i = 0; !err && i < items.n; i++) {
		struct tree_vmas vmas = { 0 };

		err = tree__of_anon_vma(k, items.item[i].anon_vma, 0, UINT64_MAX, &vmas);
		for (size_t j = 0; !err && j < vmas.n; j++) {
			const struct tree_vma *vma = &vmas.vma[j];
			uint64_t address = items.item[i].address;
			struct span span = { .pfn = f->page.pfn };

			if (address < vma->start || address >= vma->end)
				continue;
			span.frame = vma->pgoff + ((address - vma->start) >> PAGE_SHIFT);
			span.first = span.last = span.frame;
			err = add(ms, vma, &span);
		}
		ms->torn |= vmas.torn;
		tree_vmas__free(&vmas);
	}
	ms->torn |= items.torn;
	free(items.item);
	/* Each address once: a parent and its child may both be noted. */
	if (ms->n)
		qsort(ms->mapper, ms->n, sizeof(*ms->mapper), by_mm_and_address);
	ms->mapped = 0;
	for (size_t i = 0; i < ms->n; i++) {
		if (n && !by_mm_and_address(&ms->mapper[n - 1], &ms->mapper[i]))
			continue;
		ms->mapper[n++] = ms->mapper[i];
		ms->mapped += ms->mapper[n - 1].maps;
	}
	ms->n = n;
	return err;
}

static uint32_t pid_of(const struct mapper *m)
{
	return m->tasks ? m->tasks->pid : 0;
}

static int by_pid_and_address(const void *a, const void *b)
{
	const struct mapper *x = a, *y = b;
	uint32_t p = pid_of(x), q = pid_of(y);

	if (p != q)
		return p < q ? -1 : 1;
	return x->address < y->address ? -1 : x->address > y->address;
}

int mappers__find(struct kmem *k, const struct folio *f, struct mappers *ms)
{
	uint64_t frame = folio__pgoff(k, f);
	const struct span span = {
		.first = frame - (f->page.pfn - f->head.pfn),
		.last = frame - (f->page.pfn - f->head.pfn) + (1ULL << f->order) - 1,
		.frame = frame,
		.pfn = f->page.pfn,
	};
	int err;

	if (!folio__is_mapped_kind(f))
		return 0;
	ms->in_pidns = k->in_pidns;
	err = k->tasks(k, &ms->tasks);
	if (!err)
		err = f->kind == FOLIO_KIND_KSM ? by_ksm(k, f, ms) : by_tree(k, f, ms, &span);
	if (ms->n)
		qsort(ms->mapper, ms->n, sizeof(*ms->mapper), by_pid_and_address);
	return err;
}

void mappers__free(struct mappers *ms)
{
	free(ms->mapper);
	kmem_tasks__free(&ms->tasks);
	*ms = (struct mappers){ 0 };
}
