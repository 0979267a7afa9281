// SPDX-License-Identifier: GPL-2.0
/* The kernel's rules for anon_vmas in small (mm/rmap.c, 5.10 to 7.2). */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "model.h"

static struct model_anon_vma *anon_vmas;
static struct model_vma *vmas;
static int n_anon_vmas, n_vmas;

static void *more(void *array, int n, size_t size)
{
	/* Powers of two: room for one more where n is one. */
	if (n & (n - 1))
		return array;
	array = realloc(array, (n ? 2 * n : 1) * size);
	if (!array) {
		fprintf(stderr, "family: out of memory\n");
		exit(1);
	}
	return array;
}

static int new_anon_vma(int parent)
{
	int i = n_anon_vmas;

	anon_vmas = more(anon_vmas, n_anon_vmas, sizeof(*anon_vmas));
	n_anon_vmas++;
	anon_vmas[i] = (struct model_anon_vma){ .parent = i, .root = i };
	if (parent != NONE) {
		anon_vmas[i].parent = parent;
		anon_vmas[i].root = anon_vmas[parent].root;
	}
	anon_vmas[anon_vmas[i].parent].children++;
	return i;
}

static int new_vma(const struct model_vma *as)
{
	int i = n_vmas;

	vmas = more(vmas, n_vmas, sizeof(*vmas));
	n_vmas++;
	vmas[i] = *as;
	vmas[i].chain = NULL;
	vmas[i].n = 0;
	return i;
}

static void link_vma(int vma, int anon_vma)
{
	struct model_vma *v = &vmas[vma];

	v->chain = more(v->chain, v->n, sizeof(*v->chain));
	v->chain[v->n++] = anon_vma;
	anon_vmas[anon_vma].vmas++;
}

static void own(int vma, int anon_vma)
{
	vmas[vma].own = anon_vma;
	anon_vmas[anon_vma].active++;
}

int model__map(int actor, uint64_t start, uint64_t pages)
{
	const struct model_vma v = {
		.actor = actor,
		.start = start,
		.pages = pages,
		.pgoff = start >> 12,
		.own = NONE,
	};

	return new_vma(&v);
}

void model__write(int vma)
{
	int i;

	if (vmas[vma].own != NONE)
		return;
	i = new_anon_vma(NONE);
	link_vma(vma, i);
	own(vma, i);
}

/*
 * anon_vma_clone(): with @reuse, for a fork, the oldest anon_vma that no VMA calls its own, and
 * that has fewer than two children, is used again.
 */
static void clone_chain(int to, int from, bool reuse)
{
	for (int i = 0; i < vmas[from].n; i++) {
		int a = vmas[from].chain[i];

		link_vma(to, a);
		if (reuse && vmas[to].own == NONE && anon_vmas[a].children < 2 && !anon_vmas[a].active)
			vmas[to].own = a;
	}
	if (vmas[to].own != NONE)
		anon_vmas[vmas[to].own].active++;
}

void model__fork(int parent, int child)
{
	int n = n_vmas;

	for (int i = 0; i < n; i++) {
		struct model_vma as = vmas[i];
		int copy;

		if (as.actor != parent || as.dontfork)
			continue;
		as.actor = child;
		as.own = NONE;
		copy = new_vma(&as);
		if (vmas[i].own == NONE)
			continue;
		clone_chain(copy, i, true);
		if (vmas[copy].own == NONE) {
			int a = new_anon_vma(vmas[i].own);

			link_vma(copy, a);
			own(copy, a);
		}
	}
}

int model__split(int vma, uint64_t page)
{
	struct model_vma as = vmas[vma];
	int copy;

	as.start += page << 12;
	as.pgoff += page;
	as.pages -= page;
	copy = new_vma(&as);
	clone_chain(copy, vma, false);
	vmas[vma].pages = page;
	return copy;
}

void model__unmap(int vma)
{
	struct model_vma *v = &vmas[vma];

	if (v->own != NONE)
		anon_vmas[v->own].active--;
	for (int i = 0; i < v->n; i++) {
		struct model_anon_vma *a = &anon_vmas[v->chain[i]];

		if (!--a->vmas)
			anon_vmas[a->parent].children--;
	}
	free(v->chain);
	v->chain = NULL;
	v->n = 0;
	v->own = v->actor = NONE;
}

int model__move(int vma, uint64_t start)
{
	struct model_vma as = vmas[vma];
	int copy;

	as.start = start;
	copy = new_vma(&as);
	clone_chain(copy, vma, false);
	model__unmap(vma);
	return copy;
}

void model__merge(int vma, int next)
{
	vmas[vma].pages += vmas[next].pages;
	model__unmap(next);
}

void model__exit(int actor)
{
	for (int i = 0; i < n_vmas; i++)
		if (vmas[i].actor == actor)
			model__unmap(i);
}

int model__find(int actor, uint64_t start)
{
	for (int i = 0; i < n_vmas; i++)
		if (vmas[i].actor == actor && vmas[i].start == start)
			return i;
	return NONE;
}

struct model_vma *model__vma(int vma)
{
	return &vmas[vma];
}

/* --------------------------------------------------------------- printing */

static int depth_of(int i)
{
	int depth = 0;

	for (; anon_vmas[i].parent != i; i = anon_vmas[i].parent)
		depth++;
	return depth;
}

/* One for itself; a root one more for each that is below it. */
static int refcount_of(int i)
{
	int refs = 1;

	for (int k = 0; k < n_anon_vmas && anon_vmas[i].root == i; k++)
		refs += k != i && anon_vmas[k].root == i && anon_vmas[k].vmas;
	return refs;
}

static void print_anon_vma(FILE *f, int i, const char *sep)
{
	const struct model_anon_vma *a = &anon_vmas[i];

	fprintf(f,
		"%s{\"id\":%d,\"parent\":%d,\"root\":%d,\"depth\":%d,\"refcount\":%d,"
		"\"num_children\":%d,\"num_active_vmas\":%d}",
		sep, i, a->parent, a->root, depth_of(i), refcount_of(i), a->children, a->active);
}

static void print_vma(FILE *f, const struct model_vma *v, int pid, const char *sep)
{
	fprintf(f,
		"%s{\"pid\":%d,\"start\":\"0x%" PRIx64 "\",\"end\":\"0x%" PRIx64
		"\",\"pgoff\":%" PRIu64 ",\"own\":",
		sep, pid, v->start, v->start + (v->pages << 12), v->pgoff);
	if (v->own == NONE)
		fputs("null", f);
	else
		fprintf(f, "%d", v->own);
	fputs(",\"chain\":[", f);
	for (int i = 0; i < v->n; i++)
		fprintf(f, "%s%d", i ? "," : "", v->chain[i]);
	fputs("]}", f);
}

void model__print(FILE *f, const char *shape, int (*pid_of)(int actor), const char *extra)
{
	const char *sep = "";

	fprintf(f, "{\"type\":\"forest\",\"shape\":\"%s\"%s,\"anon_vmas\":[", shape, extra);
	for (int i = 0; i < n_anon_vmas; i++) {
		if (!anon_vmas[i].vmas)
			continue;
		print_anon_vma(f, i, sep);
		sep = ",";
	}
	fputs("],\"vmas\":[", f);
	sep = "";
	for (int i = 0; i < n_vmas; i++) {
		if (vmas[i].actor == NONE)
			continue;
		print_vma(f, &vmas[i], pid_of(vmas[i].actor), sep);
		sep = ",";
	}
	fputs("]}\n", f);
	fflush(f);
}
