// SPDX-License-Identifier: GPL-2.0-only
/* anonvma: the anon_vma forest, as text, JSON or for Graphviz. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "forest/live.h"
#include "forest/record.h"
#include "forest/select.h"
#include "forest/view.h"
#include "lib/json.h"
#include "lib/opts.h"
#include "lib/out.h"
#include "lib/prose.h"
#include "lib/replay.h"
#include "lib/text.h"

static const char doc[] =
	"Show anon_vmas: which VMAs of which processes are linked to each, whose parent it is, "
	"and what its counters say.\v"
	"ADDR goes with --at. A process is shown with all that share its anon_vmas; with --tree "
	"a process and its descendants alone.\n\n"
	"Examples:\n"
	"  anonvma -p 1234                a process, and who shares with it\n"
	"  anonvma --summary              the machine in a few numbers\n"
	"  anonvma --at 1234 7f1200000000 one VMA's chain\n"
	"  anonvma --tree 1234 --dot | dot -Tsvg > tree.svg\n"
	"  anonvma --check && echo fine";

enum {
	OPT_TREE = 256,
	OPT_AT,
	OPT_SUMMARY,
	OPT_CHECK,
	OPT_DOT,
};

struct anonvma {
	struct opts opts;
	struct forest_selection select;
	bool summary, check, dot;
	unsigned int rows;
	int argc;
	char **argv;

	FILE *f;
	struct head head;
	struct books books;
	struct record record; /* the forest, also when live */
	struct violations violations;
	struct forest_time time;
};

/* ---------------------------------------------------------------- options */

static uint64_t parse_addr(const char *text)
{
	unsigned long long addr;
	char *end;

	errno = 0;
	addr = strtoull(text, &end, 16);
	if (end == text || *end || errno || strchr(text, '-'))
		opts__bad("ADDR must be a hexadecimal number, as 7f0123456000: '%s'", text);
	return addr;
}

static void parse_end(const struct anonvma *a)
{
	const struct forest_selection *s = &a->select;

	if (s->at_pid && !s->has_addr)
		opts__bad("--at wants PID ADDR");
	if (!s->at_pid && s->has_addr)
		opts__bad("an address goes with --at PID ADDR");
	if (a->dot && (a->summary || a->check))
		opts__bad("--dot excludes --summary and --check");
}

static error_t parse_own(int key, char *arg, struct argp_state *state)
{
	struct anonvma *a = state->input;

	switch (key) {
	case OPT_TREE:
		a->select.tree_pid = opts__number("a pid", arg, 1, INT32_MAX);
		return 0;
	case OPT_AT:
		a->select.at_pid = opts__number("a pid", arg, 1, INT32_MAX);
		return 0;
	case ARGP_KEY_ARG:
		if (a->select.has_addr)
			opts__bad("one argument too many: '%s'", arg);
		a->select.addr = parse_addr(arg);
		a->select.has_addr = true;
		return 0;
	case OPT_SUMMARY:
		a->summary = true;
		return 0;
	case OPT_CHECK:
		a->check = true;
		return 0;
	case OPT_DOT:
		a->dot = true;
		return 0;
	case 'r':
		a->rows = opts__number("the number of rows", arg, 0, UINT32_MAX);
		return 0;
	case ARGP_KEY_END:
		parse_end(a);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option own_options[] = {
	{ "tree", OPT_TREE, "PID", 0, "this process and its descendants", 2 },
	{ "at", OPT_AT, "PID", 0, "the chain of this process's VMA at ADDR", 2 },
	{ "summary", OPT_SUMMARY, NULL, 0, "numbers: how many, how deep, how wide, by process", 3 },
	{ "check", OPT_CHECK, NULL, 0, "is what must be true of a forest true? Exit 1 if not", 3 },
	{ "dot", OPT_DOT, NULL, 0, "a picture for Graphviz", 3 },
	{ "rows", 'r', "N", 0, "of --summary, the N processes with most AVCs (default 20, 0: all)",
	  3 },
	{ 0 }
};

static const struct argp own = { .options = own_options, .parser = parse_own };

/* --------------------------------------------------------------- showing */

/* What people are told first; in a picture as a comment. */
static int header(struct anonvma *a)
{
	struct prose prose;
	FILE *p;

	if (a->opts.json)
		return head__json(&a->head, a->f, a->argc, a->argv);
	if (a->dot)
		fputs("// ", a->f);
	p = prose__open(&prose, a->f);
	if (!p)
		return -ENOMEM;
	fprintf(p, "anonvma, iterator %s", a->head.backend);
	head__list(&a->head, p, COVERAGE_PARTIAL, "; in part: ");
	head__list(&a->head, p, COVERAGE_NONE, "; not: ");
	return prose__close(&prose);
}

static int body(struct anonvma *a)
{
	const struct forest *f = &a->record.f;
	size_t width = out__width(a->f);
	int err = 0;

	if (a->opts.json)
		return view_json__forest(a->f, f, &a->record.slab, &a->violations, a->time);
	if (a->dot)
		return view_dot__forest(a->f, f);
	if (!a->summary && !a->check)
		err = view_text__tree(a->f, f, width);
	if (a->summary && !err)
		err = view_text__summary(a->f, f, &a->record.slab, width, a->rows);
	if ((a->check || a->violations.n) && !err)
		err = view_text__violations(a->f, f, &a->violations, width);
	return err;
}

static int end(struct anonvma *a)
{
	struct prose prose;
	int64_t changed;
	FILE *p;

	if (a->opts.json)
		return books__json(&a->books, a->f);
	if (a->dot)
		return 0;
	p = prose__open(&prose, a->f);
	if (!p)
		return -ENOMEM;
	books__print(&a->books, p, "AVCs");
	changed = books__get(&a->books.inexact, "changed");
	if (changed)
		fprintf(p, "; %" PRId64 " anon_vmas changed while they were read", changed);
	return prose__close(&prose);
}

static enum status show(struct anonvma *a)
{
	if (header(a) || body(a) || end(a))
		return fail(ST_FAIL, "out of memory");
	return a->check && a->violations.n ? ST_FAIL : ST_OK;
}

/* ------------------------------------------------------------------- live */

static enum status live(struct anonvma *a)
{
	struct forest *f = &a->record.f;
	struct forest_live *live;
	enum status status = forest_live__open(a->opts.verbose, &a->head, &live);

	if (!status)
		status = forest_live__read(live, f, &a->violations, &a->time);
	if (!status) {
		forest_live__slab(live, &a->record.slab);
		status = forest_select(f, &a->select, &a->opts);
	}
	if (!status)
		forest_live__account(live, f, &a->books);
	forest_live__close(live);
	return status ? status : show(a);
}

/* ----------------------------------------------------------------- replay */

static int on_header(void *arg, json_t *line)
{
	return head__read(&((struct anonvma *)arg)->head, line);
}

static int on_snapshot(void *arg, const json_t *line)
{
	return record__read(&((struct anonvma *)arg)->record, line);
}

static int on_end(void *arg, const json_t *line)
{
	return books__read(&((struct anonvma *)arg)->books, line);
}

static enum status on_begin(void *arg)
{
	(void)arg;
	return ST_OK;
}

static enum status on_report(void *arg, struct when when, bool *enough)
{
	struct anonvma *a = arg;

	*enough = false;
	a->time = (struct forest_time){ .ts = when.ts, .interval_s = when.interval_s };
	forest_time__round(&a->time);
	return ST_OK;
}

static enum status replay(struct anonvma *a)
{
	struct replay_conf conf = {
		.files = a->opts.replay,
		.nfiles = a->opts.nreplay,
		.interval_ns = UINT64_MAX, /* all there is: one report */
		.header = on_header,
		.interval = on_snapshot,
		.end = on_end,
		.begin = on_begin,
		.report = on_report,
		.arg = a,
	};
	bool whole;
	enum status status = replay__run(&conf, &whole);

	a->books.incomplete |= !whole;
	if (status)
		return status;
	if (!whole && a->check)
		return fail(ST_FAIL, "a forest of which a part is missing cannot be checked");
	if (forest__join(&a->record.f) || (whole && check__run(&a->record.f, &a->violations)))
		return fail(ST_FAIL, "out of memory");
	check__settled(&a->violations, &a->record.f);
	return show(a);
}

int main(int argc, char **argv)
{
	struct anonvma a = { .rows = 20, .argc = argc, .argv = argv };
	const struct opts_tool tool = {
		.doc = doc,
		.args_doc = "[ADDR]",
		.uses = OPTS_TARGET | OPTS_REPLAY,
		.own = &own,
		.own_input = &a,
	};
	enum status status;

	text__init();
	status = opts__parse(&a.opts, &tool, argc, argv);
	if (status)
		return status;
	if (a.opts.nreplay && (a.select.tree_pid || a.select.at_pid))
		opts__bad("--tree and --at cannot be applied to a recording");
	if (a.opts.json && a.dot)
		opts__bad("--json and --dot exclude each other");
	status = out__open(a.opts.output, &a.f);
	if (status)
		return status;
	status = a.opts.nreplay ? replay(&a) : live(&a);
	forest__free(&a.record.f);
	check__free(&a.violations);
	head__free(&a.head);
	opts__free(&a.opts);
	if (out__close(a.f) != ST_OK)
		status = ST_FAIL;
	return status;
}
