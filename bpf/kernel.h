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
#define NULL ((void *)0)

/* include/uapi/linux/bpf.h: map types and flags used by the programs. */
enum {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_CGROUP_ARRAY = 8,
	BPF_MAP_TYPE_STACK_TRACE = 7,
	BPF_MAP_TYPE_LRU_HASH = 9,
	BPF_MAP_TYPE_ARRAY_OF_MAPS = 12,
	BPF_MAP_TYPE_RINGBUF = 27,
};

enum {
	BPF_ANY = 0,
	BPF_NOEXIST = 1,
};

enum {
	BPF_F_MMAPABLE = 1 << 10,
};

/* include/uapi/linux/bpf.h, answer of bpf_get_ns_current_pid_tgid(). */
struct bpf_pidns_info {
	__u32 pid;
	__u32 tgid;
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

/* arch/x86/include/asm/ptrace.h: arguments at the entry of a function, and what it returns. */
struct pt_regs {
	unsigned long r9; /* the sixth */
	unsigned long r8;
	unsigned long ax;
	unsigned long cx;
	unsigned long dx;
	unsigned long si;
	unsigned long di;
};

/* include/linux/rmap.h: what a caller of rmap_walk() asks for (4.x to 7.2). */
struct rmap_walk_control {
	void *arg;
	void *rmap_one;
};

/* include/linux/rmap.h: state of one look through a page table (5.10 to 7.2). */
struct page_vma_mapped_walk {
	struct vm_area_struct *vma;
};

struct list_head {
	struct list_head *next;
};

struct rb_node {
	unsigned long __rb_parent_color;
	struct rb_node *rb_right;
	struct rb_node *rb_left;
};

struct rb_root {
	struct rb_node *rb_node;
};

struct rb_root_cached {
	struct rb_root rb_root;
};

typedef struct {
	int counter;
} atomic_t;

typedef struct {
	long counter;
} atomic_long_t;

/* include/linux/rwsem.h, without PREEMPT_RT */
struct rw_semaphore {
	atomic_long_t count;
	atomic_long_t owner; /* a task_struct's address, with flags in its lowest three bits */
};

/* include/linux/rmap.h (5.10 to 7.2). */
struct anon_vma {
	struct anon_vma *root;
	struct rw_semaphore rwsem;
	atomic_t refcount;
	/* Both since 2555283eb40d (6.0) and the stable series it went to; one counter before. */
	unsigned long num_children;
	unsigned long num_active_vmas;
	struct anon_vma *parent;
	struct rb_root_cached rb_root;
};

struct anon_vma_chain {
	struct vm_area_struct *vma;
	struct anon_vma *anon_vma;
	struct list_head same_vma;
	struct rb_node rb;
	unsigned long rb_subtree_last;
};

/* include/linux/pid.h */
enum pid_type {
	PIDTYPE_PID,
	PIDTYPE_TGID,
};

struct ns_common {
	unsigned int inum;
};

struct pid_namespace {
	struct ns_common ns;
};

struct upid {
	int nr;
	struct pid_namespace *ns;
};

struct pid {
	unsigned int level; /* of the last of numbers; at most 32, MAX_PID_NS_LEVEL */
	struct upid numbers[1];
};

struct signal_struct {
	int nr_threads;
	struct pid *pids[4];
};

/* include/linux/cgroup-defs.h; the number of a directory since 5.5 */
struct kernfs_node {
	__u64 id;
};

struct cgroup {
	struct kernfs_node *kn;
};

struct css_set {
	struct cgroup *dfl_cgrp;
};

/*
 * Whose a folio is.  An anonymous one's mapping is its anon_vma, a KSM folio's its stable
 * node, with the two lowest bits set accordingly (include/linux/page-flags.h).
 */
struct task_struct {
	unsigned int flags;
	struct mm_struct *mm;
	int pid;
	int tgid;
	struct task_struct *real_parent;
	struct task_struct *group_leader;
	struct pid *thread_pid;
	char comm[16];
	struct signal_struct *signal;
	struct css_set *cgroups;
	void *ret_stack; /* with CONFIG_FUNCTION_GRAPH_TRACER; 6.14 to 7.2, see returns.bpf.h */
};

struct mm_struct {
	atomic_t mm_users;
	struct rw_semaphore mmap_lock;
	struct task_struct *owner; /* with CONFIG_MEMCG */
};

struct vm_area_struct {
	unsigned long vm_start;
	unsigned long vm_end;
	struct mm_struct *vm_mm;
	struct list_head anon_vma_chain;
	struct anon_vma *anon_vma; /* the VMA's own */
	unsigned long vm_pgoff;
	unsigned long vm_flags;
	struct {
		struct rb_node rb;
		unsigned long rb_subtree_last;
	} shared; /* its place in a file's interval tree */
};

/* Up to 6.0: a list in the order of addresses. */
struct mm_struct___5_10 {
	struct vm_area_struct___5_10 *mmap;
};

struct vm_area_struct___5_10 {
	struct vm_area_struct___5_10 *vm_next;
	struct mm_struct *vm_mm;
};

struct file_system_type {
	const char *name;
};

struct super_block {
	__u32 s_dev;
	struct file_system_type *s_type;
};

struct qstr {
	const unsigned char *name;
};

struct hlist_node {
	struct hlist_node *next;
};

struct hlist_head {
	struct hlist_node *first;
};

struct dentry {
	struct dentry *d_parent; /* of the root: itself */
	struct qstr d_name;
	union {
		struct hlist_node d_alias;
	} d_u;
};

/* In 7.2, not in 6.18: the union lost its name. */
struct dentry___7_2 {
	struct hlist_node d_alias;
};

struct inode {
	struct super_block *i_sb;
	unsigned long i_ino;
	struct hlist_head i_dentry;
};

struct address_space {
	struct inode *host;
	struct rb_root_cached i_mmap;
	struct rw_semaphore i_mmap_rwsem;
	void *a_ops;
};

/* mm/ksm.c: who has a KSM folio, a rmap_item for each virtual address. */
struct ksm_stable_node {
	struct hlist_head hlist;
};

struct ksm_rmap_item {
	struct anon_vma *anon_vma;
	struct mm_struct *mm;
	unsigned long address; /* its lowest bits are flags */
	struct hlist_node hlist;
};

/* Their names up to 5.19 (21fbd59136e0). */
struct stable_node {
	struct hlist_head hlist;
};

struct rmap_item {
	struct anon_vma *anon_vma;
	struct mm_struct *mm;
	unsigned long address;
	struct hlist_node hlist;
};

struct cgroup_subsys_state {
	struct cgroup *cgroup;
};

struct mem_cgroup {
	struct cgroup_subsys_state css;
};

struct obj_cgroup {
	struct mem_cgroup *memcg;
};

/* In 7.2, not in 6.18: with it a folio of a process is charged to an obj_cgroup, too. */
struct obj_cgroup___7_2 {
	bool is_root;
};

/*
 * include/linux/mm_types.h.  A walk is handed a struct page up to 5.16 and a
 * struct folio from 5.17 on; its flags are the first word of either.
 */
struct page {
	unsigned long flags;
	struct {
		int counter;
	} _mapcount; /* of a folio of one page; -1: not mapped */
	atomic_t _refcount;
	unsigned long private;
	unsigned long memcg_data;    /* since 5.11 (bcfe06bf2622) */
	unsigned long compound_head; /* of a tail page: of the head, plus 1 */
	unsigned int page_type;	     /* what is no folio, in the place of _mapcount */
};

/* In 7.2, not in 6.18: the head of a tail page, as an address or a mask of it. */
struct page___7_2 {
	unsigned long compound_info;
};

/* The order of a compound page, in its second struct page (5.10). */
struct page___5_10 {
	unsigned char compound_order;
	unsigned char compound_dtor; /* which kind of compound page; also 6.1 */
	void *mapping;
	unsigned long index;
	atomic_t compound_mapcount; /* also 6.1 */
	void *mem_cgroup;	    /* up to 5.10 */
};

/* The same in 6.1 ... */
struct folio___6_1 {
	unsigned char _folio_order;
};

/* ... and in 6.12 to 7.2, the lowest byte. */
struct folio {
	unsigned long _flags_1;
	void *mapping; /* up to 5.15: of struct page */
	unsigned long index;
	atomic_t _entire_mapcount; /* by one entry of a higher page table; since 6.2 */
	atomic_t _large_mapcount;  /* since 6.10 (05c5323b2a34) */
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
	PG_head = 2,
	PG_locked,
	PG_writeback,
	PG_referenced,
	PG_uptodate,
	PG_dirty,
	PG_lru,
	PG_waiters,
	PG_active,
	PG_workingset,
	PG_owner_priv_1,
	PG_owner_2,
	PG_arch_1,
	PG_reserved,
	PG_private,
	PG_private_2,
	PG_reclaim,
	PG_unevictable,
	PG_dropbehind,
	PG_mlocked,
	PG_hwpoison,
	PG_young,
	PG_idle,
	PG_arch_2,
	PG_error,
	PG_mappedtodisk,
	PG_uncached,
	/* Other names of some of them, for folios of one kind. */
	PG_swapcache,
	PG_anon_exclusive,   /* since 6.0 (78fbe906cc90) */
	PG_double_map,	     /* up to 6.1 */
	PG_slab,	     /* up to 6.9 */
	PG_partially_mapped, /* in 6.12, of the second struct page */
};

/* In the uppermost byte of page_type, since 6.11 (4ffca5a96678). */
enum pagetype {
	PGTY_buddy,
	PGTY_offline,
	PGTY_table,
	PGTY_guard,
	PGTY_hugetlb,
	PGTY_slab,
	PGTY_zsmalloc,
	PGTY_unaccepted,
	PGTY_large_kmalloc,
};

/* include/linux/mm.h, up to 6.5 */
enum compound_dtor_id {
	HUGETLB_PAGE_DTOR,
};

/* include/linux/mmzone.h */
enum zone_type {
	ZONE_DMA,
	ZONE_DMA32,
	ZONE_NORMAL,
	ZONE_MOVABLE,
	ZONE_DEVICE,
	__MAX_NR_ZONES,
};

/* include/linux/mmzone.h: their sizes count, from which that of a nid follows, and places. */
struct zone;
struct zoneref {
	struct zone *zone;
};

struct zonelist {
	struct zoneref _zonerefs[1]; /* MAX_NUMNODES * MAX_NR_ZONES + 1 */
};

struct zone {
	unsigned long zone_start_pfn;
	unsigned long spanned_pages;
};

struct pglist_data {
	struct zone node_zones[1]; /* MAX_NR_ZONES */
};

/* include/linux/migrate_mode.h; they were renumbered as reasons came. */
enum migrate_reason {
	MR_COMPACTION,
	MR_MEMORY_FAILURE,
	MR_MEMORY_HOTPLUG,
	MR_SYSCALL,
	MR_MEMPOLICY_MBIND,
	MR_NUMA_MISPLACED,
	MR_CONTIG_RANGE,
	MR_LONGTERM_PIN, /* in 6.1, not in 5.10 */
	MR_DEMOTION,	 /* the same */
	MR_DAMON,	 /* in 6.12, not in 6.1 */
};

/*
 * include/trace/events/migrate.h: where it has this field, in 6.12 and not in 6.1, there
 * is an argument more before mode and reason.
 */
struct trace_event_raw_mm_migrate_pages {
	unsigned long large_folio_split;
};

/* mm/exchange.c of the folioscope patch; the last three wait for file folios. */
enum folio_exchange_phase {
	FOLIO_EXCHANGE_PHASE_DRAIN,
	FOLIO_EXCHANGE_PHASE_ISOLATE,
	FOLIO_EXCHANGE_PHASE_LOCK,
	FOLIO_EXCHANGE_PHASE_UNMAP,
	FOLIO_EXCHANGE_PHASE_FLUSH,
	FOLIO_EXCHANGE_PHASE_MAPPING,
	FOLIO_EXCHANGE_PHASE_DATA,
	FOLIO_EXCHANGE_PHASE_FLAGS,
	FOLIO_EXCHANGE_PHASE_REMAP,
	FOLIO_EXCHANGE_PHASE_PUTBACK,
	FOLIO_EXCHANGE_PHASE_PREPARE,
	FOLIO_EXCHANGE_PHASE_PRIVATE,
	FOLIO_EXCHANGE_PHASE_FINISH,
};

/* include/uapi/linux/folio_exchange.h of the patch: the results are 0 to this. */
enum folio_exchange_result {
	FOLIO_EXCHANGE_GONE = 17,
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

/* The same of an operation on a VMA's anon_vmas. */
struct anon_vma_stat {
	const struct anon_vma *anon_vma;
	const struct anon_vma *parent;
	const struct anon_vma *root;
	unsigned long caller;
	__u64 lock_wait; /* ns */
	__u64 duration;	 /* ns */
	unsigned int avcs;
	int error;
	bool reused;
};

/* include/linux/mm.h: why anon_vma_clone() is called, in 7.2, not in 6.18. */
enum vma_operation {
	VMA_OP_SPLIT,
	VMA_OP_MERGE_UNFAULTED,
	VMA_OP_REMAP,
	VMA_OP_FORK,
};

/* kernel/bpf/task_iter.c: what the iterators hand over. */
struct bpf_iter_meta {
	struct seq_file *seq;
};

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};

struct bpf_iter__task_vma {
	struct task_struct *task;
	struct vm_area_struct *vma;
};

#pragma clang attribute pop

#endif /* FOLIOSCOPE_KERNEL_H */
