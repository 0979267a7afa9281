/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Operations on anon_vmas added up by thread and memory.  A part of forkchain.bpf.c, whose constants and
 * counters it uses.
 */
#ifndef FOLIOSCOPE_ROWS_BPF_H
#define FOLIOSCOPE_ROWS_BPF_H

#include "slot.bpf.h"

/* User space drains one half while the other is written. */
struct rows_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, CHAIN_RING / CHAIN_ROW_BYTES / 2);
	__type(key, struct chain_row_key);
	__type(value, struct chain_row);
} rows_0 SEC(".maps"), rows_1 SEC(".maps");

struct chain_memo memos_0[CHAIN_MEMOS], memos_1[CHAIN_MEMOS];

static const struct chain_row nothing; /* too large for the stack */

/* An operation that has ended. */
struct op {
	__u32 type; /* enum chain_type */
	__u32 avcs, chain, depth, reused;
	__s32 error;
	__u64 ns, lock_ns;
};

static __always_inline void *rows_of(__u32 half)
{
	return half ? (void *)&rows_1 : (void *)&rows_0;
}

static __always_inline void row_fill(struct chain_row *row, __u64 pid_tgid)
{
	row->since = bpf_ktime_get_ns();
	row->tgid = pid_tgid >> 32;
	bpf_get_current_comm(row->comm, sizeof(row->comm));
}

/* The row in the map; NULL: there is no room for another. */
static __always_inline struct chain_row *row_in_map(__u32 half, __u64 pid_tgid, __u64 mm)
{
	const struct chain_row_key key = { .mm = mm, .tid = pid_tgid };
	struct chain_row *row = bpf_map_lookup_elem(rows_of(half), &key);

	if (row)
		return row;
	bpf_map_update_elem(rows_of(half), &key, &nothing, BPF_NOEXIST);
	row = bpf_map_lookup_elem(rows_of(half), &key);
	if (row)
		row_fill(row, pid_tgid);
	return row;
}

static __always_inline void row_merge(struct chain_row *to, const struct chain_row *from)
{
	to->ops += from->ops;
	to->linked += from->linked;
	to->freed += from->freed;
	to->vmas += from->vmas;
	to->forked += from->forked;
	to->reused += from->reused;
	to->fork_ns += from->fork_ns;
	to->fork_lock_ns += from->fork_lock_ns;
	to->lock_ns += from->lock_ns;
	if (from->owned > to->owned) {
		to->owned = from->owned;
		to->owner = from->owner;
	}
	if (from->depth > to->depth)
		to->depth = from->depth;
	if (from->longest > to->longest)
		to->longest = from->longest;
	if (from->holder_ns > to->holder_ns) {
		to->holder_ns = from->holder_ns;
		to->holder = from->holder;
	}
}

/* Puts it into the map. */
static __noinline void memo_flush(__u32 half, struct chain_memo *memo)
{
	struct chain_row_key key = {};
	struct chain_row *row;

	if (!memo)
		return;
	key.mm = memo->mm;
	key.tid = memo->tid;
	row = bpf_map_lookup_elem(rows_of(half), &key);
	if (row)
		row_merge(row, &memo->row);
	else if (bpf_map_update_elem(rows_of(half), &key, &memo->row, BPF_NOEXIST))
		COUNT_N(lost[CHAIN_LOST_FULL], memo->row.ops);
}

/*
 * Whoever has the memo can write it until memo_free(); NULL: somebody has it.  Before 5.12 it cannot be
 * had by one alone.
 */
static __always_inline struct chain_memo *memo_take(__u32 half, __u32 tid)
{
	struct chain_memo *memos = half ? memos_1 : memos_0;
	struct chain_memo *memo = &memos[tid & (CHAIN_MEMOS - 1)];

	if (!can_cmpxchg || __sync_val_compare_and_swap(&memo->busy, 0, 1))
		return NULL;
	return memo;
}

static __always_inline void memo_free(struct chain_memo *memo)
{
	*(volatile __u32 *)&memo->busy = 0;
}

/*
 * The row of the current thread and this memory; NULL: there is no room for another.  *memo is to be
 * freed after it was written, if it is one.
 */
static __always_inline struct chain_row *row_of(__u64 pid_tgid, __u64 mm, struct chain_memo **of)
{
	__u32 half = *(volatile __u32 *)&epoch, tid = pid_tgid;
	struct chain_memo *memo = memo_take(half, tid);

	*of = memo;
	if (!memo)
		return row_in_map(half, pid_tgid, mm);
	if (memo->tid == tid && memo->mm == mm)
		return &memo->row;
	if (memo->tid)
		memo_flush(half, memo);
	__builtin_memset(&memo->row, 0, sizeof(memo->row));
	memo->mm = mm;
	memo->tid = tid;
	row_fill(&memo->row, pid_tgid);
	return &memo->row;
}

static __always_inline void row_own(struct chain_row *row, __u32 owner)
{
	row->owner = owner;
	row->owned = bpf_ktime_get_ns();
}

/* Who was waited for: the longest wait for somebody who is known. */
static __always_inline void row_holder(struct chain_row *row, __u32 tid, __u64 ns)
{
	struct chain_holder *h;

	if (ns <= row->holder_ns)
		return;
	h = bpf_map_lookup_elem(&holders, &tid);
	if (!h || !h->tid)
		return;
	row->holder = *h;
	row->holder_ns = ns;
}

/*
 * How many more VMAs have AVCs.  What failed had linked its AVCs nevertheless, and the unlinking within
 * counts negative.
 */
static __always_inline __s64 vmas_more(const struct op *op)
{
	if (!op->avcs)
		return 0;
	if (op->type == CHAIN_UNLINK)
		return op->chain ? 0 : -1;
	return op->chain <= op->avcs;
}

static __always_inline void row_linked(struct chain_row *row, __u64 pid_tgid, const struct op *op,
				       const struct mm_struct *mm, const bool known)
{
	row->linked += op->avcs;
	if (op->depth != CHAIN_NO_DEPTH && op->depth > row->depth)
		row->depth = op->depth;
	if (op->chain > row->longest)
		row->longest = op->chain;
	if (op->type != CHAIN_FORK) {
		row_own(row, owner_of(mm, pid_tgid >> 32, known));
		return;
	}
	row->forked++;
	row->reused += op->reused;
	row->fork_ns += op->ns;
	row->fork_lock_ns += op->lock_ns;
	if (row->owner || !row->owned) /* the child is yet to be born */
		row_own(row, 0);
}

static __always_inline void row_add(__u64 pid_tgid, const struct op *op,
				    const struct vm_area_struct *vma, const bool known)
{
	struct mm_struct *mm = FIELD(known, vma, vm_mm);
	struct chain_memo *memo;
	struct chain_row *row = row_of(pid_tgid, (__u64)mm, &memo);

	if (!row) {
		COUNT(lost[CHAIN_LOST_FULL]);
		return;
	}
	row->ops++;
	row->vmas += vmas_more(op);
	if (op->lock_ns) {
		row->lock_ns += op->lock_ns;
		row_holder(row, pid_tgid, op->lock_ns);
	}
	if (op->type == CHAIN_UNLINK)
		row->freed += op->avcs;
	else
		row_linked(row, pid_tgid, op, mm, known);
	if (memo)
		memo_free(memo);
}

/* The thread waited for the lock in something of which no end is seen, nor in whose memory. */
static __always_inline void row_waited(__u64 pid_tgid, __u64 ns)
{
	struct chain_memo *memo;
	struct chain_row *row = row_of(pid_tgid, 0, &memo);

	if (!row)
		return;
	row->lock_ns += ns;
	row_holder(row, pid_tgid, ns);
	if (memo)
		memo_free(memo);
}

/* The memory that was made by the forks before it is this process's. */
static __always_inline void row_born(__u64 pid_tgid, __u64 mm, __u32 child)
{
	struct chain_memo *memo;
	struct chain_row *row = row_of(pid_tgid, mm, &memo);

	if (!row) {
		COUNT(unjoined);
		return;
	}
	row_own(row, child);
	if (memo)
		memo_free(memo);
}

#endif /* FOLIOSCOPE_ROWS_BPF_H */
