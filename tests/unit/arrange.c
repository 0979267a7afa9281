// SPDX-License-Identifier: GPL-2.0-only
/* Rows as somebody wants to see them: filtered, in trees, by other things, in columns. */
#include "../../bpf/rmap.h"
#include "../../cmd/lib/text.h"
#include "../../cmd/rmap/arrange.h"
#include "unit.h"

static void add(struct rmap_snapshot *snap, uint32_t pid, const char *comm, enum cause cause,
		uint64_t n)
{
	struct rmap_stat *s = rmap_snapshot__add(snap);

	s->pid = pid;
	strcpy(s->comm, comm);
	s->cause = cause;
	s->kind = RMAP_ANON;
	s->walks = n;
	s->ns = 100 * n;
	hist__add(&s->hist, n, n);
}

static struct rmap_snapshot sample(void)
{
	struct rmap_snapshot snap = { .by = RMAP_BY_ALL };

	add(&snap, 1, "one", CAUSE_UNMAP, 5);
	add(&snap, 2, "two", CAUSE_UNMAP, 4);
	add(&snap, 1, "one", CAUSE_MKCLEAN, 1);
	add(&snap, 2, "two", CAUSE_MKCLEAN, 3);
	add(&snap, 3, "a\x1b[2J", CAUSE_IDLE, 2);
	return snap;
}

static struct rmap_wish wish(bool tree, const char *filter)
{
	return (struct rmap_wish){
		.by = RMAP_BY_ALL,
		.sort = COL_TIME,
		.tree = tree,
		.filter = filter,
	};
}

/* The lines as text: a letter for the kind, and the number of walks. */
static const char *shown(const struct rmap_lines *lines)
{
	static char text[256];

	text[0] = 0;
	for (size_t i = 0; i < lines->n; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%c%d", i ? " " : "",
			 "rscl"[lines->line[i].kind], (int)lines -> line[i].s->walks);
	return text;
}

static void check(const struct rmap_wish *w, const char *wanted)
{
	struct rmap_snapshot snap = sample();
	struct rmap_lines lines = { 0 };

	/* Twice: nothing of the first time is left. */
	for (int i = 0; i < 2; i++) {
		assert_int_equal(rmap_lines__make(&lines, &snap, w), 0);
		assert_string_equal(shown(&lines), wanted);
	}
	assert_int_equal(snap.len, 5);
	rmap_lines__free(&lines);
	rmap_snapshot__free(&snap);
}

static void rows_are_ordered(void **state)
{
	struct rmap_wish w = wish(false, "");

	(void)state;
	check(&w, "r5 r4 r3 r2 r1");
	w.reverse = true;
	check(&w, "r1 r2 r3 r4 r5");
	w.sort = COL_PID;
	w.reverse = false;
	check(&w, "r5 r1 r4 r3 r2");
}

static void filter_keeps_what_contains_the_text(void **state)
{
	struct rmap_wish w = wish(false, "TWO");

	(void)state;
	check(&w, "r4 r3");
	w.filter = "mkclean";
	check(&w, "r3 r1");
	w.filter = "1 one unmap anon";
	check(&w, "r5");
	w.filter = "a?[2J"; /* as it is shown, not as it was */
	check(&w, "r2");
	w.filter = "\x1b";
	check(&w, "");
	w.filter = "nobody";
	check(&w, "");
}

static void tree_has_rows_below_their_sum(void **state)
{
	struct rmap_wish w = wish(true, "");

	(void)state;
	/* Process 2 took longest, though a row of process 1 did. */
	check(&w, "s7 c4 l3 s6 c5 l1 s2 l2");
	w.reverse = true;
	check(&w, "s2 l2 s6 c1 l5 s7 c3 l4");
	w.reverse = false;
	w.filter = "mkclean"; /* sums are of what is shown */
	check(&w, "s3 l3 s1 l1");
	w.filter = "nobody";
	check(&w, "");
}

static void tree_needs_processes_of_several_rows(void **state)
{
	struct rmap_wish w = wish(true, "");

	(void)state;
	w.by = RMAP_BY_TASK;
	check(&w, "r7 r6 r2");
	w.by = RMAP_BY_CAUSE;
	check(&w, "r9 r4 r2");
}

static void lines_keep_their_identity(void **state)
{
	struct rmap_wish rows = wish(false, ""), tree = wish(true, "");
	struct rmap_snapshot snap = sample();
	struct rmap_lines a = { 0 }, b = { 0 };

	(void)state;
	assert_int_equal(rmap_lines__make(&a, &snap, &rows), 0);
	snap.rows[0].walks += 100;
	assert_int_equal(rmap_lines__make(&b, &snap, &tree), 0);
	/* The row of 5 walks has 105 now, and is not the sum above it. */
	assert_int_equal(b.line[4].s->walks, 105);
	assert_true(rmap_line__id(&a, &a.line[0]) == rmap_line__id(&b, &b.line[4]));
	for (size_t i = 0; i < b.n; i++)
		for (size_t j = 0; j < i; j++)
			assert_true(rmap_line__id(&b, &b.line[i]) != rmap_line__id(&b, &b.line[j]));
	rmap_lines__free(&a);
	rmap_lines__free(&b);
	rmap_snapshot__free(&snap);
}

static void columns_are_those_of_the_grouping_and_not_hidden(void **state)
{
	enum rmap_column_id ids[RMAP_COLUMNS];

	(void)state;
	assert_int_equal(rmap_columns__choose(ids, RMAP_BY_CAUSE, 1u << COL_WALKS), 12);
	assert_int_equal(ids[0], COL_CAUSE);
	assert_int_equal(ids[1], COL_VMAS);
	assert_int_equal(rmap_columns__choose(ids, RMAP_BY_ALL, 0), 16);
	assert_int_equal(rmap_columns__choose(ids, RMAP_BY_ALL, ~0u), 0);
}

static void choices_are_all_subsets_most_first(void **state)
{
	unsigned int choices[RMAP_CHOICES];
	char list[RMAP_CELL];

	(void)state;
	assert_int_equal(rmap_by__choices(choices, RMAP_BY_ALL), 7);
	rmap_by__list(choices[0], list);
	assert_string_equal(list, "task,cause,kind");
	rmap_by__list(choices[6], list);
	assert_string_equal(list, "kind");
	assert_int_equal(rmap_by__choices(choices, RMAP_BY_CAUSE | RMAP_BY_KIND), 3);
	assert_int_equal(rmap_by__choices(choices, 0), 0);
}

RUN_TESTS(cmocka_unit_test(rows_are_ordered), cmocka_unit_test(filter_keeps_what_contains_the_text),
	  cmocka_unit_test(tree_has_rows_below_their_sum),
	  cmocka_unit_test(tree_needs_processes_of_several_rows),
	  cmocka_unit_test(lines_keep_their_identity),
	  cmocka_unit_test(columns_are_those_of_the_grouping_and_not_hidden),
	  cmocka_unit_test(choices_are_all_subsets_most_first))
