// SPDX-License-Identifier: GPL-2.0-only
/* The anon_vma forest, joined by address. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "forest.h"

/* ------------------------------------------------------------------- maps */

static uint64_t mix(uint64_t a, uint64_t b)
{
	uint64_t h = (a ^ b * 0x9e3779b97f4a7c15) * 0xff51afd7ed558ccd;

	return h ^ h >> 32;
}

static uint64_t anon_vma_hash(const struct forest *f, uint32_t i)
{
	return mix(f->anon_vmas[i].k.addr, f->anon_vmas[i].part);
}

static uint64_t process_hash(const struct forest *f, uint32_t i)
{
	return mix(f->processes[i].mm ? f->processes[i].mm : f->processes[i].pid,
		   f->processes[i].part);
}

static uint64_t vma_hash(const struct forest *f, uint32_t i)
{
	return mix(f->vmas[i].start, f->vmas[i].process);
}

typedef uint64_t (*hash_fn)(const struct forest *f, uint32_t i);

static void map_put(struct forest_map *m, uint64_t hash, uint32_t i)
{
	size_t at = hash & (m->size - 1);

	while (m->slot[at] != FOREST_NONE)
		at = (at + 1) & (m->size - 1);
	m->slot[at] = i;
	m->used++;
}

/* Twice as large when half full: looking up stays as quick. */
static bool map_grow(struct forest *f, struct forest_map *m, hash_fn hash)
{
	struct forest_map more = { .size = m->size ? 2 * m->size : 1024 };

	if (2 * (m->used + 1) <= m->size)
		return true;
	more.slot = malloc(more.size * sizeof(*more.slot));
	if (!more.slot) {
		f->failed = true;
		return false;
	}
	memset(more.slot, 0xff, more.size * sizeof(*more.slot));
	for (size_t i = 0; i < m->size; i++)
		if (m->slot[i] != FOREST_NONE)
			map_put(&more, hash(f, m->slot[i]), m->slot[i]);
	free(m->slot);
	*m = more;
	return true;
}

/* The next candidate of this hash; *at: where to go on, begin with the hash. */
static uint32_t map_next(const struct forest_map *m, uint64_t *at)
{
	return m->size ? m->slot[(*at)++ & (m->size - 1)] : FOREST_NONE;
}

/* ----------------------------------------------------------------- adding */

/* Room for one more element; its number, or NONE. */
static uint32_t room(struct forest *f, void *array, size_t *cap, size_t n, size_t size)
{
	void **a = array, *more;
	size_t want = *cap ? *cap + *cap / 2 : 256;

	if (n < *cap)
		return n;
	more = n < FOREST_NONE - 1 ? realloc(*a, want * size) : NULL;
	if (!more) {
		f->failed = true;
		return FOREST_NONE;
	}
	*a = more;
	*cap = want;
	return n;
}

#define ROOM(f, what) room(f, &(f)->what, &(f)->cap_##what, (f)->n_##what, sizeof(*(f)->what))

uint32_t forest__find_anon_vma(const struct forest *f, uint32_t part, uint64_t addr)
{
	uint64_t at = mix(addr, part);
	uint32_t i;

	while ((i = map_next(&f->anon_vma_map, &at)) != FOREST_NONE)
		if (f->anon_vmas[i].k.addr == addr && f->anon_vmas[i].part == part)
			break;
	return i;
}

static bool same_fields(const struct anon_vma_fields *a, const struct anon_vma_fields *b)
{
	return a->root == b->root && a->parent == b->parent && a->num_children == b->num_children &&
	       a->num_active_vmas == b->num_active_vmas;
}

uint32_t forest__anon_vma(struct forest *f, uint32_t part, const struct anon_vma_fields *k)
{
	uint32_t i = forest__find_anon_vma(f, part, k->addr);

	if (i != FOREST_NONE) {
		f->anon_vmas[i].changed |= !same_fields(&f->anon_vmas[i].k, k);
		f->anon_vmas[i].k = *k;
		return i;
	}
	i = ROOM(f, anon_vmas);
	if (i == FOREST_NONE || !map_grow(f, &f->anon_vma_map, anon_vma_hash))
		return FOREST_NONE;
	f->anon_vmas[i] = (struct forest_anon_vma){ .k = *k, .part = part };
	f->n_anon_vmas++;
	map_put(&f->anon_vma_map, anon_vma_hash(f, i), i);
	return i;
}

uint32_t forest__process(struct forest *f, const struct forest_process *p)
{
	uint64_t at = mix(p->mm ? p->mm : p->pid, p->part);
	uint32_t i;

	while ((i = map_next(&f->process_map, &at)) != FOREST_NONE) {
		const struct forest_process *q = &f->processes[i];

		if (q->pid == p->pid && q->mm == p->mm && q->part == p->part)
			return i;
	}
	i = ROOM(f, processes);
	if (i == FOREST_NONE || !map_grow(f, &f->process_map, process_hash))
		return FOREST_NONE;
	f->processes[i] = *p;
	f->processes[i].same_mm = FOREST_NONE;
	f->n_processes++;
	at = mix(p->mm, p->part);
	while (p->mm) {
		uint32_t other = map_next(&f->process_map, &at);

		if (other == FOREST_NONE)
			break;
		if (f->processes[other].mm == p->mm && f->processes[other].part == p->part &&
		    f->processes[other].same_mm == FOREST_NONE) {
			f->processes[i].same_mm = other;
			break;
		}
	}
	map_put(&f->process_map, process_hash(f, i), i);
	return i;
}

uint32_t forest__vma(struct forest *f, const struct forest_vma *vma, bool *found)
{
	uint64_t at = mix(vma->start, vma->process);
	uint32_t i;

	while ((i = map_next(&f->vma_map, &at)) != FOREST_NONE) {
		*found = f->vmas[i].start == vma->start && f->vmas[i].process == vma->process &&
			 !f->vmas[i].gone;
		if (*found)
			return i;
	}
	*found = false;
	i = ROOM(f, vmas);
	if (i == FOREST_NONE || !map_grow(f, &f->vma_map, vma_hash))
		return FOREST_NONE;
	f->vmas[i] = *vma;
	f->n_vmas++;
	map_put(&f->vma_map, vma_hash(f, i), i);
	return i;
}

uint32_t forest__avc(struct forest *f, const struct forest_avc *avc)
{
	uint32_t i = ROOM(f, avcs);

	if (i != FOREST_NONE) {
		f->avcs[i] = *avc;
		f->n_avcs++;
	}
	return i;
}

void forest__forget(struct forest *f, uint32_t process)
{
	/* Rare: processes that share their memory, or memory that was used again at once. */
	for (size_t i = 0; i < f->n_vmas; i++)
		if (f->vmas[i].process == process)
			f->vmas[i].gone = true;
}

/* ---------------------------------------------------------------- joining */

static void drop_gone(struct forest *f)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n_avcs; i++)
		if (!f->vmas[f->avcs[i].vma].gone)
			f->avcs[n++] = f->avcs[i];
	f->n_avcs = n;
}

/* The AVCs by anon_vma and by VMA: counted, then put where they belong. */
static void sort_avcs(struct forest *f)
{
	uint32_t at = 0;

	for (size_t i = 0; i < f->n_anon_vmas; i++)
		f->anon_vmas[i].avcs = 0;
	for (size_t i = 0; i < f->n_vmas; i++)
		f->vmas[i].avcs = 0;
	for (size_t i = 0; i < f->n_avcs; i++) {
		f->anon_vmas[f->avcs[i].anon_vma].avcs++;
		f->vmas[f->avcs[i].vma].avcs++;
	}
	for (size_t i = 0; i < f->n_anon_vmas; i++) {
		f->anon_vmas[i].first_avc = at;
		at += f->anon_vmas[i].avcs;
		f->anon_vmas[i].avcs = 0;
	}
	at = 0;
	for (size_t i = 0; i < f->n_vmas; i++) {
		f->vmas[i].first_avc = at;
		at += f->vmas[i].avcs;
		f->vmas[i].avcs = 0;
	}
	for (size_t i = 0; i < f->n_avcs; i++) {
		struct forest_anon_vma *av = &f->anon_vmas[f->avcs[i].anon_vma];
		struct forest_vma *vma = &f->vmas[f->avcs[i].vma];

		f->by_anon_vma[av->first_avc + av->avcs++] = i;
		f->by_vma[vma->first_avc + vma->avcs++] = i;
	}
}

/* Who is whose parent; lists of children in the order in which they came in. */
static void find_parents(struct forest *f)
{
	for (size_t i = 0; i < f->n_anon_vmas; i++)
		f->anon_vmas[i].first_child = f->anon_vmas[i].next = FOREST_NONE,
		f->anon_vmas[i].children = 0;
	for (size_t i = f->n_anon_vmas; i-- > 0;) {
		struct forest_anon_vma *av = &f->anon_vmas[i], *parent;

		av->root = forest__find_anon_vma(f, av->part, av->k.root);
		av->parent = FOREST_NONE;
		if (av->k.parent != av->k.addr)
			av->parent = forest__find_anon_vma(f, av->part, av->k.parent);
		if (av->parent == FOREST_NONE)
			continue;
		parent = &f->anon_vmas[av->parent];
		av->next = parent->first_child;
		parent->first_child = i;
		parent->children++;
	}
}

/* Writes a tree down, without recursion: it may be thousands deep. */
static size_t order_tree(struct forest *f, uint32_t top, size_t n, bool *seen)
{
	uint32_t i = top, depth = 0;

	for (;;) {
		struct forest_anon_vma *av = &f->anon_vmas[i];

		if (!seen[i]) {
			seen[i] = true;
			av->depth = depth;
			f->order[n++] = i;
			if (av->first_child != FOREST_NONE && !seen[av->first_child]) {
				i = av->first_child;
				depth++;
				continue;
			}
		}
		while (i != top && f->anon_vmas[i].next == FOREST_NONE) {
			i = f->anon_vmas[i].parent;
			depth--;
		}
		if (i == top)
			return n;
		i = f->anon_vmas[i].next;
	}
}

static int order_all(struct forest *f)
{
	bool *seen = calloc(f->n_anon_vmas + 1, sizeof(*seen));
	size_t n = 0;

	if (!seen)
		return -ENOMEM;
	for (size_t i = 0; i < f->n_anon_vmas; i++)
		if (f->anon_vmas[i].parent == FOREST_NONE)
			n = order_tree(f, i, n, seen);
	/* What calls itself its own ancestor, which only what was torn can. */
	for (size_t i = 0; i < f->n_anon_vmas; i++) {
		if (seen[i])
			continue;
		seen[i] = true;
		f->anon_vmas[i].depth = 0;
		f->order[n++] = i;
	}
	free(seen);
	return 0;
}

static bool allocate(uint32_t **array, size_t n)
{
	free(*array);
	*array = malloc((n + 1) * sizeof(**array));
	return *array;
}

int forest__join(struct forest *f)
{
	drop_gone(f);
	if (f->failed || !allocate(&f->by_anon_vma, f->n_avcs) ||
	    !allocate(&f->by_vma, f->n_avcs) || !allocate(&f->order, f->n_anon_vmas))
		return -ENOMEM;
	sort_avcs(f);
	find_parents(f);
	for (size_t i = 0; i < f->n_anon_vmas; i++)
		f->anon_vmas[i].shown = f->anon_vmas[i].avcs;
	for (size_t i = 0; i < f->n_vmas; i++)
		f->vmas[i].shown = !f->vmas[i].gone;
	for (size_t i = 0; i < f->n_processes; i++)
		if (f->processes[i].same_mm != FOREST_NONE)
			f->processes[f->processes[i].same_mm].shares = true;
	return order_all(f);
}

uint64_t forest_vma__last(const struct forest_vma *vma)
{
	return vma->pgoff + ((vma->end - vma->start) >> 12) - 1;
}

bool forest__active(const struct forest *f, const struct forest_avc *avc)
{
	return f->vmas[avc->vma].own == f->anon_vmas[avc->anon_vma].k.addr;
}

void forest__free(struct forest *f)
{
	free(f->anon_vmas);
	free(f->processes);
	free(f->vmas);
	free(f->avcs);
	free(f->anon_vma_map.slot);
	free(f->process_map.slot);
	free(f->vma_map.slot);
	free(f->by_anon_vma);
	free(f->by_vma);
	free(f->order);
	*f = (struct forest){ 0 };
}

/* ---------------------------------------------------------------- showing */

void forest__hide(struct forest *f)
{
	for (size_t i = 0; i < f->n_anon_vmas; i++)
		f->anon_vmas[i].shown = false;
	for (size_t i = 0; i < f->n_vmas; i++)
		f->vmas[i].shown = false;
}

void forest__show_vma(struct forest *f, uint32_t vma)
{
	const struct forest_vma *v = &f->vmas[vma];

	f->vmas[vma].shown = !v->gone;
	for (uint32_t i = 0; i < v->avcs; i++)
		f->anon_vmas[f->avcs[f->by_vma[v->first_avc + i]].anon_vma].shown = true;
}

/* The top of its tree, as far as it is known. */
static uint32_t top_of(const struct forest *f, uint32_t i)
{
	return f->anon_vmas[i].root == FOREST_NONE ? i : f->anon_vmas[i].root;
}

void forest__show_all_of_trees(struct forest *f)
{
	for (size_t i = 0; i < f->n_anon_vmas; i++)
		if (f->anon_vmas[i].shown)
			f->anon_vmas[top_of(f, i)].shown = true;
	for (size_t i = 0; i < f->n_anon_vmas; i++) {
		struct forest_anon_vma *av = &f->anon_vmas[i];

		av->shown = av->avcs && (av->shown || f->anon_vmas[top_of(f, i)].shown);
		for (uint32_t k = 0; av->shown && k < av->avcs; k++)
			f->vmas[f->avcs[f->by_anon_vma[av->first_avc + k]].vma].shown = true;
	}
}

void forest__hide_empty(struct forest *f)
{
	for (size_t i = 0; i < f->n_anon_vmas; i++) {
		struct forest_anon_vma *av = &f->anon_vmas[i];
		bool any = false;

		for (uint32_t k = 0; k < av->avcs && !any; k++)
			any = f->vmas[f->avcs[f->by_anon_vma[av->first_avc + k]].vma].shown;
		av->shown = av->shown && any;
	}
}

struct forest_elsewhere forest__elsewhere(const struct forest *f, uint32_t anon_vma)
{
	const struct forest_anon_vma *av = &f->anon_vmas[anon_vma];
	struct forest_elsewhere e = av->elsewhere;

	for (uint32_t k = 0; k < av->avcs; k++) {
		const struct forest_avc *avc = &f->avcs[f->by_anon_vma[av->first_avc + k]];

		if (f->vmas[avc->vma].shown)
			continue;
		e.vmas++;
		e.active += forest__active(f, avc);
	}
	for (uint32_t c = av->first_child; c != FOREST_NONE; c = f->anon_vmas[c].next)
		e.children += !f->anon_vmas[c].shown;
	return e;
}
