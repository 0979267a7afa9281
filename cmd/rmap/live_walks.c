// SPDX-License-Identifier: GPL-2.0-only
/* Single walks and stacks out of bpf/rmap.bpf.c's maps. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "../../bpf/rmap.h"
#include "../lib/drain.h"
#include "../lib/json.h"
#include "rmap.skel.h"
#include "cause.h"
#include "kstack.h"
#include "live_walks.h"

/* ---------------------------------------------------------------- slowest */

/* What is to be added to CLOCK_MONOTONIC to have seconds since the epoch. */
static double epoch_offset(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return json__now() - (t.tv_sec + t.tv_nsec / 1e9);
}

static int add_walk(struct rmap_slows *slows, const struct rmap_bpf *skel,
		    const struct rmap_outlier *out, double offset)
{
	struct rmap_slow *w = rmap_slows__add(slows);

	if (!w)
		return -ENOMEM;
	w->ts = out->end / 1e9 + offset;
	w->ns = out->ns;
	w->lock_ns = out->lock_ns;
	w->has_pfn = skel->bss->vmemmap && skel->bss->page_size;
	if (w->has_pfn)
		w->pfn = (out->folio - skel->bss->vmemmap) / skel->bss->page_size;
	w->pid = out->tgid;
	w->tid = out->tid;
	w->vmas = out->vmas;
	w->mapped = out->mapped;
	w->cause = cause__of(out->rmap_one, out->flags & RMAP_KEY_MIGRATION);
	w->kind = out->kind;
	w->order = out->order;
	w->nid = out->nid;
	memcpy(w->comm, out->comm, sizeof(w->comm));
	w->comm[sizeof(w->comm) - 1] = 0;
	w->frames = out->frames;
	memcpy(w->addr, out->stack, sizeof(w->addr));
	return 0;
}

int live_walks__slow(struct rmap_bpf *skel, int half, size_t n, struct rmap_slows *slows)
{
	int fd = bpf_map__fd(half ? skel->maps.outliers_1 : skel->maps.outliers_0);
	int cpus = libbpf_num_possible_cpus(), err;
	struct rmap_outliers *all = cpus > 0 ? calloc(cpus, sizeof(*all)) : NULL;
	double offset = epoch_offset();
	uint32_t zero = 0;

	err = all ? drain__lookup(fd, &zero, all) : -ENOMEM;
	for (int cpu = 0; !err && cpu < cpus; cpu++)
		for (uint32_t i = 0; !err && i < all[cpu].n && i < RMAP_OUTLIERS_MAX; i++)
			err = add_walk(slows, skel, &all[cpu].walk[i], offset);
	if (!err) {
		memset(all, 0, cpus * sizeof(*all));
		err = bpf_map_update_elem(fd, &zero, all, BPF_ANY);
	}
	free(all);
	rmap_slows__cut(slows, n);
	return err;
}

/* ----------------------------------------------------------------- stacks */

struct draining {
	struct rmap_bpf *skel;
	struct rmap_stacks *stacks;
};

static const char *frames_of(const struct draining *d, const struct rmap_stack_key *key)
{
	uint64_t addr[RMAP_STACK_FRAMES] = { 0 };
	uint32_t id = key->stack;
	size_t n = 0;

	if (key->stack < 0 || bpf_map_lookup_elem(bpf_map__fd(d->skel->maps.stack_traces), &id, addr))
		return "";
	while (n < RMAP_STACK_FRAMES && addr[n])
		n++;
	return kstack__fold(addr, n, key->kind);
}

static int on_stack(void *arg, const void *k, const void *v)
{
	const struct draining *d = arg;
	const struct rmap_stack_key *key = k;
	const struct rmap_stack_row *row = v;
	struct rmap_stack *s = rmap_stacks__add(d->stacks);

	if (!s)
		return -ENOMEM;
	s->frames = frames_of(d, key);
	s->pid = key->tgid;
	s->cause = cause__of(key->rmap_one, key->flags & RMAP_KEY_MIGRATION);
	s->kind = key->kind;
	memcpy(s->comm, row->comm, sizeof(s->comm));
	s->comm[sizeof(s->comm) - 1] = 0;
	s->walks = row->walks;
	s->vmas = row->vmas;
	s->mapped = row->mapped;
	s->ns = row->ns;
	return 0;
}

int live_walks__stacks(struct rmap_bpf *skel, int half, struct rmap_stacks *stacks)
{
	struct draining d = { skel, stacks };
	int err = drain__hash(bpf_map__fd(half ? skel->maps.stacks_1 : skel->maps.stacks_0),
			      sizeof(struct rmap_stack_key), sizeof(struct rmap_stack_row),
			      on_stack, &d);

	rmap_stacks__merge(stacks);
	return err;
}
