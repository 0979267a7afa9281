// SPDX-License-Identifier: GPL-2.0-only
/* Snapshots of the running kernel: loads, attaches and drains bpf/rmap.bpf.c. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "../../bpf/hist.h"
#include "../../bpf/rmap.h"
#include "../lib/bpfenv.h"
#include "../lib/drain.h"
#include "../lib/json.h"
#include "../lib/ladder.h"
#include "../lib/opts.h"
#include "rmap.skel.h"
#include "snapshot.h"

struct rmap_live {
	struct rmap_source src; /* first: the source is the live one */
	const struct opts *opts;
	struct rmap_bpf *skel;
	enum backend backend;
	struct grace *grace;
	int stats_fd;
	uint64_t since; /* CLOCK_MONOTONIC of the last snapshot, ns */
};

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

/* ------------------------------------------------------------- attaching */

/* A program of a rung: what it is attached to, and whether the rung can do without. */
struct want {
	struct bpf_program *prog;
	struct bpf_link **link;
	const char *target; /* kernel function, NULL: as in its section name */
	bool optional;	    /* not loaded where the kernel has no such function */
};

static void close_skel(struct rmap_live *live)
{
	rmap_bpf__destroy(live->skel);
	live->skel = NULL;
}

/* Opens the object with no program wanted yet and all constants set. */
static int open_skel(struct rmap_live *live, char why[LADDER_WHY])
{
	struct bpf_program *prog;
	struct filter_rodata ro;
	struct rmap_bpf *skel;
	int err;

	live->skel = skel = rmap_bpf__open();
	if (!skel) {
		snprintf(why, LADDER_WHY, "%s", bpfenv__why(-errno));
		return -errno;
	}
	skel->rodata->can_cmpxchg = bpfenv__has_cmpxchg();
	bpf_object__for_each_program(prog, skel->obj)
	{
		bpf_program__set_autoload(prog, false);
		if (!skel->rodata->can_cmpxchg)
			bpfenv__drop_cmpxchg(prog);
	}
	ro = (struct filter_rodata){
		.pid = (bool *)&skel->rodata->filter_pid,
		.cgroup = (bool *)&skel->rodata->filter_cgroup,
		.pidns_dev = (uint64_t *)&skel->rodata->pidns_dev,
		.pidns_ino = (uint64_t *)&skel->rodata->pidns_ino,
	};
	err = bpfenv__filter_rodata(live->opts, &ro);
	if (err) {
		snprintf(why, LADDER_WHY, "cannot filter: %s", strerror(-err));
		close_skel(live);
	}
	return err;
}

/* Makes the object ready: targets, loading, filter.  Not yet attached. */
static int load(struct rmap_live *live, const struct want *wants, size_t n, char why[LADDER_WHY])
{
	struct rmap_bpf *skel = live->skel;
	int err;

	for (size_t i = 0; i < n; i++) {
		err = wants[i].target ?
			      bpf_program__set_attach_target(wants[i].prog, 0, wants[i].target) :
			      0;
		if (err && !wants[i].optional) {
			snprintf(why, LADDER_WHY, "the kernel has no function %s", wants[i].target);
			return err;
		}
		bpf_program__set_autoload(wants[i].prog, !err);
	}
	bpfenv__why(0); /* a missing optional function is no news */
	err = rmap_bpf__load(skel);
	if (err) {
		snprintf(why, LADDER_WHY, "%s", bpfenv__why(err));
		return err;
	}
	err = bpfenv__filter_fill(live->opts, bpf_map__fd(skel->maps.filter_pids),
				  bpf_map__fd(skel->maps.filter_cgroups));
	if (err)
		snprintf(why, LADDER_WHY, "cannot filter: %s", strerror(-err));
	return err;
}

/* Attaches in the given order, and lets the programs count when all are there. */
static int attach(struct rmap_live *live, const struct want *wants, size_t n, char why[LADDER_WHY])
{
	for (size_t i = 0; i < n; i++) {
		if (!bpf_program__autoload(wants[i].prog))
			continue;
		*wants[i].link = bpf_program__attach(wants[i].prog);
		if (!*wants[i].link) {
			int err = -errno;

			snprintf(why, LADDER_WHY, "%s: %s", bpf_program__name(wants[i].prog),
				 bpfenv__why(err));
			return err;
		}
	}
	live->skel->bss->go = true;
	return 0;
}

static int climb(struct rmap_live *live, const struct want *wants, size_t n, char why[LADDER_WHY])
{
	int err = load(live, wants, n, why);

	if (!err)
		err = attach(live, wants, n, why);
	if (err)
		close_skel(live);
	return err;
}

#define WANT(name, ...)                                                          \
	{                                                                        \
		.prog = skel->progs.name, .link = &skel->links.name, __VA_ARGS__ \
	}

/* Known to be missing?  Tells so at once where loading would read all of the BTF first. */
static bool no_such_event(const char *event)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/kernel/tracing/events/%s", event);
	return !access("/sys/kernel/tracing/events", F_OK) && access(path, F_OK);
}

static int climb_tracepoint(void *arg, char why[LADDER_WHY])
{
	struct rmap_live *live = arg;
	int err = no_such_event("rmap/rmap_walk_end") ? -ESRCH : open_skel(live, why);

	if (err && err != -ESRCH)
		return err;
	if (!err) {
		struct rmap_bpf *skel = live->skel;
		const struct want wants[] = { WANT(walk_end) };

		err = climb(live, wants, 1, why);
	}
	if (err && bpfenv__forbidden(err))
		snprintf(why, LADDER_WHY, "%s", bpfenv__why(err));
	else if (err == -ESRCH)
		snprintf(why, LADDER_WHY,
			 "no tracepoint rmap:rmap_walk_end (it comes with the "
			 "folioscope kernel patch)");
	return err;
}

static int climb_fentry(void *arg, char why[LADDER_WHY])
{
	struct rmap_live *live = arg;
	int err = open_skel(live, why);
	struct rmap_bpf *skel = live->skel;
	bool inner;

	if (err)
		return err;
	/* 6.18 moved the file body into an inner function that has other arguments. */
	inner = !bpf_program__set_attach_target(skel->progs.enter_file_inner, 0, "__rmap_walk_file");
	{
		const char *file = inner ? "__rmap_walk_file" : "rmap_walk_file";
		/* Ends before starts: what has a start must have its end seen. */
		const struct want wants[] = {
			WANT(leave_anon, .target = "rmap_walk_anon"),
			WANT(leave_file, .target = file),
			WANT(leave_ksm, .target = "rmap_walk_ksm", .optional = true),
			WANT(look, .target = "page_vma_mapped_walk"),
			WANT(lock_got, .target = "rwsem_down_read_slowpath"),
			WANT(lock_wait, .target = "rwsem_down_read_slowpath"),
			WANT(enter_anon, .target = "rmap_walk_anon"),
			inner ? (struct want)WANT(enter_file_inner, .target = file) :
				(struct want)WANT(enter_file, .target = file),
			WANT(enter_ksm, .target = "rmap_walk_ksm", .optional = true),
		};

		return climb(live, wants, sizeof(wants) / sizeof(*wants), why);
	}
}

/* -------------------------------------------------------------- coverage */

static void set_coverage(struct rmap_live *live)
{
	struct rmap_source *src = &live->src;
	bool fentry = live->backend == BACKEND_FENTRY;

	for (enum cause c = 0; c < CAUSES; c++) {
		const char *why;

		if (!cause__exists(c, &why))
			src->causes[c] = (struct coverage){ COVERAGE_NONE, why };
	}
	/* try_to_migrate_one() in mm/rmap.c, 6.12: TTU_SPLIT_HUGE_PMD */
	if (fentry && src->causes[CAUSE_MIGRATE_UNMAP].state == COVERAGE_FULL)
		src->causes[CAUSE_MIGRATE_UNMAP] =
			(struct coverage){ COVERAGE_PARTIAL, "a huge page that is split by the "
							     "walk counts as not mapped" };
	if (fentry && !bpf_program__autoload(live->skel->progs.enter_ksm))
		src->kinds[RMAP_KSM] = (struct coverage){ COVERAGE_NONE, "CONFIG_KSM is off" };
}

/* -------------------------------------------------------------- draining */

static int on_row(void *arg, const void *k, const void *v)
{
	const struct rmap_key *key = k;
	const struct rmap_row *row = v;
	struct rmap_stat *s = rmap_snapshot__add(arg);

	if (!s)
		return -ENOMEM;
	s->pid = key->tgid;
	s->cause = cause__of(key->rmap_one, key->flags & RMAP_KEY_MIGRATION);
	s->kind = key->kind;
	memcpy(s->comm, row->comm, sizeof(s->comm));
	s->comm[sizeof(s->comm) - 1] = 0;
	s->walks = row->walks;
	s->vmas = row->vmas;
	s->mapped = row->mapped;
	s->ns = row->ns;
	s->lock_ns = row->lock_ns;
	s->ns_max = row->ns_max;
	s->vmas_max = row->vmas_max;
	return 0;
}

static int on_bucket(void *arg, const void *k, const void *v)
{
	const struct rmap_key *key = k;
	struct rmap_stat *s = rmap_snapshot__find(
		arg, key->tgid, cause__of(key->rmap_one, key->flags & RMAP_KEY_MIGRATION), key->kind);

	return s ? hist__add(&s->hist, key->bucket, *(const uint64_t *)v) : 0;
}

/* Walks still in a slot: under way, or their end was missed. */
static uint64_t unfinished(struct rmap_live *live)
{
	uint64_t n = 0;

	for (unsigned int i = 0; i < RMAP_SLOTS; i++)
		n += live->skel->bss->slots[i].tid != 0;
	return n;
}

/* No new walk is taken; those under way get a little time to end. */
static void wind_down(struct rmap_live *live)
{
	const struct timespec pause = { .tv_nsec = 5000000 };

	live->skel->bss->go = false;
	grace__wait(live->grace);
	if (live->backend != BACKEND_FENTRY)
		return;
	for (int i = 0; i < 40 && unfinished(live); i++)
		nanosleep(&pause, NULL);
}

static enum status live_next(struct rmap_source *src, struct rmap_snapshot *snap, bool last)
{
	struct rmap_live *live = (struct rmap_live *)src;
	struct rmap_bpf *skel = live->skel;
	uint32_t half = skel->bss->epoch;
	uint64_t now;
	int err;

	if (last)
		wind_down(live);
	skel->bss->epoch = !half;
	err = grace__wait(live->grace);
	now = now_ns();
	snap->ts = json__now();
	snap->interval_s = (now - live->since) / 1e9;
	live->since = now;
	if (!err)
		err = drain__hash(bpf_map__fd(half ? skel->maps.rows_1 : skel->maps.rows_0),
				  sizeof(struct rmap_key), sizeof(struct rmap_row), on_row, snap);
	if (!err)
		err = rmap_snapshot__merge(snap);
	if (!err)
		err = drain__hash(bpf_map__fd(half ? skel->maps.hist_1 : skel->maps.hist_0),
				  sizeof(struct rmap_key), sizeof(uint64_t), on_bucket, snap);
	if (err)
		return fail(ST_FAIL, "cannot read what was traced: %s", strerror(-err));
	return ST_OK;
}

/* ----------------------------------------------------------------- books */

static int sum_counts(struct rmap_live *live, struct rmap_counts *sum)
{
	int cpus = libbpf_num_possible_cpus();
	struct rmap_counts *per_cpu;
	uint32_t zero = 0;
	int err;

	*sum = (struct rmap_counts){ 0 };
	per_cpu = cpus > 0 ? calloc(cpus, sizeof(*per_cpu)) : NULL;
	if (!per_cpu)
		return -ENOMEM;
	err = bpf_map_lookup_elem(bpf_map__fd(live->skel->maps.counts), &zero, per_cpu);
	for (int i = 0; !err && i < cpus; i++) {
		sum->seen += per_cpu[i].seen;
		sum->recorded += per_cpu[i].recorded;
		for (unsigned int l = 0; l < RMAP_LOST_MAX; l++)
			sum->lost[l] += per_cpu[i].lost[l];
		sum->hist_full += per_cpu[i].hist_full;
		sum->orphans += per_cpu[i].orphans;
	}
	free(per_cpu);
	return err;
}

static enum status live_account(struct rmap_source *src, struct rmap_account *a)
{
	struct rmap_live *live = (struct rmap_live *)src;
	struct rmap_bpf *skel = live->skel;
	struct bpf_program *const starts[] = { skel->progs.walk_end, skel->progs.enter_anon,
					       skel->progs.enter_file, skel->progs.enter_file_inner,
					       skel->progs.enter_ksm };
	struct prog_stats start = { 0 }, look = { 0 }, all = { 0 };
	struct bpf_program *prog;
	struct rmap_counts c;
	int err = sum_counts(live, &c);

	if (err)
		return fail(ST_FAIL, "cannot read the counters: %s", strerror(-err));
	for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++)
		bpfenv__prog_stats(starts[i], &start);
	bpfenv__prog_stats(skel->progs.look, &look);
	bpf_object__for_each_program(prog, skel->obj) bpfenv__prog_stats(prog, &all);
	*a = (struct rmap_account){
		.seen = c.seen + start.misses,
		.recorded = c.recorded,
		.lost[LOST_FULL] = c.lost[RMAP_LOST_FULL],
		.lost[LOST_COLLISION] = c.lost[RMAP_LOST_COLLISION],
		.lost[LOST_STALE] = c.lost[RMAP_LOST_STALE],
		.lost[LOST_RECURSION] = start.misses,
		.lost[LOST_UNFINISHED] = unfinished(live),
		.visits_missed = look.misses,
		.hist_full = c.hist_full,
		.orphans = c.orphans,
		.bpf_runs = all.runs,
		.bpf_ns = all.ns,
	};
	a->lost[LOST_UNMATCHED] = a->seen - a->recorded;
	for (enum lost l = 0; l < LOST_UNMATCHED; l++)
		a->lost[LOST_UNMATCHED] -= a->lost[l];
	return ST_OK;
}

/* ------------------------------------------------------------ open, close */

static void live_close(struct rmap_source *src)
{
	struct rmap_live *live = (struct rmap_live *)src;

	close_skel(live);
	grace__free(live->grace);
	if (live->stats_fd >= 0)
		close(live->stats_fd);
	free(live);
}

static const struct rmap_source_ops live_ops = {
	.next = live_next,
	.account = live_account,
	.close = live_close,
};

enum status rmap_live__open(const struct opts *opts, struct rmap_source **src)
{
	static const struct rung rungs[] = {
		{ BACKEND_TRACEPOINT, climb_tracepoint },
		{ BACKEND_FENTRY, climb_fentry },
	};
	struct rmap_live *live;
	uint64_t begin = now_ns();
	enum status status = bpfenv__check(opts->verbose);

	if (status)
		return status;
	live = calloc(1, sizeof(*live));
	if (!live)
		return fail(ST_FAIL, "out of memory");
	live->src.ops = &live_ops;
	live->opts = opts;
	status = ladder__climb(rungs, sizeof(rungs) / sizeof(*rungs), opts->backend, live,
			       opts->verbose, &live->backend);
	live->stats_fd = status ? -1 : bpfenv__stats_on();
	live->grace = status ? NULL : grace__new();
	if (!status && !live->grace)
		status = fail(ST_FAIL, "cannot make a BPF map: %s", strerror(errno));
	if (status) {
		live_close(&live->src);
		return status;
	}
	live->src.backend = backend__name(live->backend);
	if (opts->verbose)
		warn_user("backend %s: attached after %.2f s", live->src.backend,
			  (now_ns() - begin) / 1e9);
	cause__init();
	set_coverage(live);
	malloc_trim(0); /* the kernel's BTF took several MB while loading */
	live->since = now_ns();
	*src = &live->src;
	return ST_OK;
}
