/* SPDX-License-Identifier: GPL-2.0-only */
/* States of tasks that are in the middle of something: an array of slots by tid, one task's at a time. */
#ifndef FOLIOSCOPE_SLOT_BPF_H
#define FOLIOSCOPE_SLOT_BPF_H

const volatile bool can_cmpxchg; /* BPF_CMPXCHG (5.12, commit 5ffa25502b5a) */

/* A slot taken longer ago than this is one whose end was missed: 10 s, in ns. */
#define SLOT_STALE_NS 10000000000LL

enum slot_taken {
	SLOT_FREE,  /* it was, and is the task's now */
	SLOT_STALE, /* it is the task's now, and what was in it is lost */
	SLOT_BUSY,  /* it is another's */
};

/*
 * Takes the slot whose owner is in @of for tid.  Two threads of two CPUs may reach for it at once: one
 * gets it.  Without cmpxchg the loser may overwrite; user space then finds the sums apart and
 * reports the difference.  @start: when it was taken last, CLOCK_MONOTONIC, ns; 0 between
 * taking and filling in.
 */
static __always_inline enum slot_taken slot_reach(__u32 *of, __u64 start, __u32 tid, __u64 now)
{
	__u32 owner = *(volatile __u32 *)of;
	__s64 age = now - start; /* negative: taken after the caller has looked at the clock */

	if (owner && owner != tid && (!start || age < SLOT_STALE_NS))
		return SLOT_BUSY;
	if (!can_cmpxchg)
		*(volatile __u32 *)of = tid;
	else if (__sync_val_compare_and_swap(of, owner, tid) != owner)
		return SLOT_BUSY;
	return owner ? SLOT_STALE : SLOT_FREE;
}

#endif /* FOLIOSCOPE_SLOT_BPF_H */
