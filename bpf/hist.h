/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bucket numbers of a log-linear histogram, for BPF and for user space.
 *
 * Every power of two is split into HIST_SUB buckets of equal width, so that a
 * bucket is at most 12.5 % of its lower bound or 1 wide; 0 to 15 have a bucket
 * of their own each.  All of 0 to 2^64 - 1 is covered.
 */
#ifndef FOLIOSCOPE_HIST_H
#define FOLIOSCOPE_HIST_H

#ifndef __bpf__
#include <linux/types.h> /* in BPF: kernel.h */
#endif

#define HIST_SUB_BITS 3
#define HIST_SUB      (1 << HIST_SUB_BITS)
#define HIST_BUCKETS  ((64 - HIST_SUB_BITS + 1) * HIST_SUB)

/* Position of the highest set bit, v > 0.  BPF has no instruction for it. */
static inline __u32 hist_msb(__u64 v)
{
	__u32 n = 0;

	if (v >> 32) {
		v >>= 32;
		n += 32;
	}
	if (v >> 16) {
		v >>= 16;
		n += 16;
	}
	if (v >> 8) {
		v >>= 8;
		n += 8;
	}
	if (v >> 4) {
		v >>= 4;
		n += 4;
	}
	if (v >> 2) {
		v >>= 2;
		n += 2;
	}
	return n + (v >> 1);
}

/* Number of the bucket that v falls into, 0 to HIST_BUCKETS - 1. */
static inline __u32 hist_index(__u64 v)
{
	__u32 shift;

	if (v < 2 * HIST_SUB)
		return v;
	shift = hist_msb(v) - HIST_SUB_BITS;
	return (shift << HIST_SUB_BITS) + (__u32)(v >> shift);
}

/* Smallest value of bucket i, 0 <= i < HIST_BUCKETS. */
static inline __u64 hist_lo(__u32 i)
{
	if (i < 2 * HIST_SUB)
		return i;
	return (__u64)((i & (HIST_SUB - 1)) + HIST_SUB) << ((i >> HIST_SUB_BITS) - 1);
}

#endif /* FOLIOSCOPE_HIST_H */
