/* SPDX-License-Identifier: GPL-2.0-only */
/* Pids as who reads knows them. */
#ifndef FOLIOSCOPE_PID_BPF_H
#define FOLIOSCOPE_PID_BPF_H

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

/* A pid's number in the PID namespace of who reads; 0 when it has none there. */
static __always_inline __u32 pid_number(struct pid *pid)
{
	struct task_struct *me = (void *)bpf_get_current_task();
	__u32 level = BPF_CORE_READ(me, thread_pid, level), nr = 0;

	if (!pid || BPF_CORE_READ(pid, level) < level)
		return 0;
	bpf_probe_read_kernel(&nr, sizeof(nr),
			      (void *)pid + bpf_core_field_offset(struct pid, numbers) +
				      level * bpf_core_type_size(struct upid) +
				      bpf_core_field_offset(struct upid, nr));
	return nr;
}

static __always_inline __u32 tgid_number(struct task_struct *task)
{
	return pid_number(BPF_CORE_READ(task, signal, pids[PIDTYPE_TGID]));
}

#endif /* FOLIOSCOPE_PID_BPF_H */
