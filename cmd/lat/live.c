// SPDX-License-Identifier: GPL-2.0-only
/* Exchanges and migrations of the running kernel: loads, attaches and drains bpf/exchange.bpf.c. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "../lib/drain.h"
#include "../lib/tracer.h"
#include "exchange.skel.h"
#include "live.h"
#include "plan.h"

struct lat_live {
	struct tracer tracer;
	struct lat_conf conf;
	struct exchange_bpf *skel;
};

/* ------------------------------------------------------------- attaching */

static void close_skel(struct lat_live *live)
{
	attach__free(&live->tracer.attach);
	exchange_bpf__destroy(live->skel);
	live->skel = NULL;
}

static int open_skel(struct lat_live *live, const struct plan *plan, char why[LADDER_WHY])
{
	struct exchange_bpf *skel = exchange_bpf__open();
	int err = -errno;

	live->skel = skel;
	if (!skel) {
		snprintf(why, LADDER_WHY, "%s", bpfenv__why(err));
		return err;
	}
	skel->rodata->split_nid = live->conf.split.nid;
	skel->rodata->split_order = live->conf.split.order;
	skel->rodata->split_task = live->conf.split.task;
	skel->rodata->split_reason = live->conf.split.reason;
	bpf_map__set_max_entries(skel->maps.cells_0, live->conf.cells);
	bpf_map__set_max_entries(skel->maps.cells_1, live->conf.cells);
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
	struct lat_live *live = arg;
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
	lat_plan__make(plan, kernel, &((const struct lat_live *)arg)->conf);
}

/* -------------------------------------------------------------- draining */

struct draining {
	struct lat_live *live;
	struct lat_snapshot *snap;
};

static int on_cell(void *arg, const void *k, const void *v)
{
	const struct draining *d = arg;
	const struct lat_key *key = k;
	const struct lat_cell *cell = v;
	const struct lat_id id = { .op = key->op,
				   .order = key->order,
				   .reason = key->reason,
				   .nid_a = key->nid_a,
				   .nid_b = key->nid_b,
				   .pid = key->pid };
	struct lat_row *row = lat_snapshot__row(d->snap, &id);
	struct durations *durations;

	if (!row)
		return -ENOMEM;
	if (id.pid && !row->comm[0]) {
		struct lat_comm comm;

		if (!bpf_map_lookup_elem(bpf_map__fd(d->live->skel->maps.comms), &id.pid, &comm))
			memcpy(row->comm, comm.comm, sizeof(row->comm) - 1);
	}
	if (key->measure == LAT_RESULT) {
		if (key->bucket < LAT_RESULTS)
			row->result[key->bucket] += cell->n;
		return 0;
	}
	durations = lat_row__durations(row, key->measure);
	durations->ns += cell->sum;
	if (cell->max > durations->max)
		durations->max = cell->max;
	return hist__add(&durations->hist, key->bucket, cell->n);
}

/* Calls still under way, or whose end was missed, and steps of them. */
static uint64_t unfinished(void *arg)
{
	struct lat_live *live = arg;
	int fd = bpf_map__fd(live->skel->maps.tasks);
	uint32_t key, *from = NULL;
	struct lat_task task;
	uint64_t n = 0;

	while (!bpf_map_get_next_key(fd, from, &key)) {
		if (!bpf_map_lookup_elem(fd, &key, &task))
			n += task.depth + !!task.unmap + !!task.move;
		from = &key;
	}
	return n;
}

enum status lat_live__take(struct lat_live *live, struct lat_snapshot *snap, struct when *when,
			   bool last)
{
	struct draining d = { live, snap };
	struct exchange_bpf *skel = live->skel;
	int half, err;

	if (last)
		tracer__wind_down(&live->tracer, &skel->bss->go, unfinished, live);
	half = err = tracer__swap(&live->tracer, &skel->bss->epoch);
	tracer__interval(&live->tracer, when);
	if (half >= 0)
		err = drain__hash(bpf_map__fd(half ? skel->maps.cells_1 : skel->maps.cells_0),
				  sizeof(struct lat_key), sizeof(struct lat_cell), on_cell, &d);
	return err ? tracer__cannot_read(err) : ST_OK;
}

/* ----------------------------------------------------------------- books */

enum status lat_live__account(struct lat_live *live, struct books *books)
{
	struct exchange_bpf *skel = live->skel;
	/* What counts as seen when it is entered; the others end something. */
	static const char *const starts[] = {
		"exchange_pair",	"exchange_phase",    "exchange_end",
		"migrate_start",	"unmap_start",	     "move_start",
		"unmap_start_kprobe",	"move_start_kprobe", "migrate_start_fentry",
		"migrate_start_kprobe",
	};
	static const char *const ends[] = { "unmap_end", "move_end", "migrate_end", NULL };
	static const char *const ends_kprobe[] = { "unmap_end_kprobe", "move_end_kprobe", NULL };
	static const char *const endless[] = { "nested", "unfinished", NULL };
	struct lat_counts c;
	enum status status = tracer__sum(bpf_map__fd(skel->maps.counts), (uint64_t *)&c,
					 sizeof(c) / sizeof(uint64_t));

	if (status)
		return status;
	tracer__books(&live->tracer, c.seen, c.recorded, starts, sizeof(starts) / sizeof(*starts),
		      books);
	books__add(&books->lost, "full", c.lost[LAT_LOST_FULL]);
	books__add(&books->lost, "tasks", c.lost[LAT_LOST_TASKS]);
	books__add(&books->lost, "nested", c.lost[LAT_LOST_NESTED]);
	books__add(&books->lost, "returns", c.lost[LAT_LOST_RETURNS]);
	books__add(&books->lost, "unfinished", unfinished(live));
	tracer__ends(&live->tracer, ends, endless, "recursion", books);
	tracer__ends(&live->tracer, ends_kprobe, endless, "returns", books);
	books__close(books);
	books__add(&books->inexact, "unsplit", c.unsplit);
	books__add(&books->inexact, "untimed", c.untimed);
	books__add(&books->inexact, "orphans", c.orphans);
	return ST_OK;
}

/* ------------------------------------------------------------ open, close */

void lat_live__close(struct lat_live *live)
{
	if (!live)
		return;
	tracer__stop(&live->tracer);
	exchange_bpf__destroy(live->skel);
	free(live);
}

/* Without the patch only migration can be seen: say so before anything is loaded. */
static enum status check_patch(const struct opts *opts, const struct lat_conf *conf,
			       struct kernel *kernel)
{
	if (!conf->op[LAT_EXCHANGE])
		return ST_OK;
	if (!kernel__has(kernel, KERNEL_TRACEPOINT, "folio_exchange_pair"))
		return fail(ST_KERNEL, "this kernel cannot exchange folios: no tracepoint "
				       "exchange:folio_exchange_pair (it comes with the folioscope "
				       "kernel patch); --op migrate works without it");
	if (!conf->op[LAT_MIGRATE] && opts->backend != BACKEND_AUTO &&
	    opts->backend != BACKEND_TRACEPOINT)
		return fail(ST_KERNEL, "exchange has no backend '%s': its tracepoints tell it all",
			    backend__name(opts->backend));
	return ST_OK;
}

enum status lat_live__open(const struct opts *opts, const struct lat_conf *conf, struct head *head,
			   struct lat_live **out)
{
	const struct ladder ladder = { lat_plan__rungs(conf), make_plan, climb };
	struct kernel *kernel = kernel__running();
	struct lat_live *live;
	enum status status;

	*out = live = calloc(1, sizeof(*live));
	if (!live || !kernel) {
		kernel__free(kernel);
		return fail(ST_FAIL, "out of memory");
	}
	live->conf = *conf;
	status = bpfenv__check(opts->verbose);
	if (!status)
		status = check_patch(opts, conf, kernel);
	if (!status)
		status = tracer__start(&live->tracer, opts, &ladder, kernel, live, head);
	if (!status)
		lat_plan__cover(&live->tracer.plan, conf, head);
	kernel__free(kernel);
	if (!status)
		tracer__begin(&live->tracer);
	return status;
}
