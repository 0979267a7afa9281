// SPDX-License-Identifier: GPL-2.0-only
/* foliomap: whose is this page frame?  One folio, a range, or a census of all. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "folio/ask.h"
#include "folio/census.h"
#include "folio/cover.h"
#include "folio/live.h"
#include "folio/pagemap.h"
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

struct foliomap {
	struct opts opts;
	struct ask ask;
	int argc;
	char **argv;

	FILE *f;
	struct head head;
	struct books books;
	struct folio_live *live;
	struct census census;
	enum status failed; /* why a census was cut short */
	json_t *recorded;   /* lines of a recording, an array */
};

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
	/* One folio says itself what it does not know. */
	if (!m->opts.nreplay && m->ask.mode != ASK_CENSUS && !m->opts.verbose)
		return 0;
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
	enum status status = query__run(folio_live__kmem(m->live), &m->ask.query, &line, &tries);

	if (m->opts.verbose)
		warn_user("looked at %u times", tries + 1);
	return status ? status : show_one(m, timed(line, "snapshot", start), 1);
}

static enum status live_range(struct foliomap *m)
{
	double start = json__now();
	json_t *line;
	enum status status = range__run(folio_live__kmem(m->live), m->ask.query.pid,
					m->ask.query.addr, m->ask.len, &line);

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
	m->failed = take_census(m, &line);
	if (m->failed)
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

/* What of the machine is counted; ST_OK, or ST_FAIL with a message. */
static enum status begin_census(struct foliomap *m)
{
	struct census *c = &m->census;
	bool found = m->ask.node < 0;
	struct stat st;
	int err;

	c->k = folio_live__kmem(m->live);
	c->node = m->ask.node;
	err = zones__read(&c->zones, c->k, NULL);
	if (err)
		return fail(ST_FAIL, "cannot read /proc/zoneinfo: %s", strerror(-err));
	cover__census(&m->head, c);
	for (size_t i = 0; i < c->zones.n; i++)
		found |= c->zones.zone[i].nid == m->ask.node;
	if (!found)
		return fail(ST_FAIL, "no node %d with memory", m->ask.node);
	if (!m->opts.cgroup)
		return ST_OK;
	c->cgroup = stat(m->opts.cgroup, &st) ? NULL : cgroup__path(st.st_ino);
	return c->cgroup ? ST_OK :
			   fail(ST_FAIL, "no cgroup %s: it is not there any more", m->opts.cgroup);
}

static enum status live_census(struct foliomap *m)
{
	enum status status = begin_census(m);
	bool begun = false;

	if (!status) {
		status = shown(header(m));
		begun = !status;
	}
	if (!status && m->opts.interval_ns)
		status = census_again_and_again(m);
	else if (!status && on_tick(m, true) == LOOP_FAIL)
		status = ST_FAIL;
	if (status && m->failed)
		status = m->failed;
	folio_live__cost(m->live, &m->books);
	/* Also of one that ended early, as with its process. */
	if (begun && shown(end(m)))
		status = ST_FAIL;
	census__free(&m->census);
	return status;
}

static enum status live(struct foliomap *m)
{
	enum status status = folio_live__open(m->opts.verbose, &m->head, &m->live);

	if (!status)
		cover__kinds(&m->head, folio_live__kmem(m->live));
	if (!status && m->ask.mode == ASK_CENSUS)
		status = live_census(m);
	else if (!status && m->ask.mode == ASK_RANGE)
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
	struct foliomap m = { .argc = argc, .argv = argv };
	const struct opts_tool tool = {
		.doc = doc,
		.args_doc = "PID ADDR\n--pfn PFN\nrange PID START LEN\ncensus [INTERVAL [COUNT]]",
		.uses = OPTS_TARGET | OPTS_REPLAY | OPTS_INTERVAL,
		.own = &ask__argp,
		.own_input = &m.ask,
	};
	enum status status;

	m.ask = (struct ask){ .opts = &m.opts, .node = -1 };
	text__init();
	status = opts__parse(&m.opts, &tool, argc, argv);
	if (status)
		return status;
	if (m.opts.nreplay && m.ask.mode != ASK_NONE)
		opts__bad("a recording is shown as it is: no other arguments");
	if (!m.opts.nreplay && m.ask.mode == ASK_NONE)
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
