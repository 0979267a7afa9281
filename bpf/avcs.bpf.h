/* SPDX-License-Identifier: GPL-2.0-only */
/* How many AVCs a VMA has, and how many ancestors an anon_vma. */
#ifndef FOLIOSCOPE_AVCS_BPF_H
#define FOLIOSCOPE_AVCS_BPF_H

#include <bpf/bpf_core_read.h>
#include "forkchain.h"

/*
 * An argument as a number: the verifier takes one that it knows to be a pointer to no function of
 * ours that wants a number.
 */
static __always_inline void *arg(const __u64 *ctx, __u32 n)
{
	__u64 value = 0;

	bpf_probe_read_kernel(&value, sizeof(value), &ctx[n]);
	return (void *)value;
}

/*
 * A list is followed by functions of their own, which the verifier looks at once for all their
 * calls.  The steps return a number of at most STEPS when they came to the end, else where they are.
 */
#define STEPS 128
#define CALLS 256 /* 32,768 AVCs, or ancestors */

__noinline __u64 chain_steps(__u64 node, __u64 head)
{
	for (__u32 i = 0; i < STEPS; i++) {
		struct list_head *at = (void *)node;

		if (!node || node == head)
			return i;
		node = (__u64)BPF_CORE_READ(at, next);
	}
	return node;
}

__noinline __u64 parent_steps(__u64 anon_vma)
{
	for (__u32 i = 0; i < STEPS; i++) {
		struct anon_vma *at = (void *)anon_vma;
		__u64 parent = (__u64)BPF_CORE_READ(at, parent);

		if (!parent || parent == anon_vma)
			return i;
		anon_vma = parent;
	}
	return anon_vma;
}

/* AVCs of the VMA at this address. */
__noinline __u32 chain_count(__u64 addr)
{
	struct vm_area_struct *vma = (void *)addr;
	__u64 head = addr + bpf_core_field_offset(struct vm_area_struct, anon_vma_chain);
	__u64 at = (__u64)BPF_CORE_READ(vma, anon_vma_chain.next);

	for (__u32 i = 0; i < CALLS; i++) {
		at = chain_steps(at, head);
		if (at <= STEPS)
			return i * STEPS + at;
	}
	return CALLS * STEPS;
}

/* Ancestors of the anon_vma at this address. */
__noinline __u32 ancestors_count(__u64 addr)
{
	for (__u32 i = 0; i < CALLS; i++) {
		addr = parent_steps(addr);
		if (addr <= STEPS)
			return i * STEPS + addr;
	}
	return CALLS * STEPS;
}

static __always_inline __u32 chain_length(const struct vm_area_struct *vma)
{
	return chain_count((__u64)vma);
}

static __always_inline __u32 depth_of(const struct anon_vma *anon_vma)
{
	return anon_vma ? ancestors_count((__u64)anon_vma) : CHAIN_NO_DEPTH;
}

static __always_inline bool has_avcs(struct vm_area_struct *vma)
{
	return (__u64)BPF_CORE_READ(vma, anon_vma_chain.next) !=
	       (__u64)vma + bpf_core_field_offset(struct vm_area_struct, anon_vma_chain);
}

#endif /* FOLIOSCOPE_AVCS_BPF_H */
