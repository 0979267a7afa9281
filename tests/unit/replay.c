// SPDX-License-Identifier: GPL-2.0-only
/* Reading recordings: reports, windows of time, several files, and what is wrong with a file. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <unistd.h>
#include "../../cmd/lib/replay.h"
#include "unit.h"

#define FILES	4
#define REPORTS 16

/* What the callbacks were given; intervals of these tests carry a number "n". */
struct seen {
	unsigned int headers, begins, ends, intervals, reports;
	json_int_t n; /* of the report under way */
	json_int_t sum[REPORTS];
	struct when when[REPORTS];
	char order[64]; /* letters "id" of intervals as they came */
	/* what they are to answer */
	int header_err, interval_err, end_err;
	unsigned int enough_after;
	enum status begin_status, report_status;
};

static struct seen seen;
static char *paths[FILES], message[4096];
static bool read_whole;
static unsigned int npaths;

static int on_header(void *arg, json_t *line)
{
	assert_ptr_equal(arg, &seen);
	assert_non_null(json_object_get(line, "tool"));
	assert_int_equal(seen.begins, 0);
	seen.headers++;
	return seen.header_err;
}

static int on_interval(void *arg, const json_t *line)
{
	const char *id = json_string_value(json_object_get(line, "id"));

	assert_ptr_equal(arg, &seen);
	assert_int_equal(seen.begins, 1);
	seen.intervals++;
	seen.n += json_integer_value(json_object_get(line, "n"));
	if (id && strlen(seen.order) + 2 < sizeof(seen.order))
		strcat(seen.order, id);
	return seen.interval_err;
}

static int on_end(void *arg, const json_t *line)
{
	assert_ptr_equal(arg, &seen);
	assert_string_equal(json_string_value(json_object_get(line, "type")), "end");
	seen.ends++;
	return seen.end_err;
}

static enum status on_begin(void *arg)
{
	assert_ptr_equal(arg, &seen);
	assert_int_equal(seen.headers, npaths);
	seen.begins++;
	return seen.begin_status;
}

static enum status on_report(void *arg, struct when when, bool *enough)
{
	assert_ptr_equal(arg, &seen);
	assert_true(seen.reports < REPORTS);
	seen.when[seen.reports] = when;
	seen.sum[seen.reports++] = seen.n;
	seen.n = 0;
	if (seen.reports == seen.enough_after)
		*enough = true;
	return seen.report_status;
}

static void file(const char *text)
{
	char *path = strdup("/tmp/replay-XXXXXX");
	int fd = mkstemp(path);

	assert_true(fd >= 0 && npaths < FILES);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	paths[npaths++] = path;
}

/* Replays the files; what is said on standard error is in message. */
static enum status run(struct replay_conf conf)
{
	FILE *err = tmpfile();
	int old = dup(2);
	enum status status;

	conf.files = paths;
	conf.nfiles = npaths;
	conf.header = on_header;
	conf.interval = on_interval;
	conf.end = on_end;
	conf.begin = on_begin;
	conf.report = on_report;
	conf.arg = &seen;
	seen.headers = seen.begins = seen.ends = seen.intervals = seen.reports = 0;
	seen.n = 0;
	seen.order[0] = 0;
	assert_non_null(err);
	dup2(fileno(err), 2);
	status = replay__run(&conf, &read_whole);
	dup2(old, 2);
	close(old);
	rewind(err);
	message[fread(message, 1, sizeof(message) - 1, err)] = 0;
	fclose(err);
	return status;
}

static enum status run_all(void)
{
	return run((struct replay_conf){ 0 });
}

static void report_is(unsigned int i, json_int_t sum, double ts, double interval_s)
{
	assert_true(i < seen.reports);
	assert_int_equal(seen.sum[i], sum);
	if (fabs(seen.when[i].ts - ts) > 1e-5 || fabs(seen.when[i].interval_s - interval_s) > 1e-5)
		fail_msg("report %u is %f long and ends at %f, not %f at %f", i,
			 seen.when[i].interval_s, seen.when[i].ts, interval_s, ts);
}

static int fresh(void **state)
{
	(void)state;
	program_invocation_short_name = "sometool";
	seen = (struct seen){ 0 };
	return 0;
}

static int clean_up(void **state)
{
	(void)state;
	while (npaths) {
		unlink(paths[--npaths]);
		free(paths[npaths]);
	}
	return 0;
}

#define HEADER "{\"type\":\"header\",\"tool\":\"sometool\"}\n"
#define END    "{\"type\":\"end\"}\n"
#define LINE(ts, long_s, n) \
	"{\"type\":\"interval\",\"ts\":" ts ",\"interval_s\":" long_s ",\"n\":" n "}\n"
#define ID(ts, long_s, n, i)                                                                     \
	"{\"type\":\"interval\",\"ts\":" ts ",\"interval_s\":" long_s ",\"n\":" n ",\"id\":\"" i \
	"\"}\n"
#define SIX                                                                         \
	HEADER LINE("1001", "1", "1") LINE("1002", "1", "2") LINE("1003", "1", "4") \
		LINE("1004", "1", "8") LINE("1005", "1", "16") LINE("1006.5", "1.5", "32") END

/* ---------------------------------------------------------------- reports */

static void each_line_is_a_report(void **state)
{
	(void)state;
	file(SIX);
	assert_int_equal(run_all(), ST_OK);
	assert_string_equal(message, "");
	assert_int_equal(seen.reports, 6);
	for (unsigned int i = 0; i < 5; i++)
		report_is(i, 1 << i, 1001 + i, 1);
	report_is(5, 32, 1006.5, 1.5);
	assert_int_equal(seen.ends, 1);
}

static void no_interval_no_report(void **state)
{
	(void)state;
	file(HEADER END);
	assert_int_equal(run_all(), ST_OK);
	assert_int_equal(seen.begins, 1);
	assert_int_equal(seen.reports, 0);
	assert_int_equal(seen.ends, 1);
	assert_string_equal(message, "");
}

static void unknown_types_are_passed_over(void **state)
{
	(void)state;
	file(HEADER "{\"type\":\"later\"}\n{}\n" LINE("11", "1", "1") "{\"type\":7}\n" LINE(
		"12", "1", "2") END "{\"type\":\"later\"}\n");
	assert_int_equal(run_all(), ST_OK);
	assert_int_equal(seen.reports, 2);
	assert_int_equal(seen.ends, 1);
}

static void from_standard_input(void **state)
{
	char *path;

	(void)state;
	file(SIX);
	path = paths[0];
	assert_non_null(freopen(path, "r", stdin));
	paths[0] = (char *)"-";
	assert_int_equal(run_all(), ST_OK);
	assert_int_equal(seen.reports, 6);
	/* nothing is left to read */
	assert_int_equal(run_all(), ST_FAIL);
	assert_non_null(strstr(message, "standard input is empty"));
	paths[0] = path;
}

/* ----------------------------------------------------------- several files */

static void several_files_add_up(void **state)
{
	(void)state;
	file(HEADER ID("11", "1", "1", "a") ID("12", "1", "2", "c") END);
	file(HEADER ID("11.5", "1", "4", "b") ID("12.5", "1", "8", "d") END);
	assert_int_equal(run_all(), ST_OK);
	assert_int_equal(seen.headers, 2);
	assert_int_equal(seen.ends, 2);
	assert_string_equal(seen.order, "abcd");
	assert_int_equal(seen.reports, 1);
	report_is(0, 15, 12.5, 2.5);
	assert_string_equal(message, "");
}

static void the_same_file_twice(void **state)
{
	(void)state;
	file(SIX);
	file(SIX);
	assert_int_equal(run_all(), ST_OK);
	assert_int_equal(seen.reports, 1);
	report_is(0, 2 * 63, 1006.5, 6.5);
}

/* What nobody observed is not counted as observed. */
static void time_between_files_is_not_counted(void **state)
{
	(void)state;
	file(HEADER LINE("101", "1", "1") LINE("102", "1", "2") END);
	file(HEADER LINE("13", "3", "4") END);
	file(HEADER LINE("12.5", "1", "8") END);
	file(HEADER END);
	assert_int_equal(run_all(), ST_OK);
	assert_int_equal(seen.reports, 1);
	report_is(0, 15, 102, 5);
}

/* A long stretch may have begun before the short ones that ended before it. */
static void time_within_longer_time_is_counted_once(void **state)
{
	(void)state;
	file(HEADER LINE("102", "1", "1") LINE("105", "1", "1") LINE("108", "1", "1") END);
	file(HEADER LINE("106", "6", "1") END);
	assert_int_equal(run_all(), ST_OK);
	report_is(0, 4, 108, 7); /* 100 to 106, 107 to 108 */
	file(HEADER LINE("110", "20", "1") END);
	assert_int_equal(run_all(), ST_OK);
	report_is(0, 5, 110, 20);
}

static void files_in_any_order(void **state)
{
	(void)state;
	file(HEADER ID("31", "1", "1", "c") END);
	file(HEADER ID("11", "1", "2", "a") ID("41", "1", "2", "d") END);
	file(HEADER ID("21", "1", "4", "b") END);
	assert_int_equal(run_all(), ST_OK);
	assert_string_equal(seen.order, "abcd");
	report_is(0, 9, 41, 4);
}

/* ----------------------------------------------------------------- windows */

static void windows(void **state)
{
	(void)state;
	file(SIX);
	assert_int_equal(run((struct replay_conf){ .interval_ns = 2000000000 }), ST_OK);
	assert_int_equal(seen.reports, 4);
	report_is(0, 1 + 2, 1002, 2);
	report_is(1, 4 + 8, 1004, 2);
	report_is(2, 16, 1005, 1);
	report_is(3, 32, 1006.5, 1.5);
	assert_int_equal(run((struct replay_conf){ .interval_ns = 100000000000 }), ST_OK);
	assert_int_equal(seen.reports, 1);
	report_is(0, 63, 1006.5, 6.5);
	/* shorter than what was recorded: nothing can be split */
	assert_int_equal(run((struct replay_conf){ .interval_ns = 100000000 }), ST_OK);
	assert_int_equal(seen.reports, 6);
	report_is(5, 32, 1006.5, 1.5);
}

/* Timers are late: an interval that ends a little after its window belongs to it. */
static void windows_of_late_lines(void **state)
{
	(void)state;
	file(HEADER LINE("1001.004", "1.004", "1") LINE("1002.009", "1.005", "2")
		     LINE("1003.001", "0.992", "4") LINE("1004.008", "1.007", "8") END);
	assert_int_equal(run((struct replay_conf){ .interval_ns = 1000000000 }), ST_OK);
	assert_int_equal(seen.reports, 4);
	assert_int_equal(run((struct replay_conf){ .interval_ns = 2000000000 }), ST_OK);
	assert_int_equal(seen.reports, 2);
	report_is(0, 3, 1002.009, 2.009);
	report_is(1, 12, 1004.008, 1.999);
}

/* Windows in which nothing was recorded are not reports. */
static void windows_without_lines(void **state)
{
	(void)state;
	file(HEADER LINE("11", "1", "1") LINE("51", "1", "2") END);
	assert_int_equal(run((struct replay_conf){ .interval_ns = 5000000000 }), ST_OK);
	assert_int_equal(seen.reports, 2);
	report_is(0, 1, 11, 1);
	report_is(1, 2, 51, 1);
}

static void windows_over_several_files(void **state)
{
	(void)state;
	file(HEADER LINE("11", "1", "1") LINE("12", "1", "2") LINE("13", "1", "4") END);
	file(HEADER LINE("11.5", "1", "8") LINE("12.5", "1", "16") END);
	assert_int_equal(run((struct replay_conf){ .interval_ns = 2000000000 }), ST_OK);
	assert_int_equal(seen.reports, 2);
	report_is(0, 1 + 8 + 2, 12, 2);
	report_is(1, 16 + 4, 13, 1.5); /* the stretch from 11.5 on ended in this window */
}

static void count_limits(void **state)
{
	(void)state;
	file(SIX);
	for (unsigned int n = 1; n <= 7; n++) {
		assert_int_equal(run((struct replay_conf){ .count = n }), ST_OK);
		assert_int_equal(seen.reports, n < 6 ? n : 6);
		assert_int_equal(read_whole, n >= 6); /* before that the end is not looked for */
		report_is(0, 1, 1001, 1);
	}
	assert_int_equal(run((struct replay_conf){ .interval_ns = 2000000000, .count = 2 }), ST_OK);
	assert_int_equal(seen.reports, 2);
	report_is(1, 4 + 8, 1004, 2);
}

static void duration_limits(void **state)
{
	(void)state;
	file(SIX);
	assert_int_equal(run((struct replay_conf){ .duration_ns = 3000000000 }), ST_OK);
	assert_int_equal(seen.reports, 3);
	assert_int_equal(run((struct replay_conf){ .duration_ns = 6400000000 }), ST_OK);
	assert_int_equal(seen.reports, 5);
	assert_int_equal(run((struct replay_conf){ .duration_ns = 6500000000 }), ST_OK);
	assert_int_equal(seen.reports, 6);
	assert_int_equal(run((struct replay_conf){ .duration_ns = 500000000 }), ST_OK);
	assert_int_equal(seen.reports, 0);
	file(SIX);
	assert_int_equal(run((struct replay_conf){ .duration_ns = 2000000000 }), ST_OK);
	assert_int_equal(seen.reports, 1);
	report_is(0, 6, 1002, 2);
}

static void whoever_shows_may_end_it(void **state)
{
	(void)state;
	file(SIX);
	seen.enough_after = 3;
	assert_int_equal(run_all(), ST_OK);
	assert_int_equal(seen.reports, 3);
}

/* ------------------------------------------------------------------ errors */

/* A recording may end anywhere, once it has its header. */
static void cut_off_anywhere(void **state)
{
	static const char whole[] = HEADER LINE("11", "1", "1") LINE("12", "1", "2") END;
	const size_t first = sizeof(HEADER LINE("11", "1", "1")) - 1;
	const size_t second = sizeof(HEADER LINE("11", "1", "1") LINE("12", "1", "2")) - 1;

	(void)state;
	for (size_t len = sizeof(HEADER) - 1; len < sizeof(whole); len++) {
		char *text = strndup(whole, len);
		bool ended = len >= sizeof(whole) - 2; /* it needs no newline */

		file(text);
		free(text);
		assert_int_equal(run_all(), ST_OK);
		assert_int_equal(seen.reports, (len >= first - 1) + (len >= second - 1));
		assert_int_equal(seen.ends, ended);
		assert_int_equal(read_whole, ended);
		assert_int_equal(!strstr(message, "cut off"), ended);
		clean_up(state);
	}
}

static void one_of_several_is_cut_off(void **state)
{
	(void)state;
	file(SIX);
	file(HEADER LINE("1001", "1", "1") "{\"type\":\"inter");
	assert_int_equal(run_all(), ST_OK);
	report_is(0, 64, 1006.5, 6.5);
	assert_null(strstr(message, paths[0]));
	assert_non_null(strstr(message, paths[1]));
	assert_non_null(strstr(message, "cut off"));
	assert_false(read_whole);
}

/* Fails, with a message of one line that names the file and this. */
static void fails(const char *says)
{
	assert_int_equal(run_all(), ST_FAIL);
	assert_memory_equal(message, "sometool: ", 10);
	assert_ptr_equal(strchr(message, '\n'), message + strlen(message) - 1);
	if (!strstr(message, paths[npaths - 1]) || !strstr(message, says))
		fail_msg("does not name %s: %s", says, message);
}

static void bad_files(void **state)
{
	static const struct {
		const char *text, *says;
	} bad[] = {
		{ "", "is empty" },
		{ "\n", "line 1" },
		{ "{\"type\":\"hea", "line 1" },
		{ "[]\n", "line 1: not a JSON object" },
		{ LINE("11", "1", "1") HEADER, "line 1: not a recording" },
		{ END, "line 1: not a recording" },
		{ "{\"type\":\"header\"}\n", "line 1: not a recording" },
		{ "{\"type\":\"header\",\"tool\":3}\n", "line 1: not a recording" },
		{ "{\"type\":\"header\",\"tool\":\"rmaptop\"}\n" END, "recording of rmaptop" },
		{ HEADER LINE("11", "1", "1") "{\"type\":\"inter\n" LINE("12", "1", "1") END,
		  "line 3" },
		{ HEADER LINE("11", "1", "1") LINE("12", "1", "1") "nonsense\n", "line 4" },
		{ HEADER LINE("11", "1", "1") "\n" END, "line 3" },
		{ HEADER "7\n" END, "line 2: " },
		{ HEADER LINE("11", "1", "1") "[1]\n" END, "line 3: not a JSON object" },
		{ HEADER "{\"type\":\"interval\",\"interval_s\":1}\n" END, "line 2: an interval" },
		{ HEADER LINE("0", "1", "1") END, "line 2: an interval" },
		{ HEADER LINE("-5", "1", "1") END, "line 2: an interval" },
		{ HEADER LINE("\"11\"", "1", "1") END, "line 2: an interval" },
		{ HEADER LINE("1e11", "1", "1") END, "line 2: an interval" },
		{ HEADER LINE("11", "1e300", "1") END, "line 2: an interval" },
		{ HEADER LINE("11", "1", "1") LINE("12", "-1", "1") END, "line 3: an interval" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		file(bad[i].text);
		fails(bad[i].says);
		clean_up(state);
		/* beside a good one, too */
		file(SIX);
		file(bad[i].text);
		fails(bad[i].says);
		clean_up(state);
	}
}

static void missing_files(void **state)
{
	(void)state;
	file(SIX);
	unlink(paths[0]);
	fails(strerror(ENOENT));
	paths[0][4] = 0; /* "/tmp" opens, and cannot be read */
	fails(strerror(EISDIR));
	assert_int_equal(seen.begins, 0);
}

static void what_the_tool_refuses(void **state)
{
	(void)state;
	file(SIX);
	seen.header_err = -EINVAL;
	fails("line 1: ");
	assert_int_equal(seen.begins, 0);
	fresh(state);
	seen.interval_err = -EINVAL;
	fails("line 2: ");
	assert_int_equal(seen.reports, 0);
	fresh(state);
	seen.end_err = -EINVAL;
	fails("line 8: ");
	fresh(state);
	seen.interval_err = -ENOMEM;
	assert_int_equal(run_all(), ST_FAIL);
	assert_non_null(strstr(message, "memory"));
	fresh(state);
	seen.begin_status = ST_FAIL;
	assert_int_equal(run_all(), ST_FAIL);
	assert_int_equal(seen.intervals, 0);
	fresh(state);
	seen.report_status = ST_FAIL;
	assert_int_equal(run_all(), ST_FAIL);
	assert_int_equal(seen.reports, 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fresh, clean_up)

RUN_TESTS(TEST(each_line_is_a_report), TEST(no_interval_no_report),
	  TEST(unknown_types_are_passed_over), TEST(from_standard_input), TEST(several_files_add_up),
	  TEST(the_same_file_twice), TEST(time_between_files_is_not_counted),
	  TEST(time_within_longer_time_is_counted_once), TEST(files_in_any_order), TEST(windows),
	  TEST(windows_of_late_lines), TEST(windows_without_lines),
	  TEST(windows_over_several_files), TEST(count_limits), TEST(duration_limits),
	  TEST(whoever_shows_may_end_it), TEST(cut_off_anywhere), TEST(one_of_several_is_cut_off),
	  TEST(bad_files), TEST(missing_files), TEST(what_the_tool_refuses))
