// SPDX-License-Identifier: GPL-2.0-only
/* Which programs of bpf/forkchain.bpf.c go where on a kernel, and what is seen then. */
#include "plan.h"

const enum backend chain_plan__rungs[] = { BACKEND_TRACEPOINT, BACKEND_FENTRY, BACKEND_KPROBE,
					   BACKEND_AUTO };

/* Ends before starts: what has a start must have its end seen. */
static const struct spot spots[] = {
	{ "unlink_end", "unlink_end_kprobe", .target = "unlink_anon_vmas" },
	{ "clone_end", "clone_end_kprobe", .target = "anon_vma_clone" },
	{ "fork_end", "fork_end_kprobe", .target = "anon_vma_fork" },
	{ "prepare_end", "prepare_end_kprobe", .target = "__anon_vma_prepare" },
	{ "lock_end", "lock_end_kprobe", .target = "rwsem_down_write_slowpath", .optional = true },
	{ "lock_start", "lock_start_kprobe", .target = "rwsem_down_write_slowpath", .optional = true },
	{ "unlink_start", "unlink_start_kprobe", .target = "unlink_anon_vmas", .counts = true },
	{ "clone_start", "clone_start_kprobe", .target = "anon_vma_clone", .counts = true },
	{ "fork_start", "fork_start_kprobe", .target = "anon_vma_fork", .counts = true },
	{ "prepare_start", "prepare_start_kprobe", .target = "__anon_vma_prepare", .counts = true },
};

/* Of the tracepoints all four came together. */
static void plan_tracepoint(struct plan *plan, struct kernel *kernel)
{
	static const struct spot holder[] = {
		{ "lock_holder", NULL, .target = "rwsem_down_write_slowpath", .optional = true },
	};

	if (!kernel__has(kernel, KERNEL_TRACEPOINT, "anon_vma_fork"))
		plan__refuse(plan, "no tracepoint",
			     "rmap:anon_vma_fork (it comes with the folioscope kernel patch)");
	plan__spots(plan, kernel, holder, 1);
	plan__want(plan, "tp_unlink");
	plan__want(plan, "tp_clone");
	plan__want(plan, "tp_fork");
	plan__want(plan, "tp_prepare");
}

void chain_plan__make(struct plan *plan, struct kernel *kernel)
{
	plan__want(plan, "born");
	if (plan->backend == BACKEND_TRACEPOINT)
		plan_tracepoint(plan, kernel);
	else
		plan__spots(plan, kernel, spots, sizeof(spots) / sizeof(*spots));
}

void chain_plan__cover(const struct plan *plan, struct kernel *kernel, struct head *head)
{
	static const char *const full[] = { "prepare", "clone", "fork", "unlink" };
	bool waits = plan__has(plan, "lock_start") || plan__has(plan, "lock_start_kprobe");
	bool tracepoints = plan->backend == BACKEND_TRACEPOINT;

	for (size_t i = 0; i < sizeof(full) / sizeof(*full); i++)
		head__cover(head, full[i], COVERAGE_FULL, NULL);
	if (kernel__hides(kernel))
		head__cover(head, "cause", COVERAGE_PARTIAL,
			    "addresses of functions are hidden: needs CAP_SYSLOG, or "
			    "kernel.kptr_restrict of at most 1");
	else
		head__cover(head, "cause", COVERAGE_FULL, NULL);
	if (tracepoints || waits)
		head__cover(head, "lock", COVERAGE_FULL, NULL);
	else
		head__cover(head, "lock", COVERAGE_NONE,
			    "the kernel has no rwsem_down_write_slowpath");
	if (!waits && !plan__has(plan, "lock_holder"))
		head__cover(head, "holder", COVERAGE_NONE,
			    "the kernel has no rwsem_down_write_slowpath");
	else
		/* rwsem_set_reader_owned() in kernel/locking/rwsem.c, 5.10 to 7.2 */
		head__cover(head, "holder", COVERAGE_PARTIAL,
			    "of several readers the last that came, who may have gone");
}
