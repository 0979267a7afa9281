// SPDX-License-Identifier: GPL-2.0-only
/* Snapshots of the running kernel: drains what bpf/rmap.bpf.c gathers. */
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
#include "live_walks.h"
#include "rungs.h"
#include "throttle.h"

struct rmap_live {
	struct tracer tracer;
	struct rmap_mode mode;
	uint64_t spent_ns; /* by the programs until the last interval */
	struct rmap_bpf *skel;
};

/* -------------------------------------------------------------- draining */

struct draining {
	struct rmap_live *live;
	struct rmap_snapshot *snap;
	size_t key_size; /* what the maps have of struct rmap_key */
};

static struct rmap_key key_of(const struct draining *d, const void *k)
{
	struct rmap_key key = {};

	memcpy(&key, k, d->key_size);
	return key;
}

static const char *cgroup_of(uint64_t id)
{
	const char *path = id ? cgroup__path(id) : NULL;
	char gone[32];

	if (path)
		return path;
	snprintf(gone, sizeof(gone), "(gone, id %" PRIu64 ")", id);
	return intern__string(gone);
}

/* "/lib/libc.so.6" of a file, NULL where the beginning is not known. */
static const char *path_of(const struct rmap_owner_name *name)
{
	char path[sizeof(*name)] = "";
	int last = RMAP_OWNER_PARTS - 1;

	while (last && !name->part[last][0])
		last--;
	if (strcmp(name->part[last], "/"))
		return NULL;
	while (last--) {
		/* Cut off: not its name. */
		if (strlen(name->part[last]) == sizeof(name->part[last]) - 1)
			return NULL;
		strcat(path, "/");
		strcat(path, name->part[last]);
	}
	return intern__string(path);
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
		owner.name = intern__string(name.part[0]);
		if (owner.type == OWNER_FILE)
			owner.path = path_of(&name);
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

	if (live->mode.by & RMAP_BY_CGROUP)
		s.cgroup = cgroup_of(key->cgroup);
	if (live->mode.by & RMAP_BY_OWNER)
		s.owner = owner_of(live, key);
	return s;
}

static int on_row(void *arg, const void *k, const void *v)
{
	const struct draining *d = arg;
	const struct rmap_key key = key_of(d, k);
	const struct rmap_row *row = v;
	struct rmap_stat *s = rmap_snapshot__add(d->snap);

	if (!s)
		return -ENOMEM;
	*s = identity(d->live, &key);
	memcpy(s->comm, row->comm, sizeof(s->comm));
	s->comm[sizeof(s->comm) - 1] = 0;
	s->walks = row->walks;
	s->vmas = row->vmas;
	s->mapped = row->mapped;
	s->ns = row->ns;
	s->lock_ns = row->lock_ns;
	s->ns_max = row->ns_max;
	s->vmas_max = row->vmas_max;
	for (int i = 0; i < RMAP_ROW_BUCKETS && row->bucket[i].n; i++)
		if (hist__add(&s->hist, row->bucket[i].index, row->bucket[i].n))
			return -ENOMEM;
	return 0;
}

static int on_bucket(void *arg, const void *k, const void *v)
{
	const struct draining *d = arg;
	const struct rmap_key key = key_of(d, k);
	const struct rmap_stat like = identity(d->live, &key);
	struct rmap_stat *s = rmap_snapshot__like(d->snap, &like);

	return s ? hist__add(&s->hist, key.bucket, *(const uint64_t *)v) : 0;
}

/* After an interval: is it still cheap enough? */
static void throttle(struct rmap_live *live, double interval_s)
{
	volatile uint32_t *sample = &live->skel->bss->sample;
	uint64_t spent = tracer__cost(&live->tracer);

	*sample = throttle__next(*sample, spent - live->spent_ns, interval_s * 1e9,
				 live->mode.max_overhead);
	live->spent_ns = spent;
}

/* Walks still in a slot: under way, or their end was missed. */
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
	struct draining d = { live, snap, bpf_map__key_size(live->skel->maps.rows_0) };
	struct rmap_bpf *skel = live->skel;
	int half, err;

	if (last)
		tracer__wind_down(&live->tracer, &skel->bss->go, unfinished, live);
	half = err = tracer__swap(&live->tracer, &skel->bss->epoch);
	tracer__interval(&live->tracer, when);
	snap->sample = skel->bss->sample;
	if (live->mode.max_overhead > 0)
		throttle(live, when->interval_s);
	if (half >= 0)
		err = drain__hash(bpf_map__fd(half ? skel->maps.rows_1 : skel->maps.rows_0),
				  d.key_size, sizeof(struct rmap_row), on_row, &d);
	if (!err)
		err = rmap_snapshot__group(snap, live->mode.by);
	if (!err)
		err = drain__hash(bpf_map__fd(half ? skel->maps.hist_1 : skel->maps.hist_0),
				  d.key_size, sizeof(uint64_t), on_bucket, &d);
	if (!err && live->mode.outliers)
		err = live_walks__slow(skel, half, live->mode.outliers, &snap->slow);
	if (!err && live->mode.stacks)
		err = live_walks__stacks(skel, half, &snap->stacks);
	return err ? tracer__cannot_read(err) : ST_OK;
}

/* ----------------------------------------------------------------- books */

enum status rmap_live__account(struct rmap_live *live, struct books *books, bool last)
{
	struct rmap_bpf *skel = live->skel;
	static const char *const starts[] = {
		"walk_end",	     "enter_anon",
		"enter_file",	     "enter_file_inner",
		"enter_ksm",	     "enter_anon_kprobe",
		"enter_file_kprobe", "enter_file_inner_kprobe",
		"enter_ksm_kprobe",
	};
	static const char *const ends[] = { "leave_anon", "leave_file", "leave_ksm", NULL };
	static const char *const ends_kprobe[] = { "leave_kprobe", NULL };
	static const char *const endless[] = { "stale", "unfinished", NULL };
	const struct tracer *t = &live->tracer;
	struct rmap_counts c;
	enum status status = tracer__sum(bpf_map__fd(skel->maps.counts), (uint64_t *)&c,
					 sizeof(c) / sizeof(uint64_t));

	if (status)
		return status;
	tracer__books(t, c.seen - c.filtered, c.recorded, starts, sizeof(starts) / sizeof(*starts),
		      books);
	books__add(&books->lost, "full", c.lost[RMAP_LOST_FULL]);
	books__add(&books->lost, "collision", c.lost[RMAP_LOST_COLLISION]);
	books__add(&books->lost, "stale", c.lost[RMAP_LOST_STALE]);
	books__add(&books->lost, "returns", c.lost[RMAP_LOST_RETURNS]);
	if (last) /* before, what has no end yet is under way */
		books__add(&books->lost, "unfinished", unfinished(live));
	tracer__ends(t, ends, endless, "recursion", books);
	tracer__ends(t, ends_kprobe, endless, "returns", books);
	if (last)
		books__close(books);
	books__add(&books->inexact, "visits_missed",
		   tracer__missed(t, "look") + tracer__missed(t, "look_begin_kprobe") +
			   tracer__missed(t, "look_kprobe"));
	books__add(&books->inexact, "waits_missed",
		   tracer__missed(t, "lock_got") + tracer__missed(t, "lock_got_kprobe"));
	books__add(&books->inexact, "hist_full", c.hist_full);
	books__add(&books->inexact, "orphans", c.orphans);
	books__add(&books->inexact, "outliers_missed", c.outliers_missed);
	books__add(&books->inexact, "stacks_missed", c.stacks_missed);
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
	struct kernel *kernel = kernel__running();
	struct rmap_live *live;
	enum status status;

	*out = live = calloc(1, sizeof(*live));
	if (!live || !kernel) {
		kernel__free(kernel);
		return fail(ST_FAIL, "out of memory");
	}
	live->mode = *mode;
	live->mode.by |= RMAP_BY_ALL;
	if (!mode->max_rows)
		live->mode.max_rows = RMAP_ROWS_MAX;
	status = bpfenv__check(opts->verbose); /* who may not trace need not know of callbacks */
	if (!status)
		status = rmap_filter__check(filter, kernel);
	if (!status)
		status = rmap_rungs__climb(&live->tracer, opts, kernel, filter, &live->mode, head,
					   &live->skel);
	if (!status && mode->max_overhead > 0 && !tracer__measure(&live->tracer))
		status = fail(ST_PERM, "--max-overhead: not permitted to measure what BPF "
				       "programs cost: needs CAP_SYS_ADMIN");
	if (!status)
		live->skel->bss->vmemmap_at = kernel__address(kernel, "vmemmap_base");
	kernel__free(kernel);
	if (!status)
		tracer__begin(&live->tracer); /* gives back what the kernel's names took */
	return status;
}
