// SPDX-License-Identifier: GPL-2.0-only
/* forkchain: how the anon_vma forest grows and shrinks, event by event. */
#include <errno.h>
#include <string.h>
#include "chain/chains.h"
#include "chain/live.h"
#include "chain/sums.h"
#include "chain/top.h"
#include "lib/out.h"
#include "lib/prose.h"
#include "lib/run.h"

static const char doc[] =
	"Follow anon_vmas as processes fork, fault, split and move their VMAs, and exit: who links "
	"how many anon_vma_chains (AVCs), how deep the chain is, whether an anon_vma was reused, "
	"and how long it took.\v"
	"Examples:\n"
	"  forkchain                      each operation, as it happens\n"
	"  forkchain -e fork -p 1234      what a process's forks link\n"
	"  forkchain --top                by process, every second\n"
	"  forkchain --chains -- make     the fork chains of a command\n"
	"  forkchain -j -d 60 > a.json; forkchain --replay a.json --chains";

enum {
	OPT_TOP = 256,
	OPT_CHAINS,
	OPT_BUFFER,
};

struct forkchain {
	struct run run; /* first: run_ops are handed this */
	struct chain_live *live;
	struct chain_state state;
	struct sums sums;
	struct top top;
	bool by_process, chains;
	bool each; /* chains at every interval, not only at the end */
	bool last; /* the interval is the last */
	bool shows[CHAIN_TYPES];
	uint32_t buffer; /* KiB */
	double from, to; /* replay: of the report's events, seconds since the epoch; 0: none */
	unsigned int rows;
	unsigned int width; /* of the terminal, 0: any */
};

static struct forkchain *forkchain(struct run *run)
{
	return (struct forkchain *)run;
}

/* ---------------------------------------------------------------- options */

static void parse_event(struct forkchain *x, const char *text)
{
	int type = event__type_number(text);

	if (type < 0)
		opts__bad("no event '%s': prepare, clone, fork or unlink", text);
	x->shows[type] = true;
}

static uint32_t parse_buffer(const char *text)
{
	uint64_t n = opts__number("the size of the buffer", text, 4, 1 << 20), up = 4;

	while (up < n)
		up *= 2;
	return up;
}

static void parse_end(struct forkchain *x)
{
	bool any = false;

	if (x->by_process && x->chains)
		opts__bad("--top and --chains exclude each other");
	for (int i = 0; i < CHAIN_TYPES; i++)
		any |= x->shows[i];
	if (any && (x->by_process || x->chains))
		opts__bad("-e is for events one by one, not for --top and --chains");
	for (int i = 0; i < CHAIN_TYPES; i++)
		x->shows[i] |= !any;
	x->each = x->run.opts.interval_ns;
	x->state.keep = x->chains;
	/* A recording's events are no reports of their own. */
	if (x->run.opts.nreplay && !x->run.opts.interval_ns)
		x->run.opts.interval_ns = UINT64_MAX;
}

static error_t parse_own(int key, char *arg, struct argp_state *state)
{
	struct forkchain *x = state->input;

	switch (key) {
	case OPT_TOP:
		x->by_process = true;
		return 0;
	case OPT_CHAINS:
		x->chains = true;
		return 0;
	case OPT_BUFFER:
		x->buffer = parse_buffer(arg);
		return 0;
	case 'e':
		parse_event(x, arg);
		return 0;
	case 'r':
		x->rows = opts__number("the number of rows", arg, 0, UINT32_MAX);
		return 0;
	case ARGP_KEY_END:
		parse_end(x);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option own_options[] = {
	{ "event", 'e', "EVENT", 0, "only prepare, clone, fork or unlink (may be given often)", 2 },
	{ "top", OPT_TOP, NULL, 0, "a table by process, every interval", 2 },
	{ "chains", OPT_CHAINS, NULL, 0,
	  "who was forked from whom, and AVCs by level, at the end; with -i also every SEC", 2 },
	{ "rows", 'r', "N", 0, "of --top, the N processes that changed most (default 20, 0: all)", 2 },
	{ "buffer", OPT_BUFFER, "KIB", 0, "room for events not yet read (default 4096)", 4 },
	{ 0 }
};

static const struct argp own = { .options = own_options, .parser = parse_own };

/* ----------------------------------------------------------------- events */

static int show(struct forkchain *x, const struct event *e)
{
	if (x->by_process || !x->shows[e->type])
		return 0;
	if (x->run.opts.json)
		return event__print_json(x->run.f, e);
	return x->chains ? 0 : event__print(x->run.f, e, x->width);
}

static int take_event(struct forkchain *x, const struct event *e)
{
	int err = show(x, e);

	if (!err)
		err = chain_state__apply(&x->state, e);
	if (!err && x->by_process)
		err = top__event(&x->top, e);
	return err;
}

static int on_event(void *arg, const struct event *told)
{
	struct forkchain *x = arg;
	struct event e = *told;

	chain_state__complete(&x->state, &e);
	return take_event(x, &e);
}

static int on_row(void *arg, const struct chain_row_key *key, const struct chain_row *row)
{
	struct forkchain *x = arg;

	return row ? sums__add(&x->sums, key, row) : sums__apply(&x->sums, &x->state, &x->top);
}

/* --------------------------------------------------------------- the run */

/* What is there already, and from then on sums. */
static enum status begin_top(struct forkchain *x)
{
	enum status status = chain_live__existing(x->live, &x->state, &x->run.head);
	bool adds_up = false;

	if (!status)
		status = chain_live__add_up(x->live, &adds_up);
	if (adds_up)
		chain_state__sum_up(&x->state);
	return status;
}

static enum status open_live(struct run *run)
{
	struct forkchain *x = forkchain(run);
	const struct chain_live_conf conf = {
		.buffer = x->buffer * 1024,
		.fork_clones = !x->by_process && (x->run.opts.json || !x->chains) &&
			       x->shows[CHAIN_CLONE],
		.event = on_event,
		.row = x->by_process ? on_row : NULL,
		.arg = x,
	};
	enum status status = chain_live__open(&run->opts, &conf, &run->head, &x->live);

	if (!status && x->by_process)
		status = begin_top(x);
	return status;
}

static enum loop_verdict on_readable(void *arg)
{
	struct run *run = arg;

	if (chain_live__poll(forkchain(run)->live) != ST_OK)
		return LOOP_FAIL;
	switch (out__flush(run->f)) {
	case OUT_OK:
		return LOOP_GO_ON;
	case OUT_CLOSED:
		return LOOP_END;
	default:
		return LOOP_FAIL;
	}
}

static enum status course(struct run *run, struct loop_conf *conf)
{
	conf->events = on_readable;
	conf->events_fd = chain_live__fd(forkchain(run)->live);
	return ST_OK;
}

static enum status take(struct run *run, struct when *when, bool last)
{
	struct forkchain *x = forkchain(run);

	x->last = last;
	return chain_live__take(x->live, when, last);
}

static enum status account(struct run *run, bool last)
{
	struct forkchain *x = forkchain(run);
	enum status status = chain_live__account(x->live, &run->books);

	(void)last; /* there is no display */
	books__add(&run->books.inexact, "inconsistent", x->state.inconsistent);
	return status;
}

static void close_live(struct run *run)
{
	chain_live__close(forkchain(run)->live);
}

/* ------------------------------------------------------------------ replay */

static int read_recorded(struct run *run, const json_t *line)
{
	const char *type = json_string_value(json_object_get(line, "type"));
	struct forkchain *x = forkchain(run);
	struct event e;
	int err;

	if (!strcmp(type, "snapshot"))
		return 0; /* the events before it say the same */
	if (!strcmp(type, "interval")) {
		x->by_process = true;
		return top__read(&x->top, line);
	}
	err = event__read(&e, line);
	if (err)
		return err;
	if (!x->from)
		x->from = e.ts;
	x->to = e.ts;
	return take_event(x, &e);
}

/* Was it recorded with --top?  Then it has no events. */
static bool is_of_top(const json_t *header)
{
	const json_t *options = json_object_get(header, "options");
	json_t *option;
	size_t i;

	json_array_foreach((json_t *)options, i, option) {
		const char *text = json_string_value(option);

		if (text && !strcmp(text, "--top"))
			return true;
	}
	return false;
}

/* ----------------------------------------------------------------- showing */

static int header(struct run *run)
{
	struct forkchain *x = forkchain(run);
	struct prose prose;
	FILE *f = prose__open(&prose, run->f);
	int err;

	if (!f)
		return -ENOMEM;
	x->by_process |= run->opts.nreplay && is_of_top(run->head.line);
	fprintf(f, "forkchain, backend %s", run->head.backend);
	head__list(&run->head, f, COVERAGE_PARTIAL, "; seen in part: ");
	head__list(&run->head, f, COVERAGE_NONE, "; not seen: ");
	err = prose__close(&prose);
	x->width = out__width(run->f);
	if (!err && !x->by_process && !x->chains)
		err = event__print_titles(run->f, x->width);
	return err;
}

static int interval(struct run *run, struct when when)
{
	struct forkchain *x = forkchain(run);
	bool replay = run->opts.nreplay;
	int err = 0;

	/* Events have no length: what they span is what was observed. */
	if (replay && x->from)
		when = (struct when){ .ts = x->to, .interval_s = x->to - x->from };
	x->from = 0;
	if (x->by_process) {
		err = top__held(&x->top, &x->state);
		if (!err)
			err = run->opts.json ?
				      top__print_json(run->f, &x->top, when) :
				      top__print(run->f, &x->top, when, x->rows, out__width(run->f));
		top__clear(&x->top);
	}
	if (x->chains && (x->each || x->last || replay)) {
		err = run->opts.json ? chains__print_json(run->f, &x->state, when) :
				       chains__print(run->f, &x->state, out__width(run->f));
		if (x->each)
			chain_state__prune(&x->state);
	}
	return err;
}

static int end(struct run *run)
{
	const struct books_list *inexact = &run->books.inexact;
	struct prose prose;
	FILE *f = prose__open(&prose, run->f);

	if (!f)
		return -ENOMEM;
	books__print(&run->books, f, "events");
	if (books__get(inexact, "unjoined"))
		fprintf(f, "; %lld children whose forks are shown without them",
			(long long)books__get(inexact, "unjoined"));
	if (books__get(inexact, "inconsistent"))
		fprintf(f, "; %lld events of VMAs of which others were missed",
			(long long)books__get(inexact, "inconsistent"));
	fputc('\n', run->f);
	return prose__close(&prose);
}

static const struct run_ops ops = {
	.open = open_live,
	.take = take,
	.account = account,
	.close = close_live,
	.read = read_recorded,
	.interval = interval,
	.header = header,
	.end = end,
};

int main(int argc, char **argv)
{
	struct forkchain x = {
		.run = { .ops = &ops, .course = course },
		.buffer = CHAIN_RING / 1024,
		.rows = 20,
	};
	const struct opts_tool tool = {
		.doc = doc,
		.uses = OPTS_TARGET | OPTS_TRACE | OPTS_REPLAY,
		.own = &own,
		.own_input = &x,
	};
	int status = run__main(&x.run, &tool, argc, argv);

	top__clear(&x.top);
	sums__free(&x.sums);
	chain_state__free(&x.state);
	return status;
}
