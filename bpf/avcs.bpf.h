/* SPDX-License-Identifier: GPL-2.0-only */
/* How many AVCs a VMA has, and how many ancestors an anon_vma. */
#ifndef FOLIOSCOPE_AVCS_BPF_H
#define FOLIOSCOPE_AVCS_BPF_H

#include <bpf/bpf_core_read.h>
#include "forkchain.h"

/*
 * A field of a kernel's struct.  @known: the verifier knows what p points to, as it does of arguments of
 * fentry, fexit and tp_btf programs and of what they lead to: then a load will do, which
 * costs a sixtieth of the helper.  A constant.
 */
#define FIELD(known, p, field) ((known) ? (p)->field : BPF_CORE_READ(p, field))

/* A pointer that the verifier knows as the number that functions of our own take. */
static __always_inline __u64 number(const void *pointer)
{
	const void *copy = pointer;
	__u64 value = 0;

	bpf_probe_read_kernel(&value, sizeof(value), &copy);
	return value;
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

/* The first few are followed without a call, and most chains have no more. */
#define FEW 8

static __always_inline __u32 chain_length(const struct vm_area_struct *vma, const bool known)
{
	const struct list_head *head = &vma->anon_vma_chain, *at;

	if (!known)
		return chain_count((__u64)vma);
	at = head->next;
	for (__u32 i = 0; i < FEW; i++) {
		if (!at || at == head)
			return i;
		at = at->next;
	}
	return chain_count(number(vma));
}

static __always_inline __u32 depth_of(const struct anon_vma *anon_vma, const bool known)
{
	const struct anon_vma *at = anon_vma;

	if (!anon_vma)
		return CHAIN_NO_DEPTH;
	if (!known)
		return ancestors_count((__u64)anon_vma);
	for (__u32 i = 0; i < FEW; i++) {
		const struct anon_vma *parent = at->parent;

		if (!parent || parent == at)
			return i;
		at = parent;
	}
	return ancestors_count(number(anon_vma));
}

static __always_inline bool has_avcs(const struct vm_area_struct *vma, const bool known)
{
	return (__u64)FIELD(known, vma, anon_vma_chain.next) != (__u64)&vma->anon_vma_chain;
}

#endif /* FOLIOSCOPE_AVCS_BPF_H */
