/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every kernel type and field the BPF programs rely on, and nothing else.
 *
 * Written by hand instead of a generated vmlinux.h, so that a reader sees at a
 * glance what the toolkit depends on.  All structs are relocated by field name
 * when a program is loaded (CO-RE); offsets here mean nothing.  A kernel that
 * names or types a field otherwise gets a variant with a ___suffix, with the
 * change that made it so.
 */
#ifndef FOLIOSCOPE_KERNEL_H
#define FOLIOSCOPE_KERNEL_H

/* The scalar types user space takes from <linux/types.h>. */
typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef signed char __s8;
typedef short __s16;
typedef int __s32;
typedef long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;

typedef _Bool bool;
#define true 1
#define false 0

/* include/uapi/linux/bpf.h: map types and flags used by the programs. */
enum {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_CGROUP_ARRAY = 8,
	BPF_MAP_TYPE_ARRAY_OF_MAPS = 12,
};

enum {
	BPF_ANY = 0,
	BPF_NOEXIST = 1,
};

/* include/uapi/linux/bpf.h, answer of bpf_get_ns_current_pid_tgid(). */
struct bpf_pidns_info {
	__u32 pid;
	__u32 tgid;
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

/* include/linux/rmap.h: what a caller of rmap_walk() asks for (4.x to 7.2). */
struct rmap_walk_control {
	void *arg;
	void *rmap_one;
};

/* include/linux/rmap.h: state of one look through a page table (5.10 to 7.2). */
struct page_vma_mapped_walk {
	void *vma;
};

/*
 * include/linux/mm_types.h.  A walk is handed a struct page up to 5.16 and a
 * struct folio from 5.17 on; its flags are the first word of either.
 */
struct page {
	unsigned long flags;
};

/* "mm: introduce memdesc_flags_t" (6.18): the word moved into a struct. */
struct page___6_18 {
	struct {
		unsigned long f;
	} flags;
};

/*
 * include/linux/page-flags.h.  The numbers differ between kernels and
 * configurations: always through bpf_core_enum_value().
 */
enum pageflags {
	PG_swapbacked = 1,
};

/* include/linux/rmap.h: flags of an unmapping walk, in rwc->arg. */
enum ttu_flags {
	TTU_MIGRATION = 1, /* up to 5.13 */
};

/* include/linux/rmap.h of the folioscope patch: the numbers of enum rmap_kind. */
enum rmap_walk_kind {
	RMAP_WALK_ANON,
	RMAP_WALK_FILE,
	RMAP_WALK_SHMEM,
	RMAP_WALK_KSM,
};

/* The same: a traced walk's numbers. */
struct rmap_walk_stat {
	__u64 lock_wait; /* ns */
	__u64 duration;	 /* ns */
	unsigned int vmas;
	unsigned int mapped;
	enum rmap_walk_kind kind;
};

#pragma clang attribute pop

#endif /* FOLIOSCOPE_KERNEL_H */
