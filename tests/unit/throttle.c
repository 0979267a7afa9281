// SPDX-License-Identifier: GPL-2.0-only
/* Sampling that keeps counting cheap: backs off at once, comes back slowly, stays in range. */
#include "../../cmd/rmap/throttle.h"
#include "unit.h"

#define S 1000000000ULL

static void cheap_enough_is_left_alone(void **state)
{
	(void)state;
	assert_int_equal(throttle__next(1, 0, S, 1), 1);
	assert_int_equal(throttle__next(0, 0, S, 1), 1); /* every one, too */
	assert_int_equal(throttle__next(1, S / 100, S, 1), 1);
	assert_int_equal(throttle__next(40, S / 150, S, 1), 40);
}

static void backs_off_at_once(void **state)
{
	(void)state;
	assert_int_equal(throttle__next(1, S / 10, S, 1), 13); /* ten times too much, and some */
	assert_int_equal(throttle__next(13, S / 50, S, 1), 33);
	assert_int_equal(throttle__next(1, S / 99, S, 1), 2);
	assert_int_equal(throttle__next(1, 8 * S, S, 1), 1000); /* on eight CPUs */
}

static void comes_back_slowly(void **state)
{
	uint32_t n = 1000, steps = 0;

	(void)state;
	while (n > 1) {
		uint32_t next = throttle__next(n, 0, S, 1);

		assert_true(next < n && next >= n / 2);
		n = next;
		steps++;
	}
	assert_int_equal(steps, 9);
}

static void stays_in_range(void **state)
{
	(void)state;
	assert_int_equal(throttle__next(THROTTLE_MAX, 8 * S, S, .001), THROTTLE_MAX);
	assert_int_equal(throttle__next(1, UINT64_MAX, 1, .001), THROTTLE_MAX);
	assert_int_equal(throttle__next(5, S, 0, 1), 2); /* no time has passed: nothing was spent */
}

/* Under a load whose cost a walk is fixed it settles, below what is allowed. */
static void settles(void **state)
{
	uint32_t n = 1, last = 0;

	(void)state;
	for (int i = 0; i < 100; i++) {
		last = n;
		n = throttle__next(n, 3 * S / 10 / n, S, 1); /* 30 % for all walks */
	}
	assert_int_equal(n, last);
	assert_in_range(n, 30, 60);
}

RUN_TESTS(cmocka_unit_test(cheap_enough_is_left_alone), cmocka_unit_test(backs_off_at_once),
	  cmocka_unit_test(comes_back_slowly), cmocka_unit_test(stays_in_range),
	  cmocka_unit_test(settles))
