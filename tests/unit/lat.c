// SPDX-License-Identifier: GPL-2.0-only
/* Rows of exchangelat: found by what they are about, named, recorded and read back. */
#include <errno.h>
#include "../../bpf/hist.h"
#include "../../cmd/lat/record.h"
#include "../../cmd/xchg/device.h"
#include "unit.h"

static void add_one(struct durations *d, uint64_t ns)
{
	assert_int_equal(hist__add(&d->hist, hist_index(ns), 1), 0);
	d->ns += ns;
	if (ns > d->max)
		d->max = ns;
}

static struct lat_row *row_of(struct lat_snapshot *snap, struct lat_id id)
{
	struct lat_row *row = lat_snapshot__row(snap, &id);

	assert_non_null(row);
	return row;
}

/* --------------------------------------------------------------- snapshot */

/* Every part of an id makes another row, and the same id the same one. */
static void rows_by_id(void **state)
{
	static const struct lat_id ids[] = {
		{ 0 },
		{ .op = LAT_MIGRATE },
		{ .order = 9 },
		{ .order = LAT_ORDER_MIXED },
		{ .order = LAT_ORDER_UNKNOWN },
		{ .reason = LAT_DEMOTION },
		{ .nid_a = 1 },
		{ .nid_b = 1 },
		{ .nid_a = LAT_NID_MIXED },
		{ .nid_a = LAT_NID_UNKNOWN },
		{ .nid_b = LAT_NID_UNKNOWN },
		{ .pid = 1 },
		{ .pid = UINT32_MAX },
		{ .pid = 1 << 16 },
	};
	const size_t n = sizeof(ids) / sizeof(*ids);
	struct lat_snapshot snap = { 0 };
	struct lat_row *rows[sizeof(ids) / sizeof(*ids)];

	(void)state;
	for (size_t i = 0; i < n; i++) {
		rows[i] = row_of(&snap, ids[i]);
		rows[i]->result[0] = i;
		assert_int_equal(snap.len, i + 1);
	}
	for (size_t i = 0; i < n; i++) {
		assert_ptr_equal(row_of(&snap, ids[i]), rows[i]);
		assert_int_equal(rows[i]->result[0], i);
	}
	assert_int_equal(snap.len, n);
	lat_snapshot__sort(&snap);
	for (size_t i = 0; i < n; i++)
		assert_ptr_equal(row_of(&snap, ids[i]), rows[i]);
	lat_snapshot__clear(&snap);
}

static void many_rows(void **state)
{
	struct lat_snapshot snap = { 0 };
	uint64_t sum = 0;

	(void)state;
	for (uint32_t i = 0; i < 10000; i++)
		row_of(&snap, (struct lat_id){ .pid = i * 7919 % 5000 })->result[1] += i % 7;
	assert_int_equal(snap.len, 5000);
	for (size_t i = 0; i < snap.len; i++)
		sum += snap.rows[i]->result[1];
	assert_int_equal(sum, 10000 / 7 * 21 + 0 + 1 + 2 + 3);
	lat_snapshot__clear(&snap);
}

/* Every measure has a place of its own; results have none. */
static void measures(void **state)
{
	struct lat_row row = { 0 };

	(void)state;
	assert_null(lat_row__durations(&row, LAT_RESULT));
	for (unsigned int m = LAT_RESULT + 1; m < LAT_MEASURES; m++) {
		assert_int_equal(lat_row__durations(&row, m)->ns, 0);
		lat_row__durations(&row, m)->ns = m;
	}
	assert_int_equal(row.total.ns, LAT_TOTAL);
	assert_int_equal(row.each.ns, LAT_EACH);
	assert_int_equal(row.blocked.ns, LAT_BLOCKED);
	for (unsigned int p = 0; p < LAT_PHASES; p++)
		assert_int_equal(row.phase[p].ns, LAT_PHASE + p);
}

/* A row with something in every place. */
static void fill(struct lat_row *row, uint64_t ns)
{
	for (unsigned int m = LAT_RESULT + 1; m < LAT_MEASURES; m++) {
		add_one(lat_row__durations(row, m), ns + m);
		add_one(lat_row__durations(row, m), 1000 * m);
	}
	for (unsigned int r = 0; lat_result__name(row->id.op, r); r++)
		row->result[r] = r + 1;
}

static void merging_adds_everything(void **state)
{
	struct lat_snapshot a = { 0 }, b = { 0 };
	struct lat_id one = { .pid = 1 }, two = { .pid = 2 };
	struct lat_row *row;

	(void)state;
	fill(row_of(&a, one), 5);
	fill(row_of(&b, one), 1 << 20);
	fill(row_of(&b, two), 7);
	strcpy(row_of(&b, one)->comm, "later");
	strcpy(row_of(&b, two)->comm, "other");
	assert_int_equal(lat_snapshot__merge(&a, &b), 0);
	assert_int_equal(a.len, 2);
	row = row_of(&a, one);
	assert_string_equal(row->comm, "later"); /* it had no name yet */
	for (unsigned int m = LAT_RESULT + 1; m < LAT_MEASURES; m++) {
		const struct durations *d = lat_row__durations(row, m);

		assert_int_equal(d->hist.total, 4);
		assert_int_equal(d->ns, 5 + m + (1 << 20) + m + 2 * 1000 * m);
		assert_int_equal(d->max, (1 << 20) + m);
	}
	for (unsigned int r = 0; r <= FOLIO_EXCHANGE_NR_RESULTS; r++)
		assert_int_equal(row->result[r], 2 * (r + 1));
	row = row_of(&a, two);
	assert_string_equal(row->comm, "other");
	assert_int_equal(row->total.hist.total, 2);
	assert_int_equal(row_of(&b, two)->total.hist.total, 2); /* merging takes nothing away */
	strcpy(row_of(&b, two)->comm, "third");
	assert_int_equal(lat_snapshot__merge(&a, &b), 0);
	assert_string_equal(row->comm, "other");
	lat_snapshot__clear(&a);
	lat_snapshot__clear(&b);
}

static void asked_and_done(void **state)
{
	struct lat_row x = { .id.op = LAT_EXCHANGE }, m = { .id.op = LAT_MIGRATE };

	(void)state;
	assert_int_equal(lat_row__asked(&x), 0);
	for (unsigned int r = 0; r < LAT_RESULTS; r++)
		x.result[r] = m.result[r] = 1 << r;
	assert_int_equal(lat_row__done(&x), 1);
	assert_int_equal(lat_row__asked(&x), (1 << LAT_RESULTS) - 1);
	/* huge pages are counted besides, not in addition */
	assert_int_equal(lat_row__done(&m), 1 << LAT_SUCCEEDED);
	assert_int_equal(lat_row__asked(&m), 1 << LAT_SUCCEEDED | 1 << LAT_FAILED);
}

static void sorted_by_time(void **state)
{
	/* pid, op, time, pairs */
	static const struct {
		uint32_t pid;
		unsigned int op;
		uint64_t ns, pairs;
	} rows[] = {
		{ 1, LAT_MIGRATE, 500, 1 }, { 2, LAT_EXCHANGE, 10, 1 },
		{ 3, LAT_EXCHANGE, 0, 5 },  { 4, LAT_EXCHANGE, UINT64_MAX, 0 },
		{ 5, LAT_MIGRATE, 501, 0 }, { 6, LAT_EXCHANGE, 0, 6 },
		{ 8, LAT_EXCHANGE, 10, 1 }, { 7, LAT_EXCHANGE, 10, 1 },
	};
	static const uint32_t sorted[] = { 4, 2, 7, 8, 6, 3, 5, 1 };
	struct lat_snapshot snap = { 0 };

	(void)state;
	lat_snapshot__sort(&snap); /* nothing */
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct lat_id id = { .op = rows[i].op, .pid = rows[i].pid };
		struct lat_row *row = row_of(&snap, id);

		row->total.ns = rows[i].ns;
		row->result[0] = rows[i].pairs;
	}
	lat_snapshot__sort(&snap);
	for (size_t i = 0; i < snap.len; i++)
		assert_int_equal(snap.rows[i]->id.pid, sorted[i]);
	lat_snapshot__clear(&snap);
}

/* Rows that took the same stay in one order: unknown nodes first, large pids last. */
static void ties_by_id(void **state)
{
	static const struct lat_id sorted[] = {
		{ .pid = 1, .nid_a = LAT_NID_MIXED },
		{ .pid = 1, .nid_a = LAT_NID_UNKNOWN },
		{ .pid = 1, .nid_a = 0 },
		{ .pid = 1, .nid_a = 3 },
		{ .pid = 65536 },
		{ .pid = UINT32_MAX },
	};
	const size_t n = sizeof(sorted) / sizeof(*sorted);

	(void)state;
	for (size_t first = 0; first < n; first++) {
		struct lat_snapshot snap = { 0 };

		for (size_t i = 0; i < n; i++)
			row_of(&snap, sorted[(first + 5 * i) % n]);
		lat_snapshot__sort(&snap);
		assert_int_equal(snap.len, n);
		for (size_t i = 0; i < n; i++) {
			assert_int_equal(snap.rows[i]->id.pid, sorted[i].pid);
			assert_int_equal(snap.rows[i]->id.nid_a, sorted[i].nid_a);
		}
		lat_snapshot__clear(&snap);
	}
}

static void clear_keeps_split(void **state)
{
	struct lat_snapshot snap = { .split = { .order = true, .reason = true } };

	(void)state;
	fill(row_of(&snap, (struct lat_id){ .pid = 3 }), 9);
	lat_snapshot__clear(&snap);
	assert_int_equal(snap.len, 0);
	assert_null(snap.rows);
	assert_true(snap.split.order && snap.split.reason);
	assert_false(snap.split.nid || snap.split.task);
	/* and it can be used again */
	assert_int_equal(row_of(&snap, (struct lat_id){ .pid = 3 })->total.hist.total, 0);
	lat_snapshot__clear(&snap);
	lat_snapshot__clear(&snap);
}

/* ------------------------------------------------------------------ names */

static void names_map_back(void **state)
{
	(void)state;
	for (unsigned int op = 0; op < LAT_OPS; op++) {
		unsigned int n = op == LAT_MIGRATE ? LAT_MIGRATE_RESULTS :
						     FOLIO_EXCHANGE_NR_RESULTS + 1;

		assert_int_equal(lat_op__number(lat_op__name(op)), op);
		for (unsigned int r = 0; r < n; r++)
			assert_int_equal(lat_result__number(op, lat_result__name(op, r)), r);
		assert_null(lat_result__name(op, n));
		assert_null(lat_result__name(op, UINT32_MAX));
		assert_int_equal(lat_result__number(op, "nonsense"), -1);
		assert_int_equal(lat_result__number(op, ""), -1);
		assert_int_equal(lat_result__number(op, NULL), -1);
	}
	for (unsigned int p = 0; p < LAT_PHASES; p++)
		assert_int_equal(lat_phase__number(lat_phase__name(p)), p);
	for (unsigned int r = 0; r < LAT_REASONS; r++)
		assert_int_equal(lat_reason__number(lat_reason__name(r)), r);
}

static void what_has_no_name(void **state)
{
	int (*const numbers[])(const char *) = { lat_op__number, lat_phase__number,
						 lat_reason__number };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(numbers[i]("nonsense"), -1);
		assert_int_equal(numbers[i](""), -1);
		assert_int_equal(numbers[i]("?"), -1);
		assert_int_equal(numbers[i](NULL), -1);
	}
	assert_string_equal(lat_op__name(LAT_OPS), "?");
	assert_string_equal(lat_phase__name(LAT_PHASES), "?");
	assert_string_equal(lat_reason__name(LAT_REASONS), "?");
	/* of one operation, not of the other */
	assert_int_equal(lat_result__number(LAT_MIGRATE, "ok"), -1);
	assert_int_equal(lat_result__number(LAT_EXCHANGE, "succeeded"), -1);
	assert_int_equal(lat_result__number(LAT_EXCHANGE, "errno"), FOLIO_EXCHANGE_NR_RESULTS);
	assert_true(FOLIO_EXCHANGE_NR_RESULTS < LAT_RESULTS);
}

/* ----------------------------------------------------------------- record */

static json_t *line_of(const struct lat_snapshot *snap)
{
	char *text = NULL;
	json_t *line;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	struct when when = { 1790000000.25, 1.5 };

	assert_int_equal(lat_record__print(f, snap, when), 0);
	fclose(f);
	assert_ptr_equal(strchr(text, '\n'), text + len - 1);
	line = json_loads(text, 0, NULL);
	assert_non_null(line);
	free(text);
	return line;
}

static void durations_equal(const struct durations *a, const struct durations *b, unsigned int times)
{
	assert_int_equal(a->ns, times * b->ns);
	assert_int_equal(a->max, b->max);
	assert_int_equal(a->hist.total, times * b->hist.total);
	assert_int_equal(a->hist.len, b->hist.len);
	for (size_t i = 0; i < a->hist.len; i++) {
		assert_int_equal(a->hist.buckets[i].index, b->hist.buckets[i].index);
		assert_int_equal(a->hist.buckets[i].n, times * b->hist.buckets[i].n);
	}
}

/* @a has the rows of @b, with @times as much in each. */
static void snapshots_equal(struct lat_snapshot *a, const struct lat_snapshot *b, unsigned int times)
{
	assert_int_equal(a->len, b->len);
	for (size_t i = 0; i < b->len; i++) {
		struct lat_row *was = b->rows[i], *is = row_of(a, was->id);

		assert_string_equal(is->comm, was->comm);
		for (unsigned int m = LAT_RESULT + 1; m < LAT_MEASURES; m++)
			durations_equal(lat_row__durations(is, m), lat_row__durations(was, m), times);
		for (unsigned int r = 0; r < LAT_RESULTS; r++)
			assert_int_equal(is->result[r], times * was->result[r]);
	}
	assert_int_equal(a->len, b->len); /* looking for them made none */
}

static const struct lat_id ids[] = {
	{ .op = LAT_EXCHANGE, .nid_a = 0, .nid_b = 1, .order = 0, .reason = LAT_SYSCALL, .pid = 1 },
	{ LAT_EXCHANGE, LAT_ORDER_MIXED, LAT_DAMON, LAT_NID_MIXED, LAT_NID_MIXED, 2 },
	{ LAT_EXCHANGE, LAT_ORDER_UNKNOWN, LAT_REASON_OTHER, LAT_NID_UNKNOWN, LAT_NID_UNKNOWN, 3 },
	{ LAT_MIGRATE, 9, LAT_COMPACTION, LAT_NID_UNKNOWN, 1023, UINT32_MAX },
	{ LAT_MIGRATE, 18, LAT_DEMOTION, LAT_NID_MIXED, LAT_NID_UNKNOWN, 0 },
};
#define IDS (sizeof(ids) / sizeof(*ids))

static void make_rows(struct lat_snapshot *snap)
{
	*snap = (struct lat_snapshot){ .split = { true, true, true, true } };
	for (size_t i = 0; i < IDS; i++) {
		struct lat_row *row = row_of(snap, ids[i]);

		fill(row, 100 * i);
		strcpy(row->comm, i % 2 ? "a \"name\"\n" : "123456789012345");
	}
	/* Extreme durations, and a row that has nothing but a phase. */
	add_one(&row_of(snap, ids[0])->total, 0);
	add_one(&row_of(snap, ids[1])->blocked, UINT64_MAX / 2);
	add_one(&row_of(snap, (struct lat_id){ .pid = 77 })->phase[LAT_PUTBACK], 1);
	strcpy(row_of(snap, (struct lat_id){ .pid = 77 })->comm, "x");
}

static void what_is_printed_is_read_back(void **state)
{
	struct lat_snapshot snap, again = { 0 };
	json_t *line;

	(void)state;
	make_rows(&snap);
	line = line_of(&snap);
	assert_true(json_number_value(json_object_get(line, "ts")) == 1790000000.25);
	assert_true(json_number_value(json_object_get(line, "interval_s")) == 1.5);
	assert_int_equal(lat_record__read(&again, line), 0);
	assert_memory_equal(&again.split, &snap.split, sizeof(snap.split));
	snapshots_equal(&again, &snap, 1);
	assert_int_equal(lat_record__read(&again, line), 0);
	snapshots_equal(&again, &snap, 2);
	json_decref(line);
	/* what was read prints as what was printed */
	lat_snapshot__clear(&again);
	line = line_of(&snap);
	assert_int_equal(lat_record__read(&again, line), 0);
	json_t *second = line_of(&again);
	assert_true(json_equal(line, second));
	json_decref(second);
	json_decref(line);
	lat_snapshot__clear(&again);
	lat_snapshot__clear(&snap);
}

/* A dimension that is not split by is in no row, and unknown when it is read. */
static void only_what_is_split_by(void **state)
{
	static const char *const keys[4][2] = {
		{ "nid", "nid" }, { "order", "order" }, { "pid", "comm" }, { "reason", "reason" }
	};

	(void)state;
	for (unsigned int set = 0; set < 16; set++) {
		struct lat_split split = { set & 1, set & 2, set & 4, set & 8 };
		struct lat_snapshot snap = { .split = split }, again = { 0 };
		const struct lat_id *id;
		const json_t *row;
		json_t *line;

		fill(row_of(&snap, (struct lat_id){ LAT_MIGRATE, 4, LAT_DAMON, 1, 2, 3 }), 5);
		strcpy(snap.rows[0]->comm, "x");
		line = line_of(&snap);
		row = json_array_get(json_object_get(line, "rows"), 0);
		for (unsigned int d = 0; d < 4; d++)
			for (unsigned int k = 0; k < 2; k++)
				assert_int_equal(!!json_object_get(row, keys[d][k]), set >> d & 1);
		assert_int_equal(lat_record__read(&again, line), 0);
		assert_memory_equal(&again.split, &split, sizeof(split));
		assert_int_equal(again.len, 1);
		id = &again.rows[0]->id;
		assert_int_equal(id->op, LAT_MIGRATE);
		assert_int_equal(id->nid_a, split.nid ? 1 : LAT_NID_UNKNOWN);
		assert_int_equal(id->nid_b, split.nid ? 2 : LAT_NID_UNKNOWN);
		assert_int_equal(id->order, split.order ? 4 : LAT_ORDER_UNKNOWN);
		assert_int_equal(id->pid, split.task ? 3 : 0);
		assert_int_equal(id->reason, split.reason ? LAT_DAMON : LAT_REASONS);
		json_decref(line);
		lat_snapshot__clear(&snap);
		lat_snapshot__clear(&again);
	}
}

static void nothing_is_read_back(void **state)
{
	struct lat_snapshot snap = { 0 };
	json_t *line = line_of(&snap);

	(void)state;
	assert_int_equal(lat_record__read(&snap, line), 0);
	assert_int_equal(snap.len, 0);
	json_decref(line);
}

#define ROWS(row) "{\"rows\":[" row "]}"
#define TOTAL(h)  ROWS("{\"op\":\"exchange\",\"total\":{\"count\":1,\"ns\":1,\"hist\":" h "}}")
#define GOOD	  "{\"lo\":1,\"hi\":2,\"count\":1}"
#define LAST	  "{\"lo\":-1152921504606846976,\"hi\":null,\"count\":1}" /* 15 * 2^60 */
#define PHASE(p)  ROWS("{\"op\":\"exchange\",\"phases\":{\"" p "\":{\"hist\":[]}}}")
#define RESULT(r) ROWS("{\"op\":\"exchange\",\"result\":{" r "}}")
#define REASON(r) ROWS("{\"op\":\"migrate\",\"reason\":" r "}")

static int read_text(struct lat_snapshot *snap, const char *text)
{
	json_t *line = json_loads(text, 0, NULL);
	int err;

	if (!line)
		fail_msg("not JSON: %s", text);
	err = lat_record__read(snap, line);
	json_decref(line);
	return err;
}

static void malformed_lines(void **state)
{
	static const char *const bad[] = {
		"{}",
		"[]",
		"{\"rows\":{}}",
		"{\"rows\":null}",
		ROWS("7"),
		ROWS("{}"),
		ROWS("{\"op\":\"nonsense\"}"),
		ROWS("{\"op\":0}"),
		ROWS("{\"op\":null}"),
		ROWS("{\"op\":\"exchange\",\"total\":3}"),
		ROWS("{\"op\":\"exchange\",\"total\":{}}"),
		ROWS("{\"op\":\"exchange\",\"each\":{\"hist\":[{}]}}"),
		ROWS("{\"op\":\"exchange\",\"blocked\":[]}"),
		TOTAL("{}"),
		TOTAL("[7]"),
		TOTAL("[{\"lo\":17,\"hi\":18,\"count\":1}]"),
		TOTAL("[{\"lo\":1001,\"hi\":1024,\"count\":1}]"),
		TOTAL("[{\"lo\":1.5,\"hi\":2,\"count\":1}]"),
		TOTAL("[{\"lo\":-1,\"hi\":null,\"count\":1}]"),
		TOTAL("[{\"hi\":2,\"count\":1}]"),
		TOTAL("[{\"lo\":1,\"hi\":2}]"),
		TOTAL("[{\"lo\":1,\"hi\":2,\"count\":-1}]"),
		TOTAL("[{\"lo\":1,\"hi\":2,\"count\":\"1\"}]"),
		TOTAL("[" GOOD ",{\"lo\":2,\"hi\":3,\"count\":-1}]"),
		PHASE("nonsense"),
		PHASE(""),
		ROWS("{\"op\":\"exchange\",\"phases\":{\"unmap\":null}}"),
		ROWS("{\"op\":\"exchange\",\"phases\":{\"unmap\":{\"hist\":null}}}"),
		RESULT("\"nonsense\":1"),
		RESULT("\"succeeded\":1"),
		RESULT("\"ok\":1.5"),
		RESULT("\"ok\":\"1\""),
		RESULT("\"ok\":null"),
		RESULT("\"ok\":-1"),
		/* after a row that is good */
		ROWS("{\"op\":\"exchange\",\"total\":{\"hist\":[" GOOD "]}},{\"op\":\"x\"}"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct lat_snapshot snap = { 0 };

		if (read_text(&snap, bad[i]) != -EINVAL)
			fail_msg("taken: %s", bad[i]);
		lat_snapshot__clear(&snap); /* what was read of it is not leaked */
	}
}

static void unusual_lines(void **state)
{
	struct lat_snapshot snap = { 0 };

	(void)state;
	assert_int_equal(read_text(&snap, TOTAL("[" GOOD "," LAST "]")), 0);
	assert_int_equal(snap.rows[0]->total.hist.total, 2);
	assert_int_equal(snap.rows[0]->total.hist.buckets[1].index, HIST_BUCKETS - 1);
	lat_snapshot__clear(&snap);
	/* a reason of a later kernel */
	assert_int_equal(read_text(&snap, REASON("\"from_the_future\"")), 0);
	assert_int_equal(snap.rows[0]->id.reason, LAT_REASON_OTHER);
	lat_snapshot__clear(&snap);
	/* a key of a later version, and a name that is too long */
	assert_int_equal(read_text(&snap, ROWS("{\"op\":\"exchange\",\"pid\":1,\"later\":[],"
					       "\"comm\":\"a name that is too long\"}")),
			 0);
	assert_string_equal(snap.rows[0]->comm, "a name that is ");
	lat_snapshot__clear(&snap);
}

RUN_TESTS(cmocka_unit_test(rows_by_id), cmocka_unit_test(many_rows), cmocka_unit_test(measures),
	  cmocka_unit_test(merging_adds_everything), cmocka_unit_test(asked_and_done),
	  cmocka_unit_test(sorted_by_time), cmocka_unit_test(ties_by_id),
	  cmocka_unit_test(clear_keeps_split), cmocka_unit_test(names_map_back),
	  cmocka_unit_test(what_has_no_name), cmocka_unit_test(what_is_printed_is_read_back),
	  cmocka_unit_test(only_what_is_split_by), cmocka_unit_test(nothing_is_read_back),
	  cmocka_unit_test(malformed_lines), cmocka_unit_test(unusual_lines))
