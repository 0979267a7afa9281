/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The attach ladder: ways to see the same thing, the best first.  "auto" takes the
 * first that the kernel allows; a way the user asked for is the only one tried.
 */
#ifndef FOLIOSCOPE_LADDER_H
#define FOLIOSCOPE_LADDER_H

#include <stddef.h>
#include "kernel.h"
#include "opts.h"
#include "plan.h"
#include "status.h"

#define LADDER_WHY   512
#define LADDER_RUNGS 3

struct ladder {
	/* Best first, for a kernel that does not preempt; BACKEND_AUTO ends them. */
	const enum backend *rungs;
	/* Fills in the plan for its backend: facts only. */
	void (*plan)(const void *arg, struct kernel *kernel, struct plan *plan);
	/*
	 * Loads and attaches the programs of a plan.  0, or -errno with the reason in @why
	 * (one line) and nothing left loaded.
	 */
	int (*climb)(void *arg, const struct plan *plan, char why[LADDER_WHY]);
};

/*
 * The rungs (at most LADDER_RUNGS) as "auto" tries them, BACKEND_AUTO after the last.  Where a task may be
 * preempted while it runs a program attached by fentry or fexit, kprobes come before these:
 * the kernel does not run such a program again on that CPU until the task goes on, and
 * events are lost (__bpf_prog_enter_recur() in kernel/bpf/trampoline.c, 5.12 to 7.2, counts
 * them in prog->stats; 5.10, without such a check, cannot lose any).  A kprobe's program runs
 * with preemption off (include/linux/trace_recursion.h, arch/x86/kernel/kprobes); before
 * 6.14 its returns are lost in crowds instead (struct plan's multi), which is rarer.  Rarer still: it does
 * not run where who is in a map's bpf() was preempted: see drain__undisturbed().
 */
void ladder__order(const enum backend *rungs, enum preempt preempt,
		   enum backend order[LADDER_RUNGS + 1]);

/*
 * Plans and climbs the rungs in order; *used is the plan that works.  ST_OK, or ST_KERNEL
 * with one line that names each way and why it failed.
 */
enum status ladder__climb(const struct ladder *ladder, struct kernel *kernel, enum backend wanted,
			  void *arg, bool verbose, struct plan *used);

#endif
