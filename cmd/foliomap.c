// SPDX-License-Identifier: GPL-2.0-only
/* foliomap: whose is this page frame?  One folio, a range, or a census of all. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "folio/live.h"
#include "folio/query.h"
#include "folio/view.h"
#include "lib/json.h"
#include "lib/opts.h"
#include "lib/out.h"
#include "lib/prose.h"
#include "lib/replay.h"
#include "lib/text.h"

static const char doc[] =
	"Show whose a page frame is: what it is used for, what it belongs to, every address that "
	"maps it, and every VMA that a walk of the reverse map would visit in vain.\v"
	"ADDR is hexadecimal, PFN is decimal, or hexadecimal with 0x.\n\n"
	"Examples:\n"
	"  foliomap 1234 7f1200000000   the page at this address\n"
	"  foliomap --pfn 0x12345       this page frame";

enum {
	OPT_PFN = 256,
};

enum mode {
	MODE_NONE,
	MODE_ADDR,
	MODE_PFN,
};

struct foliomap {
	struct opts opts;
	enum mode mode;
	struct query query;
	unsigned int nargs;
	int argc;
	char **argv;

	FILE *f;
	struct head head;
	struct books books;
	struct folio_live *live;
	json_t *recorded; /* lines of a recording, an array */
};

/* ---------------------------------------------------------------- options */

static uint64_t parse_u64(const char *what, const char *text, int base)
{
	unsigned long long n;
	char *end;

	errno = 0;
	n = strtoull(text, &end, base);
	if (end == text || *end || errno || strchr(text, '-'))
		opts__bad("%s: '%s'", what, text);
	return n;
}

static void parse_arg(struct foliomap *m, const char *text)
{
	switch (m->nargs++) {
	case 0:
		m->query.pid = opts__number("PID", text, 1, INT32_MAX);
		break;
	case 1:
		m->query.addr =
			parse_u64("ADDR must be a hexadecimal number, as 7f0123456000", text, 16);
		m->mode = MODE_ADDR;
		break;
	default:
		opts__bad("one argument too many: '%s'", text);
	}
}

static void parse_end(struct foliomap *m)
{
	if (m->mode == MODE_PFN && m->nargs)
		opts__bad("--pfn and PID ADDR exclude each other");
	if (m->nargs == 1)
		opts__bad("PID wants an ADDR");
}

static error_t parse_own(int key, char *arg, struct argp_state *state)
{
	struct foliomap *m = state->input;

	switch (key) {
	case OPT_PFN:
		m->query.pfn = parse_u64("PFN must be a number, as 74565 or 0x12345", arg, 0);
		m->mode = MODE_PFN;
		return 0;
	case ARGP_KEY_ARG:
		parse_arg(m, arg);
		return 0;
	case ARGP_KEY_END:
		parse_end(m);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option own_options[] = {
	{ "pfn", OPT_PFN, "PFN", 0, "the page frame of this number", 2 }, { 0 }
};

static const struct argp own = { .options = own_options, .parser = parse_own };

/* --------------------------------------------------------------- showing */

static int header(struct foliomap *m)
{
	struct prose prose;
	FILE *p;

	if (m->opts.json)
		return head__json(&m->head, m->f, m->argc, m->argv);
	if (!m->head.len)
		return 0;
	p = prose__open(&prose, m->f);
	if (!p)
		return -ENOMEM;
	fputs("foliomap", p);
	head__list(&m->head, p, COVERAGE_PARTIAL, "; in part: ");
	head__list(&m->head, p, COVERAGE_NONE, "; not: ");
	return prose__close(&prose);
}

static int body(struct foliomap *m, const json_t *line)
{
	if (m->opts.json) {
		/* Digits of microseconds since the epoch. */
		json_dumpf(line, m->f, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(16));
		fputc('\n', m->f);
		return 0;
	}
	return view__folio(m->f, line, out__width(m->f));
}

static int end(struct foliomap *m)
{
	return m->opts.json ? books__json(&m->books, m->f) : 0;
}

static enum status shown(int err)
{
	return err ? fail(ST_FAIL, "out of memory") : ST_OK;
}

/* ------------------------------------------------------------------- live */

static double rounded(double s)
{
	return (double)(int64_t)(s * 1e6 + 0.5) / 1e6;
}

static enum status live_folio(struct foliomap *m)
{
	double start = json__now(), now;
	unsigned int tries;
	json_t *line, *with_time;
	enum status status = query__run(folio_live__kmem(m->live), &m->query, &line, &tries);
	int err;

	if (m->opts.verbose)
		warn_user("looked at %u times", tries + 1);
	if (status)
		return status;
	now = json__now();
	with_time = json_pack("{s:s, s:f, s:f}", "type", "snapshot", "ts", rounded(now),
			      "interval_s", rounded(now - start));
	json_object_update(with_time, line);
	json_decref(line);
	m->books.seen = m->books.recorded = 1;
	folio_live__cost(m->live, &m->books);
	err = header(m);
	if (!err)
		err = body(m, with_time);
	if (!err)
		err = end(m);
	json_decref(with_time);
	return shown(err);
}

static enum status live(struct foliomap *m)
{
	enum status status = folio_live__open(m->opts.verbose, &m->head, &m->live);

	if (!status)
		status = live_folio(m);
	folio_live__close(m->live);
	return status;
}

/* ----------------------------------------------------------------- replay */

static int on_header(void *arg, json_t *line)
{
	return head__read(&((struct foliomap *)arg)->head, line);
}

static int on_snapshot(void *arg, const json_t *line)
{
	struct foliomap *m = arg;

	if (!json_is_string(json_object_get(line, "pfn")))
		return -EINVAL;
	return json_array_append(m->recorded, (json_t *)line) ? -ENOMEM : 0;
}

static int on_end(void *arg, const json_t *line)
{
	return books__read(&((struct foliomap *)arg)->books, line);
}

static enum status on_begin(void *arg)
{
	return shown(header(arg));
}

static enum status on_report(void *arg, struct when when, bool *enough)
{
	struct foliomap *m = arg;
	int err = 0;

	(void)when;
	*enough = false;
	for (size_t i = 0; !err && i < json_array_size(m->recorded); i++)
		err = body(m, json_array_get(m->recorded, i));
	json_array_clear(m->recorded);
	return shown(err);
}

static enum status replay(struct foliomap *m)
{
	struct replay_conf conf = {
		.files = m->opts.replay,
		.nfiles = m->opts.nreplay,
		.header = on_header,
		.interval = on_snapshot,
		.end = on_end,
		.begin = on_begin,
		.report = on_report,
		.arg = m,
	};
	enum status status;
	bool whole;

	m->recorded = json_array();
	status = replay__run(&conf, &whole);
	m->books.incomplete |= !whole;
	json_decref(m->recorded);
	return status ? status : shown(end(m));
}

int main(int argc, char **argv)
{
	struct foliomap m = { .argc = argc, .argv = argv };
	const struct opts_tool tool = {
		.doc = doc,
		.args_doc = "PID ADDR\n--pfn PFN",
		.uses = OPTS_REPLAY,
		.own = &own,
		.own_input = &m,
	};
	enum status status;

	text__init();
	status = opts__parse(&m.opts, &tool, argc, argv);
	if (status)
		return status;
	if (m.opts.nreplay && m.mode != MODE_NONE)
		opts__bad("PID ADDR and --pfn cannot be applied to a recording");
	if (!m.opts.nreplay && m.mode == MODE_NONE)
		opts__bad("say which: PID ADDR, or --pfn PFN");
	status = out__open(m.opts.output, &m.f);
	if (status)
		return status;
	status = m.opts.nreplay ? replay(&m) : live(&m);
	head__free(&m.head);
	opts__free(&m.opts);
	if (out__close(m.f) != ST_OK)
		status = ST_FAIL;
	return status;
}
