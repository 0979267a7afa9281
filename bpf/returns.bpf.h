/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whose returns the kernel tells.  Where kprobes are BPF_TRACE_KPROBE_MULTI's of 6.14 and later (struct
 * plan's multi), return addresses are on a stack that each task has for this (ret_stack).  Tasks get one
 * when the first such kprobe is attached (start_graph_tracing()), or later when they are made
 * (ftrace_graph_init_task(), the first thing that copy_process() does).  A task that is being made just then,
 * and not yet in the list of tasks, never gets one: no return of its functions is told, and
 * nobody counts that (kernel/trace/fgraph.c, 6.14 to 7.2).
 */
#ifndef FOLIOSCOPE_RETURNS_BPF_H
#define FOLIOSCOPE_RETURNS_BPF_H

const volatile bool returns_by_task; /* set before loading */

/* Will the end be seen of what the current task begins? */
static __always_inline bool end_is_told(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	if (!returns_by_task || !bpf_core_field_exists(task->ret_stack))
		return true;
	return BPF_CORE_READ(task, ret_stack) != NULL;
}

/* One byte for each task whose returns are not told: for attach__climb(). */
SEC("iter/task")
int untold(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct seq_file *seq;
	char one = 1;

	if (!task || BPF_CORE_READ(task, ret_stack))
		return 0;
	seq = ctx->meta->seq;
	bpf_seq_write(seq, &one, sizeof(one));
	return 0;
}

#endif /* FOLIOSCOPE_RETURNS_BPF_H */
