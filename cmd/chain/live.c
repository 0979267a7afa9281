// SPDX-License-Identifier: GPL-2.0-only
/* Operations on anon_vmas of the running kernel: loads, attaches and reads bpf/forkchain.bpf.c. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include "../forest/live.h"
#include "../lib/json.h"
#include "../lib/ksyms.h"
#include "../lib/tracer.h"
#include "cause.h"
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
	double epoch; /* of CLOCK_MONOTONIC, seconds since the epoch */
	size_t taken; /* since the last look at anything else */
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

static int open_skel(struct chain_live *live, char why[LADDER_WHY])
{
	struct forkchain_bpf *skel = forkchain_bpf__open();
	int err = -errno;

	live->skel = skel;
	if (!skel) {
		snprintf(why, LADDER_WHY, "%s", bpfenv__why(err));
		return err;
	}
	bpf_map__set_max_entries(skel->maps.events, live->conf.buffer);
	skel->rodata->fork_clones = live->conf.fork_clones;
	{
		struct attach_rodata ro = ATTACH_RODATA(skel);

		err = attach__constants(&ro, live->tracer.opts, why);
	}
	if (err)
		close_skel(live);
	return err;
}

static int climb(void *arg, const struct plan *plan, char why[LADDER_WHY])
{
	struct chain_live *live = arg;
	int err = open_skel(live, why);

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

static uint32_t cause_of(const struct chain_event *e)
{
	if (e->type != CHAIN_CLONE || e->cause != CHAIN_CAUSE_NONE)
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
		.cause = cause_of(r),
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
	if (r->caller && e.type == CHAIN_CLONE && e.cause == CHAIN_CAUSE_FORK)
		live->skel->bss->fork_caller = r->caller;
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

static uint64_t unfinished(void *arg)
{
	struct chain_live *live = arg;
	int fd = bpf_map__fd(live->skel->maps.tasks);
	uint32_t key, *from = NULL;
	struct chain_task task;
	uint64_t n = 0;

	while (!bpf_map_get_next_key(fd, from, &key)) {
		if (!bpf_map_lookup_elem(fd, &key, &task))
			n += task.depth;
		from = &key;
	}
	return n;
}

int chain_live__fd(const struct chain_live *live)
{
	return ring_buffer__epoll_fd(live->ring);
}

enum status chain_live__poll(struct chain_live *live)
{
	int err = ring_buffer__consume(live->ring);

	return err < 0 && err != -EAGAIN ? tracer__cannot_read(err) : ST_OK;
}

enum status chain_live__take(struct chain_live *live, struct when *when, bool last)
{
	enum status status;
	struct timespec t;
	uint64_t now;
	int err;

	if (last)
		tracer__wind_down(&live->tracer, &live->skel->bss->go, unfinished, live);
	status = chain_live__poll(live);
	if (!status && last) {
		do { /* nothing comes any more */
			err = ring_buffer__consume(live->ring);
		} while (err == -EAGAIN);
		if (err >= 0)
			err = join__end(&live->join);
		if (err)
			status = tracer__cannot_read(err);
	}
	clock_gettime(CLOCK_MONOTONIC, &t);
	now = t.tv_sec * 1000000000ULL + t.tv_nsec;
	when->ts = json__now();
	when->interval_s = (now - live->tracer.since) / 1e9;
	live->tracer.since = now;
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
	};
	struct chain_counts c;
	enum status status = tracer__sum(bpf_map__fd(live->skel->maps.counts), (uint64_t *)&c,
					 sizeof(c) / sizeof(uint64_t));

	if (status)
		return status;
	tracer__books(&live->tracer, c.seen, c.recorded, starts, sizeof(starts) / sizeof(*starts),
		      books);
	books__add(&books->lost, "full", c.lost[CHAIN_LOST_FULL]);
	books__add(&books->lost, "tasks", c.lost[CHAIN_LOST_TASKS]);
	books__add(&books->lost, "nested", c.lost[CHAIN_LOST_NESTED]);
	books__add(&books->lost, "unfinished", unfinished(live));
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
	forkchain_bpf__destroy(live->skel);
	join__free(&live->join);
	free(live);
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
	live->join.emit = conf->event;
	live->join.arg = conf->arg;
	live->epoch = epoch_of_monotonic();
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
