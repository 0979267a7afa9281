// SPDX-License-Identifier: GPL-2.0-only
/* A forest in a few numbers. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include "summary.h"

/* A VMA begins (+1) or ends (-1) to have this offset. */
struct edge {
	uint64_t pgoff;
	int32_t all, own;
};

static int by_pgoff(const void *a, const void *b)
{
	uint64_t x = ((const struct edge *)a)->pgoff, y = ((const struct edge *)b)->pgoff;

	return x < y ? -1 : x > y;
}

/* Adds pages of VMAs whose own this anon_vma is, and the visits of walks for them. */
static void sweep(struct edge *edges, size_t n, double *pages, double *visits)
{
	int64_t all = 0, own = 0;

	qsort(edges, n, sizeof(*edges), by_pgoff);
	for (size_t i = 0; i < n; i++) {
		if (i && edges[i].pgoff != edges[i - 1].pgoff) {
			double len = edges[i].pgoff - edges[i - 1].pgoff;

			*pages += len * own;
			*visits += len * own * all;
		}
		all += edges[i].all;
		own += edges[i].own;
	}
}

double summary__walk(const struct forest *f)
{
	double pages = 0, visits = 0;
	struct edge *edges;
	size_t most = 0;

	for (size_t i = 0; i < f->n_anon_vmas; i++)
		if (f->anon_vmas[i].avcs > most)
			most = f->anon_vmas[i].avcs;
	edges = malloc((2 * most + 1) * sizeof(*edges));
	if (!edges)
		return -1;
	for (size_t i = 0; i < f->n_anon_vmas; i++) {
		const struct forest_anon_vma *av = &f->anon_vmas[i];
		size_t n = 0;

		if (!av->shown)
			continue;
		for (uint32_t k = 0; k < av->avcs; k++) {
			const struct forest_avc *avc = &f->avcs[f->by_anon_vma[av->first_avc + k]];
			const struct forest_vma *vma = &f->vmas[avc->vma];
			int own = vma->shown && forest__active(f, avc);

			if (!avc->linked)
				continue;
			edges[n++] = (struct edge){ vma->pgoff, 1, own };
			edges[n++] = (struct edge){ forest_vma__last(vma) + 1, -1, -own };
		}
		sweep(edges, n, &pages, &visits);
	}
	free(edges);
	return pages > 0 ? visits / pages : NAN;
}

static int by_avcs(const void *a, const void *b)
{
	const struct summary_process *x = a, *y = b;

	if (x->avcs != y->avcs)
		return x->avcs > y->avcs ? -1 : 1;
	return x->process < y->process ? -1 : x->process > y->process;
}

static void count_vma(struct summary *s, const struct forest *f, uint32_t i)
{
	const struct forest_vma *vma = &f->vmas[i];
	struct summary_process *p = &s->processes[vma->process];
	uint32_t avcs = 0;

	for (uint32_t k = 0; k < vma->avcs; k++)
		avcs += f->avcs[f->by_vma[vma->first_avc + k]].linked;
	s->vmas++;
	s->avcs += avcs;
	p->vmas++;
	p->avcs += avcs;
	p->own += vma->own != 0;
	if (s->deepest_vma == FOREST_NONE || avcs > s->deepest) {
		s->deepest_vma = i;
		s->deepest = avcs;
	}
}

int summary__make(struct summary *s, const struct forest *f)
{
	size_t n = 0;

	*s = (struct summary){ .deepest_vma = FOREST_NONE, .widest = FOREST_NONE };
	s->processes = calloc(f->n_processes + 1, sizeof(*s->processes));
	if (!s->processes)
		return -ENOMEM;
	for (size_t i = 0; i < f->n_processes; i++)
		s->processes[i].process = i;
	for (size_t i = 0; i < f->n_vmas; i++)
		if (f->vmas[i].shown)
			count_vma(s, f, i);
	for (size_t i = 0; i < f->n_anon_vmas; i++) {
		const struct forest_anon_vma *av = &f->anon_vmas[i];

		if (!av->shown)
			continue;
		s->anon_vmas++;
		s->trees += av->k.root == av->k.addr;
		s->changed += av->changed;
		if (s->widest == FOREST_NONE || av->avcs + av->elsewhere.vmas > s->width) {
			s->widest = i;
			s->width = av->avcs + av->elsewhere.vmas;
		}
	}
	for (size_t i = 0; i < f->n_processes; i++)
		if (s->processes[i].vmas)
			s->processes[n++] = s->processes[i];
	s->n_processes = n;
	qsort(s->processes, n, sizeof(*s->processes), by_avcs);
	s->walk = summary__walk(f);
	return s->walk < 0 ? -ENOMEM : 0;
}

void summary__free(struct summary *s)
{
	free(s->processes);
	s->processes = NULL;
}
