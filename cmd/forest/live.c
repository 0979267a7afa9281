// SPDX-License-Identifier: GPL-2.0-only
/* The forest of the running kernel: records into a model, again and again until it holds. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include "../../bpf/anonvma.h"
#include "../lib/bpfenv.h"
#include "../lib/json.h"
#include "anonvma.skel.h"
#include "live.h"

#define ROOM	 65536	   /* records that wait to be read, 4.5 MiB */
#define ROOM_MAX (8 << 20) /* bpf_loop() goes no further: a chain of 8 million AVCs */

/* What is said of a kernel that cannot do better, by iterator. */
static const char no_lock[] =
	"read without the mmap lock, for want of the iterator task_vma (5.12) and bpf_loop (5.17)";
static const char namespaced[] = "only processes in this PID namespace can be read";

struct forest_live {
	struct anonvma_bpf *skel;
	struct bpf_link *link;
	struct anonvma_record *records; /* the array, mapped */
	uint32_t room;
	bool locked, verbose; /* by task_vma */
	int stats_fd;

	/* The reading under way. */
	struct forest *f;
	uint32_t process; /* NONE: its VMAs were read already */
	struct anonvma_avc *pending;
	size_t n_pending, cap_pending;
	uint64_t torn;
};

/* ---------------------------------------------------------------- loading */

static void unload(struct forest_live *live)
{
	if (live->records)
		munmap(live->records, live->room * sizeof(*live->records));
	live->records = NULL;
	bpf_link__destroy(live->link);
	live->link = NULL;
	anonvma_bpf__destroy(live->skel);
	live->skel = NULL;
}

static int load(struct forest_live *live, bool locked)
{
	struct bpf_program *iter;
	void *map;
	int err;

	live->skel = anonvma_bpf__open();
	if (!live->skel)
		return -errno;
	bpf_program__set_autoload(live->skel->progs.each_vma, locked);
	bpf_program__set_autoload(live->skel->progs.each_task, !locked);
	err = bpf_map__set_max_entries(live->skel->maps.records, live->room);
	if (!err)
		err = bpfenv__load(live->skel->skeleton);
	if (err)
		return err;
	iter = locked ? live->skel->progs.each_vma : live->skel->progs.each_task;
	live->link = bpf_program__attach_iter(iter, NULL);
	if (!live->link)
		return -errno;
	map = mmap(NULL, live->room * sizeof(*live->records), PROT_READ, MAP_SHARED,
		   bpf_map__fd(live->skel->maps.records), 0);
	if (map == MAP_FAILED)
		return -errno;
	live->records = map;
	live->locked = locked;
	return 0;
}

enum status forest_live__open(bool verbose, struct head *head, struct forest_live **out)
{
	struct forest_live *live = calloc(1, sizeof(*live));
	enum status status = bpfenv__check(verbose);
	char why[256];
	int err;

	*out = live;
	if (status)
		return status;
	if (!live)
		return fail(ST_FAIL, "out of memory");
	live->room = ROOM;
	live->verbose = verbose;
	live->stats_fd = bpfenv__stats_on();
	bpfenv__why(0);
	err = load(live, true);
	if (err) {
		snprintf(why, sizeof(why), "%s", bpfenv__why(err));
		if (verbose)
			warn_user("task_vma: %s", why);
		unload(live);
		err = bpfenv__forbidden(err) ? err : load(live, false);
	} else {
		why[0] = 0;
	}
	if (err) {
		const char *more = bpfenv__why(err);

		return fail(bpfenv__status(err),
			    "cannot read anon_vmas: iterator task_vma: %s; iterator task: %s",
			    why[0] ? why : more, more);
	}
	head->backend = live->locked ? "task_vma" : "task";
	head__cover(head, "anon_vmas", bpfenv__in_pidns() ? COVERAGE_PARTIAL : COVERAGE_FULL,
		    bpfenv__in_pidns() ? namespaced : NULL);
	head__cover(head, "consistency", live->locked ? COVERAGE_FULL : COVERAGE_PARTIAL,
		    live->locked ? NULL : no_lock);
	return ST_OK;
}

void forest_live__close(struct forest_live *live)
{
	if (!live)
		return;
	unload(live);
	if (live->stats_fd > 0)
		close(live->stats_fd);
	free(live->pending);
	free(live);
}

/* ---------------------------------------------------------------- records */

static void drop_pending(struct forest_live *live)
{
	if (live->process != FOREST_NONE)
		live->torn += live->n_pending;
	live->n_pending = 0;
}

/*
 * Memory that was read by another process before is shared with that, or was freed and used
 * again meanwhile: then what was read before is no more.
 */
static void take_process(struct forest_live *live, const struct anonvma_process *r)
{
	struct forest_process p = {
		.mm = r->mm,
		.cgroup = r->cgroup,
		.pid = r->pid,
		.ppid = r->ppid,
		.tid = r->tid,
	}, *now;
	size_t known = live->f->n_processes;
	uint32_t i, other;

	drop_pending(live);
	memcpy(p.comm, r->comm, sizeof(p.comm));
	p.comm[sizeof(p.comm) - 1] = 0;
	i = forest__process(live->f, &p);
	live->process = i;
	if (i == FOREST_NONE)
		return;
	now = &live->f->processes[i];
	other = now->same_mm;
	if (live->f->n_processes == known && now->tid != r->tid)
		live->process = FOREST_NONE; /* another thread of it */
	if (other == FOREST_NONE)
		return;
	if (r->shared) {
		live->process = FOREST_NONE;
		return;
	}
	forest__forget(live->f, other);
	live->f->processes[other].mm = 0;
	now->same_mm = FOREST_NONE;
}

static void take_avc(struct forest_live *live, const struct anonvma_avc *r)
{
	if (live->n_pending == live->cap_pending) {
		size_t cap = live->cap_pending ? 2 * live->cap_pending : 1024;
		void *more = realloc(live->pending, cap * sizeof(*live->pending));

		if (!more) {
			live->f->failed = true;
			return;
		}
		live->pending = more;
		live->cap_pending = cap;
	}
	live->pending[live->n_pending++] = *r;
}

static void take_vma(struct forest_live *live, const struct anonvma_vma *r)
{
	struct forest_vma vma = {
		.addr = r->vma,
		.start = r->start,
		.end = r->end,
		.pgoff = r->pgoff,
		.own = r->own,
		.process = live->process,
	};
	uint32_t i = FOREST_NONE;
	bool found = false;

	if (live->process != FOREST_NONE)
		i = forest__vma(live->f, &vma, &found);
	if (i == FOREST_NONE || found) { /* twice: it moved while the list was read */
		drop_pending(live);
		return;
	}
	for (size_t k = 0; k < live->n_pending; k++) {
		const struct anonvma_avc *a = &live->pending[k];
		const struct anon_vma_fields fields = {
			.addr = a->anon_vma,
			.root = a->root,
			.parent = a->parent,
			.refcount = a->refcount,
			.num_children = a->num_children,
			.num_active_vmas = a->num_active_vmas,
		};
		struct forest_avc avc = {
			.last = a->last,
			.vma = i,
			.linked = a->avc,
			.anon_vma = forest__anon_vma(live->f, 0, &fields),
		};

		if (avc.anon_vma != FOREST_NONE)
			forest__avc(live->f, &avc);
	}
	live->n_pending = 0;
}

static void drain(struct forest_live *live)
{
	uint32_t n = *(volatile uint32_t *)&live->skel->bss->len;

	for (uint32_t i = 0; i < n; i++) {
		const struct anonvma_record *r = &live->records[i];

		switch (r->type) {
		case ANONVMA_PROCESS:
			take_process(live, &r->process);
			break;
		case ANONVMA_AVC:
			take_avc(live, &r->avc);
			break;
		case ANONVMA_VMA:
			take_vma(live, &r->vma);
			break;
		default:
			drop_pending(live);
		}
	}
	live->skel->bss->len = 0;
}

/* One reading.  0, -E2BIG: a chain is longer than the array, or -errno. */
static int read_once(struct forest_live *live, struct forest *f)
{
	int fd = bpf_iter_create(bpf_link__fd(live->link)), err = 0;
	char nothing[64];

	if (fd < 0)
		return -errno;
	live->f = f;
	live->process = FOREST_NONE;
	live->n_pending = 0;
	live->torn = 0;
	memset(live->skel->bss, 0, sizeof(*live->skel->bss));
	live->skel->bss->room = live->room;
	for (;;) {
		ssize_t n = read(fd, nothing, sizeof(nothing));

		err = n < 0 ? -errno : 0;
		drain(live);
		if (live->skel->bss->too_long)
			err = -E2BIG;
		if (!n || (err && err != -EAGAIN && err != -EINTR))
			break;
	}
	close(fd);
	drop_pending(live);
	if (err)
		return err;
	return forest__join(f);
}

static int read_with_room(struct forest_live *live, struct forest *f)
{
	for (;;) {
		bool locked = live->locked;
		int err = read_once(live, f);

		if (err != -E2BIG || live->room >= ROOM_MAX)
			return err;
		forest__free(f);
		unload(live);
		live->room *= 8;
		err = load(live, locked);
		if (err)
			return err;
	}
}

/* --------------------------------------------------------- interval trees */

static int run_program(const struct bpf_program *prog)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);

	return bpf_prog_test_run_opts(bpf_program__fd(prog), &opts);
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Addresses of the VMAs that the reading has for an anon_vma, sorted; NULL: no memory. */
static uint64_t *vmas_of(const struct forest *f, const struct forest_anon_vma *av, size_t *n)
{
	uint64_t *vmas = malloc((av->avcs + 1) * sizeof(*vmas));

	*n = 0;
	for (uint32_t k = 0; vmas && k < av->avcs; k++) {
		const struct forest_avc *avc = &f->avcs[f->by_anon_vma[av->first_avc + k]];

		if (avc->linked)
			vmas[(*n)++] = f->vmas[avc->vma].addr;
	}
	if (vmas)
		qsort(vmas, *n, sizeof(*vmas), by_value);
	return vmas;
}

/*
 * Is what was read of an anon_vma all there is?  Its interval tree has the VMAs that were read
 * and no other, such as those of a process that is being born or goes away; nobody changes any
 * of it; and its counters are what they were.
 */
static bool tree_agrees(struct forest_live *live, const struct forest *f, uint32_t anon_vma)
{
	const struct forest_anon_vma *av = &f->anon_vmas[anon_vma];
	struct anonvma_tree *tree = &live->skel->bss->tree;
	size_t n = 0, want, limit;
	uint64_t *vmas = vmas_of(f, av, &want);
	bool agrees = vmas;

	memset(tree, 0, sizeof(*tree));
	tree->num_children = tree->num_active_vmas = ANONVMA_UNKNOWN;
	tree->anon_vma = av->k.addr;
	/* Each run goes along that many edges; a tree that is changed may have no end. */
	limit = 2 + 4 * want / ANONVMA_LEAVES;
	do {
		agrees = agrees && limit-- && !run_program(live->skel->progs.each_leaf) &&
			 tree->root == av->k.root && tree->num_children == av->k.num_children &&
			 tree->num_active_vmas == av->k.num_active_vmas && !tree->locked;
		for (size_t i = 0; agrees && i < tree->n; i++, n++)
			agrees = n < want && !tree->leaf[i].locked &&
				 bsearch(&tree->leaf[i].vma, vmas, want, sizeof(*vmas), by_value);
	} while (agrees && tree->node);
	free(vmas);
	return agrees && n == want;
}

/* ------------------------------------------------- until nothing changes */

static void pause_ms(unsigned int ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

	nanosleep(&t, NULL);
}

static bool any_changed(const struct forest_live *live, const struct forest *f)
{
	if (live->torn)
		return true;
	for (size_t i = 0; i < f->n_anon_vmas; i++)
		if (f->anon_vmas[i].changed)
			return true;
	return false;
}

static void mark_changed(struct forest *f, const struct violation *v)
{
	const struct forest_vma *vma;

	if (v->anon_vma != FOREST_NONE)
		f->anon_vmas[v->anon_vma].changed = true;
	if (v->vma == FOREST_NONE)
		return;
	vma = &f->vmas[v->vma];
	for (uint32_t k = 0; k < vma->avcs; k++)
		f->anon_vmas[f->avcs[f->by_vma[vma->first_avc + k]].anon_vma].changed = true;
}

/* Of what was found in the last reading: what is confirmed stays, the rest changed. */
static void settle(struct forest_live *live, struct forest *f, struct violations *last,
		   struct violations *confirmed, bool enough)
{
	size_t n = 0;

	for (size_t i = 0; i < last->n; i++) {
		const struct violation *v = &last->v[i];
		bool kept = false;

		for (size_t k = 0; enough && k < confirmed->n && !kept; k++)
			kept = confirmed->v[k].print == v->print &&
			       confirmed->v[k].check == v->check &&
			       confirmed->v[k].subject == v->subject;
		if (kept && v->vma == FOREST_NONE)
			kept = tree_agrees(live, f, v->anon_vma);
		if (kept)
			last->v[n++] = *v;
		else
			mark_changed(f, v);
	}
	last->n = n;
	check__free(confirmed);
	*confirmed = *last;
}

enum status forest_live__read(struct forest_live *live, struct forest *f,
			      struct violations *confirmed, struct forest_time *time)
{
	/* Whoever is in the middle of a change may be preempted, or wait for memory. */
	static const unsigned int wait[FOREST_READINGS] = { 0, 1, 20, 100, 400, 1000 };
	struct violations now = { 0 };
	int n = 0, err;

	do {
		check__free(&now);
		forest__free(f);
		pause_ms(wait[n]);
		time->ts = json__now();
		err = read_with_room(live, f);
		time->interval_s = json__now() - time->ts;
		time->ts += time->interval_s;
		forest_time__round(time);
		if (!err)
			err = check__run(f, &now);
		if (!err && !n)
			err = check__run(f, confirmed);
		if (err == -ENOMEM)
			return fail(ST_FAIL, "out of memory");
		if (err)
			return fail(ST_FAIL, "cannot read the anon_vmas: %s", strerror(-err));
		if (n)
			check__keep(confirmed, &now);
		if (live->verbose)
			warn_user("reading %d: %zu violations, %zu of them as before", n + 1, now.n,
				  confirmed->n);
		n++;
	} while (n < FOREST_READINGS && (confirmed->n || (n < 3 && (now.n || any_changed(live, f)))));
	settle(live, f, &now, confirmed, n == FOREST_READINGS);
	return ST_OK;
}

/* -------------------------------------------------------------------- slab */

void forest_live__slab(const struct forest_live *live, struct slab *slab)
{
	FILE *f = fopen("/proc/slabinfo", "re");

	*slab = (struct slab){ .anon_vmas = FOREST_UNKNOWN, .avcs = FOREST_UNKNOWN };
	if (!run_program(live->skel->progs.sizes)) {
		slab->anon_vma_size = live->skel->bss->anon_vma_size;
		slab->avc_size = live->skel->bss->avc_size;
	}
	if (f)
		slab__parse(slab, f);
	if (f)
		fclose(f);
}

void forest_live__account(const struct forest_live *live, const struct forest *f, struct books *books)
{
	struct bpf_program *prog;
	struct prog_stats stats = { 0 };
	uint64_t changed = 0;

	books->recorded = 0;
	for (size_t i = 0; i < f->n_anon_vmas; i++)
		changed += f->anon_vmas[i].shown && f->anon_vmas[i].changed;
	for (size_t i = 0; i < f->n_avcs; i++)
		books->recorded += f->avcs[i].linked && f->vmas[f->avcs[i].vma].shown;
	books->seen = books->recorded + live->torn;
	books__add(&books->lost, "torn", live->torn);
	books__add(&books->inexact, "changed", changed);
	bpf_object__for_each_program(prog, live->skel->obj)
	{
		bpfenv__prog_stats(prog, &stats);
	}
	books->bpf_runs = stats.runs;
	books->bpf_ns = stats.ns;
}
