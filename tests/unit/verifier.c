// SPDX-License-Identifier: GPL-2.0-only
/* Of a verifier's log only what matters is told. */
#include "../../cmd/lib/verifier.h"
#include "unit.h"

/* As libbpf 1.1 tells it, the log as 6.12's. */
static const char refused[] =
	"libbpf: prog 'on_walk': -- BEGIN PROG LOAD LOG --\n"
	"0: R1=ctx() R10=fp0\n"
	"; int BPF_PROG(on_walk) @ rmap.bpf.c:31\n"
	"0: (79) r6 = *(u64 *)(r9 +0)\n"
	"R9 !read_ok\n"
	"verification time 113 usec\n"
	"stack depth 0\n"
	"processed 1 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 "
	"mark_read 0\n"
	"-- END PROG LOAD LOG --\n";

static void reason_is_what_precedes_the_account(void **state)
{
	char reason[80] = "?";

	(void)state;
	assert_true(verifier__reason(refused, reason, sizeof(reason)));
	assert_string_equal(reason, "R9 !read_ok");
}

static void other_messages_are_none(void **state)
{
	char reason[80] = "as it was";

	(void)state;
	assert_false(verifier__reason("libbpf: prog 'on_walk': BPF program load failed: Invalid "
				      "argument\n",
				      reason, sizeof(reason)));
	assert_string_equal(reason, "as it was");
	assert_string_equal(verifier__end("libbpf: some message\n", 3), "libbpf: some message\n");
}

static void logs_without_a_reason(void **state)
{
	static const char *const logs[] = {
		"x: -- BEGIN PROG LOAD LOG --\n-- END PROG LOAD LOG --\n",
		"x: -- BEGIN PROG LOAD LOG --\n",
		"x: -- BEGIN PROG LOAD LOG --\nprocessed 0 insns\n-- END PROG LOAD LOG --\n",
		"x: -- BEGIN PROG LOAD LOG --\n\n\n-- END PROG LOAD LOG --\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(logs) / sizeof(*logs); i++) {
		char reason[80] = "?";

		assert_true(verifier__reason(logs[i], reason, sizeof(reason)));
		assert_string_equal(reason, "");
	}
}

static void reason_is_cut(void **state)
{
	char reason[5];

	(void)state;
	assert_true(verifier__reason(refused, reason, sizeof(reason)));
	assert_string_equal(reason, "R9 !");
}

static void log_without_its_end(void **state)
{
	char reason[80];

	(void)state;
	assert_true(verifier__reason("x: -- BEGIN PROG LOAD LOG --\n1: (05)\nno exit", reason,
				     sizeof(reason)));
	assert_string_equal(reason, "no exit");
}

static void end_of_the_log(void **state)
{
	(void)state;
	assert_string_equal(verifier__end(refused, 2), strstr(refused, "stack depth"));
	assert_string_equal(verifier__end(refused, 7), strstr(refused, "0: R1"));
	assert_string_equal(verifier__end(refused, 100), strstr(refused, "0: R1"));
	assert_string_equal(verifier__end(refused, 0), "-- END PROG LOAD LOG --\n");
}

RUN_TESTS(cmocka_unit_test(reason_is_what_precedes_the_account),
	  cmocka_unit_test(other_messages_are_none), cmocka_unit_test(logs_without_a_reason),
	  cmocka_unit_test(reason_is_cut), cmocka_unit_test(log_without_its_end),
	  cmocka_unit_test(end_of_the_log))
