// SPDX-License-Identifier: GPL-2.0-only
/*
 * The anon_vma forest as it stands: every VMA that has anon_vmas, with its chain.
 *
 * Iterators put records into an array that user space reads whenever read() returns.  Joining
 * them by address is its business.  No lock of an anon_vma is taken: what changes meanwhile is
 * found by user space, see cmd/forest/live.c.
 */
#include "kernel.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "anonvma.h"
#include "pid.bpf.h"

char LICENSE[] SEC("license") = "GPL";

#define PF_KTHREAD 0x00200000 /* include/linux/sched.h, 5.10 to 7.2 */

/* Room for a VMA and what it ends with, in every case. */
#define SPARE 4

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* set before loading */
	__type(key, __u32);
	__type(value, struct anonvma_record);
} records SEC(".maps");

__u32 len;	 /* of the records that wait to be read; user space sets it to 0 */
__u32 room;	 /* of the array */
__u32 too_long;	 /* a VMA has more AVCs than there is room for */
__u64 torn;	 /* VMAs and memories that went away while they were read */
__u64 seen_task; /* whose process was the last that was told */
__u64 seen_mm;
struct anonvma_tree tree;

/* What this kernel's structs take, for who cannot read its slab counters. */
__u32 anon_vma_size, avc_size;

/* --------------------------------------------------------------- records */

static __always_inline struct anonvma_record *record_new(enum anonvma_type type)
{
	__u32 at = *(volatile __u32 *)&len;
	struct anonvma_record *r = bpf_map_lookup_elem(&records, &at);

	if (r) {
		r->type = type;
		len = at + 1;
	}
	return r;
}

/*
 * Is it this task by which its memory is to be read?  Threads share one: the leader stands for
 * it; if it is gone, and others still run, whom the memory calls its owner.
 */
static __always_inline bool stands_for(struct task_struct *task, struct mm_struct *mm)
{
	struct task_struct *leader = BPF_CORE_READ(task, group_leader), *owner;

	if (leader == task)
		return true;
	if (BPF_CORE_READ(leader, mm) == mm)
		return false;
	if (!bpf_core_field_exists(mm->owner))
		return true;
	owner = BPF_CORE_READ(mm, owner);
	return !owner || owner == task || BPF_CORE_READ(owner, mm) != mm;
}

/*
 * Tells the process, unless it was the last that was told.  False: no room.  @held: references
 * to the memory that the iterator has itself.
 */
static __always_inline bool tell_process(struct task_struct *task, struct mm_struct *mm, int held)
{
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);
	struct task_struct *parent = BPF_CORE_READ(leader, real_parent);
	struct anonvma_record *r;
	int users;

	if (seen_task == (__u64)task && seen_mm == (__u64)mm)
		return true;
	r = record_new(ANONVMA_PROCESS);
	if (!r)
		return false;
	r->process.mm = (__u64)mm;
	r->process.cgroup = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id);
	r->process.pid = tgid_number(task);
	r->process.tid = pid_number(BPF_CORE_READ(task, thread_pid));
	r->process.ppid = tgid_number(parent);
	users = BPF_CORE_READ(mm, mm_users.counter);
	r->process.shared = users > BPF_CORE_READ(task, signal, nr_threads) + held;
	BPF_CORE_READ_STR_INTO(&r->process.comm, leader, comm);
	seen_task = (__u64)task;
	seen_mm = (__u64)mm;
	return true;
}

static __always_inline void tell_anon_vma(struct anonvma_avc *to, struct anon_vma *av)
{
	const struct anon_vma *has = NULL;

	to->anon_vma = (__u64)av;
	to->root = (__u64)BPF_CORE_READ(av, root);
	to->parent = (__u64)BPF_CORE_READ(av, parent);
	to->refcount = BPF_CORE_READ(av, refcount.counter);
	to->num_children = to->num_active_vmas = ANONVMA_UNKNOWN;
	if (bpf_core_field_exists(has->num_children))
		to->num_children = BPF_CORE_READ(av, num_children);
	if (bpf_core_field_exists(has->num_active_vmas))
		to->num_active_vmas = BPF_CORE_READ(av, num_active_vmas);
}

/* Where a VMA's chain begins and ends, as an address of its list. */
static __always_inline __u64 chain_head(struct vm_area_struct *vma)
{
	return (__u64)vma + bpf_core_field_offset(struct vm_area_struct, anon_vma_chain);
}

static __always_inline struct anon_vma_chain *avc_of(__u64 node)
{
	return (void *)node - bpf_core_field_offset(struct anon_vma_chain, same_vma);
}

/* A VMA's chain, under way. */
struct chain {
	__u64 vma;
	__u64 node; /* the next AVC's place in the list, or head */
	__u64 head;
	__u64 own;
	__u32 owned; /* own was in the chain */
	__u32 ended; /* 1: at its end; 2: no room; 3: it changed while it was read */
};

enum {
	CHAIN_END = 1,
	CHAIN_FULL,
	CHAIN_TORN
};

static __always_inline void chain_begin(struct chain *c, struct vm_area_struct *vma)
{
	c->vma = (__u64)vma;
	c->head = chain_head(vma);
	c->node = (__u64)BPF_CORE_READ(vma, anon_vma_chain.next);
	c->own = (__u64)BPF_CORE_READ(vma, anon_vma);
	c->owned = c->ended = 0;
}

/* Tells the next AVC, or why there is none. */
static __always_inline void chain_step(struct chain *c)
{
	struct anon_vma_chain *avc = avc_of(c->node);
	struct anonvma_record *r;
	struct anon_vma *av;

	if (c->node == c->head) {
		c->ended = CHAIN_END;
		return;
	}
	if ((__u64)BPF_CORE_READ(avc, vma) != c->vma) {
		c->ended = CHAIN_TORN;
		return;
	}
	if (*(volatile __u32 *)&len + SPARE >= room) {
		c->ended = CHAIN_FULL;
		return;
	}
	r = record_new(ANONVMA_AVC);
	if (!r) {
		c->ended = CHAIN_FULL;
		return;
	}
	av = BPF_CORE_READ(avc, anon_vma);
	r->avc.avc = (__u64)avc;
	r->avc.last = BPF_CORE_READ(avc, rb_subtree_last);
	tell_anon_vma(&r->avc, av);
	if ((__u64)av == c->own)
		c->owned = 1;
	c->node = (__u64)BPF_CORE_READ(avc, same_vma.next);
}

/* The chain was told: so is the VMA. */
static __always_inline bool tell_vma(const struct chain *c, struct vm_area_struct *vma)
{
	struct anonvma_record *r;

	if (c->own && !c->owned) {
		r = record_new(ANONVMA_AVC);
		if (!r)
			return false;
		r->avc.avc = r->avc.last = 0;
		tell_anon_vma(&r->avc, (void *)c->own);
	}
	r = record_new(ANONVMA_VMA);
	if (!r)
		return false;
	r->vma.vma = (__u64)vma;
	r->vma.start = BPF_CORE_READ(vma, vm_start);
	r->vma.end = BPF_CORE_READ(vma, vm_end);
	r->vma.pgoff = BPF_CORE_READ(vma, vm_pgoff);
	r->vma.own = c->own;
	r->vma.mm = (__u64)BPF_CORE_READ(vma, vm_mm);
	return true;
}

static __always_inline bool has_chain(struct vm_area_struct *vma)
{
	return BPF_CORE_READ(vma, anon_vma) ||
	       (__u64)BPF_CORE_READ(vma, anon_vma_chain.next) != chain_head(vma);
}

/* ------------------------------------------- VMA by VMA, with the mmap lock */

static long on_avc(__u32 i, void *ctx)
{
	struct chain *c = ctx;

	chain_step(c);
	return c->ended != 0;
}

/*
 * With the mmap lock held for reading (task_vma is there since 5.12, bpf_loop() since 5.17): a VMA
 * is told as a whole or, where the room is not enough, again from its beginning.
 */
SEC("iter/task_vma")
int each_vma(struct bpf_iter__task_vma *ctx)
{
	struct task_struct *task = ctx->task;
	struct vm_area_struct *vma = ctx->vma;
	__u32 before = *(volatile __u32 *)&len;
	struct chain c = {};
	struct mm_struct *mm;

	if (!task || !vma || !has_chain(vma))
		return 0;
	mm = BPF_CORE_READ(vma, vm_mm);
	if (!stands_for(task, mm))
		return 0;
	if (before + SPARE >= room || !tell_process(task, mm, 1))
		return 1;
	chain_begin(&c, vma);
	bpf_loop(1 << 23, on_avc, &c, 0);
	if (c.ended == CHAIN_END && tell_vma(&c, vma))
		return 0;
	if (c.ended == CHAIN_TORN) { /* not with the lock held */
		torn++;
		return 0;
	}
	if (!before)
		too_long = 1;
	/* Again, when there is room: the process, too, as it may just have been told. */
	len = before;
	seen_task = 0;
	return 1;
}

/* ----------------------------------------- task by task, without the mmap lock */

/* Steps in one run: the verifier goes through all of them. */
#define STEPS 32

static struct {
	__u64 task, mm;
	__u64 vma;
	struct chain chain; /* chain.vma: 0 when none is under way */
} at;

/* The memory went away, or somebody changes it: no more of it. */
static __always_inline void task_torn(void)
{
	torn++;
	record_new(ANONVMA_TORN);
	at.vma = 0;
	at.chain.vma = 0;
}

static __always_inline void task_step(struct task_struct *task)
{
	struct vm_area_struct___5_10 *vma = (void *)at.vma;
	struct chain c;

	if (!at.chain.vma) {
		if ((__u64)BPF_CORE_READ(vma, vm_mm) != at.mm ||
		    (__u64)BPF_CORE_READ(task, mm) != at.mm) {
			task_torn();
		} else if (!has_chain((void *)vma)) {
			at.vma = (__u64)BPF_CORE_READ(vma, vm_next);
		} else if (tell_process(task, (void *)at.mm, 0)) {
			chain_begin(&c, (void *)vma);
			at.chain = c;
		}
		return;
	}
	c = at.chain;
	chain_step(&c);
	at.chain = c;
	if (c.ended == CHAIN_TORN)
		task_torn();
	if (c.ended != CHAIN_END)
		return;
	if ((__u64)BPF_CORE_READ(vma, vm_mm) != at.mm || !tell_vma(&c, (void *)vma)) {
		task_torn();
		return;
	}
	at.chain.vma = 0;
	at.vma = (__u64)BPF_CORE_READ(vma, vm_next);
}

/* For 5.10, whose VMAs are a list: commit 763ecb035029 (6.1) ended that. */
SEC("iter/task")
int each_task(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct mm_struct___5_10 *mm;

	if (!task) /* the end, also for one that was under way */
		return 0;
	mm = (void *)BPF_CORE_READ(task, mm);
	if (at.task != (__u64)task || at.mm != (__u64)mm) {
		at.task = (__u64)task;
		at.mm = (__u64)mm;
		at.vma = 0;
		at.chain.vma = 0;
		if (!mm || BPF_CORE_READ(task, flags) & PF_KTHREAD || !stands_for(task, (void *)mm))
			return 0;
		at.vma = (__u64)BPF_CORE_READ(mm, mmap);
	}
	for (int i = 0; i < STEPS; i++) {
		if (!at.vma) {
			at.task = 0;
			return 0;
		}
		if (*(volatile __u32 *)&len + SPARE >= room)
			return 1;
		task_step(task);
	}
	return 1;
}

/* ------------------------------------------------------- an interval tree */

#define RB_COLOURS	    3 /* include/linux/rbtree.h: the lowest bits of __rb_parent_color */
#define RWSEM_WRITER_LOCKED 1 /* kernel/locking/rwsem.c, 5.10 to 7.2 */

static __always_inline bool is_locked(struct rw_semaphore *sem)
{
	/* With PREEMPT_RT it is another lock: then nobody can tell. */
	if (!bpf_core_field_exists(sem->count))
		return true;
	return BPF_CORE_READ(sem, count.counter) & RWSEM_WRITER_LOCKED;
}

static __always_inline struct anon_vma_chain *avc_of_rb(__u64 node)
{
	return (void *)node - bpf_core_field_offset(struct anon_vma_chain, rb);
}

static __always_inline void tell_leaf(__u64 node)
{
	struct anon_vma_chain *avc = avc_of_rb(node);
	struct vm_area_struct *vma = BPF_CORE_READ(avc, vma);
	struct mm_struct *mm = BPF_CORE_READ(vma, vm_mm);
	struct anonvma_leaf *leaf;
	__u64 n = *(volatile __u64 *)&tree.n;

	if (n >= ANONVMA_LEAVES)
		return;
	leaf = &tree.leaf[n];
	leaf->avc = (__u64)avc;
	leaf->vma = (__u64)vma;
	leaf->own = (__u64)BPF_CORE_READ(vma, anon_vma);
	leaf->locked = is_locked((void *)mm + bpf_core_field_offset(struct mm_struct, mmap_lock));
	tree.n = n + 1;
}

/* One edge of the tree, in the order left, node, right. */
static __always_inline void tree_step(void)
{
	struct rb_node *node = (void *)tree.node;
	__u64 up = BPF_CORE_READ(node, __rb_parent_color) & ~(__u64)RB_COLOURS;
	__u64 left = (__u64)BPF_CORE_READ(node, rb_left);
	__u64 right = (__u64)BPF_CORE_READ(node, rb_right);
	__u64 from = tree.from, to = 0;

	if (from == up)
		to = left;
	if (!to && (from == up || from == left)) {
		tell_leaf(tree.node);
		to = right;
	}
	tree.from = tree.node;
	tree.node = to ? to : up;
}

/* Run by user space; see struct anonvma_tree. */
SEC("raw_tp")
int each_leaf(void *ctx)
{
	struct anon_vma *av = (void *)tree.anon_vma;
	struct anon_vma *root = BPF_CORE_READ(av, root);
	const struct anon_vma *has = NULL;

	tree.n = 0;
	tree.root = (__u64)root;
	if (bpf_core_field_exists(has->num_children))
		tree.num_children = BPF_CORE_READ(av, num_children);
	if (bpf_core_field_exists(has->num_active_vmas))
		tree.num_active_vmas = BPF_CORE_READ(av, num_active_vmas);
	tree.locked = is_locked((void *)root + bpf_core_field_offset(struct anon_vma, rwsem));
	if (!tree.begun) {
		tree.begun = 1;
		tree.from = 0;
		tree.node = (__u64)BPF_CORE_READ(av, rb_root.rb_root.rb_node);
	}
	for (int i = 0; i < ANONVMA_LEAVES; i++)
		if (tree.node)
			tree_step();
	return 0;
}

/* Run once by user space: the sizes of structs. */
SEC("raw_tp")
int sizes(void *ctx)
{
	anon_vma_size = bpf_core_type_size(struct anon_vma);
	avc_size = bpf_core_type_size(struct anon_vma_chain);
	return 0;
}
