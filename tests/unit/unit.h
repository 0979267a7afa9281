/* SPDX-License-Identifier: GPL-2.0-only */
/* cmocka with the headers it wants before it, and TAP as its output. */
#ifndef FOLIOSCOPE_UNIT_H
#define FOLIOSCOPE_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define RUN_TESTS(...)                                             \
	int main(void)                                             \
	{                                                          \
		const struct CMUnitTest tests[] = { __VA_ARGS__ }; \
                                                                   \
		cmocka_set_message_output(CM_OUTPUT_TAP);          \
		return cmocka_run_group_tests(tests, NULL, NULL);  \
	}

#endif
