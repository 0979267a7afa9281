// SPDX-License-Identifier: GPL-2.0-only
/* The ways to see rmap walks: which programs of bpf/rmap.bpf.c go where. */
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "../../bpf/rmap.h"
#include "rmap.skel.h"
#include "rungs.h"
#include "cause.h"

struct climber {
	struct tracer *tracer;
	const struct rmap_filter *filter;
	const struct rmap_mode *mode;
	struct rmap_bpf *skel;
};

/* ------------------------------------------------------------- attaching */

static void close_skel(struct climber *c)
{
	attach__free(&c->tracer->attach);
	rmap_bpf__destroy(c->skel);
	c->skel = NULL;
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

static int climb(struct climber *c, const struct attach_want *wants, size_t n, char why[LADDER_WHY])
{
	int err =
		attach__climb(&c->tracer->attach, c->skel->skeleton, wants, n, c->tracer->opts, why);

	if (err)
		close_skel(c);
	if (err)
		return err;
	c->skel->bss->sample = c->mode->sample;
	c->skel->bss->go = true;
	return 0;
}

/* Opens the object with all constants set. */
static int open_skel(struct climber *c, char why[LADDER_WHY])
{
	int err;

	c->skel = rmap_bpf__open();
	if (!c->skel) {
		err = -errno;
		snprintf(why, LADDER_WHY, "%s", bpfenv__why(err));
		return err;
	}
	{
		struct attach_rodata ro = ATTACH_RODATA(c->skel);

		err = attach__constants(&ro, c->tracer->opts, why);
	}
	bpf_map__set_max_entries(c->skel->maps.rows_0, c->mode->max_rows);
	bpf_map__set_max_entries(c->skel->maps.rows_1, c->mode->max_rows);
	bpf_map__set_max_entries(c->skel->maps.hist_0, RMAP_BUCKETS_A_ROW * c->mode->max_rows);
	bpf_map__set_max_entries(c->skel->maps.hist_1, RMAP_BUCKETS_A_ROW * c->mode->max_rows);
	set_filter(c->skel, c->filter);
	c->skel->rodata->by_cgroup = c->mode->by & RMAP_BY_CGROUP;
	c->skel->rodata->by_owner = c->mode->by & RMAP_BY_OWNER;
	if (err)
		close_skel(c);
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
	struct climber *c = arg;
	int err = attach__no_event("rmap/rmap_walk_end") ? -ESRCH : open_skel(c, why);

	if (err && err != -ESRCH)
		return err;
	if (!err)
		err = climb(c, wants, c->mode->by & RMAP_BY_OWNER ? 3 : 1, why);
	if (err && bpfenv__forbidden(err))
		snprintf(why, LADDER_WHY, "%s", bpfenv__why(err));
	else if (err == -ESRCH)
		snprintf(why, LADDER_WHY,
			 "no tracepoint rmap:rmap_walk_end (it comes with the "
			 "folioscope kernel patch)");
	return err;
}

/* 6.18 moved the file body into an inner function that has other arguments. */
static bool has_inner(struct climber *c)
{
	return attach__aim(c->skel->skeleton, "enter_file_inner", "__rmap_walk_file");
}

/* Ends before starts: what has a start must have its end seen. */
static int climb_fentry(void *arg, char why[LADDER_WHY])
{
	struct climber *c = arg;
	int err = open_skel(c, why);
	bool inner = !err && has_inner(c);
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

	return err ? err : climb(c, wants, sizeof(wants) / sizeof(*wants), why);
}

static int climb_kprobe(void *arg, char why[LADDER_WHY])
{
	struct climber *c = arg;
	int err = open_skel(c, why);
	bool inner = !err && has_inner(c);
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

	return err ? err : climb(c, wants, sizeof(wants) / sizeof(*wants), why);
}

/* -------------------------------------------------------------- coverage */

static void set_coverage(const struct climber *c, struct head *head)
{
	bool probes = c->tracer->backend != BACKEND_TRACEPOINT;

	for (enum cause cause = 0; cause < CAUSES; cause++) {
		enum coverage_state state = COVERAGE_FULL;
		const char *why = NULL;

		if (!cause__exists(cause, &why)) {
			state = COVERAGE_NONE;
		} else if (probes && cause == CAUSE_MIGRATE_UNMAP) {
			/* try_to_migrate_one() in mm/rmap.c, 6.12: TTU_SPLIT_HUGE_PMD */
			state = COVERAGE_PARTIAL;
			why = "a huge page that is split by the walk counts as not mapped";
		}
		head__cover(head, cause__name(cause), state, state ? why : NULL);
	}
	if (c->mode->by & RMAP_BY_OWNER)
		head__cover(head, "owner", COVERAGE_PARTIAL,
			    "of an anonymous folio it is known if the walk meets its VMA");
	for (enum rmap_kind k = 0; k < RMAP_KINDS; k++) {
		bool off = probes && k == RMAP_KSM && !attach__has(&c->tracer->attach, "enter_ksm") &&
			   !attach__has(&c->tracer->attach, "enter_ksm_kprobe");

		head__cover(head, kind__name(k), off ? COVERAGE_NONE : COVERAGE_FULL,
			    off ? "CONFIG_KSM is off" : NULL);
	}
}

/* ----------------------------------------------------------------- climb */

enum status rmap_rungs__climb(struct tracer *t, const struct opts *opts,
			      const struct rmap_filter *filter, const struct rmap_mode *mode,
			      struct head *head, struct rmap_bpf **skel)
{
	static const struct rung rungs[] = {
		{ BACKEND_TRACEPOINT, climb_tracepoint },
		{ BACKEND_FENTRY, climb_fentry },
		{ BACKEND_KPROBE, climb_kprobe },
	};
	struct climber c = { .tracer = t, .filter = filter, .mode = mode };
	enum status status = tracer__start(t, opts, rungs, sizeof(rungs) / sizeof(*rungs), &c, head);

	*skel = c.skel;
	if (status)
		return status;
	cause__init();
	set_coverage(&c, head);
	return ST_OK;
}
