// SPDX-License-Identifier: GPL-2.0-only
/* A tool's interactive display, live or of a recording. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "display.h"
#include "json.h"
#include "run.h"

#define SPEED_MAX 64

/* A report of a recording. */
struct report {
	void *kept;
	double ts;
};

struct display {
	struct run *run;
	const struct display_ops *ops;
	struct display_state state;
	struct loop *loop;
	/* live */
	void *kept;
	/* replay */
	struct report *reports;
	size_t cap;
	uint64_t shown_ns; /* when the report on the screen was */
};

enum {
	QUIT,
	PAUSE,
	FASTER,
	SLOWER,
	BACK,
	FORTH,
	FIRST,
	LAST,
};

const struct tui_key display_keys[] = {
	{ 'P', PAUSE, "P Space F8", "pause: keys work, the numbers stay" },
	{ ' ', PAUSE, NULL, NULL },
	{ TUI_F0 + 8, PAUSE, NULL, NULL },
	{ 'q', QUIT, "q F10", "quit, as Ctrl-C does" },
	{ TUI_F0 + 10, QUIT, NULL, NULL },
	{ 0 },
};

const struct tui_key display_play_keys[] = {
	{ '+', FASTER, "+ -", "a recording: faster, slower" },
	{ '-', SLOWER, NULL, NULL },
	{ '[', BACK, "[ ]", "a recording: one report back, forth; pauses" },
	{ ']', FORTH, NULL, NULL },
	{ '{', FIRST, "{ }", "a recording: its first, its last report" },
	{ '}', LAST, NULL, NULL },
	{ 0 },
};

static enum loop_verdict verdict_of(int err)
{
	if (!err)
		return LOOP_GO_ON;
	fail(ST_FAIL, "out of memory");
	return LOOP_FAIL;
}

static enum loop_verdict draw(struct display *d)
{
	return verdict_of(d->ops->draw(d->run, &d->state));
}

bool display__wanted(const struct run *run)
{
	if (!run->ops->display || run->batch || run->opts.json || run->opts.output)
		return false;
	/* Its output would be on the display. */
	if (run->opts.command)
		return false;
	for (unsigned int i = 0; i < run->opts.nreplay; i++)
		if (!strcmp(run->opts.replay[i], "-"))
			return false;
	return tui__usable();
}

/* ----------------------------------------------------------------- player */

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

/* The next report comes after the time that lay between, by the speed. */
static void schedule(struct display *d)
{
	uint64_t passed = now_ns() - d->shown_ns, gap;
	double between;

	if (!d->state.replay)
		return;
	if (d->state.paused || d->state.at >= d->state.n) {
		loop__once(d->loop, 0);
		return;
	}
	between = d->reports[d->state.at].ts - d->reports[d->state.at - 1].ts;
	gap = fmin(fmax(between, 0) * 1e9 / d->state.speed, 1e18);
	loop__once(d->loop, gap > passed ? gap - passed : 1);
}

/* Shows a report, counted from 1, or the nearest there is. */
static int go(struct display *d, size_t at)
{
	if (!d->state.n)
		return 0;
	d->state.at = at < 1 ? 1 : at > d->state.n ? d->state.n : at;
	d->shown_ns = now_ns();
	schedule(d);
	return d->ops->show(d->run, d->reports[d->state.at - 1].kept);
}

static int play(struct display *d, int action)
{
	struct display_state *s = &d->state;

	switch (action) {
	case FASTER:
		s->speed = s->speed < SPEED_MAX ? 2 * s->speed : SPEED_MAX;
		break;
	case SLOWER:
		s->speed = s->speed > 1 ? s->speed / 2 : 1;
		break;
	case BACK:
		s->paused = true;
		return go(d, s->at - 1);
	case FORTH:
		s->paused = true;
		return go(d, s->at + 1);
	case FIRST:
		return go(d, 1);
	case LAST:
		return go(d, s->n);
	}
	schedule(d);
	return 0;
}

/* ------------------------------------------------------------------- keys */

/* What the tool does not take; *quit: the user leaves. */
static int own_key(struct display *d, int key, bool *quit)
{
	int action = tui_keys__action(display_keys, key);

	if (action == QUIT)
		*quit = true;
	if (action == PAUSE) {
		d->state.paused = !d->state.paused;
		d->shown_ns = now_ns();
		schedule(d);
	}
	action = tui_keys__action(display_play_keys, key);
	return action >= 0 && d->state.replay ? play(d, action) : 0;
}

/*
 * A key is for what the one before it left on the screen, so each is drawn; ncurses puts off the
 * output while more keys are waiting.
 */
static enum loop_verdict input(void *arg)
{
	struct display *d = arg;
	enum loop_verdict verdict = LOOP_GO_ON;
	struct tui_event event;
	bool quit = tui__gone();

	while (!quit && verdict == LOOP_GO_ON && (event = tui__event()).key != TUI_NONE) {
		bool mine = false;
		int err = d->ops->key(d->run, event, &mine);

		if (!err && !mine)
			err = own_key(d, event.key, &quit);
		verdict = err ? verdict_of(err) : draw(d);
	}
	return quit ? LOOP_END : verdict;
}

static enum loop_verdict resized(void *arg)
{
	tui__resized();
	return draw(arg);
}

/* ---------------------------------------------------------------- its run */

/* The first report of a recording; live there is none yet, which is an empty one. */
static int show_first(struct display *d)
{
	struct when now = { .ts = json__now() };

	if (d->state.replay)
		return go(d, 1);
	d->kept = d->ops->keep(d->run, now);
	return d->kept ? d->ops->show(d->run, d->kept) : -ENOMEM;
}

/* From the first screen to the last. */
static enum status show_until_end(struct display *d, const struct loop_conf *conf)
{
	enum status status = tui__open();

	if (status)
		return status;
	if (verdict_of(d->ops->open(d->run)) != LOOP_GO_ON ||
	    verdict_of(show_first(d)) != LOOP_GO_ON || draw(d) != LOOP_GO_ON)
		status = ST_FAIL;
	if (!status)
		status = loop__run(d->loop, conf);
	tui__close();
	d->ops->close(d->run);
	return status;
}

static enum loop_verdict live_tick(void *arg, bool last)
{
	struct display *d = arg;
	struct when when;
	void *kept;
	int err;

	if (d->run->ops->take(d->run, &when, last) != ST_OK)
		return LOOP_FAIL;
	kept = d->ops->keep(d->run, when);
	if (!kept)
		return verdict_of(-1);
	if (d->state.paused || last) {
		d->ops->drop(kept);
		return LOOP_GO_ON;
	}
	d->run->books = (struct books){ 0 };
	if (d->run->ops->account(d->run, false) != ST_OK)
		return LOOP_FAIL;
	err = d->ops->show(d->run, kept);
	if (d->kept)
		d->ops->drop(d->kept);
	d->kept = kept;
	return err ? verdict_of(err) : draw(d);
}

enum status display__live(struct run *run, struct loop *loop, const struct loop_conf *conf)
{
	struct display d = { .run = run, .ops = run->ops->display, .loop = loop };
	struct loop_conf own = *conf;
	enum status status;

	own.tick = live_tick;
	own.input = input;
	own.resized = resized;
	own.arg = &d;
	status = show_until_end(&d, &own);
	if (d.kept)
		d.ops->drop(d.kept);
	return status;
}

static enum loop_verdict next_report(void *arg, bool last)
{
	struct display *d = arg;
	enum loop_verdict verdict = last ? LOOP_GO_ON : verdict_of(go(d, d->state.at + 1));

	return verdict == LOOP_GO_ON && !last ? draw(d) : verdict;
}

/* ---------------------------------------------------------------- reading */

/* A report was read: run.c's arguments go on to it, so ours come by the run. */
static enum status keep_report(void *arg, struct when when, bool *enough)
{
	struct run *run = arg;
	struct display *d = run->shown;
	void *kept = d->ops->keep(run, when);

	(void)enough;
	if (kept && d->state.n == d->cap) {
		size_t cap = d->cap ? 2 * d->cap : 64;
		struct report *more = realloc(d->reports, cap * sizeof(*more));

		if (more) {
			d->reports = more;
			d->cap = cap;
		} else {
			d->ops->drop(kept);
			kept = NULL;
		}
	}
	if (!kept)
		return fail(ST_FAIL, "out of memory");
	d->reports[d->state.n++] = (struct report){ kept, when.ts };
	return ST_OK;
}

static enum status begin(void *arg)
{
	(void)arg;
	return ST_OK;
}

enum status display__replay(struct run *run, const struct replay_conf *conf, bool *whole)
{
	struct display d = {
		.run = run,
		.ops = run->ops->display,
		.state = { .replay = true, .speed = 1 },
	};
	const struct loop_conf loop_conf = {
		.tick = next_report,
		.input = input,
		.resized = resized,
		.arg = &d,
	};
	struct replay_conf own = *conf;
	enum status status;

	run->shown = &d;
	own.begin = begin;
	own.report = keep_report;
	status = replay__run(&own, whole);
	run->books.incomplete |= !*whole;
	if (!status) {
		d.loop = loop__new();
		status = d.loop ? show_until_end(&d, &loop_conf) : ST_FAIL;
		loop__free(d.loop);
	}
	for (size_t i = 0; i < d.state.n; i++)
		d.ops->drop(d.reports[i].kept);
	free(d.reports);
	return status;
}
