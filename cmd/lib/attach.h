/* SPDX-License-Identifier: GPL-2.0-only */
/* Loading and attaching the programs of one rung of the ladder. */
#ifndef FOLIOSCOPE_ATTACH_H
#define FOLIOSCOPE_ATTACH_H

#include <stdbool.h>
#include <stddef.h>
#include "ladder.h"

struct bpf_object_skeleton;
struct opts;

/* Attached programs, in the order of their plan.  {} is none. */
struct attach {
	struct bpf_object_skeleton *skel;
	struct bpf_link *links[PLAN_MAX]; /* NULL: of a program that was detached, */
	uint64_t missed[PLAN_MAX];	  /* and how often its kprobe had been hit in vain */
	size_t n;
};

/*
 * Takes an object that was just opened (SKELETON__open() with its constants set; all
 * objects have can_cmpxchg, the filter of bpf/filter.bpf.h and bpf/returns.bpf.h), loads of it the
 * programs of @plan and attaches them in this order.  A program of type kprobe is
 * put on its target by kprobe or, by its section, kretprobe.  Where tasks were being made
 * just then, of which no return will be told, it attaches anew, up to twice.  0, or -errno with one
 * line in @why and nothing attached; the object is the caller's either way.
 */
int attach__climb(struct attach *a, struct bpf_object_skeleton *skel, const struct plan *plan,
		  const struct opts *opts, char why[LADDER_WHY]);

/* Detaches one that is attached by @plan, if it is. */
void attach__detach(struct attach *a, const struct plan *plan, const char *prog);

/* How often the kprobes of this program were hit in vain: see bpfenv__link_missed(). */
uint64_t attach__missed(const struct attach *a, const struct plan *plan, const char *prog);

/* Detaches all; before the object is destroyed. */
void attach__free(struct attach *a);

/*
 * The constants that all objects have, by their place in SKEL->rodata.
 * attach__constants() sets them; 0, or -errno with one line in @why.
 */
struct attach_rodata {
	bool *can_cmpxchg; /* BPF_CMPXCHG (5.12, commit 5ffa25502b5a) */
	bool *filter_pid, *filter_cgroup;
	bool *returns_by_task; /* bpf/returns.bpf.h */
	unsigned long long *pidns_dev, *pidns_ino;
};
#define ATTACH_RODATA(skel)                                                    \
	{                                                                      \
		.can_cmpxchg = (bool *)&(skel)->rodata->can_cmpxchg,           \
		.filter_pid = (bool *)&(skel)->rodata->filter_pid,             \
		.filter_cgroup = (bool *)&(skel)->rodata->filter_cgroup,       \
		.returns_by_task = (bool *)&(skel)->rodata->returns_by_task,   \
		.pidns_dev = (unsigned long long *)&(skel)->rodata->pidns_dev, \
		.pidns_ino = (unsigned long long *)&(skel)->rodata->pidns_ino, \
	}
int attach__constants(const struct attach_rodata *ro, const struct plan *plan,
		      const struct opts *opts, char why[LADDER_WHY]);

#endif
