// SPDX-License-Identifier: GPL-2.0-only
/* Which programs go where on a kernel. */
#include <string.h>
#include "plan.h"

static void add(struct plan *plan, struct want want)
{
	plan->want[plan->n++] = want;
}

void plan__want(struct plan *plan, const char *prog)
{
	add(plan, (struct want){ .prog = prog });
}

void plan__refuse(struct plan *plan, const char *why, const char *name)
{
	if (!plan->why_not[0])
		snprintf(plan->why_not, sizeof(plan->why_not), "%s %s", why, name);
}

bool plan__reaches(const struct plan *plan, struct kernel *kernel, const char *function)
{
	return kernel__has(kernel, plan->backend == BACKEND_KPROBE ? KERNEL_SYMBOL : KERNEL_BTF,
			   function);
}

/*
 * Since 6.14 (4346ba160409, kernel/trace/fprobe.c) it remembers returns in a stack of each task's
 * own; before, in as small a pool as other kretprobes.
 */
static bool returns_have_room(struct kernel *kernel)
{
	return kernel__has(kernel, KERNEL_SYMBOL, "fprobe_return");
}

/*
 * Nor are kprobes at the beginning of a function run for a task without such a stack, and nobody would
 * know what is lost, unless they are ftrace's (fprobe_ftrace_entry() in kernel/trace/fprobe.c: 7.2 has it,
 * 6.18.15 has not).
 */
static bool all_are_seen(struct kernel *kernel)
{
	return kernel__has(kernel, KERNEL_SYMBOL, "fprobe_ftrace_entry");
}

void plan__spots(struct plan *plan, struct kernel *kernel, const struct spot *spots, size_t n)
{
	bool all_seen = all_are_seen(kernel);

	plan->multi = plan->backend == BACKEND_KPROBE && returns_have_room(kernel);
	for (const struct spot *s = spots; s < spots + n; s++) {
		const char *prog = plan->backend == BACKEND_KPROBE ? s->kprobe : s->fentry;

		if (!prog || (s->instead && plan__reaches(plan, kernel, s->instead)))
			continue;
		if (plan__reaches(plan, kernel, s->target))
			add(plan,
			    (struct want){
				    .prog = prog,
				    .target = s->target,
				    .address = plan->multi ? kernel__address(kernel, s->target) : 0,
				    .multi = plan->multi && (all_seen || !s->counts),
			    });
		else if (!s->optional)
			plan__refuse(plan, "the kernel has no function", s->target);
	}
}

bool plan__has(const struct plan *plan, const char *prog)
{
	for (size_t i = 0; i < plan->n; i++)
		if (!strcmp(plan->want[i].prog, prog))
			return true;
	return false;
}
