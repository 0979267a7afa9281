// SPDX-License-Identifier: GPL-2.0-only
/* What a self-test's walks come to, worked out by hand, and how they are judged. */
#include "../../cmd/rmap/selftest_plan.h"
#include "unit.h"

static void comes_to(enum trial_trigger trigger, enum rmap_kind kind, enum cause cause,
		     uint64_t vmas, uint64_t mapped)
{
	const struct trial trial = { trigger, kind };
	const struct trial_numbers n = trial__expect(&trial, cause);

	assert_int_equal(n.walks, 32);
	assert_int_equal(n.vmas, vmas);
	assert_int_equal(n.mapped, mapped);
}

/*
 * Every page number's lowest four bits are a set of children without it, each set twice.
 * On the average half of the children map a page: 32 * (1 + 2) mappings.  Without an end
 * all 5 VMAs are visited.  The last mapping is that of the last child in the order for one
 * half of the sets, of the one before for a quarter, ... of the walker for the rest of 1 in 16:
 * 32 / 16 * (8 * 5 + 4 * 4 + 2 * 3 + 1 * 2 + 1 * 1) VMAs.
 */
static void follows_from_the_shape(void **state)
{
	(void)state;
	comes_to(TRIAL_MOVE, RMAP_ANON, CAUSE_MIGRATE_UNMAP, 130, 96);
	comes_to(TRIAL_MOVE, RMAP_ANON, CAUSE_MIGRATE_RESTORE, 160, 96);
	comes_to(TRIAL_MOVE, RMAP_FILE, CAUSE_MIGRATE_UNMAP, 130, 96);
	comes_to(TRIAL_MSYNC, RMAP_FILE, CAUSE_MKCLEAN, 160, 96);
	comes_to(TRIAL_IDLE, RMAP_SHMEM, CAUSE_IDLE, 160, 96);
}

/* Child 1 of 0 to 3 keeps it: the third VMA from the oldest on, the fourth from the youngest. */
static void ends_where_the_keeper_is(void **state)
{
	(void)state;
	comes_to(TRIAL_PAGEOUT, RMAP_ANON, CAUSE_UNMAP, 32 * 3, 32);
	comes_to(TRIAL_PAGEOUT, RMAP_ANON, CAUSE_RECLAIM_REF, 32 * 3, 32);
	comes_to(TRIAL_PAGEOUT, RMAP_SHMEM, CAUSE_UNMAP, 32 * 4, 32);
	comes_to(TRIAL_PAGEOUT, RMAP_FILE, CAUSE_UNMAP, 32 * 4, 32);
}

static void copies_are_visited_one_by_one(void **state)
{
	(void)state;
	comes_to(TRIAL_MOVE, RMAP_KSM, CAUSE_MIGRATE_UNMAP, 160, 160);
	comes_to(TRIAL_MOVE, RMAP_KSM, CAUSE_MIGRATE_RESTORE, 160, 160);
}

static void phantoms_are_every_set_of_children(void **state)
{
	const struct trial trial = { TRIAL_MOVE, RMAP_ANON };

	(void)state;
	assert_int_equal(trial__mapcount(&trial, 0), 5);
	assert_int_equal(trial__mapcount(&trial, 1), 4);
	assert_int_equal(trial__mapcount(&trial, 15), 1);
	assert_int_equal(trial__mapcount(&trial, 16), 5);
	assert_false(trial__keeps(&trial, 0, 1));
	assert_true(trial__keeps(&trial, 1, 1));
}

static void one_number_off_is_partial(void **state)
{
	const struct trial_numbers none = { 0 }, n = { 32, 130, 96 };
	const struct trial_numbers off[] = { { 31, 130, 96 }, { 32, 129, 96 }, { 32, 130, 97 } };

	(void)state;
	assert_int_equal(trial__judge(&n, &n), TRIAL_EXACT);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(trial__judge(&n, &off[i]), TRIAL_PARTIAL);
	assert_int_equal(trial__judge(&n, &none), TRIAL_MISSED);
	assert_int_equal(trial__judge(&none, &none), TRIAL_NOT);
	assert_int_equal(trial__judge(&none, &n), TRIAL_PARTIAL); /* of what cannot be */
}

RUN_TESTS(cmocka_unit_test(follows_from_the_shape), cmocka_unit_test(ends_where_the_keeper_is),
	  cmocka_unit_test(copies_are_visited_one_by_one),
	  cmocka_unit_test(phantoms_are_every_set_of_children),
	  cmocka_unit_test(one_number_off_is_partial))
