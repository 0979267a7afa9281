// SPDX-License-Identifier: GPL-2.0-only
/* Histograms: bucket boundaries over all of 64 bits, percentiles, merging. */
#include "../../bpf/hist.h"
#include "../../cmd/lib/hist.h"
#include "unit.h"

/* Every bucket begins where the one before it ends, and holds its own bounds. */
static void buckets_tile_all_values(void **state)
{
	(void)state;
	assert_int_equal(hist__lo(0), 0);
	for (uint32_t i = 0; i + 1 < HIST_BUCKETS; i++) {
		assert_true(hist__hi(i) > hist__lo(i));
		assert_int_equal(hist__hi(i), hist__lo(i + 1));
		assert_int_equal(hist_index(hist__lo(i)), i);
		assert_int_equal(hist_index(hist__hi(i) - 1), i);
	}
	assert_int_equal(hist__hi(HIST_BUCKETS - 1), 0); /* 2^64 */
	assert_int_equal(hist_index(UINT64_MAX), HIST_BUCKETS - 1);
}

static void small_values_are_exact(void **state)
{
	(void)state;
	for (uint64_t v = 0; v < 16; v++) {
		assert_int_equal(hist_index(v), v);
		assert_int_equal(hist__lo(v), v);
		assert_int_equal(hist__hi(v), v + 1);
	}
}

/* At most 12.5 % or 1 wide, as the format promises. */
static void buckets_are_narrow(void **state)
{
	(void)state;
	for (uint32_t i = 0; i + 1 < HIST_BUCKETS; i++) {
		uint64_t width = hist__hi(i) - hist__lo(i);

		assert_true(width == 1 || width <= hist__lo(i) / 8);
	}
}

static void powers_of_two_begin_buckets(void **state)
{
	(void)state;
	for (unsigned int bit = 0; bit < 64; bit++) {
		uint64_t v = 1ULL << bit;

		assert_int_equal(hist__lo(hist_index(v)), v);
		if (v > 1)
			assert_int_equal(hist_index(v - 1), hist_index(v) - 1);
	}
}

static void stays_sorted_and_counts(void **state)
{
	static const uint32_t order[] = { 5, 1, 9, 5, 0, HIST_BUCKETS - 1, 1 };
	struct hist h = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++)
		assert_int_equal(hist__add(&h, order[i], 2), 0);
	assert_int_equal(h.len, 5);
	assert_int_equal(h.total, 14);
	for (size_t i = 1; i < h.len; i++)
		assert_true(h.buckets[i - 1].index < h.buckets[i].index);
	assert_int_equal(h.buckets[2].n, 4); /* bucket 5, twice */
	assert_true(hist__add(&h, HIST_BUCKETS, 1) < 0);
	assert_int_equal(h.total, 14);
	hist__free(&h);
	assert_int_equal(h.total, 0);
}

static void percentiles(void **state)
{
	struct hist h = { 0 };

	(void)state;
	assert_int_equal(hist__percentile(&h, 50, 0), 0);
	for (uint64_t v = 1; v <= 10; v++) /* exact buckets */
		hist__add(&h, hist_index(v), 1);
	assert_int_equal(hist__percentile(&h, 0, 10), 1);
	assert_int_equal(hist__percentile(&h, 10, 10), 1);
	assert_int_equal(hist__percentile(&h, 10.1, 10), 2);
	assert_int_equal(hist__percentile(&h, 50, 10), 5);
	assert_int_equal(hist__percentile(&h, 90, 10), 9);
	assert_int_equal(hist__percentile(&h, 99, 10), 10);
	assert_int_equal(hist__percentile(&h, 100, 10), 10);
	hist__free(&h);
}

static void percentile_stays_within_bucket_and_max(void **state)
{
	struct hist h = { 0 };

	(void)state;
	hist__add(&h, hist_index(1000), 99);
	hist__add(&h, hist_index(1000000), 1);
	assert_in_range(hist__percentile(&h, 50, 1000000), 1000, 1125);
	assert_int_equal(hist__percentile(&h, 100, 1000000), 1000000);
	hist__free(&h);

	hist__add(&h, hist_index(UINT64_MAX), 1);
	assert_true(hist__percentile(&h, 50, UINT64_MAX) == UINT64_MAX);
	assert_true(hist__percentile(&h, 50, UINT64_MAX - 7) == UINT64_MAX - 7);
	hist__free(&h);

	hist__add(&h, hist_index(0), 3);
	assert_int_equal(hist__percentile(&h, 99, 0), 0);
	hist__free(&h);
}

static void merging_adds(void **state)
{
	struct hist a = { 0 }, b = { 0 };

	(void)state;
	hist__add(&a, 3, 1);
	hist__add(&b, 3, 2);
	hist__add(&b, 7, 5);
	assert_int_equal(hist__merge(&a, &b), 0);
	assert_int_equal(a.total, 8);
	assert_int_equal(a.len, 2);
	assert_int_equal(a.buckets[0].n, 3);
	assert_int_equal(b.total, 7);
	hist__free(&a);
	hist__free(&b);
}

RUN_TESTS(cmocka_unit_test(buckets_tile_all_values), cmocka_unit_test(small_values_are_exact),
	  cmocka_unit_test(buckets_are_narrow), cmocka_unit_test(powers_of_two_begin_buckets),
	  cmocka_unit_test(stays_sorted_and_counts), cmocka_unit_test(percentiles),
	  cmocka_unit_test(percentile_stays_within_bucket_and_max), cmocka_unit_test(merging_adds))
