// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a self-test's walks come to.  Facts used, from Linux 6.12, true from 5.10 to 7.2:
 * - An anon_vma's interval tree has VMAs of equal start in the order in which they came
 *   (include/linux/interval_tree_generic.h), and fork adds a child's (anon_vma_fork() in
 *   mm/rmap.c): the walker, then its children from the oldest on.
 * - A file's has a child's VMA directly behind its parent's (dup_mmap() in kernel/fork.c,
 *   vma_interval_tree_insert_after()): the walker, then its children from the youngest on.
 * - rmap_walk_ksm() in mm/ksm.c visits each rmap_item's own process: as often as there are
 *   copies.
 * - Unmapping ends when nothing maps the folio any more (done in mm/rmap.c and
 *   mm/migrate.c), looking for references when all mappings have been seen
 *   (folio_referenced_one()); the others go through all VMAs.
 */
#include "selftest_plan.h"

const struct trial trials[] = {
	{ TRIAL_MOVE, RMAP_ANON },    { TRIAL_MOVE, RMAP_SHMEM },   { TRIAL_MOVE, RMAP_FILE },
	{ TRIAL_MOVE, RMAP_KSM },     { TRIAL_PAGEOUT, RMAP_ANON }, { TRIAL_PAGEOUT, RMAP_SHMEM },
	{ TRIAL_PAGEOUT, RMAP_FILE }, { TRIAL_MSYNC, RMAP_FILE },   { TRIAL_IDLE, RMAP_ANON },
	{ TRIAL_IDLE, RMAP_SHMEM },   { TRIAL_IDLE, RMAP_FILE },
};

const size_t trials_count = sizeof(trials) / sizeof(*trials);

unsigned int trial__causes(const struct trial *trial, enum cause causes[TRIAL_CAUSES])
{
	static const struct {
		unsigned int n;
		enum cause cause[TRIAL_CAUSES];
	} of[] = {
		[TRIAL_MOVE] = { 2, { CAUSE_MIGRATE_UNMAP, CAUSE_MIGRATE_RESTORE } },
		[TRIAL_PAGEOUT] = { 2, { CAUSE_RECLAIM_REF, CAUSE_UNMAP } },
		[TRIAL_MSYNC] = { 1, { CAUSE_MKCLEAN } },
		[TRIAL_IDLE] = { 1, { CAUSE_IDLE } },
	};

	for (unsigned int i = 0; i < of[trial->trigger].n; i++)
		causes[i] = of[trial->trigger].cause[i];
	return of[trial->trigger].n;
}

bool trial__keeps(const struct trial *trial, unsigned int child, unsigned int page)
{
	if (trial->trigger == TRIAL_PAGEOUT)
		return child == SELFTEST_KEEPER;
	return !(page >> child & 1);
}

bool trial__walker_keeps(const struct trial *trial)
{
	return trial->trigger != TRIAL_PAGEOUT;
}

unsigned int trial__children(const struct trial *trial)
{
	return trial->kind == RMAP_KSM ? 0 : SELFTEST_CHILDREN;
}

unsigned int trial__copies(const struct trial *trial)
{
	return 1 + SELFTEST_CHILDREN - trial__children(trial);
}

/* VMAs in the order of a walk: of the walker (-1) and its children. */
static unsigned int visits(const struct trial *trial, int order[1 + SELFTEST_CHILDREN])
{
	bool youngest_first = trial->kind == RMAP_FILE || trial->kind == RMAP_SHMEM;
	int children = trial__children(trial);
	unsigned int n = 0;

	while (n < trial__copies(trial))
		order[n++] = -1;
	for (int i = 0; i < children; i++)
		order[n++] = youngest_first ? children - 1 - i : i;
	return n;
}

static bool maps(const struct trial *trial, int who, unsigned int page)
{
	return who < 0 ? trial__walker_keeps(trial) : trial__keeps(trial, who, page);
}

unsigned int trial__mapcount(const struct trial *trial, unsigned int page)
{
	int order[1 + SELFTEST_CHILDREN];
	unsigned int n = visits(trial, order), mapcount = 0;

	for (unsigned int i = 0; i < n; i++)
		mapcount += maps(trial, order[i], page);
	return mapcount;
}

static bool ends_with_last_mapping(enum cause cause)
{
	return cause == CAUSE_UNMAP || cause == CAUSE_MIGRATE_UNMAP || cause == CAUSE_RECLAIM_REF;
}

struct trial_numbers trial__expect(const struct trial *trial, enum cause cause)
{
	struct trial_numbers sum = { .walks = SELFTEST_PAGES };
	int order[1 + SELFTEST_CHILDREN];
	unsigned int n = visits(trial, order);

	for (unsigned int page = 0; page < SELFTEST_PAGES; page++) {
		unsigned int left = trial__mapcount(trial, page);

		for (unsigned int i = 0; i < n; i++) {
			bool mapped = maps(trial, order[i], page);

			sum.vmas++;
			sum.mapped += mapped;
			left -= mapped;
			if (!left && ends_with_last_mapping(cause))
				break;
		}
	}
	return sum;
}

const char *trial__verdict_name(enum trial_verdict verdict)
{
	static const char *const names[] = {
		[TRIAL_EXACT] = "exact",
		[TRIAL_PARTIAL] = "partial",
		[TRIAL_MISSED] = "missed",
		[TRIAL_NOT] = "not tried",
	};

	return names[verdict];
}

enum trial_verdict trial__judge(const struct trial_numbers *expected, const struct trial_numbers *seen)
{
	if (!seen->walks)
		return expected->walks ? TRIAL_MISSED : TRIAL_NOT;
	if (seen->walks == expected->walks && seen->vmas == expected->vmas &&
	    seen->mapped == expected->mapped)
		return TRIAL_EXACT;
	return TRIAL_PARTIAL;
}
