// SPDX-License-Identifier: GPL-2.0-only
/* Rows of an interval: threads of a process become one row, nothing is lost on the way. */
#include "../../bpf/rmap.h"
#include "../../cmd/rmap/column.h"
#include "../../cmd/rmap/snapshot.h"
#include "unit.h"

static void add(struct rmap_snapshot *snap, uint32_t pid, enum cause cause, uint64_t n)
{
	struct rmap_stat *s = rmap_snapshot__add(snap);

	s->pid = pid;
	s->cause = cause;
	s->walks = n;
	s->vmas = 10 * n;
	s->ns = 100 * n;
	s->ns_max = n;
	s->vmas_max = 1000 - n;
	hist__add(&s->hist, n, n);
}

static void rows_of_one_process_are_added(void **state)
{
	struct rmap_snapshot snap = { 0 };
	struct rmap_stat total;

	(void)state;
	add(&snap, 2, CAUSE_UNMAP, 1);
	add(&snap, 1, CAUSE_UNMAP, 2);
	add(&snap, 2, CAUSE_MKCLEAN, 4);
	add(&snap, 2, CAUSE_UNMAP, 8);
	add(&snap, 1, CAUSE_UNMAP, 16);
	assert_int_equal(rmap_snapshot__merge(&snap), 0);
	assert_int_equal(snap.len, 3);
	assert_int_equal(rmap_snapshot__find(&snap, 2, CAUSE_UNMAP, 0)->walks, 9);
	assert_int_equal(rmap_snapshot__find(&snap, 2, CAUSE_UNMAP, 0)->ns_max, 8);
	assert_int_equal(rmap_snapshot__find(&snap, 2, CAUSE_UNMAP, 0)->vmas_max, 999);
	assert_int_equal(rmap_snapshot__find(&snap, 2, CAUSE_UNMAP, 0)->hist.total, 9);
	assert_null(rmap_snapshot__find(&snap, 3, CAUSE_UNMAP, 0));
	rmap_column__sort(&snap, COL_TIME, false);
	assert_int_equal(snap.rows[0].walks, 18);
	assert_int_equal(snap.rows[2].walks, 4);
	assert_int_equal(rmap_snapshot__total(&snap, &total), 0);
	assert_int_equal(total.walks, 31);
	assert_int_equal(total.vmas, 310);
	assert_int_equal(total.hist.total, 31);
	hist__free(&total.hist);
	rmap_snapshot__free(&snap);
}

static void empty(void **state)
{
	struct rmap_snapshot snap = { 0 };
	struct rmap_stat total;

	(void)state;
	assert_int_equal(rmap_snapshot__merge(&snap), 0);
	assert_int_equal(rmap_snapshot__total(&snap, &total), 0);
	assert_int_equal(total.walks, 0);
	rmap_column__sort(&snap, COL_TIME, false);
	rmap_snapshot__free(&snap);
}

static void many_rows_survive(void **state)
{
	struct rmap_snapshot snap = { 0 };
	struct rmap_stat total;

	(void)state;
	for (uint32_t i = 0; i < 10000; i++)
		add(&snap, i * 7919 % 5000, i % CAUSES, 1 + i % 3);
	assert_int_equal(rmap_snapshot__merge(&snap), 0);
	assert_int_equal(rmap_snapshot__total(&snap, &total), 0);
	assert_int_equal(total.walks, 10000 / 3 * 6 + 1);
	hist__free(&total.hist);
	rmap_snapshot__free(&snap);
}

RUN_TESTS(cmocka_unit_test(rows_of_one_process_are_added), cmocka_unit_test(empty),
	  cmocka_unit_test(many_rows_survive))
