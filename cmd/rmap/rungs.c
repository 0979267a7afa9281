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
#include "plan.h"

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

static void set_filter(struct rmap_bpf *skel, const struct rmap_filter *filter, bool light)
{
	uint32_t causes = filter->causes, n = 0;

	if (light)
		causes = causes ? causes & rmap_plan__light() : rmap_plan__light();
	skel->rodata->only_kinds = filter->kinds;
	skel->rodata->min_vmas = filter->min_vmas;
	skel->rodata->only_migration = causes >> CAUSE_MIGRATE_UNMAP & 1;
	skel->rodata->light = light;
	cause__callbacks(CAUSE_RECLAIM_REF, (uint64_t *)&skel->rodata->asks[0], 1);
	cause__callbacks(CAUSE_IDLE, (uint64_t *)&skel->rodata->asks[1], 1);
	for (enum cause c = 0; c < CAUSES; c++)
		if (causes >> c & 1)
			n += cause__callbacks(c, (uint64_t *)skel->rodata->cause + n,
					      RMAP_CAUSES_MAX - n);
	/* Without a callback of its own a cause is told by a flag: then nothing else passes. */
	skel->rodata->only_causes = causes && !n ? 1 : n;
	if (filter->comm) {
		skel->rodata->only_comm = true;
		strncpy((char *)skel->rodata->comm, filter->comm, sizeof(skel->rodata->comm) - 1);
	}
}

static void size_rows(struct bpf_map *map, const struct rmap_mode *mode, uint32_t a_row)
{
	bpf_map__set_max_entries(map, a_row * mode->max_rows);
	bpf_map__set_key_size(map, RMAP_KEY_SIZE(mode->by & (RMAP_BY_CGROUP | RMAP_BY_OWNER)));
}

/* Opens the object with all constants set. */
static int open_skel(struct climber *c, const struct plan *plan, char why[LADDER_WHY])
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

		err = attach__constants(&ro, plan, c->tracer->opts, why);
	}
	size_rows(c->skel->maps.rows_0, c->mode, 1);
	size_rows(c->skel->maps.rows_1, c->mode, 1);
	size_rows(c->skel->maps.hist_0, c->mode, RMAP_BUCKETS_A_ROW);
	size_rows(c->skel->maps.hist_1, c->mode, RMAP_BUCKETS_A_ROW);
	set_filter(c->skel, c->filter, c->mode->light);
	/* What is not asked for takes no memory. */
	bpf_map__set_autocreate(c->skel->maps.outliers_0, c->mode->outliers);
	bpf_map__set_autocreate(c->skel->maps.outliers_1, c->mode->outliers);
	bpf_map__set_autocreate(c->skel->maps.stacks_0, c->mode->stacks);
	bpf_map__set_autocreate(c->skel->maps.stacks_1, c->mode->stacks);
	bpf_map__set_autocreate(c->skel->maps.stack_traces, c->mode->stacks);
	c->skel->rodata->outliers = c->mode->outliers;
	c->skel->rodata->stacks = c->mode->stacks;
	c->skel->rodata->by_cgroup = c->mode->by & RMAP_BY_CGROUP;
	bpf_map__set_autocreate(c->skel->maps.owner_names, c->mode->by & RMAP_BY_OWNER);
	c->skel->rodata->by_owner = c->mode->by & RMAP_BY_OWNER;
	if (err)
		close_skel(c);
	return err;
}

static int climb(void *arg, const struct plan *plan, char why[LADDER_WHY])
{
	struct climber *c = arg;
	int err = open_skel(c, plan, why);

	if (err)
		return err;
	err = attach__climb(&c->tracer->attach, c->skel->skeleton, plan, c->tracer->opts, why);
	if (err) {
		close_skel(c);
		return err;
	}
	c->skel->bss->sample = c->mode->sample;
	c->skel->bss->go = true;
	return 0;
}

static void make_plan(const void *arg, struct kernel *kernel, struct plan *plan)
{
	const struct climber *c = arg;

	rmap_plan__make(plan, kernel, c->mode);
}

enum status rmap_rungs__climb(struct tracer *t, const struct opts *opts, struct kernel *kernel,
			      const struct rmap_filter *filter, const struct rmap_mode *mode,
			      struct head *head, struct rmap_bpf **skel)
{
	static const struct ladder ladder = { rmap_plan__rungs, make_plan, climb };
	struct climber c = { .tracer = t, .filter = filter, .mode = mode };
	enum status status;

	if (mode->light) /* which walks are counted is told by their callbacks */
		cause__init(kernel);
	status = tracer__start(t, opts, &ladder, kernel, &c, head);

	*skel = c.skel;
	if (status)
		return status;
	cause__init(kernel);
	rmap_plan__cover(&t->plan, kernel, mode, head);
	return ST_OK;
}
