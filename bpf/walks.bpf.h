/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Walks beyond their rows: the slowest one by one, and sums by kernel stack.  A part of
 * rmap.bpf.c, whose constants and counters it uses.
 */
#ifndef FOLIOSCOPE_WALKS_BPF_H
#define FOLIOSCOPE_WALKS_BPF_H

__u64 vmemmap_at; /* address of the kernel's variable vmemmap_base, 0: not known */

/* What is found there, and the size of a struct page; 0 until somebody asked. */
__u64 vmemmap;
__u32 page_size;

struct outliers_map {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct rmap_outliers);
} outliers_0 SEC(".maps"), outliers_1 SEC(".maps");

struct stacks_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, RMAP_STACKS_MAX);
	__type(key, struct rmap_stack_key);
	__type(value, struct rmap_stack_row);
} stacks_0 SEC(".maps"), stacks_1 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, RMAP_STACKS_MAX);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, RMAP_STACK_FRAMES * sizeof(__u64));
} stack_traces SEC(".maps");

/* A finished walk. */
struct walk {
	__u32 vmas, mapped;
	__u64 ns, lock_ns;
	__u64 folio; /* its address; only where it is needed */
};

/* Is the table of this CPU free?  It is then the caller's until busy is 0 again. */
static __always_inline bool outliers_take(struct rmap_outliers *o)
{
	if (can_cmpxchg)
		return !__sync_val_compare_and_swap(&o->busy, 0, 1);
	/* Before 5.12 nothing preempts a program. */
	if (o->busy)
		return false;
	o->busy = 1;
	return true;
}

/* Where a full table's quickest walk is: the next slower one takes its place. */
static __always_inline void outliers_find_min(struct rmap_outliers *o)
{
	__u32 at = 0;
	__u64 min = ~0ULL;

	for (__u32 i = 0; i < RMAP_OUTLIERS_MAX; i++) {
		if (i < outliers && o->walk[i].ns < min) {
			min = o->walk[i].ns;
			at = i;
		}
	}
	o->min_ns = min;
	o->min_at = at;
}

static __always_inline void outlier_fill(struct rmap_outlier *out, void *ctx,
					 const struct rmap_key *key, const struct walk *walk)
{
	const void *folio = (const void *)walk->folio;
	long bytes;

	out->ns = walk->ns;
	out->lock_ns = walk->lock_ns;
	out->end = bpf_ktime_get_ns();
	out->rmap_one = key->rmap_one;
	out->folio = walk->folio;
	out->tid = key->tid;
	out->tgid = key->tgid;
	out->vmas = walk->vmas;
	out->mapped = walk->mapped;
	out->kind = key->kind;
	out->flags = key->flags;
	out->order = folio_order(folio);
	out->nid = folio_nid(folio);
	bpf_get_current_comm(out->comm, sizeof(out->comm));
	bytes = bpf_get_stack(ctx, out->stack, sizeof(out->stack), 0);
	out->frames = bytes > 0 ? bytes / sizeof(__u64) : 0;
	if (!vmemmap && vmemmap_at) {
		page_size = bpf_core_type_size(struct page);
		bpf_probe_read_kernel(&vmemmap, sizeof(vmemmap), (void *)vmemmap_at);
	}
}

/* Keeps the walk if it is one of the slowest of this CPU. */
static __always_inline void outlier(void *ctx, __u32 half, const struct rmap_key *key,
				    const struct walk *walk)
{
	__u32 zero = 0, at;
	struct rmap_outliers *o = half ? bpf_map_lookup_elem(&outliers_1, &zero) :
					 bpf_map_lookup_elem(&outliers_0, &zero);

	if (!o || (o->n >= outliers && walk->ns <= o->min_ns))
		return;
	if (!outliers_take(o)) {
		COUNT(outliers_missed);
		return;
	}
	at = o->n < outliers ? o->n : o->min_at;
	if (at < RMAP_OUTLIERS_MAX) {
		outlier_fill(&o->walk[at], ctx, key, walk);
		if (o->n < outliers)
			o->n++;
		if (o->n >= outliers)
			outliers_find_min(o);
	}
	*(volatile __u32 *)&o->busy = 0;
}

/* Adds the walk to those with the same kernel stack. */
static __always_inline void stack(void *ctx, __u32 half, const struct rmap_key *key,
				  const struct walk *walk, __u64 weight)
{
	void *map = half ? (void *)&stacks_1 : (void *)&stacks_0;
	struct rmap_stack_key at = {
		.rmap_one = key->rmap_one,
		.tgid = key->tgid,
		.stack = bpf_get_stackid(ctx, &stack_traces, 0),
		.kind = key->kind,
		.flags = key->flags,
	};
	struct rmap_stack_row *row;

	if (at.stack < 0) {
		at.stack = -1;
		COUNT(stacks_missed);
	}
	row = bpf_map_lookup_elem(map, &at);
	if (!row) {
		struct rmap_stack_row fresh = {};

		bpf_get_current_comm(fresh.comm, sizeof(fresh.comm));
		bpf_map_update_elem(map, &at, &fresh, BPF_NOEXIST);
		row = bpf_map_lookup_elem(map, &at);
		if (!row) {
			COUNT(stacks_missed);
			return;
		}
	}
	/* Threads of a process share a row. */
	__sync_fetch_and_add(&row->walks, weight);
	__sync_fetch_and_add(&row->vmas, weight * walk->vmas);
	__sync_fetch_and_add(&row->mapped, weight * walk->mapped);
	__sync_fetch_and_add(&row->ns, weight * walk->ns);
}

#endif /* FOLIOSCOPE_WALKS_BPF_H */
