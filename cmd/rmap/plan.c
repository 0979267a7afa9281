// SPDX-License-Identifier: GPL-2.0-only
/* Which programs of bpf/rmap.bpf.c go where on a kernel, and what is seen then. */
#include "../../bpf/rmap.h"
#include "cause.h"
#include "plan.h"
#include "snapshot.h"

const enum backend rmap_plan__rungs[] = { BACKEND_TRACEPOINT, BACKEND_FENTRY, BACKEND_KPROBE,
					  BACKEND_AUTO };

/*
 * Ends before starts: what has a start must have its end seen.  6.18 moved the file body
 * into an inner function that has other arguments.  rmap_walk_ksm is CONFIG_KSM's.
 */
static const struct spot walk[] = {
	{ "leave_anon", "leave_kprobe", .target = "rmap_walk_anon" },
	{ "leave_file", "leave_kprobe", .target = "__rmap_walk_file", .optional = true },
	{ "leave_file", "leave_kprobe", .target = "rmap_walk_file", .instead = "__rmap_walk_file" },
	{ "leave_ksm", "leave_kprobe", .target = "rmap_walk_ksm", .optional = true },
	{ "look", "look_kprobe", .target = "page_vma_mapped_walk" },
	{ NULL, "look_begin_kprobe", .target = "page_vma_mapped_walk" },
	{ "lock_got", "lock_got_kprobe", .target = "rwsem_down_read_slowpath" },
	{ "lock_wait", "lock_wait_kprobe", .target = "rwsem_down_read_slowpath" },
	{ "enter_anon", "enter_anon_kprobe", .target = "rmap_walk_anon" },
	{ "enter_file_inner", "enter_file_inner_kprobe", .target = "__rmap_walk_file",
	  .optional = true },
	{ "enter_file", "enter_file_kprobe", .target = "rmap_walk_file",
	  .instead = "__rmap_walk_file" },
	{ "enter_ksm", "enter_ksm_kprobe", .target = "rmap_walk_ksm", .optional = true },
};

static void plan_tracepoint(struct plan *plan, struct kernel *kernel, unsigned int by)
{
	if (!kernel__has(kernel, KERNEL_TRACEPOINT, "rmap_walk_end"))
		plan__refuse(plan, "no tracepoint",
			     "rmap:rmap_walk_end (it comes with the folioscope kernel patch)");
	plan__want(plan, "walk_end", NULL);
	if (!(by & RMAP_BY_OWNER))
		return;
	/* Whose a folio is, is told by the VMAs on the way. */
	plan__want(plan, "look", "page_vma_mapped_walk");
	plan__want(plan, "walk_start", NULL);
}

void rmap_plan__make(struct plan *plan, struct kernel *kernel, unsigned int by)
{
	if (plan->backend == BACKEND_TRACEPOINT)
		plan_tracepoint(plan, kernel, by);
	else
		plan__spots(plan, kernel, walk, sizeof(walk) / sizeof(*walk));
}

void rmap_plan__cover(const struct plan *plan, struct kernel *kernel, unsigned int by,
		      struct head *head)
{
	bool probes = plan->backend != BACKEND_TRACEPOINT;

	for (enum cause c = 0; c < CAUSES; c++) {
		enum coverage_state state = COVERAGE_FULL;
		const char *why = NULL;

		if (!cause__exists(kernel, c, &why)) {
			state = COVERAGE_NONE;
		} else if (probes && c == CAUSE_MIGRATE_UNMAP) {
			/* try_to_migrate_one() in mm/rmap.c, 6.12: TTU_SPLIT_HUGE_PMD */
			state = COVERAGE_PARTIAL;
			why = "a huge page that is split by the walk counts as not mapped";
		}
		head__cover(head, cause__name(c), state, state ? why : NULL);
	}
	if (by & RMAP_BY_OWNER)
		head__cover(head, "owner", COVERAGE_PARTIAL,
			    "of an anonymous folio it is known if the walk meets its VMA");
	for (enum rmap_kind k = 0; k < RMAP_KINDS; k++) {
		bool off = k == RMAP_KSM && !kernel__has(kernel, KERNEL_SYMBOL, "rmap_walk_ksm");

		head__cover(head, kind__name(k), off ? COVERAGE_NONE : COVERAGE_FULL,
			    off ? "CONFIG_KSM is off" : NULL);
	}
}
