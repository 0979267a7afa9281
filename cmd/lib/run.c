// SPDX-License-Identifier: GPL-2.0-only
/* The life of a tracing tool. */
#include "child.h"
#include "loop.h"
#include "out.h"
#include "run.h"
#include "text.h"

/* After something was shown: is it to go on? */
static enum loop_verdict shown(struct run *run, int err)
{
	if (err) {
		fail(ST_FAIL, "out of memory");
		return LOOP_FAIL;
	}
	switch (out__flush(run->f)) {
	case OUT_OK:
		return LOOP_GO_ON;
	case OUT_CLOSED:
		return LOOP_END;
	default:
		return LOOP_FAIL;
	}
}

/* The same where there is no loop to end. */
static enum status shown_status(struct run *run, int err)
{
	return shown(run, err) == LOOP_FAIL ? ST_FAIL : ST_OK;
}

/* First and last line are the same for all tools in JSON. */
static int header(struct run *run)
{
	return run->opts.json ? head__json(&run->head, run->f, run->argc, run->argv) :
				run->ops->header(run);
}

static int end(struct run *run)
{
	return run->opts.json ? books__json(&run->books, run->f) : run->ops->end(run);
}

/* ------------------------------------------------------------------- live */

static enum loop_verdict tick(void *arg, bool last)
{
	struct run *run = arg;
	struct when when;

	if (run->ops->take(run, &when, last) != ST_OK)
		return LOOP_FAIL;
	return shown(run, run->ops->interval(run, when));
}

/* From the first line to the last, with everything attached. */
static enum status trace(struct run *run, struct loop *loop, struct child *child, bool display)
{
	struct loop_conf conf = {
		.interval_ns = run->opts.interval_ns,
		.count = run->opts.count,
		.duration_ns = run->opts.duration_ns,
		.tick = tick,
		.arg = run,
	};
	enum status status = display ? ST_OK : shown_status(run, header(run));

	if (status)
		return status;
	if (run->opts.command) {
		status = child__go(child, run->opts.command[0]);
		if (status)
			return status;
		conf.child = child->pid;
	}
	if (run->course)
		status = run->course(run, &conf);
	if (status)
		return status;
	status = display ? display__live(run, loop, &conf) : loop__run(loop, &conf);
	run->books = (struct books){ 0 };
	if (!status)
		status = run->ops->account(run, true);
	if (status)
		return status;
	status = shown_status(run, end(run));
	return status ? status : run->verdict;
}

static enum status live(struct run *run)
{
	bool display = display__wanted(run);
	struct loop *loop = loop__new();
	struct child child = { 0 };
	enum status status = loop ? ST_OK : ST_FAIL;

	if (!status && run->opts.command)
		status = child__prepare(&child, run->opts.command);
	if (!status)
		status = run->ops->open(run);
	if (!status)
		status = trace(run, loop, &child, display);
	run->ops->close(run);
	child__stop(&child);
	loop__free(loop);
	return status;
}

/* ----------------------------------------------------------------- replay */

static int on_header(void *arg, json_t *line)
{
	struct run *run = arg;

	return head__read(&run->head, line);
}

static int on_interval(void *arg, const json_t *line)
{
	struct run *run = arg;

	return run->ops->read(run, line);
}

static int on_end(void *arg, const json_t *line)
{
	struct run *run = arg;

	return books__read(&run->books, line);
}

static enum status on_begin(void *arg)
{
	struct run *run = arg;

	return shown_status(run, header(run));
}

static enum status on_report(void *arg, struct when when, bool *enough)
{
	struct run *run = arg;

	switch (shown(run, run->ops->interval(run, when))) {
	case LOOP_FAIL:
		return ST_FAIL;
	case LOOP_END:
		*enough = true;
		return ST_OK;
	default:
		return ST_OK;
	}
}

static enum status replay(struct run *run)
{
	struct replay_conf conf = {
		.files = run->opts.replay,
		.nfiles = run->opts.nreplay,
		.interval_ns = run->opts.interval_ns,
		.count = run->opts.count,
		.duration_ns = run->opts.duration_ns,
		.header = on_header,
		.interval = on_interval,
		.end = on_end,
		.begin = on_begin,
		.report = on_report,
		.arg = run,
	};
	enum status status;
	bool whole;

	if (display__wanted(run))
		status = display__replay(run, &conf, &whole);
	else
		status = replay__run(&conf, &whole);
	run->books.incomplete |= !whole;
	return status ? status : shown_status(run, end(run));
}

int run__main(struct run *run, const struct opts_tool *tool, int argc, char **argv)
{
	enum status status;

	text__init();
	run->argc = argc;
	run->argv = argv;
	status = opts__parse(&run->opts, tool, argc, argv);
	if (!status)
		status = out__open(run->opts.output, &run->f);
	if (status)
		return status;
	status = run->opts.nreplay ? replay(run) : live(run);
	head__free(&run->head);
	opts__free(&run->opts);
	if (out__close(run->f) != ST_OK)
		status = ST_FAIL;
	return status;
}
