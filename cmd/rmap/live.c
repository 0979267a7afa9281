// SPDX-License-Identifier: GPL-2.0-only
/* Snapshots of the running kernel: loads, attaches and drains bpf/rmap.bpf.c. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "../../bpf/hist.h"
#include "../../bpf/rmap.h"
#include "../lib/cgroup.h"
#include "../lib/drain.h"
#include "../lib/intern.h"
#include "../lib/tracer.h"
#include "rmap.skel.h"
#include "live.h"
#include "throttle.h"

struct rmap_live {
	struct tracer tracer;
	struct rmap_filter filter;
	unsigned int by; /* enum rmap_by: what rows are split by */
	uint32_t max_rows;
	uint32_t sample;     /* to begin with */
	double max_overhead; /* per cent of one CPU, 0: any */
	uint64_t spent_ns;   /* by the programs until the last interval */
	struct rmap_bpf *skel;
};

/* ------------------------------------------------------------- attaching */

static void close_skel(struct rmap_live *live)
{
	attach__free(&live->tracer.attach);
	rmap_bpf__destroy(live->skel);
	live->skel = NULL;
}

static void set_filter(struct rmap_bpf *skel, const struct rmap_filter *filter)
{
	uint32_t n = 0;

	skel->rodata->only_kinds = filter->kinds;
	skel->rodata->min_vmas = filter->min_vmas;
	skel->rodata->only_migration = filter->causes >> CAUSE_MIGRATE_UNMAP & 1;
	for (enum cause c = 0; c < CAUSES; c++)
		if (filter->causes >> c & 1)
			n += cause__callbacks(c, (uint64_t *)skel->rodata->cause + n,
					      RMAP_CAUSES_MAX - n);
	/* Without a callback of its own a cause is told by a flag: then nothing else passes. */
	skel->rodata->only_causes = filter->causes && !n ? 1 : n;
	if (filter->comm) {
		skel->rodata->only_comm = true;
		strncpy((char *)skel->rodata->comm, filter->comm, sizeof(skel->rodata->comm) - 1);
	}
}

static int climb(struct rmap_live *live, const struct attach_want *wants, size_t n,
		 char why[LADDER_WHY])
{
	int err = attach__climb(&live->tracer.attach, live->skel->skeleton, wants, n,
				live->tracer.opts, why);

	if (err)
		close_skel(live);
	if (err)
		return err;
	live->skel->bss->sample = live->sample;
	live->skel->bss->go = true;
	return 0;
}

/* Opens the object with all constants set. */
static int open_skel(struct rmap_live *live, char why[LADDER_WHY])
{
	int err;

	live->skel = rmap_bpf__open();
	if (!live->skel) {
		err = -errno;
		snprintf(why, LADDER_WHY, "%s", bpfenv__why(err));
		return err;
	}
	{
		struct attach_rodata ro = ATTACH_RODATA(live->skel);

		err = attach__constants(&ro, live->tracer.opts, why);
	}
	bpf_map__set_max_entries(live->skel->maps.rows_0, live->max_rows);
	bpf_map__set_max_entries(live->skel->maps.rows_1, live->max_rows);
	bpf_map__set_max_entries(live->skel->maps.hist_0, RMAP_BUCKETS_A_ROW * live->max_rows);
	bpf_map__set_max_entries(live->skel->maps.hist_1, RMAP_BUCKETS_A_ROW * live->max_rows);
	set_filter(live->skel, &live->filter);
	live->skel->rodata->by_cgroup = live->by & RMAP_BY_CGROUP;
	live->skel->rodata->by_owner = live->by & RMAP_BY_OWNER;
	if (err)
		close_skel(live);
	return err;
}

static int climb_tracepoint(void *arg, char why[LADDER_WHY])
{
	/* Whose a folio is, is told by the VMAs on the way. */
	static const struct attach_want wants[] = {
		{ .prog = "walk_end" },
		{ .prog = "look", .target = "page_vma_mapped_walk" },
		{ .prog = "walk_start" },
	};
	struct rmap_live *live = arg;
	int err = attach__no_event("rmap/rmap_walk_end") ? -ESRCH : open_skel(live, why);

	if (err && err != -ESRCH)
		return err;
	if (!err)
		err = climb(live, wants, live->by & RMAP_BY_OWNER ? 3 : 1, why);
	if (err && bpfenv__forbidden(err))
		snprintf(why, LADDER_WHY, "%s", bpfenv__why(err));
	else if (err == -ESRCH)
		snprintf(why, LADDER_WHY,
			 "no tracepoint rmap:rmap_walk_end (it comes with the "
			 "folioscope kernel patch)");
	return err;
}

/* 6.18 moved the file body into an inner function that has other arguments. */
static bool has_inner(struct rmap_live *live)
{
	return attach__aim(live->skel->skeleton, "enter_file_inner", "__rmap_walk_file");
}

/* Ends before starts: what has a start must have its end seen. */
static int climb_fentry(void *arg, char why[LADDER_WHY])
{
	struct rmap_live *live = arg;
	int err = open_skel(live, why);
	bool inner = !err && has_inner(live);
	const char *file = inner ? "__rmap_walk_file" : "rmap_walk_file";
	const struct attach_want wants[] = {
		{ .prog = "leave_anon", .target = "rmap_walk_anon" },
		{ .prog = "leave_file", .target = file },
		{ .prog = "leave_ksm", .target = "rmap_walk_ksm", .optional = true },
		{ .prog = "look", .target = "page_vma_mapped_walk" },
		{ .prog = "lock_got", .target = "rwsem_down_read_slowpath" },
		{ .prog = "lock_wait", .target = "rwsem_down_read_slowpath" },
		{ .prog = "enter_anon", .target = "rmap_walk_anon" },
		{ .prog = inner ? "enter_file_inner" : "enter_file", .target = file },
		{ .prog = "enter_ksm", .target = "rmap_walk_ksm", .optional = true },
	};

	return err ? err : climb(live, wants, sizeof(wants) / sizeof(*wants), why);
}

static int climb_kprobe(void *arg, char why[LADDER_WHY])
{
	struct rmap_live *live = arg;
	int err = open_skel(live, why);
	bool inner = !err && has_inner(live);
	const char *file = inner ? "__rmap_walk_file" : "rmap_walk_file";
	const struct attach_want wants[] = {
		{ .prog = "leave_kprobe", .target = "rmap_walk_anon" },
		{ .prog = "leave_kprobe", .target = file },
		{ .prog = "leave_kprobe", .target = "rmap_walk_ksm", .optional = true },
		{ .prog = "look_kprobe", .target = "page_vma_mapped_walk" },
		{ .prog = "look_begin_kprobe", .target = "page_vma_mapped_walk" },
		{ .prog = "lock_got_kprobe", .target = "rwsem_down_read_slowpath" },
		{ .prog = "lock_wait_kprobe", .target = "rwsem_down_read_slowpath" },
		{ .prog = "enter_anon_kprobe", .target = "rmap_walk_anon" },
		{ .prog = inner ? "enter_file_inner_kprobe" : "enter_file_kprobe", .target = file },
		{ .prog = "enter_ksm_kprobe", .target = "rmap_walk_ksm", .optional = true },
	};

	return err ? err : climb(live, wants, sizeof(wants) / sizeof(*wants), why);
}

/* -------------------------------------------------------------- coverage */

static void set_coverage(const struct rmap_live *live, struct head *head)
{
	bool probes = live->tracer.backend != BACKEND_TRACEPOINT;

	for (enum cause c = 0; c < CAUSES; c++) {
		enum coverage_state state = COVERAGE_FULL;
		const char *why = NULL;

		if (!cause__exists(c, &why)) {
			state = COVERAGE_NONE;
		} else if (probes && c == CAUSE_MIGRATE_UNMAP) {
			/* try_to_migrate_one() in mm/rmap.c, 6.12: TTU_SPLIT_HUGE_PMD */
			state = COVERAGE_PARTIAL;
			why = "a huge page that is split by the walk counts as not mapped";
		}
		head__cover(head, cause__name(c), state, state ? why : NULL);
	}
	if (live->by & RMAP_BY_OWNER)
		head__cover(head, "owner", COVERAGE_PARTIAL,
			    "of an anonymous folio it is known if the walk meets its VMA");
	for (enum rmap_kind k = 0; k < RMAP_KINDS; k++) {
		bool off = probes && k == RMAP_KSM &&
			   !attach__has(&live->tracer.attach, "enter_ksm") &&
			   !attach__has(&live->tracer.attach, "enter_ksm_kprobe");

		head__cover(head, kind__name(k), off ? COVERAGE_NONE : COVERAGE_FULL,
			    off ? "CONFIG_KSM is off" : NULL);
	}
}

/* -------------------------------------------------------------- draining */

struct draining {
	struct rmap_live *live;
	struct rmap_snapshot *snap;
};

static const char *cgroup_of(uint64_t id)
{
	const char *path = id ? cgroup__path(id) : NULL;
	char gone[32];

	if (path)
		return path;
	snprintf(gone, sizeof(gone), "(gone, id %" PRIu64 ")", id);
	return intern__string(gone);
}

static struct owner owner_of(struct rmap_live *live, const struct rmap_key *key)
{
	static const uint8_t types[RMAP_KINDS] = {
		[RMAP_ANON] = OWNER_PROCESS,
		[RMAP_FILE] = OWNER_FILE,
		[RMAP_SHMEM] = OWNER_FILE,
		[RMAP_KSM] = OWNER_KSM,
	};
	const struct rmap_owner_key name_of = { .owner = key->owner, .dev = key->dev };
	struct owner owner = { .type = OWNER_UNKNOWN };
	struct rmap_owner_name name;

	if (!key->owner)
		return owner;
	owner.type = types[key->kind];
	owner.dev = key->dev;
	owner.id = key->owner;
	if (!bpf_map_lookup_elem(bpf_map__fd(live->skel->maps.owner_names), &name_of, &name)) {
		name.name[sizeof(name.name) - 1] = 0;
		owner.name = intern__string(name.name);
	}
	return owner;
}

/* What a row is about. */
static struct rmap_stat identity(struct rmap_live *live, const struct rmap_key *key)
{
	struct rmap_stat s = {
		.pid = key->tgid,
		.cause = cause__of(key->rmap_one, key->flags & RMAP_KEY_MIGRATION),
		.kind = key->kind,
	};

	if (live->by & RMAP_BY_CGROUP)
		s.cgroup = cgroup_of(key->cgroup);
	if (live->by & RMAP_BY_OWNER)
		s.owner = owner_of(live, key);
	return s;
}

static int on_row(void *arg, const void *k, const void *v)
{
	const struct draining *d = arg;
	const struct rmap_row *row = v;
	struct rmap_stat *s = rmap_snapshot__add(d->snap);

	if (!s)
		return -ENOMEM;
	*s = identity(d->live, k);
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
	const struct draining *d = arg;
	const struct rmap_stat like = identity(d->live, k);
	struct rmap_stat *s = rmap_snapshot__like(d->snap, &like);

	return s ? hist__add(&s->hist, ((const struct rmap_key *)k)->bucket, *(const uint64_t *)v) :
		   0;
}

/* Walks still in a slot: under way, or their end was missed. */
/* After an interval: is it still cheap enough? */
static void throttle(struct rmap_live *live, double interval_s)
{
	volatile uint32_t *sample = &live->skel->bss->sample;
	uint64_t spent = tracer__cost(&live->tracer);

	*sample = throttle__next(*sample, spent - live->spent_ns, interval_s * 1e9,
				 live->max_overhead);
	live->spent_ns = spent;
}

static uint64_t unfinished(void *arg)
{
	struct rmap_live *live = arg;
	uint64_t n = 0;

	for (unsigned int i = 0; i < RMAP_SLOTS; i++)
		n += live->skel->bss->slots[i].tid != 0;
	return n;
}

enum status rmap_live__take(struct rmap_live *live, struct rmap_snapshot *snap, struct when *when,
			    bool last)
{
	struct draining d = { live, snap };
	struct rmap_bpf *skel = live->skel;
	int half, err;

	if (last)
		tracer__wind_down(&live->tracer, &skel->bss->go, unfinished, live);
	half = err = tracer__swap(&live->tracer, &skel->bss->epoch, when);
	snap->sample = skel->bss->sample;
	if (live->max_overhead > 0)
		throttle(live, when->interval_s);
	if (half >= 0)
		err = drain__hash(bpf_map__fd(half ? skel->maps.rows_1 : skel->maps.rows_0),
				  sizeof(struct rmap_key), sizeof(struct rmap_row), on_row, &d);
	if (!err)
		err = rmap_snapshot__group(snap, live->by);
	if (!err)
		err = drain__hash(bpf_map__fd(half ? skel->maps.hist_1 : skel->maps.hist_0),
				  sizeof(struct rmap_key), sizeof(uint64_t), on_bucket, &d);
	return err ? tracer__cannot_read(err) : ST_OK;
}

/* ----------------------------------------------------------------- books */

enum status rmap_live__account(struct rmap_live *live, struct books *books)
{
	struct rmap_bpf *skel = live->skel;
	struct bpf_program *const starts[] = {
		skel->progs.walk_end,	       skel->progs.enter_anon,
		skel->progs.enter_file,	       skel->progs.enter_file_inner,
		skel->progs.enter_ksm,	       skel->progs.enter_anon_kprobe,
		skel->progs.enter_file_kprobe, skel->progs.enter_file_inner_kprobe,
		skel->progs.enter_ksm_kprobe,
	};
	struct prog_stats look = { 0 };
	struct rmap_counts c;
	enum status status = tracer__sum(bpf_map__fd(skel->maps.counts), (uint64_t *)&c,
					 sizeof(c) / sizeof(uint64_t));

	if (status)
		return status;
	bpfenv__prog_stats(skel->progs.look, &look);
	bpfenv__prog_stats(skel->progs.look_kprobe, &look);
	tracer__books(&live->tracer, c.seen - c.filtered, c.recorded, starts,
		      sizeof(starts) / sizeof(*starts), books);
	books__add(&books->lost, "full", c.lost[RMAP_LOST_FULL]);
	books__add(&books->lost, "collision", c.lost[RMAP_LOST_COLLISION]);
	books__add(&books->lost, "stale", c.lost[RMAP_LOST_STALE]);
	books__add(&books->lost, "unfinished", unfinished(live));
	books__close(books);
	books__add(&books->inexact, "visits_missed", look.misses);
	books__add(&books->inexact, "hist_full", c.hist_full);
	books__add(&books->inexact, "orphans", c.orphans);
	return ST_OK;
}

/* ------------------------------------------------------------ open, close */

void rmap_live__close(struct rmap_live *live)
{
	if (!live)
		return;
	tracer__stop(&live->tracer);
	rmap_bpf__destroy(live->skel);
	free(live);
}

enum status rmap_live__open(const struct opts *opts, const struct rmap_filter *filter,
			    const struct rmap_mode *mode, struct head *head, struct rmap_live **out)
{
	static const struct rung rungs[] = {
		{ BACKEND_TRACEPOINT, climb_tracepoint },
		{ BACKEND_FENTRY, climb_fentry },
		{ BACKEND_KPROBE, climb_kprobe },
	};
	struct rmap_live *live;
	enum status status;

	*out = live = calloc(1, sizeof(*live));
	if (!live)
		return fail(ST_FAIL, "out of memory");
	live->filter = *filter;
	live->by = RMAP_BY_ALL | mode->by;
	live->max_rows = mode->max_rows ? mode->max_rows : RMAP_ROWS_MAX;
	live->sample = mode->sample;
	live->max_overhead = mode->max_overhead;
	status = bpfenv__check(opts->verbose); /* who may not trace need not know of callbacks */
	if (!status)
		status = rmap_filter__check(filter);
	if (status)
		return status;
	status = tracer__start(&live->tracer, opts, rungs, sizeof(rungs) / sizeof(*rungs), live,
			       head);
	if (status)
		return status;
	cause__init();
	set_coverage(live, head);
	tracer__begin(&live->tracer);
	return ST_OK;
}
