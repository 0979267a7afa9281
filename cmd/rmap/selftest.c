// SPDX-License-Identifier: GPL-2.0-only
/* The self-test: trial after trial, what was expected beside what was seen. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include "../lib/json.h"
#include "../lib/out.h"
#include "../lib/prose.h"
#include "../lib/table.h"
#include "selftest.h"
#include "selftest_plan.h"
#include "selftest_walks.h"
#include "view.h"

#define TRIES	  3
/* ksmd looks at these folios all the time: one that it holds is walked for again. */
#define TRIES_KSM 10
#define CASES_MAX 32

/* One line of the result: a cause and a kind. */
struct test_case {
	enum cause cause;
	const char *kind; /* NULL: of no kind in particular */
	struct trial_numbers expected, seen;
	enum trial_verdict verdict;
	unsigned int tries;
	char why[2 * WALK_WHY];
};

struct selftest {
	struct run *run;
	struct rmap_snapshot *snap;
	struct walker walker;
	size_t trial; /* under way; trials_count: all are made */
	struct test_case cases[CASES_MAX];
	size_t len;   /* of cases, those of the trial under way included */
	size_t first; /* of the trial under way */
	bool interrupted;
};

/* ----------------------------------------------------------------- cases */

static void because(struct test_case *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void because(struct test_case *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(c->why, sizeof(c->why), fmt, ap);
	va_end(ap);
}

static struct test_case *add_case(struct selftest *test, enum cause cause, const char *kind)
{
	struct test_case *c = &test->cases[test->len];

	if (test->len < CASES_MAX - 1)
		test->len++;
	*c = (struct test_case){ .cause = cause, .kind = kind, .verdict = TRIAL_NOT };
	return c;
}

static unsigned int count(const struct selftest *test, enum trial_verdict verdict)
{
	unsigned int n = 0;

	for (size_t i = 0; i < test->len; i++)
		n += test->cases[i].verdict == verdict;
	return n;
}

static void add_trial(struct selftest *test)
{
	const struct trial *trial = &trials[test->trial];
	enum cause causes[TRIAL_CAUSES];
	unsigned int n = trial__causes(trial, causes);

	test->first = test->len;
	for (unsigned int i = 0; i < n; i++)
		add_case(test, causes[i], kind__name(trial->kind));
}

/* What is known not to be seen of a cause, and why; or NULL. */
static const char *lacking(const struct selftest *test, enum cause cause)
{
	const struct coverage *known = head__find(&test->run->head, cause__name(cause));

	return known && known->state == COVERAGE_NONE ? known->why : NULL;
}

/* What is never tried: there is no trigger that concerns this process alone. */
static void add_others(struct selftest *test)
{
	static const struct {
		enum cause cause;
		const char *why;
	} others[] = {
		{ CAUSE_DAMON, "DAMON walks in a thread of its own, for all memory" },
		{ CAUSE_DEVICE, "only a device's driver asks for it" },
	};

	test->first = test->len;
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		struct test_case *c = add_case(test, others[i].cause, NULL);
		const char *why = lacking(test, others[i].cause);

		because(c, "%s", why ? why : others[i].why);
	}
}

/* ----------------------------------------------------------------- events */

static json_t *numbers(const struct test_case *c, const struct trial_numbers *n)
{
	if (c->verdict == TRIAL_NOT)
		return json_null();
	return json_pack("{s:I, s:I, s:I}", "walks", (json_int_t)n->walks, "vmas",
			 (json_int_t)n->vmas, "mapped", (json_int_t)n->mapped);
}

static int event(FILE *f, const struct test_case *c)
{
	return json__line(f, json_pack("{s:s, s:f, s:s, s:s?, s:s, s:i, s:o, s:o, s:s?}", "type",
				       "event", "ts", json__now(), "cause", cause__name(c->cause),
				       "kind", c->kind, "result", trial__verdict_name(c->verdict),
				       "tries", (int)c->tries, "expected", numbers(c, &c->expected),
				       "seen", numbers(c, &c->seen), "why",
				       c->why[0] ? c->why : NULL));
}

/* The cases of the trial that has ended. */
static enum loop_verdict publish(struct selftest *test)
{
	for (size_t i = test->first; test->run->opts.json && i < test->len; i++) {
		if (event(test->run->f, &test->cases[i])) {
			fail(ST_FAIL, "out of memory");
			return LOOP_FAIL;
		}
	}
	switch (out__flush(test->run->f)) {
	case OUT_OK:
		return LOOP_GO_ON;
	case OUT_CLOSED:
		return LOOP_END;
	default:
		return LOOP_FAIL;
	}
}

/* ---------------------------------------------------------------- judging */

static struct trial_numbers seen(const struct selftest *test, const struct test_case *c)
{
	struct trial_numbers sum = { 0 };

	for (size_t i = 0; i < test->snap->len; i++) {
		const struct rmap_stat *s = &test->snap->rows[i];

		if (s->cause != c->cause || strcmp(kind__name(s->kind), c->kind))
			continue;
		sum.walks += s->walks;
		sum.vmas += s->vmas;
		sum.mapped += s->mapped;
	}
	return sum;
}

static bool of_trial(const struct selftest *test, const struct rmap_stat *s)
{
	for (size_t i = test->first; i < test->len; i++)
		if (s->cause == test->cases[i].cause &&
		    !strcmp(kind__name(s->kind), test->cases[i].kind))
			return true;
	return false;
}

/* Where else walks were seen, which may be where these went. */
static void tell_others(const struct selftest *test, struct test_case *c)
{
	const char *why = lacking(test, c->cause);

	for (size_t i = 0; i < test->snap->len; i++) {
		const struct rmap_stat *s = &test->snap->rows[i];

		if (of_trial(test, s))
			continue;
		because(c, "%" PRIu64 " walks were seen as %s %s instead%s%s", s->walks,
			cause__name(s->cause), kind__name(s->kind), why ? ": " : "", why ? why : "");
		return;
	}
}

static void judge(struct selftest *test, struct test_case *c, const struct walk_report *report)
{
	const struct trial *trial = &trials[test->trial];

	c->why[0] = 0;
	c->expected = trial__expect(trial, c->cause);
	c->seen = seen(test, c);
	if (c->cause == CAUSE_RECLAIM_REF && report->pageout_looks < 0) {
		because(c, "whether MADV_PAGEOUT looks for references is not known");
		return;
	}
	if (c->cause == CAUSE_RECLAIM_REF && !report->pageout_looks)
		c->expected = (struct trial_numbers){ 0 };
	c->verdict = trial__judge(&c->expected, &c->seen);
	if (c->verdict == TRIAL_NOT)
		because(c, "MADV_PAGEOUT looks for no references on this kernel");
	else if (c->verdict != TRIAL_EXACT)
		tell_others(test, c);
}

/* After a try.  Is there to be another one? */
static bool unsettled(struct selftest *test, const struct walk_report *report)
{
	unsigned int most = trials[test->trial].kind == RMAP_KSM ? TRIES_KSM : TRIES;
	bool again = report->outcome == WALK_AGAIN;

	for (size_t i = test->first; i < test->len; i++) {
		struct test_case *c = &test->cases[i];

		if (c->verdict == TRIAL_EXACT)
			continue;
		c->tries++;
		if (report->outcome == WALK_DONE)
			judge(test, c, report);
		else if (c->verdict == TRIAL_NOT) /* else it was made before */
			because(c, "%s", report->why);
		again |= c->verdict == TRIAL_PARTIAL || c->verdict == TRIAL_MISSED;
	}
	for (size_t i = test->first; i < test->len; i++)
		again &= test->cases[i].tries < most;
	return again;
}

/* ----------------------------------------------------------------- course */

static enum loop_verdict gone(void)
{
	fail(ST_FAIL, "the process that walks for the self-test has ended");
	return LOOP_FAIL;
}

static enum loop_verdict order_next(struct selftest *test)
{
	enum loop_verdict verdict = publish(test);

	if (verdict != LOOP_GO_ON)
		return verdict;
	if (++test->trial == trials_count) {
		add_others(test);
		verdict = publish(test);
		return verdict == LOOP_GO_ON ? LOOP_END : verdict;
	}
	add_trial(test);
	return walker__order(&test->walker, test->trial) ? LOOP_GO_ON : gone();
}

static enum loop_verdict on_report(void *arg)
{
	struct selftest *test = arg;
	struct walk_report report;
	struct when when;
	bool again;

	if (!walker__report(&test->walker, &report))
		return gone();
	/* All walks of the trial have ended, and none of the next has begun. */
	if (test->run->ops->take(test->run, &when, false))
		return LOOP_FAIL;
	again = unsettled(test, &report);
	rmap_snapshot__clear(test->snap);
	if (!again)
		return order_next(test);
	return walker__order(&test->walker, test->trial) ? LOOP_GO_ON : gone();
}

/* What was under way when it was interrupted, and all behind it. */
static enum loop_verdict give_up(struct selftest *test)
{
	test->interrupted = true;
	for (;;) {
		enum loop_verdict verdict;

		for (size_t i = test->first; i < test->len; i++) {
			test->cases[i] = (struct test_case){ .cause = test->cases[i].cause,
							     .kind = test->cases[i].kind,
							     .verdict = TRIAL_NOT };
			because(&test->cases[i], "interrupted");
		}
		verdict = publish(test);
		if (verdict != LOOP_GO_ON)
			return verdict;
		if (++test->trial == trials_count)
			break;
		add_trial(test);
	}
	add_others(test);
	return publish(test);
}

static enum loop_verdict on_end(void *arg, bool last)
{
	enum loop_verdict verdict = LOOP_GO_ON;
	struct selftest *test = arg;
	struct when when;
	enum status status = test->run->ops->take(test->run, &when, last);

	rmap_snapshot__clear(test->snap);
	if (status)
		return LOOP_FAIL;
	if (test->trial < trials_count)
		verdict = give_up(test);
	if (count(test, TRIAL_PARTIAL) || count(test, TRIAL_MISSED))
		test->run->verdict = ST_FAIL;
	return verdict;
}

enum status selftest__start(struct selftest **out, struct run *run, struct rmap_snapshot *snap)
{
	struct selftest *test = calloc(1, sizeof(*test));
	enum status status;

	*out = test;
	if (!test)
		return fail(ST_FAIL, "out of memory");
	test->run = run;
	test->snap = snap;
	status = walker__start(&test->walker);
	if (status)
		return status;
	run->opts.pids = malloc(sizeof(*run->opts.pids)); /* opts__free() frees it */
	if (!run->opts.pids)
		return fail(ST_FAIL, "out of memory");
	run->opts.pids[0] = test->walker.pid;
	run->opts.npids = 1;
	return ST_OK;
}

enum status selftest__course(struct selftest *test, struct loop_conf *conf)
{
	*conf = (struct loop_conf){
		.tick = on_end,
		.input = on_report,
		.input_fd = test->walker.reports,
		.arg = test,
	};
	add_trial(test);
	if (walker__order(&test->walker, 0))
		return ST_OK;
	gone();
	return ST_FAIL;
}

void selftest__free(struct selftest *test)
{
	if (!test)
		return;
	walker__stop(&test->walker);
	free(test);
}

/* ------------------------------------------------------------- for people */

int selftest__header(const struct selftest *test)
{
	struct prose prose;
	FILE *f = prose__open(&prose, test->run->f);
	struct utsname u;

	if (!f)
		return -ENOMEM;
	uname(&u);
	fprintf(f, "self-test, backend %s, kernel %s; numbers are expected/seen",
		test->run->head.backend, u.release);
	return prose__close(&prose);
}

static void pair(struct table *t, const struct test_case *c, uint64_t expected, uint64_t got)
{
	char text[48] = "-";

	if (c->verdict != TRIAL_NOT)
		snprintf(text, sizeof(text), "%" PRIu64 "/%" PRIu64, expected, got);
	table__cell(t, text);
}

static void add_row(struct table *t, const struct test_case *c)
{
	char result[64], tries[32] = "";

	table__cell(t, cause__name(c->cause));
	table__cell(t, c->kind ? c->kind : "-");
	pair(t, c, c->expected.walks, c->seen.walks);
	pair(t, c, c->expected.vmas, c->seen.vmas);
	pair(t, c, c->expected.mapped, c->seen.mapped);
	if (c->tries > 1 && c->verdict != TRIAL_NOT)
		snprintf(tries, sizeof(tries), " (%u tries)", c->tries);
	snprintf(result, sizeof(result), "%s%s", trial__verdict_name(c->verdict), tries);
	table__cell(t, result);
}

static int table(const struct selftest *test)
{
	static const struct table_col columns[] = {
		{ "CAUSE", true, 0 }, { "KIND", true, 0 },    { "WALKS", false, 1 },
		{ "VMAS", false, 2 }, { "MAPPED", false, 2 }, { "RESULT", true, 0 },
	};
	struct table *t = table__new(columns, sizeof(columns) / sizeof(*columns));
	int err;

	if (!t)
		return -ENOMEM;
	for (size_t i = 0; i < test->len; i++)
		add_row(t, &test->cases[i]);
	err = table__print(t, test->run->f, out__width(test->run->f));
	table__free(t);
	return err;
}

static void name(FILE *f, const struct test_case *c, bool first)
{
	fprintf(f, "%s%s%s%s", first ? "" : ", ", cause__name(c->cause), c->kind ? " " : "",
		c->kind ? c->kind : "");
}

/* "migrate_unmap ksm, idle file" */
static void list(FILE *f, const struct selftest *test, enum trial_verdict verdict)
{
	bool first = true;

	for (size_t i = 0; i < test->len; i++) {
		if (test->cases[i].verdict != verdict)
			continue;
		name(f, &test->cases[i], first);
		first = false;
	}
}

/* A line for the reason of a case and all others that have the same; none if an earlier has. */
static int reason(const struct selftest *test, size_t at)
{
	const struct test_case *c = &test->cases[at];
	struct prose prose;
	FILE *f;

	for (size_t i = 0; i < at; i++)
		if (!strcmp(test->cases[i].why, c->why))
			return 0;
	f = prose__open(&prose, test->run->f);
	if (!f)
		return -ENOMEM;
	for (size_t i = at; i < test->len; i++)
		if (!strcmp(test->cases[i].why, c->why))
			name(f, &test->cases[i], i == at);
	fprintf(f, ": %s", c->why);
	return prose__close(&prose);
}

static int reasons(const struct selftest *test)
{
	int err = 0;

	for (size_t i = 0; !err && i < test->len; i++)
		if (test->cases[i].why[0])
			err = reason(test, i);
	return err;
}

static void conclude(FILE *f, const struct selftest *test)
{
	unsigned int untried = count(test, TRIAL_NOT), tried = test->len - untried;
	const char *sep = "";

	if (test->interrupted) {
		fputs("Interrupted.", f);
		sep = " ";
	}
	if (!tried)
		fprintf(f, "%sNothing could be tried: what is seen here is not known.", sep);
	else if (!test->run->verdict)
		fprintf(f, "%sAll %u that could be tried are exact; %u could not be.", sep, tried,
			untried);
	if (count(test, TRIAL_PARTIAL)) {
		fputs(sep, f);
		list(f, test, TRIAL_PARTIAL);
		fputs(": such walks are seen, but their numbers are not to be relied on.", f);
		sep = " ";
	}
	if (count(test, TRIAL_MISSED)) {
		fputs(sep, f);
		list(f, test, TRIAL_MISSED);
		fputs(": such walks happened and were not seen: that rmaptop shows none of them "
		      "here does not mean that there are none.",
		      f);
	}
}

int selftest__end(const struct selftest *test)
{
	struct prose prose;
	FILE *f;
	int err = table(test);

	if (!err)
		err = reasons(test);
	if (!err)
		err = rmap_table__end(test->run, test->run->f);
	f = err ? NULL : prose__open(&prose, test->run->f);
	if (!f)
		return -ENOMEM;
	conclude(f, test);
	return prose__close(&prose);
}
