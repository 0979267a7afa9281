// SPDX-License-Identifier: GPL-2.0-only
/* Numbers as people read them: every text short, no unit left out, no 1000us. */
#include "../../cmd/lib/units.h"
#include "unit.h"

static void durations(void **state)
{
	static const struct {
		uint64_t ns;
		const char *text;
	} cases[] = {
		{ 0, "0" },
		{ 1, "1ns" },
		{ 999, "999ns" },
		{ 1000, "1us" },
		{ 1234, "1.23us" },
		{ 12345, "12.3us" },
		{ 123456, "123us" },
		{ 999499, "999us" },
		{ 999500, "1.00ms" },
		{ 1500000, "1.50ms" },
		{ 1000000000, "1s" },
		{ 61000000000, "61s" },
		{ UINT64_MAX, "18.4Gs" },
	};
	char buf[UNITS_LEN];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(units__ns(buf, cases[i].ns), cases[i].text);
}

static void counts(void **state)
{
	char buf[UNITS_LEN];

	(void)state;
	assert_string_equal(units__count(buf, 0), "0");
	assert_string_equal(units__count(buf, 99999), "99999");
	assert_string_equal(units__count(buf, 100000), "100k");
	assert_string_equal(units__count(buf, 4560000), "4.56M");
	assert_string_equal(units__count(buf, UINT64_MAX), "18.4E");
}

static void shares(void **state)
{
	char buf[UNITS_LEN];

	(void)state;
	assert_string_equal(units__percent(buf, 0, 0), "-");
	assert_string_equal(units__percent(buf, 0, 9), "0");
	assert_string_equal(units__percent(buf, 9, 9), "100");
	assert_string_equal(units__percent(buf, 1, 14), "7.1");
	assert_string_equal(units__percent(buf, UINT64_MAX / 2, UINT64_MAX), "50");
	assert_string_equal(units__ratio(buf, 1, 0), "-");
	assert_string_equal(units__ratio(buf, 41, 2), "20.5");
	assert_string_equal(units__ratio(buf, 40, 2), "20");
	assert_string_equal(units__ratio(buf, 100001, 2), "50000");
}

RUN_TESTS(cmocka_unit_test(durations), cmocka_unit_test(counts), cmocka_unit_test(shares))
