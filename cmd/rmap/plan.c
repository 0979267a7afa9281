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
static const struct spot ends[] = {
	{ "leave_anon", "leave_kprobe", .target = "rmap_walk_anon" },
	{ "leave_file", "leave_kprobe", .target = "__rmap_walk_file", .optional = true },
	{ "leave_file", "leave_kprobe", .target = "rmap_walk_file", .instead = "__rmap_walk_file" },
	{ "leave_ksm", "leave_kprobe", .target = "rmap_walk_ksm", .optional = true },
};

/* Visits, and which VMAs map the folio. */
static const struct spot looks[] = {
	{ "look", "look_kprobe", .target = "page_vma_mapped_walk" },
	{ NULL, "look_begin_kprobe", .target = "page_vma_mapped_walk" },
};

/* Light: visits for the causes of rmap_plan__light(), by callback as in cause.c. */
static const struct spot visits[] = {
	{ "visit_unmap", "visit_kprobe", .target = "try_to_unmap_one" },
	{ "visit_migrate", "visit_kprobe", .target = "try_to_migrate_one", .optional = true },
	{ "visit_restore", "visit_kprobe", .target = "remove_migration_pte", .optional = true },
	{ "visit_ask", "visit_kprobe", .target = "folio_referenced_one", .optional = true },
	{ "visit_ask", "visit_kprobe", .target = "page_referenced_one",
	  .instead = "folio_referenced_one" },
	{ "visit_idle", "visit_kprobe", .target = "page_idle_clear_pte_refs_one", .optional = true },
};

static const struct spot starts[] = {
	{ "lock_got", "lock_got_kprobe", .target = "rwsem_down_read_slowpath" },
	{ "lock_wait", "lock_wait_kprobe", .target = "rwsem_down_read_slowpath" },
	{ "enter_anon", "enter_anon_kprobe", .target = "rmap_walk_anon", .counts = true },
	{ "enter_file_inner", "enter_file_inner_kprobe", .target = "__rmap_walk_file",
	  .optional = true, .counts = true },
	{ "enter_file", "enter_file_kprobe", .target = "rmap_walk_file",
	  .instead = "__rmap_walk_file", .counts = true },
	{ "enter_ksm", "enter_ksm_kprobe", .target = "rmap_walk_ksm", .optional = true,
	  .counts = true },
};

#define SPOTS(plan, kernel, spots) \
	plan__spots(plan, kernel, spots, sizeof(spots) / sizeof(*(spots)))

uint32_t rmap_plan__light(void)
{
	return 1u << CAUSE_UNMAP | 1u << CAUSE_MIGRATE_UNMAP | 1u << CAUSE_MIGRATE_RESTORE |
	       1u << CAUSE_RECLAIM_REF | 1u << CAUSE_IDLE;
}

static void plan_tracepoint(struct plan *plan, struct kernel *kernel, unsigned int by)
{
	if (!kernel__has(kernel, KERNEL_TRACEPOINT, "rmap_walk_end"))
		plan__refuse(plan, "no tracepoint",
			     "rmap:rmap_walk_end (it comes with the folioscope kernel patch)");
	plan__want(plan, "walk_end");
	if (!(by & RMAP_BY_OWNER))
		return;
	/* Whose a folio is, is told by the VMAs on the way. */
	plan__want(plan, "look");
	plan__want(plan, "walk_start");
}

void rmap_plan__make(struct plan *plan, struct kernel *kernel, const struct rmap_mode *mode)
{
	if (plan->backend == BACKEND_TRACEPOINT) {
		plan_tracepoint(plan, kernel, mode->by);
		return;
	}
	SPOTS(plan, kernel, ends);
	if (mode->light)
		SPOTS(plan, kernel, visits);
	else
		SPOTS(plan, kernel, looks);
	SPOTS(plan, kernel, starts);
}

#define LIGHT	       "of folios of one page"
#define LIGHT_COUNT    LIGHT "; phantoms by their mapcount"
#define BLIND_SPLIT    "a huge page that is split by the walk counts as not mapped"
#define BLIND_EXCHANGE "the VMAs of an exchange show by --backend tracepoint only"

/* Are there walks for an exchange?  Their callbacks in kernel-patch/ do without page_vma_mapped_walk(). */
static bool walks_to_exchange(struct kernel *kernel, enum cause cause)
{
	return (cause == CAUSE_MIGRATE_UNMAP || cause == CAUSE_MIGRATE_RESTORE) &&
	       kernel__has(kernel, KERNEL_SYMBOL, "exchange_unmap_one");
}

/* What a light plan has not. */
static const char *light_why(struct kernel *kernel, bool probes, enum cause cause)
{
	if (!probes)
		return LIGHT;
	/* folio_referenced() in mm/rmap.c, 6.12, skips VMAs of other memory cgroups. */
	if (cause == CAUSE_RECLAIM_REF)
		return LIGHT_COUNT ", at least so many";
	return walks_to_exchange(kernel, cause) ? LIGHT_COUNT "; " BLIND_EXCHANGE : LIGHT_COUNT;
}

/* What programs on functions do not see of a cause, or NULL. */
static const char *blind_why(struct kernel *kernel, enum cause cause)
{
	bool exchange = walks_to_exchange(kernel, cause);

	/* try_to_migrate_one() in mm/rmap.c, 6.12: TTU_SPLIT_HUGE_PMD */
	if (cause == CAUSE_MIGRATE_UNMAP)
		return exchange ? BLIND_SPLIT "; " BLIND_EXCHANGE : BLIND_SPLIT;
	return exchange ? BLIND_EXCHANGE : NULL;
}

void rmap_plan__cover(const struct plan *plan, struct kernel *kernel, const struct rmap_mode *mode,
		      struct head *head)
{
	bool probes = plan->backend != BACKEND_TRACEPOINT;

	for (enum cause c = 0; c < CAUSES; c++) {
		enum coverage_state state = COVERAGE_FULL;
		const char *why = NULL;

		if (!cause__exists(kernel, c, &why)) {
			state = COVERAGE_NONE;
		} else if (mode->light && !(rmap_plan__light() >> c & 1)) {
			state = COVERAGE_NONE;
			why = "--light leaves it out";
		} else if (mode->light) {
			state = COVERAGE_PARTIAL;
			why = light_why(kernel, probes, c);
		} else if (probes) {
			why = blind_why(kernel, c);
			state = why ? COVERAGE_PARTIAL : COVERAGE_FULL;
		}
		head__cover(head, cause__name(c), state, state ? why : NULL);
	}
	if (mode->by & RMAP_BY_OWNER)
		head__cover(head, "owner", COVERAGE_PARTIAL,
			    "of an anonymous folio it is known if the walk meets its VMA");
	for (enum rmap_kind k = 0; k < RMAP_KINDS; k++) {
		bool off = k == RMAP_KSM && !kernel__has(kernel, KERNEL_SYMBOL, "rmap_walk_ksm");

		head__cover(head, kind__name(k), off ? COVERAGE_NONE : COVERAGE_FULL,
			    off ? "CONFIG_KSM is off" : NULL);
	}
}
