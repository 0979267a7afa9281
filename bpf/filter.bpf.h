/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which tasks are traced: the one filter of all programs.  The constants are set
 * before loading; a filter that is off costs nothing, the verifier removes it.
 */
#ifndef FOLIOSCOPE_FILTER_BPF_H
#define FOLIOSCOPE_FILTER_BPF_H

const volatile bool filter_pid;	   /* -p: only the processes in filter_pids */
const volatile bool filter_cgroup; /* -c: only tasks below filter_cgroups[0] */
const volatile __u64 pidns_dev;	   /* the PID namespace -p speaks of, 0: the initial one */
const volatile __u64 pidns_ino;

/* Keys: process ids (tgid) as seen in that namespace. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u8);
} filter_pids SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_CGROUP_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} filter_cgroups SEC(".maps");

/* include/linux/pid_namespace.h, and the initial one */
#define PIDNS_LEVELS 33

/*
 * The current process's id in the namespace that -p speaks of, 0: it has none there.  The
 * helper knows that of a task's own namespace only; a task may be in one below.
 */
static __always_inline __u32 pidns_tgid(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct bpf_pidns_info own = {};
	struct pid *pid;
	__u32 level;

	if (!bpf_get_ns_current_pid_tgid(pidns_dev, pidns_ino, &own, sizeof(own)))
		return own.tgid;
	pid = BPF_CORE_READ(task, signal, pids[PIDTYPE_TGID]);
	level = BPF_CORE_READ(pid, level);
	for (__u32 i = 0; i < PIDNS_LEVELS && i <= level; i++) {
		struct upid *upid = (void *)pid + bpf_core_field_offset(pid->numbers) +
				    i * bpf_core_type_size(struct upid);

		if (BPF_CORE_READ(upid, ns, ns.inum) == pidns_ino)
			return BPF_CORE_READ(upid, nr);
	}
	return 0;
}

/* Does the current task pass? */
static __always_inline bool filter_current(__u64 pid_tgid)
{
	if (filter_pid) {
		__u32 tgid = pidns_ino ? pidns_tgid() : pid_tgid >> 32;

		if (!bpf_map_lookup_elem(&filter_pids, &tgid))
			return false;
	}
	if (filter_cgroup && bpf_current_task_under_cgroup(&filter_cgroups, 0) != 1)
		return false;
	return true;
}

#endif /* FOLIOSCOPE_FILTER_BPF_H */
