// SPDX-License-Identifier: GPL-2.0-only
/* Operations on anon_vmas of the running kernel: loads, attaches and reads bpf/forkchain.bpf.c. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
#include "../forest/live.h"
#include "../lib/drain.h"
#include "../lib/json.h"
#include "../lib/ksyms.h"
#include "../lib/tracer.h"
#include "cause.h"
#include "code.h"
#include "forkchain.skel.h"
#include "join.h"
#include "live.h"
#include "plan.h"

struct chain_live {
	struct tracer tracer;
	struct chain_live_conf conf;
	struct forkchain_bpf *skel;
	struct ring_buffer *ring;
	struct join join;
	double epoch;	  /* of CLOCK_MONOTONIC, seconds since the epoch */
	size_t taken;	  /* since the last look at anything else */
	int timer;	  /* operations are added up, and it is time to gather the rows; else -1 */
	uint64_t in_rows; /* operations that were in rows */
	struct chain_code fork_code; /* whose clones are a part of a fork; {}: not known */
	bool brief;		     /* it is known where these are: bpf/brief.bpf.h */
	struct chain_code brief_code[CHAIN_CODES];
};

/* As many at once: others may fork as fast as we read, and signals and timers wait. */
#define AT_ONCE 1024

/* ------------------------------------------------------------- attaching */

static void close_skel(struct chain_live *live)
{
	attach__free(&live->tracer.attach);
	forkchain_bpf__destroy(live->skel);
	live->skel = NULL;
}

static bool can_add_up(const struct chain_live *live)
{
	return live->conf.row &&
	       (live->tracer.plan.backend != BACKEND_TRACEPOINT || live->skel->rodata->fork_bytes);
}

static int open_skel(struct chain_live *live, const struct plan *plan, char why[LADDER_WHY])
{
	uint32_t rows = live->conf.row ? live->conf.buffer / CHAIN_ROW_BYTES / 2 : 1;
	struct forkchain_bpf *skel = forkchain_bpf__open();
	int err = -errno;

	live->skel = skel;
	if (!skel) {
		snprintf(why, LADDER_WHY, "%s", bpfenv__why(err));
		return err;
	}
	bpf_map__set_max_entries(skel->maps.events, live->conf.buffer);
	bpf_map__set_max_entries(skel->maps.rows_0, rows);
	bpf_map__set_max_entries(skel->maps.rows_1, rows);
	skel->rodata->fork_clones = live->conf.fork_clones;
	skel->rodata->may_add_up = live->conf.row;
	skel->rodata->brief = plan->backend != BACKEND_TRACEPOINT && live->brief;
	memcpy((void *)skel->rodata->brief_code, live->brief_code, sizeof(live->brief_code));
	if (plan->backend == BACKEND_TRACEPOINT) {
		skel->rodata->fork_code = live->fork_code.start;
		skel->rodata->fork_bytes = live->fork_code.bytes;
	}
	{
		struct attach_rodata ro = ATTACH_RODATA(skel);

		err = attach__constants(&ro, plan, live->tracer.opts, why);
	}
	if (err)
		close_skel(live);
	return err;
}

static int climb(void *arg, const struct plan *plan, char why[LADDER_WHY])
{
	struct chain_live *live = arg;
	int err = open_skel(live, plan, why);

	if (err)
		return err;
	err = attach__climb(&live->tracer.attach, live->skel->skeleton, plan, live->tracer.opts, why);
	if (err)
		close_skel(live);
	else
		live->skel->bss->go = true;
	return err;
}

static void make_plan(const void *arg, struct kernel *kernel, struct plan *plan)
{
	(void)arg;
	chain_plan__make(plan, kernel);
}

/* ---------------------------------------------------------------- events */

static uint32_t cause_of(const struct chain_live *live, const struct chain_event *e)
{
	if (e->type != CHAIN_CLONE || e->cause != CHAIN_CAUSE_NONE)
		return e->cause;
	/* Then those of forks are not told, and of the others nobody asks. */
	if (live->conf.row && !e->caller)
		return e->cause;
	if (e->caller)
		return cause__of_caller(ksyms__at(e->caller));
	return cause__of_stack((const uint64_t *)e->stack, e->frames, ksyms__at);
}

static int take_record(struct chain_live *live, const struct chain_event *r)
{
	struct event e;

	if (r->type == CHAIN_BORN)
		return join__born(&live->join, r->tid, r->mm, r->child);
	e = (struct event){
		.ts = live->epoch + r->ktime / 1e9,
		.type = r->type,
		.cause = cause_of(live, r),
		.ns = r->ns,
		.lock_ns = r->lock_ns,
		.mm = r->mm,
		.vma = r->vma,
		.start = r->start,
		.end = r->end,
		.anon_vma = r->anon_vma,
		.parent = r->parent,
		.root = r->root,
		.pid = r->tgid,
		.tid = r->tid,
		.avcs = r->avcs,
		.chain = r->chain,
		.depth = r->depth,
		.error = r->error,
		.reused = r->reused,
		.holder = r->holder,
	};
	/* While a fork copies, its child's memory is said to be the parent's. */
	if (!event__forks(&e))
		e.owner = r->owner;
	memcpy(e.comm, r->comm, sizeof(e.comm));
	return join__event(&live->join, &e);
}

/* -EAGAIN: it was taken, and that is enough for now. */
static int on_record(void *arg, void *data, size_t size)
{
	struct chain_live *live = arg;
	int err = size < sizeof(struct chain_event) ? -EIO : take_record(live, data);

	if (err)
		return err;
	return ++live->taken % AT_ONCE ? 0 : -EAGAIN;
}

static enum status take_events(struct chain_live *live)
{
	int err = ring_buffer__consume(live->ring);

	return err < 0 && err != -EAGAIN ? tracer__cannot_read(err) : ST_OK;
}

/* Nothing comes any more. */
static enum status take_last_events(struct chain_live *live)
{
	int err;

	do {
		err = ring_buffer__consume(live->ring);
	} while (err == -EAGAIN);
	if (err >= 0)
		err = join__end(&live->join);
	return err ? tracer__cannot_read(err) : ST_OK;
}

/* ------------------------------------------------------------------ rows */

static int on_row(void *arg, const void *key, const void *value)
{
	const struct chain_row *row = value;
	struct chain_live *live = arg;

	live->in_rows += row->ops;
	return live->conf.row(live->conf.arg, key, row);
}

/* The rows that threads are at, which are in no map. */
static int take_memos(struct chain_live *live, int half)
{
	struct chain_memo *memo = half ? live->skel->bss->memos_1 : live->skel->bss->memos_0;
	int err = 0;

	for (size_t i = 0; i < CHAIN_MEMOS && !err; i++, memo++) {
		const struct chain_row_key key = { .mm = memo->mm, .tid = memo->tid };

		if (!memo->tid)
			continue;
		err = on_row(live, &key, &memo->row);
		memo->tid = 0;
	}
	return err;
}

static enum status take_rows(struct chain_live *live, bool last)
{
	struct forkchain_bpf *skel = live->skel;
	int half = tracer__swap(&live->tracer, &skel->bss->epoch), err = half;

	if (half >= 0)
		err = drain__hash(bpf_map__fd(half ? skel->maps.rows_1 : skel->maps.rows_0),
				  sizeof(struct chain_row_key), sizeof(struct chain_row), on_row,
				  live);
	if (!err)
		err = take_memos(live, half);
	if (!err)
		err = live->conf.row(live->conf.arg, NULL, NULL);
	/* No more rows: who does not add up by now never will, see chain_state__settle(). */
	if (!err && last)
		err = live->conf.row(live->conf.arg, NULL, NULL);
	return err ? tracer__cannot_read(err) : ST_OK;
}

/* Rows are gathered so often however long an interval is: there is room for so many only. */
static int gathering_timer(void)
{
	const struct itimerspec second = { { 1, 0 }, { 1, 0 } };
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

	if (fd >= 0)
		timerfd_settime(fd, 0, &second, NULL);
	return fd;
}

/* Is something under way that began before operations were added up, and whose end shall not be seen? */
static bool has_older(const struct chain_live *live)
{
	bool clones = live->tracer.plan.backend == BACKEND_FENTRY;

	for (size_t i = 0; i < CHAIN_TASKS; i++) {
		const struct chain_task *task = &live->skel->bss->tasks[i];

		for (size_t j = 0; task->tid && j < task->depth && j < CHAIN_NESTED; j++)
			if (task->open[j].type == CHAIN_UNLINK ||
			    (clones && task->open[j].type == CHAIN_CLONE))
				return true;
	}
	return false;
}

/*
 * Detaches what nobody needs any more, see bpf/brief.bpf.h.  A kretprobe does not know the
 * arguments, so that clones keep both.
 */
static void detach_rest(struct chain_live *live)
{
	static const char *const rest[] = { "unlink_end", "unlink_end_kprobe", "clone_start" };
	const struct timespec pause = { .tv_nsec = 5000000 };

	if (!live->skel->rodata->brief)
		return;
	for (int i = 0; i < 40 && has_older(live); i++)
		nanosleep(&pause, NULL);
	for (size_t i = 0; i < sizeof(rest) / sizeof(*rest); i++)
		attach__detach(&live->tracer.attach, &live->tracer.plan, rest[i]);
}

enum status chain_live__add_up(struct chain_live *live, bool *adds_up)
{
	volatile bool *add_up = &live->skel->bss->add_up;
	int err;

	*adds_up = can_add_up(live);
	if (!*adds_up)
		return ST_OK;
	live->timer = gathering_timer();
	if (live->timer < 0)
		return fail(ST_FAIL, "cannot make a timerfd: %s", strerror(errno));
	*add_up = true;
	err = tracer__settle(&live->tracer);
	detach_rest(live);
	return err ? tracer__cannot_read(err) : take_last_events(live);
}

/* --------------------------------------------------------------- reading */

static uint64_t unfinished(void *arg)
{
	const struct chain_live *live = arg;
	uint64_t n = 0;

	for (size_t i = 0; i < CHAIN_TASKS; i++)
		if (live->skel->bss->tasks[i].tid)
			n += live->skel->bss->tasks[i].depth;
	return n;
}

int chain_live__fd(const struct chain_live *live)
{
	return live->timer < 0 ? ring_buffer__epoll_fd(live->ring) : live->timer;
}

enum status chain_live__poll(struct chain_live *live)
{
	uint64_t times;

	if (live->timer < 0)
		return take_events(live);
	return read(live->timer, &times, sizeof(times)) < 0 && errno == EAGAIN ?
		       ST_OK :
		       take_rows(live, false);
}

enum status chain_live__take(struct chain_live *live, struct when *when, bool last)
{
	enum status status;

	if (last)
		tracer__wind_down(&live->tracer, &live->skel->bss->go, unfinished, live);
	if (live->timer >= 0)
		status = take_rows(live, last);
	else
		status = last ? take_last_events(live) : take_events(live);
	tracer__interval(&live->tracer, when);
	return status;
}

/* ------------------------------------------------------- what is there already */

/* Of the initial PID namespace, include/linux/proc_ns.h, 5.10 to 7.2 */
#define INITIAL_PIDNS 0xeffffffc

static int found(struct chain_state *s, const struct forest *f)
{
	for (size_t i = 0; i < f->n_vmas; i++) {
		const struct forest_vma *v = &f->vmas[i];
		const struct forest_process *p = &f->processes[v->process];
		uint32_t own = forest__find_anon_vma(f, p->part, v->own);
		uint32_t depth = own == FOREST_NONE ? CHAIN_NO_DEPTH : f->anon_vmas[own].depth;
		int err;

		if (v->gone)
			continue;
		err = chain_state__found(s, p->pid, p->comm, p->mm, v->addr, v->avcs, depth, v->own);
		if (err)
			return err;
	}
	return 0;
}

enum status chain_live__existing(struct chain_live *live, struct chain_state *s, struct head *head)
{
	struct forest_live *reader;
	struct violations violations = { 0 };
	struct forest forest = { 0 };
	struct head of_reader = { 0 };
	struct forest_time time;
	enum status status;
	struct stat st;

	if (stat("/proc/self/ns/pid", &st) || st.st_ino != INITIAL_PIDNS) {
		head__cover(head, "held", COVERAGE_PARTIAL,
			    "in a PID namespace: only AVCs linked since the start");
		return ST_OK;
	}
	status = forest_live__open(live->tracer.opts->verbose, &of_reader, &reader);
	if (!status)
		status = forest_live__read(reader, &forest, &violations, &time);
	if (!status && found(s, &forest))
		status = fail(ST_FAIL, "out of memory");
	if (!status && !strcmp(of_reader.backend, "task_vma"))
		head__cover(head, "held", COVERAGE_FULL, NULL);
	else
		head__cover(head, "held", COVERAGE_PARTIAL,
			    "what was there at the start was read without the mmap lock");
	forest_live__close(reader);
	forest__free(&forest);
	check__free(&violations);
	head__free(&of_reader);
	return status;
}

/* ----------------------------------------------------------------- books */

enum status chain_live__account(struct chain_live *live, struct books *books)
{
	/* What counts as seen when it is entered. */
	static const char *const starts[] = {
		"tp_prepare",	      "tp_clone",	   "tp_fork",
		"tp_unlink",	      "prepare_start",	   "clone_start",
		"fork_start",	      "unlink_start",	   "prepare_start_kprobe",
		"clone_start_kprobe", "fork_start_kprobe", "unlink_start_kprobe",
		"clone_end", /* if it has no start: the last */
	};
	const bool brief = live->timer >= 0 && live->skel->rodata->brief;
	static const char *const ends[] = { "prepare_end", "clone_end", "fork_end", "unlink_end",
					    NULL };
	static const char *const ends_kprobe[] = { "prepare_end_kprobe", "clone_end_kprobe",
						   "fork_end_kprobe", "unlink_end_kprobe", NULL };
	static const char *const endless[] = { "nested", "unfinished", NULL };
	struct chain_counts c;
	enum status status = tracer__sum(bpf_map__fd(live->skel->maps.counts), (uint64_t *)&c,
					 sizeof(c) / sizeof(uint64_t));

	if (status)
		return status;
	tracer__books(&live->tracer, c.seen, c.recorded + live->in_rows, starts,
		      sizeof(starts) / sizeof(*starts) - !brief, books);
	books__add(&books->lost, "full", c.lost[CHAIN_LOST_FULL]);
	books__add(&books->lost, "tasks", c.lost[CHAIN_LOST_TASKS]);
	books__add(&books->lost, "nested", c.lost[CHAIN_LOST_NESTED]);
	books__add(&books->lost, "returns", c.lost[CHAIN_LOST_RETURNS]);
	books__add(&books->lost, "unfinished", unfinished(live));
	tracer__ends(&live->tracer, ends, endless, "recursion", books);
	tracer__ends(&live->tracer, ends_kprobe, endless, "returns", books);
	books__close(books);
	books__add(&books->inexact, "unjoined", c.unjoined);
	books__add(&books->inexact, "orphans", c.orphans);
	return ST_OK;
}

/* ------------------------------------------------------------ open, close */

void chain_live__close(struct chain_live *live)
{
	if (!live)
		return;
	tracer__stop(&live->tracer);
	ring_buffer__free(live->ring);
	if (live->timer >= 0)
		close(live->timer);
	forkchain_bpf__destroy(live->skel);
	join__free(&live->join);
	free(live);
}

static void find_code(struct chain_live *live, struct kernel *kernel)
{
	struct chain_code *code = live->brief_code;
	size_t n = 0;

	code__of(kernel, "anon_vma_fork", &live->fork_code, 1);
	n += code__of(kernel, "anon_vma_clone", code + n, CHAIN_CODES - n);
	n += code__of(kernel, "unlink_anon_vmas", code + n, CHAIN_CODES - n);
	live->brief = kernel__address(kernel, "anon_vma_clone") &&
		      kernel__address(kernel, "unlink_anon_vmas");
}

static double epoch_of_monotonic(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return json__now() - t.tv_sec - t.tv_nsec / 1e9;
}

enum status chain_live__open(const struct opts *opts, const struct chain_live_conf *conf,
			     struct head *head, struct chain_live **out)
{
	static const struct ladder ladder = { chain_plan__rungs, make_plan, climb };
	struct kernel *kernel = kernel__running();
	struct chain_live *live;
	enum status status;

	*out = live = calloc(1, sizeof(*live));
	if (!live || !kernel) {
		kernel__free(kernel);
		return fail(ST_FAIL, "out of memory");
	}
	live->conf = *conf;
	live->timer = -1;
	live->join.emit = conf->event;
	live->join.arg = conf->arg;
	live->epoch = epoch_of_monotonic();
	find_code(live, kernel);
	if (!conf->row)
		ksyms__at(0); /* reads them all, which would keep the first events waiting */
	status = tracer__start(&live->tracer, opts, &ladder, kernel, live, head);
	if (!status)
		chain_plan__cover(&live->tracer.plan, kernel, head);
	kernel__free(kernel);
	if (status)
		return status;
	live->ring = ring_buffer__new(bpf_map__fd(live->skel->maps.events), on_record, live, NULL);
	if (!live->ring)
		return fail(ST_FAIL, "cannot read a ring buffer: %s", strerror(errno));
	tracer__begin(&live->tracer);
	return ST_OK;
}
