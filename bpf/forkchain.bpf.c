// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of anon_vmas, operation by operation: prepare, clone, fork, unlink.
 *
 * The tracepoints of the folioscope patch tell most of it; elsewhere begin and end of the
 * functions are joined, task by task.  How many AVCs a VMA has is counted in its chain, which
 * belongs to the task here: the mmap lock is held, or nobody else knows the memory.
 */
#include "kernel.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include "avcs.bpf.h"
#include "filter.bpf.h"
#include "returns.bpf.h"
#include "forkchain.h"

char LICENSE[] SEC("license") = "GPL";

/* Set before loading. */
const volatile bool fork_clones; /* clones that are a part of a fork are told, too */
const volatile __u64 fork_code;	 /* tracepoints: where the function is by which a fork calls */
const volatile __u64 fork_bytes; /* anon_vma_clone(), and how long; 0: not known */

const volatile bool may_add_up; /* in rows, see add_up; else programs need no code for them */

/* Set while running. */
bool go;     /* all programs are attached */
bool add_up; /* operations are added up in rows, */
__u32 epoch; /* of that half, 0 or 1 */

#define ENOMEM 12

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, CHAIN_RING);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct chain_counts);
} counts SEC(".maps");

/* By tid: who had the lock that the task waited for last. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, CHAIN_HOLDERS);
	__type(key, __u32);
	__type(value, struct chain_holder);
} holders SEC(".maps");

/* By VMA: when a thread was seen to have prepared it. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, CHAIN_HOLDERS);
	__type(key, __u64);
	__type(value, __u64);
} prepared SEC(".maps");

/* Adds to a field of this CPU's counters. */
#define COUNT_N(field, n)                                                     \
	do {                                                                  \
		__u32 zero = 0;                                               \
		struct chain_counts *c = bpf_map_lookup_elem(&counts, &zero); \
                                                                              \
		if (c)                                                        \
			__sync_fetch_and_add(&c->field, n);                   \
	} while (0)
#define COUNT(field) COUNT_N(field, 1)

static __always_inline bool wanted(__u64 pid_tgid)
{
	return go && filter_current(pid_tgid);
}

static __always_inline bool adds_up(void)
{
	return may_add_up && *(volatile bool *)&add_up;
}

/* ---------------------------------------------------------------- events */

static __always_inline struct chain_event *event_new(__u32 type, __u64 pid_tgid)
{
	struct chain_event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

	if (!e)
		return NULL;
	__builtin_memset(e, 0, sizeof(*e));
	e->ktime = bpf_ktime_get_ns();
	e->type = type;
	e->tgid = pid_tgid >> 32;
	e->tid = pid_tgid;
	bpf_get_current_comm(e->comm, sizeof(e->comm));
	return e;
}

/* tgid of whose memory it is, 0: not known.  @tgid: the current task's. */
static __always_inline __u32 owner_of(const struct mm_struct *mm, __u32 tgid, const bool known)
{
	struct task_struct *task = (void *)bpf_get_current_task(), *owner;

	if (BPF_CORE_READ(task, mm) == mm)
		return tgid;
	if (!bpf_core_field_exists(mm->owner)) /* exec, or another's fault */
		return 0;
	owner = FIELD(known, mm, owner);
	return owner ? BPF_CORE_READ(owner, tgid) : 0;
}

static __always_inline void event_vma(struct chain_event *e, const struct vm_area_struct *vma,
				      const bool known)
{
	struct mm_struct *mm = FIELD(known, vma, vm_mm);

	e->vma = (__u64)vma;
	e->mm = (__u64)mm;
	e->start = FIELD(known, vma, vm_start);
	e->end = FIELD(known, vma, vm_end);
	e->owner = owner_of(mm, e->tgid, known);
}

static __always_inline void event_holder(struct chain_event *e)
{
	__u32 tid = e->tid;
	struct chain_holder *h = bpf_map_lookup_elem(&holders, &tid);

	if (h)
		e->holder = *h;
}

#include "rows.bpf.h"

static __always_inline void event_op(struct chain_event *e, const struct op *op)
{
	e->ns = op->ns;
	e->lock_ns = op->lock_ns;
	e->avcs = op->avcs;
	e->chain = op->chain;
	e->depth = op->depth;
	e->error = op->error;
	e->reused = op->reused;
	if (op->lock_ns)
		event_holder(e);
}

/* ------------------------------------------------------------ tracepoints */

/* (vma, stat), when all is done: what an unlink had may be gone. */
static __always_inline int stat_event(__u32 type, const struct vm_area_struct *vma,
				      const struct anon_vma_stat *stat)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	struct chain_event *e;
	bool of_fork = false;
	struct op op;

	if (!wanted(pid_tgid))
		return 0;
	if (type == CHAIN_CLONE && !fork_clones) {
		of_fork = stat->caller - fork_code < fork_bytes;
		if (of_fork && (!stat->error || adds_up()))
			return 0;
	}
	COUNT(seen);
	op.type = type;
	op.avcs = stat->avcs;
	op.chain = chain_length(vma, true);
	op.depth = type == CHAIN_UNLINK ? CHAIN_NO_DEPTH : depth_of(stat->anon_vma, true);
	op.reused = stat->reused;
	op.ns = stat->duration;
	op.lock_ns = stat->lock_wait;
	op.error = stat->error;
	if (!of_fork && adds_up()) {
		row_add(pid_tgid, &op, vma, true);
		return 0;
	}
	e = event_new(type, pid_tgid);
	if (!e) {
		COUNT(lost[CHAIN_LOST_FULL]);
		return 0;
	}
	event_vma(e, vma, true);
	event_op(e, &op);
	e->anon_vma = (__u64)stat->anon_vma;
	e->parent = (__u64)stat->parent;
	e->root = (__u64)stat->root;
	e->caller = stat->caller;
	bpf_ringbuf_submit(e, 0);
	COUNT(recorded);
	return 0;
}

SEC("tp_btf/anon_vma_prepare")
int tp_prepare(__u64 *ctx)
{
	return stat_event(CHAIN_PREPARE, (void *)ctx[0], (void *)ctx[1]);
}

SEC("tp_btf/anon_vma_clone")
int tp_clone(__u64 *ctx)
{
	return stat_event(CHAIN_CLONE, (void *)ctx[0], (void *)ctx[1]);
}

SEC("tp_btf/anon_vma_fork")
int tp_fork(__u64 *ctx)
{
	return stat_event(CHAIN_FORK, (void *)ctx[0], (void *)ctx[1]);
}

SEC("tp_btf/anon_vma_unlink")
int tp_unlink(__u64 *ctx)
{
	return stat_event(CHAIN_UNLINK, (void *)ctx[0], (void *)ctx[1]);
}

/* (parent, child): what the forks before it were for. */
SEC("raw_tp/sched_process_fork")
int born(__u64 *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct task_struct *child = (void *)ctx[1];
	__u64 pid_tgid = bpf_get_current_pid_tgid(), mm;
	struct chain_event *e;

	if (!wanted(pid_tgid))
		return 0;
	mm = (__u64)BPF_CORE_READ(child, mm);
	/* A thread and who was made by vfork() have their parent's. */
	if (!mm || mm == (__u64)BPF_CORE_READ(task, mm))
		return 0;
	if (adds_up()) {
		row_born(pid_tgid, mm, BPF_CORE_READ(child, tgid));
		return 0;
	}
	e = event_new(CHAIN_BORN, pid_tgid);
	if (!e) {
		COUNT(unjoined);
		return 0;
	}
	e->mm = mm;
	e->child = BPF_CORE_READ(child, tgid);
	bpf_ringbuf_submit(e, 0);
	return 0;
}

/* -------------------------------------------------- who is waited for */

#define RWSEM_READER_OWNED 1 /* kernel/locking/rwsem.c, 5.10 to 7.2 */
#define RWSEM_OWNER_FLAGS  7

/* Is it the lock of an anon_vma that is its own root? */
static __always_inline bool is_root_lock(const struct rw_semaphore *sem)
{
	struct anon_vma *root = (void *)sem - bpf_core_field_offset(struct anon_vma, rwsem);

	return BPF_CORE_READ(root, root) == root;
}

static __always_inline void holder_note(const struct rw_semaphore *sem, __u64 pid_tgid)
{
	struct chain_holder h = {};
	__u32 tid = pid_tgid;
	struct task_struct *owner;
	__u64 word;

	if (!bpf_core_field_exists(sem->owner))
		return;
	word = BPF_CORE_READ(sem, owner.counter);
	owner = (void *)(word & ~(__u64)RWSEM_OWNER_FLAGS);
	h.reader = word & RWSEM_READER_OWNED;
	if (owner) {
		h.tgid = BPF_CORE_READ(owner, tgid);
		h.tid = BPF_CORE_READ(owner, pid);
		BPF_CORE_READ_STR_INTO(&h.comm, owner, comm);
	}
	bpf_map_update_elem(&holders, &tid, &h, BPF_ANY);
}

/* ------------------------------------------------- a task's operations */

#include "under_way.bpf.h"
#include "brief.bpf.h"

static __always_inline void prepare_begins(struct vm_area_struct *vma, const bool known)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid(), now;
	struct chain_task *task;
	struct chain_open *o;

	if (!wanted(pid_tgid))
		return;
	/* Whoever links an AVC after the look below ends after this: prepared_first() relies on it. */
	now = bpf_ktime_get_ns();
	o = open_new(pid_tgid, now, &task);
	if (o)
		open_fill(o, CHAIN_PREPARE, vma, NULL, has_avcs(vma, known), now);
}

static __always_inline void fork_begins(struct vm_area_struct *vma, struct vm_area_struct *src,
					const bool known)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid(), now;
	struct chain_task *task;
	struct chain_open *o;

	/* Like the kernel: without an anon_vma there is nothing to do. */
	if (!wanted(pid_tgid) || !FIELD(known, src, anon_vma))
		return;
	now = bpf_ktime_get_ns();
	o = open_new(pid_tgid, now, &task);
	if (o)
		open_fill(o, CHAIN_FORK, vma, src, 0, now);
}

/* 7.2 passes the operation; where there is none, operation is not looked at. */
static __always_inline __u32 cause_of_operation(__u64 operation)
{
	__u32 op = operation;

	if (!bpf_core_enum_value_exists(enum vma_operation, VMA_OP_FORK))
		return CHAIN_CAUSE_NONE;
	if (op == bpf_core_enum_value(enum vma_operation, VMA_OP_FORK))
		return CHAIN_CAUSE_FORK;
	if (op == bpf_core_enum_value(enum vma_operation, VMA_OP_SPLIT))
		return CHAIN_CAUSE_SPLIT;
	if (op == bpf_core_enum_value(enum vma_operation, VMA_OP_REMAP))
		return CHAIN_CAUSE_MREMAP;
	return CHAIN_CAUSE_MERGE;
}

static __always_inline void clone_begins(void *ctx, struct vm_area_struct *vma,
					 struct vm_area_struct *src, __u32 cause, const bool known)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid(), now;
	struct chain_task *task;
	struct chain_open *o;
	__u32 outer;
	long bytes;

	if (!wanted(pid_tgid) || !has_avcs(src, known))
		return;
	if (known && is_brief())
		return;
	task = task_of(pid_tgid);
	outer = task ? task->depth - 1 : 0;
	if (task && task->depth && task->open[outer & (CHAIN_NESTED - 1)].type == CHAIN_FORK)
		cause = CHAIN_CAUSE_FORK;
	if (!fork_clones && cause == CHAIN_CAUSE_FORK) {
		if (task)
			task->passed_over = 1;
		return;
	}
	now = bpf_ktime_get_ns();
	o = open_new(pid_tgid, now, &task);
	if (!o)
		return;
	open_fill(o, CHAIN_CLONE, vma, src, chain_length(vma, known), now);
	o->cause = cause;
	task->frames = 0;
	if (cause != CHAIN_CAUSE_NONE || adds_up())
		return;
	/* Its caller tells: rare enough for a stack. */
	bytes = bpf_get_stack(ctx, task->stack, sizeof(task->stack), 0);
	if (bytes > 0)
		task->frames = bytes / sizeof(__u64);
}

/* Of a VMA without an anon_vma of its own: any in its chain leads to the root. */
static __always_inline __u64 root_by_chain(const struct vm_area_struct *vma, const bool known)
{
	struct anon_vma_chain *avc = (void *)number(FIELD(known, vma, anon_vma_chain.next)) -
				     bpf_core_field_offset(struct anon_vma_chain, same_vma);

	return (__u64)BPF_CORE_READ(avc, anon_vma, root);
}

static __always_inline void unlink_begins(struct vm_area_struct *vma, const bool known)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid(), key = (__u64)vma, now;
	struct chain_task *task;
	struct anon_vma *own;
	struct chain_open *o;

	if (!wanted(pid_tgid))
		return;
	if (is_brief()) {
		unlink_adds_up(pid_tgid, vma, known);
		return;
	}
	/* In a clone that did not get one AVC there is nothing to free. */
	task = task_of(pid_tgid);
	if (task)
		task->empty = !has_avcs(vma, known);
	if (!has_avcs(vma, known))
		return;
	/* The next VMA here is prepared by whoever is first: see prepared_first(). */
	if (!can_cmpxchg)
		bpf_map_delete_elem(&prepared, &key);
	now = bpf_ktime_get_ns();
	o = open_new(pid_tgid, now, &task);
	if (!o)
		return;
	open_fill(o, CHAIN_UNLINK, vma, NULL, chain_length(vma, known), now);
	if (adds_up())
		return;
	own = FIELD(known, vma, anon_vma);
	o->anon_vma = (__u64)own;
	if (own) {
		o->parent = (__u64)FIELD(known, own, parent);
		o->root = (__u64)FIELD(known, own, root);
		o->depth = depth_of(own, known);
		return;
	}
	o->root = root_by_chain(vma, known);
}

/*
 * Several threads may prepare a VMA at once: is it this one whose anon_vma it got?  The first that ends
 * after it began.  An older entry is another VMA's, long ago, that had its place here.
 */
static __always_inline bool prepared_first(__u64 vma, __u64 begun)
{
	__u64 now = bpf_ktime_get_ns(), *when, was;

	if (!bpf_map_update_elem(&prepared, &vma, &now, BPF_NOEXIST))
		return true;
	when = bpf_map_lookup_elem(&prepared, &vma);
	if (!when)
		return true;
	was = *(volatile __u64 *)when;
	if (was > begun)
		return false;
	if (can_cmpxchg)
		return __sync_val_compare_and_swap(when, was, now) == was;
	/* Its unlinking was not seen, which takes the entry away here. */
	bpf_map_update_elem(&prepared, &vma, &now, BPF_ANY);
	return true;
}

/* What is told of a VMA that has its anon_vma now. */
static __always_inline void event_own(struct chain_event *e, const struct vm_area_struct *vma,
				      const bool known)
{
	struct anon_vma *own = FIELD(known, vma, anon_vma);

	e->anon_vma = (__u64)own;
	if (own) {
		e->parent = (__u64)FIELD(known, own, parent);
		e->root = (__u64)FIELD(known, own, root);
	} else if (has_avcs(vma, known)) {
		e->root = root_by_chain(vma, known);
	}
}

/* Did a VMA get an anon_vma that was there before?  @type: a constant; @src: whose chain was copied. */
static __always_inline bool was_reused(const __u32 type, const struct chain_open *o,
				       const struct op *op, const struct anon_vma *own,
				       const struct vm_area_struct *src, const bool known)
{
	if (!own)
		return false;
	switch (type) {
	case CHAIN_PREPARE: /* a neighbour's: then it is at least its second VMA */
		return op->avcs && bpf_core_field_exists(own->num_active_vmas) &&
		       BPF_CORE_READ(own, num_active_vmas) > 1;
	case CHAIN_FORK: /* one that is new has an AVC besides those of the parent's VMA */
		return op->chain == chain_length(src, known);
	case CHAIN_CLONE:
		return o->cause == CHAIN_CAUSE_FORK;
	default:
		return false;
	}
}

/* What has been done, now that it has.  @timed: how long it took is asked for. */
static __always_inline void op_of(struct op *op, const __u32 type, const struct chain_open *o,
				  bool timed, __s32 error, const struct vm_area_struct *vma,
				  const struct vm_area_struct *src, const bool known)
{
	const struct anon_vma *own;

	op->type = type;
	op->ns = timed ? bpf_ktime_get_ns() - o->begun : 0;
	op->lock_ns = o->lock_ns;
	op->chain = chain_length(vma, known);
	op->depth = CHAIN_NO_DEPTH;
	op->error = 0;
	op->reused = 0;
	if (type == CHAIN_UNLINK) {
		op->avcs = o->before - op->chain;
		op->depth = o->depth;
		return;
	}
	op->avcs = op->chain + o->undone - o->before;
	if (type == CHAIN_PREPARE && op->avcs && !prepared_first(o->vma, o->begun))
		op->avcs = 0;
	/* A chain is cloned as a whole, or not at all: memory was out. */
	if (type == CHAIN_CLONE)
		error = op->chain > o->before ? 0 : -ENOMEM;
	op->error = error;
	if (error)
		return;
	own = FIELD(known, vma, anon_vma);
	op->depth = depth_of(own, known);
	op->reused = was_reused(type, o, op, own, src, known);
}

static __always_inline void event_end(struct chain_event *e, const struct chain_open *o,
				      const struct op *op, const struct chain_task *task,
				      const struct vm_area_struct *vma, const bool known)
{
	event_vma(e, vma, known);
	event_op(e, op);
	e->cause = o->cause;
	if (op->type == CHAIN_UNLINK) {
		e->anon_vma = o->anon_vma;
		e->parent = o->parent;
		e->root = o->root;
	} else if (!op->error) {
		event_own(e, vma, known);
	}
	if (op->type == CHAIN_CLONE && o->cause == CHAIN_CAUSE_NONE && !op->error) {
		__builtin_memcpy(e->stack, task->stack, sizeof(e->stack));
		e->frames = task->frames;
	}
}

/*
 * The innermost operation of this type has ended.  @vma, and of a fork @src, if @known; else they are what
 * it began with.
 */
static __always_inline void ends(__u32 type, __s32 error, const struct vm_area_struct *vma,
				 const struct vm_area_struct *src, const bool known)
{
	const bool in_rows = adds_up();
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	struct chain_task *task = task_of(pid_tgid);
	const struct chain_open *o;
	struct chain_event *e;
	struct op op;
	__u32 at;

	if (!task)
		return;
	/* All of it was told when it began, unless that was before is_brief(). */
	if (type == CHAIN_UNLINK && is_brief() && !is_in(task, CHAIN_UNLINK))
		return;
	if (type == CHAIN_UNLINK && task->empty) {
		task->empty = 0;
		return;
	}
	if (type == CHAIN_CLONE && task->passed_over) {
		task->passed_over = 0;
		return;
	}
	for (int i = 0; i < CHAIN_NESTED; i++) {
		if (!task->depth)
			break;
		at = --task->depth;
		o = &task->open[at & (CHAIN_NESTED - 1)];
		if (o->type == type && (!known || o->vma == (__u64)vma))
			goto found;
		COUNT(lost[CHAIN_LOST_NESTED]);
	}
	COUNT(orphans);
	task_free(task);
	return;
found:
	if (!known) {
		vma = (void *)o->vma;
		src = (void *)o->src;
	}
	op_of(&op, type, o, type == CHAIN_FORK || !in_rows, error, vma, src, known);
	if (type == CHAIN_UNLINK)
		undo(task, at, o->vma, op.avcs);
	if (in_rows) {
		row_add(pid_tgid, &op, vma, known);
	} else {
		e = event_new(type, pid_tgid);
		if (e) {
			event_end(e, o, &op, task, vma, known);
			bpf_ringbuf_submit(e, 0);
			COUNT(recorded);
		} else {
			COUNT(lost[CHAIN_LOST_FULL]);
		}
	}
	if (!at)
		task_free(task);
}

static __always_inline void lock_waits(void *ctx, const struct rw_semaphore *sem, bool timed)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	struct chain_task *task;

	if (!timed) { /* the tracepoints tell how long, but not who */
		if (wanted(pid_tgid) && is_root_lock(sem))
			holder_note(sem, pid_tgid);
		return;
	}
	task = task_of(pid_tgid);
	if ((!task && !is_brief()) || !is_root_lock(sem))
		return;
	if (!task && wanted(pid_tgid) && in_brief(ctx))
		task = task_new(pid_tgid, bpf_ktime_get_ns());
	if (!task)
		return;
	holder_note(sem, pid_tgid);
	task->waits = bpf_ktime_get_ns();
}

static __always_inline void lock_got(void)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid(), ns;
	struct chain_task *task = task_of(pid_tgid);

	if (!task || !task->waits)
		return;
	ns = bpf_ktime_get_ns() - task->waits;
	task->waits = 0;
	if (!task->depth) {
		task_free(task);
		row_waited(pid_tgid, ns);
		return;
	}
	for (__u32 i = 0; i < CHAIN_NESTED; i++)
		if (i < task->depth)
			task->open[i].lock_ns += ns;
}

/* ------------------------------------------------------------ fentry, fexit */

SEC("fentry/__anon_vma_prepare")
int prepare_start(__u64 *ctx)
{
	prepare_begins((void *)ctx[0], true);
	return 0;
}

SEC("fexit/__anon_vma_prepare")
int prepare_end(__u64 *ctx)
{
	ends(CHAIN_PREPARE, ctx[1], (void *)ctx[0], NULL, true);
	return 0;
}

SEC("fentry/anon_vma_clone")
int clone_start(__u64 *ctx)
{
	__u32 cause = CHAIN_CAUSE_NONE;

	if (bpf_core_enum_value_exists(enum vma_operation, VMA_OP_FORK))
		cause = cause_of_operation(ctx[2]);
	clone_begins(ctx, (void *)ctx[0], (void *)ctx[1], cause, true);
	return 0;
}

SEC("fexit/anon_vma_clone")
int clone_end(__u64 *ctx)
{
	if (!is_brief() || !clone_adds_up((void *)ctx[0], (void *)ctx[1]))
		ends(CHAIN_CLONE, 0, (void *)ctx[0], NULL, true);
	return 0;
}

SEC("fentry/anon_vma_fork")
int fork_start(__u64 *ctx)
{
	fork_begins((void *)ctx[0], (void *)ctx[1], true);
	return 0;
}

SEC("fexit/anon_vma_fork")
int fork_end(__u64 *ctx)
{
	ends(CHAIN_FORK, ctx[2], (void *)ctx[0], (void *)ctx[1], true);
	return 0;
}

SEC("fentry/unlink_anon_vmas")
int unlink_start(__u64 *ctx)
{
	unlink_begins((void *)ctx[0], true);
	return 0;
}

SEC("fexit/unlink_anon_vmas")
int unlink_end(__u64 *ctx)
{
	ends(CHAIN_UNLINK, 0, (void *)ctx[0], NULL, true);
	return 0;
}

SEC("fentry/rwsem_down_write_slowpath")
int lock_start(__u64 *ctx)
{
	lock_waits(ctx, (void *)number((void *)ctx[0]), true);
	return 0;
}

SEC("fexit/rwsem_down_write_slowpath")
int lock_end(__u64 *ctx)
{
	lock_got();
	return 0;
}

/* Beside the tracepoints. */
SEC("fentry/rwsem_down_write_slowpath")
int lock_holder(__u64 *ctx)
{
	lock_waits(ctx, (void *)number((void *)ctx[0]), false);
	return 0;
}

/* ------------------------------------------------------ kprobes, kretprobes */

SEC("kprobe")
int prepare_start_kprobe(struct pt_regs *ctx)
{
	prepare_begins((void *)ctx->di, false);
	return 0;
}

SEC("kretprobe")
int prepare_end_kprobe(struct pt_regs *ctx)
{
	ends(CHAIN_PREPARE, ctx->ax, NULL, NULL, false);
	return 0;
}

SEC("kprobe")
int clone_start_kprobe(struct pt_regs *ctx)
{
	clone_begins(ctx, (void *)ctx->di, (void *)ctx->si, cause_of_operation(ctx->dx), false);
	return 0;
}

SEC("kretprobe")
int clone_end_kprobe(struct pt_regs *ctx)
{
	ends(CHAIN_CLONE, 0, NULL, NULL, false);
	return 0;
}

SEC("kprobe")
int fork_start_kprobe(struct pt_regs *ctx)
{
	fork_begins((void *)ctx->di, (void *)ctx->si, false);
	return 0;
}

SEC("kretprobe")
int fork_end_kprobe(struct pt_regs *ctx)
{
	ends(CHAIN_FORK, ctx->ax, NULL, NULL, false);
	return 0;
}

SEC("kprobe")
int unlink_start_kprobe(struct pt_regs *ctx)
{
	unlink_begins((void *)ctx->di, false);
	return 0;
}

SEC("kretprobe")
int unlink_end_kprobe(struct pt_regs *ctx)
{
	ends(CHAIN_UNLINK, 0, NULL, NULL, false);
	return 0;
}

SEC("kprobe")
int lock_start_kprobe(struct pt_regs *ctx)
{
	lock_waits(ctx, (void *)ctx->di, true);
	return 0;
}

SEC("kretprobe")
int lock_end_kprobe(struct pt_regs *ctx)
{
	lock_got();
	return 0;
}
