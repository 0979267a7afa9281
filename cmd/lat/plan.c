// SPDX-License-Identifier: GPL-2.0-only
/* Which programs of bpf/exchange.bpf.c go where on a kernel, and what is seen then. */
#include "plan.h"

const enum backend *lat_plan__rungs(const struct lat_conf *conf)
{
	/* For migration tracepoints come last, as they show the least. */
	static const enum backend migrate[] = { BACKEND_FENTRY, BACKEND_KPROBE, BACKEND_TRACEPOINT,
						BACKEND_AUTO };
	static const enum backend exchange[] = { BACKEND_TRACEPOINT, BACKEND_AUTO };

	return conf->op[LAT_MIGRATE] ? migrate : exchange;
}

/* The exchange itself is told by tracepoints or not at all. */
static void plan_exchange(struct plan *plan, const struct lat_split *split)
{
	plan__want(plan, "exchange_end");
	plan__want(plan, "exchange_phase");
	plan__want(plan, "exchange_pair");
	if (split->nid || split->order || split->reason)
		plan__want(plan, "exchange_start");
}

/*
 * Ends before starts: what has a start must have its end seen.  On 5.10 migration unmaps
 * like reclaim (until a98a2f0c8ce1), and moves pages.
 */
static const struct spot steps[] = {
	{ "unmap_end", "unmap_end_kprobe", .target = "try_to_migrate", .optional = true },
	{ "unmap_start", "unmap_start_kprobe", .target = "try_to_migrate", .optional = true,
	  .counts = true },
	{ "unmap_end", "unmap_end_kprobe", .target = "try_to_unmap", .instead = "try_to_migrate",
	  .optional = true },
	{ "unmap_start", "unmap_start_kprobe", .target = "try_to_unmap",
	  .instead = "try_to_migrate", .optional = true, .counts = true },
	{ "move_end", "move_end_kprobe", .target = "move_to_new_folio", .optional = true },
	{ "move_start", "move_start_kprobe", .target = "move_to_new_folio", .optional = true,
	  .counts = true },
	{ "move_end", "move_end_kprobe", .target = "move_to_new_page",
	  .instead = "move_to_new_folio", .optional = true },
	{ "move_start", "move_start_kprobe", .target = "move_to_new_page",
	  .instead = "move_to_new_folio", .optional = true, .counts = true },
};

static const struct spot call[] = {
	{ "migrate_start_fentry", "migrate_start_kprobe", .target = "migrate_pages", .counts = true },
};

static void plan_migrate(struct plan *plan, struct kernel *kernel)
{
	bool probes = plan->backend != BACKEND_TRACEPOINT;

	plan__want(plan, "migrate_end");
	if (probes)
		plan__spots(plan, kernel, steps, sizeof(steps) / sizeof(*steps));
	if (kernel__has(kernel, KERNEL_TRACEPOINT, "mm_migrate_pages_start"))
		plan__want(plan, "migrate_start");
	else if (probes)
		plan__spots(plan, kernel, call, 1);
	else
		plan__refuse(plan, "no tracepoint", "migrate:mm_migrate_pages_start");
}

void lat_plan__make(struct plan *plan, struct kernel *kernel, const struct lat_conf *conf)
{
	if (conf->op[LAT_EXCHANGE])
		plan_exchange(plan, &conf->split);
	if (conf->op[LAT_MIGRATE])
		plan_migrate(plan, kernel);
}

static bool cover_step(const struct plan *plan, struct head *head, const char *name,
		       const char *fentry, const char *kprobe)
{
	bool there = plan__has(plan, fentry) || plan__has(plan, kprobe);

	if (there)
		head__cover(head, name, COVERAGE_FULL, NULL);
	else if (plan->backend == BACKEND_TRACEPOINT)
		head__cover(head, name, COVERAGE_NONE, "no tracepoint tells it: -b fentry or kprobe");
	else
		head__cover(head, name, COVERAGE_NONE, "the kernel has inlined the function");
	return there;
}

void lat_plan__cover(const struct plan *plan, const struct lat_conf *conf, struct head *head)
{
	if (conf->op[LAT_EXCHANGE])
		head__cover(head, "exchange", COVERAGE_FULL, NULL);
	if (!conf->op[LAT_MIGRATE])
		return;
	head__cover(head, "migrate", COVERAGE_FULL, NULL);
	cover_step(plan, head, "migrate_unmap", "unmap_start", "unmap_start_kprobe");
	if (!cover_step(plan, head, "migrate_move", "move_start", "move_start_kprobe") &&
	    (conf->split.nid || conf->split.order))
		head__cover(head, "migrate_nid", COVERAGE_NONE,
			    "without migrate_move no folio is seen: nodes and order are not known");
	/* On stock kernels it attaches, and is never called there: measured on all five. */
	head__cover(head, "migrate_remap", COVERAGE_NONE,
		    "remove_migration_ptes is inlined into migration");
}
