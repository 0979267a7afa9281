/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Operations under way, task by task: where begin and end of functions are joined.  A part of
 * forkchain.bpf.c, whose counters it uses.
 */
#ifndef FOLIOSCOPE_UNDER_WAY_BPF_H
#define FOLIOSCOPE_UNDER_WAY_BPF_H

#include "slot.bpf.h"

struct chain_task tasks[CHAIN_TASKS];

/*
 * Where a task's slot may be: who waits for a lock can be many, and their tids follow each other.  Nearly
 * all are in their first place; `displaced` are not.
 */
#define PLACES 4
__u64 displaced;

static __always_inline struct chain_task *task_at(__u32 tid, __u32 place)
{
	return &tasks[(tid + place * (CHAIN_TASKS / 5)) & (CHAIN_TASKS - 1)];
}

static __noinline struct chain_task *task_displaced(__u32 tid)
{
	for (__u32 i = 1; i < PLACES; i++) {
		struct chain_task *task = task_at(tid, i);

		if (task->tid == tid)
			return task;
	}
	return NULL;
}

/* What the task is in, or NULL. */
static __always_inline struct chain_task *task_of(__u64 pid_tgid)
{
	__u32 tid = pid_tgid;
	struct chain_task *task = task_at(tid, 0);

	if (!tid)
		return NULL;
	if (task->tid == tid)
		return task;
	return *(volatile __u64 *)&displaced ? task_displaced(tid) : NULL;
}

/* Takes a place; false: it is another's. */
static __always_inline bool task_take(struct chain_task *task, __u32 tid, __u64 now)
{
	enum slot_taken taken = slot_reach(&task->tid, task->since, tid, now);

	if (taken == SLOT_BUSY)
		return false;
	if (taken == SLOT_STALE)
		COUNT_N(lost[CHAIN_LOST_NESTED], task->depth);
	task->depth = 0;
	task->waits = 0;
	task->frames = 0;
	task->empty = task->passed_over = 0;
	task->since = now;
	return true;
}

/* Not a function of its own: cmpxchg is taken out of programs only, see bpfenv__drop_cmpxchg(). */
static __always_inline struct chain_task *task_new_displaced(__u32 tid, __u64 now)
{
	for (__u32 i = 1; i < PLACES; i++) {
		struct chain_task *task = task_at(tid, i);

		if (!task_take(task, tid, now))
			continue;
		if (!task->displaced)
			__sync_fetch_and_add(&displaced, 1);
		task->displaced = 1;
		return task;
	}
	return NULL;
}

/* NULL: others' operations have all its places. */
static __always_inline struct chain_task *task_new(__u64 pid_tgid, __u64 now)
{
	__u32 tid = pid_tgid;
	struct chain_task *task = task_at(tid, 0);

	return task_take(task, tid, now) ? task : task_new_displaced(tid, now);
}

/* Is an operation of this type what the task has begun last? */
static __always_inline bool is_in(const struct chain_task *task, __u32 type)
{
	return task->depth && task->open[(task->depth - 1) & (CHAIN_NESTED - 1)].type == type;
}

static __always_inline void task_free(struct chain_task *task)
{
	if (task->displaced) {
		task->displaced = 0;
		__sync_fetch_and_add(&displaced, -1);
	}
	task->since = 0;
	task->depth = 0;
	*(volatile __u32 *)&task->tid = 0;
}

/* Somewhere to note an operation that begins now; NULL: there is no room, and it is counted as lost. */
static __always_inline struct chain_open *open_new(__u64 pid_tgid, __u64 now, struct chain_task **of)
{
	struct chain_task *task = task_of(pid_tgid);

	COUNT(seen);
	if (!end_is_told()) {
		COUNT(lost[CHAIN_LOST_RETURNS]);
		return NULL;
	}
	if (!task)
		task = task_new(pid_tgid, now);
	if (!task) {
		COUNT(lost[CHAIN_LOST_TASKS]);
		return NULL;
	}
	if (task->depth >= CHAIN_NESTED) { /* ends were missed: begin anew */
		for (int i = 0; i < CHAIN_NESTED; i++)
			COUNT(lost[CHAIN_LOST_NESTED]);
		task->depth = 0;
	}
	*of = task;
	return &task->open[task->depth++ & (CHAIN_NESTED - 1)];
}

static __always_inline void open_fill(struct chain_open *o, __u32 type, struct vm_area_struct *vma,
				      struct vm_area_struct *src, __u32 before, __u64 now)
{
	o->vma = (__u64)vma;
	o->src = (__u64)src;
	o->type = type;
	o->cause = CHAIN_CAUSE_NONE;
	o->before = before;
	o->undone = o->lock_ns = 0;
	o->anon_vma = o->parent = o->root = 0;
	o->depth = CHAIN_NO_DEPTH;
	o->begun = now;
}

#endif /* FOLIOSCOPE_UNDER_WAY_BPF_H */
