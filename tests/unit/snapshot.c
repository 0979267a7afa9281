// SPDX-License-Identifier: GPL-2.0-only
/* Rows of an interval: threads of a process become one row, nothing is lost on the way. */
#include "../../bpf/rmap.h"
#include "../../cmd/rmap/column.h"
#include "../../cmd/rmap/filter.h"
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

static void grouping(void **state)
{
	struct rmap_snapshot snap = { .by = RMAP_BY_ALL };

	(void)state;
	add(&snap, 2, CAUSE_UNMAP, 1);
	add(&snap, 1, CAUSE_UNMAP, 2);
	add(&snap, 2, CAUSE_MKCLEAN, 4);
	strcpy(snap.rows[1].comm, "one");
	assert_int_equal(rmap_snapshot__group(&snap, RMAP_BY_CAUSE), 0);
	assert_int_equal(snap.by, RMAP_BY_CAUSE);
	assert_int_equal(snap.len, 2);
	assert_int_equal(rmap_snapshot__find(&snap, 0, CAUSE_UNMAP, 0)->walks, 3);
	assert_string_equal(rmap_snapshot__find(&snap, 0, CAUSE_UNMAP, 0)->comm, "");
	assert_int_equal(rmap_snapshot__find(&snap, 0, CAUSE_MKCLEAN, 0)->walks, 4);
	rmap_snapshot__free(&snap);
}

static void lists(void **state)
{
	(void)state;
	assert_int_equal(rmap_by__parse("task"), RMAP_BY_TASK);
	assert_int_equal(rmap_by__parse("kind,task,kind"), RMAP_BY_KIND | RMAP_BY_TASK);
	assert_int_equal(rmap_by__parse("task,cause,kind"), RMAP_BY_ALL);
	assert_int_equal(rmap_by__parse(""), 0);
	assert_int_equal(rmap_by__parse("task,"), 0);
	assert_int_equal(rmap_by__parse(",task"), 0);
	assert_int_equal(rmap_by__parse("tas"), 0);
	assert_int_equal(rmap_by__parse("tasks"), 0);
	assert_int_equal(rmap_filter__kinds("anon,ksm"), 1 << RMAP_ANON | 1 << RMAP_KSM);
	assert_int_equal(rmap_filter__kinds("anon,slab"), 0);
	assert_int_equal(rmap_filter__causes("unmap,idle"), 1 << CAUSE_UNMAP | 1 << CAUSE_IDLE);
	assert_int_equal(rmap_filter__causes("other"), 0);
}

/* Numbers most first, names alphabetically, and what is equal by time. */
static void sorting(void **state)
{
	struct rmap_snapshot snap = { .by = RMAP_BY_ALL };

	(void)state;
	add(&snap, 30, CAUSE_UNMAP, 1);
	add(&snap, 20, CAUSE_MKCLEAN, 2);
	add(&snap, 10, CAUSE_IDLE, 3);
	snap.rows[0].vmas = 7;
	rmap_column__sort(&snap, COL_WALKS, false);
	assert_int_equal(snap.rows[0].pid, 10);
	rmap_column__sort(&snap, COL_WALKS, true);
	assert_int_equal(snap.rows[0].pid, 30);
	rmap_column__sort(&snap, COL_PID, false);
	assert_int_equal(snap.rows[0].pid, 10);
	rmap_column__sort(&snap, COL_CAUSE, false);
	assert_int_equal(snap.rows[0].cause, CAUSE_IDLE);
	assert_int_equal(snap.rows[2].cause, CAUSE_UNMAP);
	rmap_column__sort(&snap, COL_VMAS_WALK, false); /* 10, 10 and 7 by walk */
	assert_int_equal(snap.rows[0].pid, 10);
	assert_int_equal(snap.rows[2].pid, 30);
	for (enum rmap_column_id c = 0; c < RMAP_COLUMNS; c++)
		assert_int_equal(rmap_column__find(rmap_columns[c].col.title), c);
	assert_int_equal(rmap_column__find("time"), COL_TIME);
	assert_int_equal(rmap_column__find("nonsense"), -1);
	rmap_snapshot__free(&snap);
}

RUN_TESTS(cmocka_unit_test(grouping), cmocka_unit_test(lists), cmocka_unit_test(sorting),
	  cmocka_unit_test(rows_of_one_process_are_added), cmocka_unit_test(empty),
	  cmocka_unit_test(many_rows_survive))
