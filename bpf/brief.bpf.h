/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Adding up operations of which one end is enough.  A part of forkchain.bpf.c, whose constants and counters
 * it uses.
 */
#ifndef FOLIOSCOPE_BRIEF_BPF_H
#define FOLIOSCOPE_BRIEF_BPF_H

/*
 * Adding up, one program each will do for unlinking, which always frees all of a VMA, and with fentry for
 * clones: nobody asks how long they took.  Who waits for a lock in one of these two functions, so that
 * nothing of it is under way, is known by his stack.
 */
const volatile bool brief;
const volatile struct chain_code brief_code[CHAIN_CODES]; /* of anon_vma_clone() and unlink_anon_vmas() */

static __always_inline bool is_brief(void)
{
	return brief && adds_up();
}

/* What the task has under way on the VMA had linked these, and is undone. */
static __always_inline void undo(struct chain_task *task, int depth, __u64 vma, __u32 avcs)
{
	for (int i = 0; i < CHAIN_NESTED; i++)
		if (i < depth && task->open[i].vma == vma)
			task->open[i].undone += avcs;
}

struct chain_unlinked unlinked[CHAIN_UNLINKED];

static __always_inline struct chain_unlinked *unlinked_by(__u32 tid)
{
	return &unlinked[tid & (CHAIN_UNLINKED - 1)];
}

static __always_inline void unlink_adds_up(__u64 pid_tgid, struct vm_area_struct *vma,
					   const bool known)
{
	struct op op = { .type = CHAIN_UNLINK,
			 .avcs = chain_length(vma, known),
			 .depth = CHAIN_NO_DEPTH };
	struct chain_unlinked *last = unlinked_by(pid_tgid);
	struct chain_task *task = task_of(pid_tgid);
	__u64 key = (__u64)vma;

	/* Also of none: a clone that fails at its first AVC shall not find an older one. */
	last->vma = key;
	last->tid = pid_tgid;
	last->avcs = op.avcs;
	if (!op.avcs)
		return;
	if (!can_cmpxchg)
		bpf_map_delete_elem(&prepared, &key); /* see unlink_begins() */
	COUNT(seen);
	if (task)
		undo(task, task->depth, key, op.avcs);
	row_add(pid_tgid, &op, vma, known);
}

/*
 * A clone has ended whose beginning was not looked at; false: it was, before is_brief().  What a fork
 * clones it tells itself.
 */
static __always_inline bool clone_adds_up(struct vm_area_struct *vma, struct vm_area_struct *src)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	struct chain_task *task = task_of(pid_tgid);
	struct op op = { .type = CHAIN_CLONE, .depth = CHAIN_NO_DEPTH };
	const struct chain_unlinked *last = unlinked_by(pid_tgid);

	if (task && is_in(task, CHAIN_FORK))
		return true;
	if (task && is_in(task, CHAIN_CLONE))
		return false;
	if (!wanted(pid_tgid) || !has_avcs(src, true))
		return true;
	COUNT(seen);
	/* Of a VMA that had none. */
	op.avcs = op.chain = chain_length(vma, true);
	if (op.chain) {
		op.depth = depth_of(vma->anon_vma, true);
	} else {
		op.error = -ENOMEM;
		/* Where the kernel takes it back by unlinking (6.12), that has just said how much. */
		if (last->tid == (__u32)pid_tgid && last->vma == (__u64)vma)
			op.avcs = last->avcs;
	}
	row_add(pid_tgid, &op, vma, true);
	return true;
}

/* Is the current task in one of the functions of which is_brief() looks at one end only? */
static __always_inline bool in_brief(void *ctx)
{
	__u64 stack[CHAIN_STACK] = {};
	long bytes = bpf_get_stack(ctx, stack, sizeof(stack), 0);

	for (__u32 i = 0; i < CHAIN_STACK; i++)
		for (__u32 j = 0; j < CHAIN_CODES; j++)
			if ((long)(i * sizeof(*stack)) < bytes &&
			    stack[i] - brief_code[j].start < brief_code[j].bytes)
				return true;
	return false;
}

#endif /* FOLIOSCOPE_BRIEF_BPF_H */
