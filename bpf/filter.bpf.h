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

/* Does the current task pass? */
static __always_inline bool filter_current(__u64 pid_tgid)
{
	if (filter_pid) {
		struct bpf_pidns_info ns = {};
		__u32 tgid = pid_tgid >> 32;

		if (pidns_ino) {
			if (bpf_get_ns_current_pid_tgid(pidns_dev, pidns_ino, &ns, sizeof(ns)))
				return false;
			tgid = ns.tgid;
		}
		if (!bpf_map_lookup_elem(&filter_pids, &tgid))
			return false;
	}
	if (filter_cgroup && bpf_current_task_under_cgroup(&filter_cgroups, 0) != 1)
		return false;
	return true;
}

#endif /* FOLIOSCOPE_FILTER_BPF_H */
