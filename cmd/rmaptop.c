// SPDX-License-Identifier: GPL-2.0-only
/* rmaptop: who walks the reverse map, why, over how many VMAs, and for how many in vain. */
#include <string.h>
#include "lib/child.h"
#include "lib/loop.h"
#include "lib/opts.h"
#include "lib/out.h"
#include "lib/text.h"
#include "rmap/snapshot.h"
#include "rmap/view.h"

static const char doc[] =
	"Show who walks the kernel's reverse map, why, over how many VMAs, how many of them "
	"phantoms (VMAs that are visited and do not map the folio), how long it takes and how long "
	"it waits for locks.\v"
	"Works on kernels with BTF from 5.10 on (fentry); the folioscope kernel patch makes it "
	"cheaper and lossless (tracepoint).\n\n"
	"Examples:\n"
	"  rmaptop               a table every second\n"
	"  rmaptop 5 3           three tables, one every 5 seconds\n"
	"  rmaptop -j -d 10      JSON Lines for 10 seconds\n"
	"  rmaptop -- COMMAND    one table of all that happened while COMMAND ran";

struct run {
	struct rmap_source *src;
	struct rmap_snapshot snap;
	struct rmap_view view;
	const struct rmap_view_ops *ops;
};

static error_t parse_own(int key, char *arg, struct argp_state *state)
{
	struct run *run = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		return 0;
	case 'r':
		run->view.rows = opts__number("the number of rows", arg, 0, UINT32_MAX);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option own_options[] = {
	{ "rows", 'r', "N", 0, "show the N busiest rows (default 20, 0: all)", 2 }, { 0 }
};

static const struct argp own = { .options = own_options, .parser = parse_own };

static enum loop_verdict after_write(struct run *run, int err)
{
	if (err) {
		fail(ST_FAIL, "out of memory");
		return LOOP_FAIL;
	}
	switch (out__flush(run->view.f)) {
	case OUT_OK:
		return LOOP_GO_ON;
	case OUT_CLOSED:
		return LOOP_END;
	default:
		return LOOP_FAIL;
	}
}

static enum loop_verdict tick(void *arg, bool last)
{
	struct run *run = arg;

	rmap_snapshot__clear(&run->snap);
	if (run->src->ops->next(run->src, &run->snap, last) != ST_OK)
		return LOOP_FAIL;
	return after_write(run, run->ops->interval(&run->view, &run->snap));
}

/* From the first line to the last, with everything attached. */
static enum status trace(struct run *run, struct loop *loop, const struct opts *opts,
			 struct child *child)
{
	struct loop_conf conf = {
		.interval_ns = opts->interval_ns,
		.count = opts->count,
		.duration_ns = opts->duration_ns,
		.tick = tick,
		.arg = run,
	};
	struct rmap_account account;
	enum status status;

	if (after_write(run, run->ops->header(&run->view, run->src)) == LOOP_FAIL)
		return ST_FAIL;
	if (opts->command) {
		status = child__go(child, opts->command[0]);
		if (status)
			return status;
		conf.child = child->pid;
	}
	status = loop__run(loop, &conf);
	if (status)
		return status;
	status = run->src->ops->account(run->src, &account);
	if (status)
		return status;
	return after_write(run, run->ops->end(&run->view, &account)) == LOOP_FAIL ? ST_FAIL : ST_OK;
}

int main(int argc, char **argv)
{
	struct run run = { .view = { .rows = 20, .argc = argc, .argv = argv } };
	struct opts_tool tool = {
		.doc = doc,
		.uses = OPTS_TARGET | OPTS_TRACE,
		.own = &own,
		.own_input = &run,
	};
	struct child child = { 0 };
	struct loop *loop = NULL;
	struct opts opts;
	enum status status;

	text__init();
	status = opts__parse(&opts, &tool, argc, argv);
	if (!status)
		status = out__open(opts.output, &run.view.f);
	if (status)
		return status;
	run.ops = opts.json ? &rmap_view_json : &rmap_view_table;
	loop = loop__new();
	if (!loop)
		return ST_FAIL;
	if (opts.command)
		status = child__prepare(&child, opts.command);
	if (!status)
		status = rmap_live__open(&opts, &run.src);
	if (!status)
		status = trace(&run, loop, &opts, &child);
	if (run.src)
		run.src->ops->close(run.src);
	child__stop(&child);
	rmap_snapshot__free(&run.snap);
	loop__free(loop);
	opts__free(&opts);
	if (out__close(run.view.f) != ST_OK)
		status = ST_FAIL;
	return status;
}
