// SPDX-License-Identifier: GPL-2.0-only
/* foliomap: whose is this page frame?  One folio, a range, or a census of all. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "folio/census.h"
#include "folio/live.h"
#include "folio/pagemap.h"
#include "folio/query.h"
#include "folio/range.h"
#include "folio/view.h"
#include "lib/cgroup.h"
#include "lib/json.h"
#include "lib/loop.h"
#include "lib/opts.h"
#include "lib/out.h"
#include "lib/prose.h"
#include "lib/replay.h"
#include "lib/text.h"

static const char doc[] =
	"Show whose a page frame is: what it is used for, what it belongs to, every address that "
	"maps it, and every VMA that a walk of the reverse map would visit in vain. Or what all "
	"frames are used for.\v"
	"ADDR and START are hexadecimal, PFN and LEN (bytes, or with K, M, G) decimal, or "
	"hexadecimal with 0x.\n\n"
	"Examples:\n"
	"  foliomap 1234 7f1200000000   the page at this address\n"
	"  foliomap --pfn 0x12345       this page frame\n"
	"  foliomap range 1234 7f1200000000 2M\n"
	"  foliomap census              the machine\n"
	"  foliomap census --node 1 5   a node, every 5 s\n"
	"  foliomap census -p 1234      what a process maps";

enum {
	OPT_PFN = 256,
	OPT_NODE,
};

enum mode {
	MODE_NONE,
	MODE_ADDR,
	MODE_PFN,
	MODE_RANGE,
	MODE_CENSUS,
};

struct foliomap {
	struct opts opts;
	enum mode mode;
	struct query query;
	uint64_t len; /* of a range, bytes */
	int node;     /* of a census, -1: all */
	unsigned int nargs;
	int argc;
	char **argv;

	FILE *f;
	struct head head;
	struct books books;
	struct folio_live *live;
	struct census census;
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

/* Bytes, as 4096 or 2M. */
static uint64_t parse_len(const char *text)
{
	static const char units[] = "KMG";
	char number[32];
	size_t len = strlen(text);
	const char *unit = len ? strchr(units, text[len - 1]) : NULL;
	unsigned int shift = unit && *unit ? 10 * (unit - units + 1) : 0;
	uint64_t n;

	snprintf(number, sizeof(number), "%.*s", (int)(len - (shift != 0)), text);
	n = parse_u64("LEN must be a number of bytes, as 4096 or 2M", number, 0);
	if (!n || n > UINT64_MAX >> shift)
		opts__bad("LEN must be a number of bytes above 0: '%s'", text);
	return n << shift;
}

static uint64_t parse_addr(const char *text)
{
	return parse_u64("ADDR must be a hexadecimal number, as 7f0123456000", text, 16);
}

static void parse_place(struct foliomap *m, unsigned int nth, const char *text)
{
	switch (nth) {
	case 0:
		m->query.pid = opts__number("PID", text, 1, INT32_MAX);
		return;
	case 1:
		m->query.addr = parse_addr(text);
		return;
	case 2:
		if (m->mode == MODE_RANGE) {
			m->len = parse_len(text);
			return;
		}
	}
	opts__bad("one argument too many: '%s'", text);
}

static void parse_times(struct foliomap *m, unsigned int nth, const char *text)
{
	if (nth == 0)
		m->opts.interval_ns = opts__seconds("the interval", text);
	else if (nth == 1)
		m->opts.count = opts__number("the count", text, 1, UINT64_MAX);
	else
		opts__bad("one argument too many: '%s'", text);
}

static void parse_arg(struct foliomap *m, const char *text)
{
	if (!m->nargs && m->mode == MODE_NONE) {
		m->mode = !strcmp(text, "census") ? MODE_CENSUS :
			  !strcmp(text, "range")  ? MODE_RANGE :
						    MODE_ADDR;
		if (m->mode != MODE_ADDR)
			return;
	}
	if (m->mode == MODE_PFN)
		opts__bad("--pfn excludes other arguments: '%s'", text);
	if (m->mode == MODE_CENSUS)
		parse_times(m, m->nargs++, text);
	else
		parse_place(m, m->nargs++, text);
}

static void parse_end(struct foliomap *m)
{
	const struct opts *o = &m->opts;

	if (m->mode == MODE_ADDR && m->nargs < 2)
		opts__bad("PID wants an ADDR");
	if (m->mode == MODE_RANGE && m->nargs < 3)
		opts__bad("range wants PID START LEN");
	if (m->mode == MODE_CENSUS || o->nreplay)
		return;
	if (o->interval_ns || o->count || o->duration_ns || o->npids || o->cgroup || m->node >= 0)
		opts__bad("-i, -n, -d, -p, -c and --node are for a census");
}

static error_t parse_own(int key, char *arg, struct argp_state *state)
{
	struct foliomap *m = state->input;

	switch (key) {
	case OPT_PFN:
		m->query.pfn = parse_u64("PFN must be a number, as 74565 or 0x12345", arg, 0);
		if (m->mode != MODE_NONE)
			opts__bad("--pfn excludes other arguments");
		m->mode = MODE_PFN;
		return 0;
	case OPT_NODE:
		m->node = opts__number("a node", arg, 0, INT16_MAX);
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
	{ "pfn", OPT_PFN, "PFN", 0, "the page frame of this number", 2 },
	{ "node", OPT_NODE, "N", 0, "of a census, only this NUMA node", 2 },
	{ 0 }
};

static const struct argp own = { .options = own_options, .parser = parse_own };

/* --------------------------------------------------------------- showing */

/* Is anything of this state? */
static bool covered(const struct head *head, enum coverage_state state)
{
	for (size_t i = 0; i < head->len; i++)
		if (head->coverage[i].state == state)
			return true;
	return false;
}

static int header(struct foliomap *m)
{
	struct prose prose;
	FILE *p;

	if (m->opts.json)
		return head__json(&m->head, m->f, m->argc, m->argv);
	if (!covered(&m->head, COVERAGE_PARTIAL) && !covered(&m->head, COVERAGE_NONE))
		return 0;
	p = prose__open(&prose, m->f);
	if (!p)
		return -ENOMEM;
	fputs("foliomap", p);
	head__list(&m->head, p, COVERAGE_PARTIAL, "; in part: ");
	head__list(&m->head, p, COVERAGE_NONE, "; not: ");
	return prose__close(&prose);
}

static bool several(const struct foliomap *m)
{
	return m->opts.interval_ns || m->opts.nreplay;
}

static int body(struct foliomap *m, const json_t *line)
{
	unsigned int width = out__width(m->f);

	if (m->opts.json) {
		/* Digits of microseconds since the epoch. */
		json_dumpf(line, m->f, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(16));
		fputc('\n', m->f);
		return 0;
	}
	if (json_object_get(line, "rows"))
		return view__census(m->f, line, width, several(m));
	if (json_object_get(line, "runs"))
		return view__range(m->f, line, width);
	return view__folio(m->f, line, width);
}

static int end(struct foliomap *m)
{
	return m->opts.json ? books__json(&m->books, m->f) : 0;
}

static enum status shown(int err)
{
	if (err == -EINVAL)
		return fail(ST_FAIL, "a line of the recording is not one of foliomap");
	return err ? fail(ST_FAIL, "out of memory") : ST_OK;
}

/* ------------------------------------------------------------------- live */

static double rounded(double s)
{
	return (double)(int64_t)(s * 1e6 + 0.5) / 1e6;
}

/* A line of ours, its reference taken, with its type and times. */
static json_t *timed(json_t *line, const char *type, double start)
{
	double now = json__now();
	json_t *all = json_pack("{s:s, s:f, s:f}", "type", type, "ts", rounded(now), "interval_s",
				rounded(now - start));

	if (all && line)
		json_object_update(all, line);
	json_decref(line);
	return line ? all : NULL;
}

/* Shows one line between the first and the last. */
static enum status show_one(struct foliomap *m, json_t *line, uint64_t seen)
{
	int err = line ? 0 : -ENOMEM;

	m->books.seen = m->books.recorded = seen;
	folio_live__cost(m->live, &m->books);
	if (!err)
		err = header(m);
	if (!err)
		err = body(m, line);
	if (!err)
		err = end(m);
	json_decref(line);
	return shown(err);
}

static enum status live_folio(struct foliomap *m)
{
	double start = json__now();
	unsigned int tries;
	json_t *line;
	enum status status = query__run(folio_live__kmem(m->live), &m->query, &line, &tries);

	if (m->opts.verbose)
		warn_user("looked at %u times", tries + 1);
	return status ? status : show_one(m, timed(line, "snapshot", start), 1);
}

static enum status live_range(struct foliomap *m)
{
	double start = json__now();
	json_t *line;
	enum status status =
		range__run(folio_live__kmem(m->live), m->query.pid, m->query.addr, m->len, &line);

	size_t runs;

	if (status)
		return status;
	runs = json_array_size(json_object_get(line, "runs"));
	return show_one(m, timed(line, "snapshot", start), runs);
}

/* ----------------------------------------------------------------- census */

static enum status census_error(int err)
{
	return fail(ST_FAIL, "cannot count the frames: %s", strerror(-err));
}

/* Counts, anew. */
static enum status take_census(struct foliomap *m, json_t **line)
{
	struct census *c = &m->census;
	double start = json__now();
	int err;

	free(c->wanted);
	c->wanted = NULL;
	c->frames = 0;
	for (unsigned int i = 0; i < m->opts.npids; i++) {
		err = census__want_process(c, m->opts.pids[i]);
		if (err == -ENOMEM)
			return census_error(err);
		if (err)
			return pagemap__fail(m->opts.pids[i], err);
	}
	err = census__run(c);
	if (err)
		return census_error(err);
	*line = timed(census__json(c), "interval", start);
	m->books.seen += c->pages;
	m->books.recorded += c->pages;
	return *line ? ST_OK : fail(ST_FAIL, "out of memory");
}

static enum loop_verdict on_tick(void *arg, bool last)
{
	struct foliomap *m = arg;
	json_t *line;
	int err;

	(void)last;
	if (take_census(m, &line))
		return LOOP_FAIL;
	err = body(m, line);
	json_decref(line);
	if (shown(err))
		return LOOP_FAIL;
	switch (out__flush(m->f)) {
	case OUT_OK:
		return LOOP_GO_ON;
	case OUT_CLOSED:
		return LOOP_END;
	default:
		return LOOP_FAIL;
	}
}

static enum status census_again_and_again(struct foliomap *m)
{
	const struct loop_conf conf = {
		.interval_ns = m->opts.interval_ns,
		.count = m->opts.count,
		.duration_ns = m->opts.duration_ns,
		.tick = on_tick,
		.arg = m,
	};
	struct loop *loop = loop__new();
	enum status status = loop ? ST_OK : ST_FAIL;

	if (!status)
		status = loop__run(loop, &conf);
	loop__free(loop);
	return status;
}

/* How much of it this kernel lets us see. */
static void cover_census(struct foliomap *m)
{
	const struct census *c = &m->census;

	head__cover(&m->head, "device", c->zones.unplaced ? COVERAGE_NONE : COVERAGE_FULL,
		    c->zones.unplaced ? "/proc/zoneinfo does not tell where ZONE_DEVICE begins" :
					NULL);
	head__cover(&m->head, "lru", c->k->multi_gen_lru ? COVERAGE_PARTIAL : COVERAGE_FULL,
		    c->k->multi_gen_lru ? "of the multi-gen LRU it is not told which generation" :
					  NULL);
	head__cover(&m->head, "exchange", COVERAGE_PARTIAL,
		    "by a look from outside: no partner's node, cpuset or mapping flags");
}

/* What of the machine is counted; ST_OK, or ST_FAIL with a message. */
static enum status begin_census(struct foliomap *m)
{
	struct census *c = &m->census;
	bool found = m->node < 0;
	struct stat st;
	int err;

	c->k = folio_live__kmem(m->live);
	c->node = m->node;
	err = zones__read(&c->zones, c->k, NULL);
	if (err)
		return fail(ST_FAIL, "cannot read /proc/zoneinfo: %s", strerror(-err));
	cover_census(m);
	for (size_t i = 0; i < c->zones.n; i++)
		found |= c->zones.zone[i].nid == m->node;
	if (!found)
		return fail(ST_FAIL, "no node %d with memory", m->node);
	if (!m->opts.cgroup)
		return ST_OK;
	c->cgroup = stat(m->opts.cgroup, &st) ? NULL : cgroup__path(st.st_ino);
	return c->cgroup ? ST_OK :
			   fail(ST_FAIL, "no cgroup %s: it is not there any more", m->opts.cgroup);
}

static enum status live_census(struct foliomap *m)
{
	enum status status = begin_census(m);

	if (!status)
		status = shown(header(m));
	if (!status && m->opts.interval_ns)
		status = census_again_and_again(m);
	else if (!status && on_tick(m, true) == LOOP_FAIL)
		status = ST_FAIL;
	folio_live__cost(m->live, &m->books);
	if (!status)
		status = shown(end(m));
	census__free(&m->census);
	return status;
}

static enum status live(struct foliomap *m)
{
	enum status status = folio_live__open(m->opts.verbose, &m->head, &m->live);

	if (!status && m->mode == MODE_CENSUS)
		status = live_census(m);
	else if (!status && m->mode == MODE_RANGE)
		status = live_range(m);
	else if (!status)
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

	if (!json_is_string(json_object_get(line, "pfn")) &&
	    !json_is_array(json_object_get(line, "rows")) &&
	    !json_is_array(json_object_get(line, "runs")))
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
	struct foliomap m = { .argc = argc, .argv = argv, .node = -1 };
	const struct opts_tool tool = {
		.doc = doc,
		.args_doc = "PID ADDR\n--pfn PFN\nrange PID START LEN\ncensus [INTERVAL [COUNT]]",
		.uses = OPTS_TARGET | OPTS_REPLAY | OPTS_INTERVAL,
		.own = &own,
		.own_input = &m,
	};
	enum status status;

	text__init();
	status = opts__parse(&m.opts, &tool, argc, argv);
	if (status)
		return status;
	if (m.opts.nreplay && m.mode != MODE_NONE)
		opts__bad("a recording is shown as it is: no other arguments");
	if (!m.opts.nreplay && m.mode == MODE_NONE)
		opts__bad("say which: PID ADDR, --pfn PFN, range PID START LEN, or census");
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
