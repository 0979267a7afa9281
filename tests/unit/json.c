// SPDX-License-Identifier: GPL-2.0-only
/* The JSON lines: what is printed parses, and says what the contract says. */
#include <errno.h>
#include "../../bpf/hist.h"
#include "../../cmd/lib/json.h"
#include "../../cmd/rmap/record.h"
#include "../../cmd/rmap/view.h"
#include "../../bpf/rmap.h"
#include "unit.h"

/* Prints through @print and parses the one line it gave. */
static json_t *line_of(void (*print)(FILE *f))
{
	json_error_t error;
	char *text = NULL;
	json_t *parsed;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	print(f);
	fclose(f);
	assert_true(len && text[len - 1] == '\n');
	assert_ptr_equal(strchr(text, '\n'), text + len - 1);
	parsed = json_loads(text, 0, &error);
	if (!parsed)
		print_error("%s: %s\n", error.text, text);
	assert_non_null(parsed);
	free(text);
	return parsed;
}

static void histograms(void **state)
{
	struct hist h = { 0 };
	json_t *array, *last;

	(void)state;
	hist__add(&h, hist_index(0), 1);
	hist__add(&h, hist_index(1000), 2);
	hist__add(&h, hist_index(UINT64_MAX), 3);
	array = json__hist(&h);
	assert_int_equal(json_array_size(array), 3);
	assert_int_equal(json_integer_value(json_object_get(json_array_get(array, 0), "hi")), 1);
	assert_int_equal(json_integer_value(json_object_get(json_array_get(array, 1), "lo")), 960);
	assert_int_equal(json_integer_value(json_object_get(json_array_get(array, 1), "hi")), 1024);
	last = json_array_get(array, 2);
	assert_true(json_is_null(json_object_get(last, "hi")));
	assert_int_equal(json_integer_value(json_object_get(last, "count")), 3);
	json_decref(array);
	hist__free(&h);
}

/* What could not be written again is no histogram: JSON's integers end at 2^63 - 1. */
static void histograms_too_large(void **state)
{
	json_t *array = json_pack("[{s:i, s:I}, {s:i, s:I}]", "lo", 0, "count",
				  (json_int_t)INT64_MAX - 1, "lo", 5, "count", (json_int_t)1);
	struct hist h = { 0 };

	(void)state;
	assert_int_equal(json__read_hist(&h, array), 0);
	assert_int_equal(h.total, INT64_MAX);
	assert_int_equal(json__read_hist(&h, array), -EINVAL);
	assert_int_equal(h.total, INT64_MAX);
	json_decref(array);
	hist__free(&h);
}

static void print_header(FILE *f)
{
	static char *argv[] = { "rmaptop", "-j", "\xff\xfe", NULL };
	struct head head = { .backend = "fentry" };

	head__cover(&head, "idle", COVERAGE_NONE, "why not");
	head__cover(&head, "anon", COVERAGE_FULL, NULL);
	assert_int_equal(head__json(&head, f, 3, argv), 0);
}

static void header(void **state)
{
	json_t *h = line_of(print_header), *coverage = json_object_get(h, "coverage");

	(void)state;
	assert_string_equal(json_string_value(json_object_get(h, "type")), "header");
	assert_string_equal(json_string_value(json_object_get(h, "backend")), "fentry");
	assert_true(json_is_real(json_object_get(h, "start")));
	assert_int_equal(json_array_size(json_object_get(h, "options")), 2);
	assert_int_equal(json_object_size(coverage), 2);
	assert_string_equal(
		json_string_value(json_object_get(json_object_get(coverage, "idle"), "state")),
		"none");
	assert_string_equal(
		json_string_value(json_object_get(json_object_get(coverage, "anon"), "state")),
		"full");
	json_decref(h);
}

static void print_interval(FILE *f)
{
	struct rmap_snapshot snap = { 0 };

	for (int i = 0; i < 2; i++) {
		struct rmap_stat *s = rmap_snapshot__add(&snap);

		s->pid = 7 + i;
		s->cause = CAUSE_MIGRATE_RESTORE;
		s->kind = RMAP_KSM;
		s->walks = 50;
		s->vmas = 1050;
		s->mapped = 50;
		s->ns = 1ULL << 40;
		s->ns_max = 4000;
		memcpy(s->comm, i ? "a\"\\\x01\xe9" : "forktree", i ? 6 : 9);
		hist__add(&s->hist, hist_index(4000), 50);
	}
	snap.by = RMAP_BY_ALL;
	assert_int_equal(rmap_json__interval(f, &snap, (struct when){ 1790000000.25, 1.5 }), 0);
	rmap_snapshot__free(&snap);
}

static void interval(void **state)
{
	json_t *line = line_of(print_interval), *rows = json_object_get(line, "rows"), *row;

	(void)state;
	assert_true(json_real_value(json_object_get(line, "ts")) == 1790000000.25);
	assert_true(json_real_value(json_object_get(line, "interval_s")) == 1.5);
	assert_int_equal(json_array_size(rows), 2);
	row = json_array_get(rows, 0);
	assert_int_equal(json_integer_value(json_object_get(row, "phantom")), 1000);
	assert_int_equal(json_integer_value(json_object_get(row, "ns")), 1LL << 40);
	assert_int_equal(json_integer_value(json_object_get(row, "p99")), 4000);
	assert_string_equal(json_string_value(json_object_get(row, "cause")), "migrate_restore");
	assert_string_equal(json_string_value(json_object_get(row, "kind")), "ksm");
	assert_int_equal(json_array_size(json_object_get(row, "hist")), 1);
	/* a name that is no UTF-8 arrives as Latin-1, and its specials are escaped */
	assert_string_equal(json_string_value(json_object_get(json_array_get(rows, 1), "comm")),
			    "a\"\\\x01\xc3\xa9");
	json_decref(line);
}

static void print_end(FILE *f)
{
	struct books books = { .seen = 10, .recorded = 7 };

	books__add(&books.lost, "full", 1);
	books__add(&books.lost, "stale", 1);
	books__close(&books);
	assert_int_equal(books__get(&books.lost, "unmatched"), 1);
	assert_int_equal(books__json(&books, f), 0);
}

static void end(void **state)
{
	json_t *line = line_of(print_end), *value;
	json_int_t sum = 0;
	const char *name;

	(void)state;
	json_object_foreach(json_object_get(line, "lost"), name, value)
		sum += json_integer_value(value);
	assert_int_equal(json_integer_value(json_object_get(line, "seen")),
			 json_integer_value(json_object_get(line, "recorded")) + sum);
	assert_non_null(json_object_get(json_object_get(line, "bpf"), "runs"));
	json_decref(line);
}

/* What is read from a line is what was printed into it. */
static void interval_is_read_back(void **state)
{
	json_t *line = line_of(print_interval);
	struct rmap_snapshot snap = { 0 };
	const struct rmap_stat *s;

	(void)state;
	assert_int_equal(rmap_record__read(&snap, line), 0);
	assert_int_equal(rmap_record__read(&snap, line), 0); /* a second file adds up */
	assert_int_equal(snap.len, 2);
	s = rmap_snapshot__find(&snap, 7, CAUSE_MIGRATE_RESTORE, RMAP_KSM);
	assert_int_equal(s->walks, 100);
	assert_int_equal(s->vmas, 2100);
	assert_int_equal(s->mapped, 100);
	assert_true(s->ns == 1ULL << 41);
	assert_int_equal(s->ns_max, 4000);
	assert_int_equal(s->hist.total, 100);
	assert_string_equal(s->comm, "forktree");
	rmap_snapshot__free(&snap);
	json_array_clear(json_object_get(json_array_get(json_object_get(line, "rows"), 0), "hist"));
	json_array_append_new(
		json_object_get(json_array_get(json_object_get(line, "rows"), 0), "hist"),
		json_pack("{s:i, s:i, s:i}", "lo", 1001, "hi", 1002, "count", 1));
	assert_int_equal(rmap_record__read(&snap, line), -EINVAL); /* not one of our buckets */
	rmap_snapshot__free(&snap);
	json_decref(line);
}

static void end_is_read_back(void **state)
{
	json_t *line = line_of(print_end);
	struct books books = { 0 };

	(void)state;
	assert_int_equal(books__read(&books, line), 0);
	assert_int_equal(books__read(&books, line), 0);
	assert_int_equal(books.seen, 20);
	assert_int_equal(books.recorded, 14);
	assert_int_equal(books__get(&books.lost, "stale"), 2);
	assert_int_equal(books__get(&books.lost, "unmatched"), 2);
	json_object_del(line, "seen");
	assert_int_equal(books__read(&books, line), -EINVAL);
	json_decref(line);
}

static void a_cause_is_known_better(void **state)
{
	static const char *const of[] = { "stale", "unfinished", NULL };
	struct books books = { 0 };

	(void)state;
	books__add(&books.lost, "stale", 3);
	books__add(&books.lost, "unfinished", 2);
	books__add(&books.lost, "recursion", 1);
	books__rename(&books.lost, of, "recursion", 4);
	assert_int_equal(books__get(&books.lost, "stale"), 0);
	assert_int_equal(books__get(&books.lost, "unfinished"), 1);
	assert_int_equal(books__get(&books.lost, "recursion"), 5);
	books__rename(&books.lost, of, "returns", 7); /* more than there is */
	assert_int_equal(books__get(&books.lost, "unfinished"), 0);
	assert_int_equal(books__get(&books.lost, "returns"), 1);
	assert_int_equal(books__sum(&books.lost), 6);
}

static void header_is_read_back(void **state)
{
	json_t *line = line_of(print_header), *worse = line_of(print_header);
	struct head head = { 0 };

	(void)state;
	assert_int_equal(head__read(&head, line), 0);
	assert_string_equal(head.backend, "fentry");
	assert_int_equal(head.len, 2);
	json_object_set_new(json_object_get(json_object_get(worse, "coverage"), "anon"), "state",
			    json_string("partial"));
	assert_int_equal(head__read(&head, worse), 0);
	assert_int_equal(head.len, 2);
	for (size_t i = 0; i < head.len; i++)
		if (!strcmp(head.coverage[i].name, "anon"))
			assert_int_equal(head.coverage[i].state, COVERAGE_PARTIAL);
	json_decref(line);
	json_decref(worse);
	head__free(&head);
}

RUN_TESTS(cmocka_unit_test(histograms), cmocka_unit_test(histograms_too_large),
	  cmocka_unit_test(header), cmocka_unit_test(interval), cmocka_unit_test(end),
	  cmocka_unit_test(a_cause_is_known_better), cmocka_unit_test(header_is_read_back),
	  cmocka_unit_test(interval_is_read_back), cmocka_unit_test(end_is_read_back))
