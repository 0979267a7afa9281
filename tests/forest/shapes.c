// SPDX-License-Identifier: GPL-2.0
/* Families of processes, each step done by an actor and told to the model. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "actor.h"
#include "model.h"
#include "shapes.h"

#define PAGES 8

char shape_extra[4096];

/* ------------------------------------------------- steps, done and modelled */

/* A region of its own for @actor; the number of its VMA. */
static int map(int actor, uint64_t pages)
{
	return model__map(actor, actor__map(actor, pages), pages);
}

static void write_to(int vma)
{
	const struct model_vma *v = model__vma(vma);

	actor__write(v->actor, v->start, v->pages);
	model__write(vma);
}

static int map_written(int actor, uint64_t pages)
{
	int vma = map(actor, pages);

	write_to(vma);
	return vma;
}

static void fork_to(int parent, int child)
{
	int err = actor__fork(parent, child);

	if (err)
		die("actor %d cannot fork: %s", parent, strerror(err));
	model__fork(parent, child);
}

static void exit_of(int actor)
{
	actor__exit(actor);
	model__exit(actor);
}

/* ----------------------------------------------------------------- stories */

/* Every generation forks the next; all stay. */
static void chain(int n)
{
	actor__start(0);
	map_written(0, PAGES);
	for (int i = 1; i <= n; i++)
		fork_to(i - 1, i);
}

/* Levels below the first, each process but the last having two children. */
static void tree(int n)
{
	int first = 0, next = 1;

	actor__start(0);
	map_written(0, PAGES);
	for (int level = 0; level < n; level++) {
		int last = next;

		for (int i = first; i < last; i++)
			for (int k = 0; k < 2; k++)
				fork_to(i, next++);
		first = last;
	}
}

/* Every generation forks one that stays without children, and the next. */
static void branches(int n)
{
	actor__start(0);
	map_written(0, PAGES);
	for (int i = 1; i <= n; i++) {
		fork_to(2 * i - 2, 2 * i - 1);
		fork_to(2 * i - 2, 2 * i);
	}
}

/* Every generation forks the next and exits: anon_vmas are used again. */
static void orphans(int n)
{
	actor__start(0);
	map_written(0, PAGES);
	for (int i = 1; i <= n; i++) {
		fork_to(i - 1, i);
		exit_of(i - 1);
	}
}

/* The same, but every one leaves a second child behind: nothing can be used again. */
static void siblings(int n)
{
	actor__start(0);
	map_written(0, PAGES);
	for (int i = 1; i <= n; i++) {
		fork_to(2 * i - 2, 2 * i - 1);
		fork_to(2 * i - 2, 2 * i);
		exit_of(2 * i - 2);
	}
}

/* A parent and a child each take some pages out of the middle, and forbid others. */
static void split(int n)
{
	int vma, middle;

	(void)n;
	actor__start(0);
	vma = map_written(0, 12);
	fork_to(0, 1);
	for (int actor = 0; actor < 2; actor++) {
		uint64_t start = model__vma(vma)->start;

		/* 4 pages, 2 gone, 2 pages, 2 that cannot be written, 2 pages */
		actor__munmap(actor, start + (4 << 12), 2);
		middle = model__split(model__find(actor, start), 4);
		model__split(middle, 2);
		model__unmap(middle);
		actor__mprotect(actor, start + (8 << 12), 2, PROT_READ);
		model__split(model__find(actor, start + (6 << 12)), 2);
		model__split(model__find(actor, start + (8 << 12)), 2);
	}
	fork_to(1, 2);
}

/* What was split is merged when it is the same again. */
static void merge(int n)
{
	int vma;
	uint64_t start;

	(void)n;
	actor__start(0);
	vma = map_written(0, 12);
	start = model__vma(vma)->start;
	fork_to(0, 1);
	actor__mprotect(1, start + (4 << 12), 4, PROT_READ);
	model__split(model__find(1, start), 4);
	model__split(model__find(1, start + (4 << 12)), 4);
	fork_to(1, 2);
	actor__mprotect(1, start + (4 << 12), 4, PROT_READ | PROT_WRITE);
	model__merge(model__find(1, start), model__find(1, start + (4 << 12)));
	model__merge(model__find(1, start), model__find(1, start + (8 << 12)));
}

/* A parent and its child move, and one of them shrinks on the way; then the child forks. */
static void moved(int n)
{
	uint64_t start, to;

	(void)n;
	actor__start(0);
	start = model__vma(map_written(0, PAGES))->start;
	fork_to(0, 1);
	to = actor__mremap(0, start, PAGES, PAGES);
	model__move(model__find(0, start), to);
	to = actor__mremap(1, start, PAGES, PAGES / 2);
	model__vma(model__move(model__find(1, start), to))->pages = PAGES / 2;
	fork_to(1, 2);
}

/* Of two regions the child gets one; what nobody wrote to has no anon_vma. */
static void dontfork(int n)
{
	int vma;

	(void)n;
	actor__start(0);
	map_written(0, PAGES);
	vma = map_written(0, PAGES);
	actor__madvise(0, model__vma(vma)->start, PAGES, MADV_DONTFORK);
	model__vma(vma)->dontfork = true;
	vma = map(0, PAGES);
	fork_to(0, 1);
	write_to(model__find(1, model__vma(vma)->start));
	fork_to(1, 2);
}

/* Other processes with the same memory: by clone(CLONE_VM), and by vfork(). */
static void shared(int n)
{
	(void)n;
	actor__start(0);
	map_written(0, PAGES);
	fork_to(0, 1);
	actor__share(0, 2);
	actor__vfork(1, 3);
	snprintf(shape_extra, sizeof(shape_extra), ",\"shared\":[[%d,%d],[%d,%d]]", actor__pid(0),
		 actor__pid(2), actor__pid(1), actor__pid(3));
}

/* Threads are one process, also when the first of them is gone. */
static void threads(int n)
{
	actor__start(0);
	map_written(0, PAGES);
	fork_to(0, 1);
	actor__threads(0, n);
	actor__threads(1, n);
	actor__leader_ends(1);
}

/* Pages of both are made one by ksmd, which holds the anon_vma; then the child is gone. */
static void ksm(int n)
{
	uint64_t start;

	(void)n;
	actor__start(0);
	start = model__vma(map_written(0, PAGES))->start;
	fork_to(0, 1);
	for (int actor = 0; actor < 2; actor++) {
		actor__write(actor, start, PAGES);
		actor__madvise(actor, start, PAGES, MADV_MERGEABLE);
	}
}

/* A fork that is refused when all was copied already leaves nothing behind. */
static void refused(int n)
{
	static const char dir[] = "/sys/fs/cgroup/family";
	char path[128], text[32];
	FILE *f;
	int err;

	actor__start(0);
	map_written(0, PAGES);
	fork_to(0, 1);
	f = fopen("/sys/fs/cgroup/cgroup.subtree_control", "we");
	if (!f || fputs("+pids", f) < 0 || fclose(f))
		die("no pids controller: %s", strerror(errno));
	mkdir(dir, 0755);
	for (int actor = 0; actor < 2; actor++) {
		snprintf(path, sizeof(path), "%s/cgroup.procs", dir);
		snprintf(text, sizeof(text), "%d", actor__pid(actor));
		f = fopen(path, "we");
		if (!f || fputs(text, f) < 0 || fclose(f))
			die("cannot use %s: %s", path, strerror(errno));
	}
	snprintf(path, sizeof(path), "%s/pids.max", dir);
	f = fopen(path, "we");
	if (!f || fputs("2", f) < 0 || fclose(f))
		die("cannot use %s: %s", path, strerror(errno));
	for (int i = 0; i < n; i++) {
		err = actor__fork(1, 2);
		if (err != EAGAIN)
			die("a fork beyond pids.max: %s", err ? strerror(err) : "was not refused");
	}
}

const struct shape shapes[] = {
	{ "chain", "N generations, all of them alive", chain, 5, ACTORS - 1, false },
	{ "tree", "N levels below the first, two children each", tree, 4, 5, false },
	{ "branches", "N levels below the first, a child without children in each", branches, 4,
	  ACTORS / 2 - 1, false },
	{ "orphans", "N generations, each exits when it has forked", orphans, 8, ACTORS - 1, false },
	{ "siblings", "the same, each leaving a second child behind", siblings, 5, ACTORS / 2 - 1,
	  false },
	{ "split", "pieces by munmap and mprotect, before and after a fork", split, 1, 1, false },
	{ "merge", "pieces that become one again", merge, 1, 1, false },
	{ "moved", "mremap to another place", moved, 1, 1, false },
	{ "dontfork", "MADV_DONTFORK, and what is not written to", dontfork, 1, 1, false },
	{ "shared", "processes with the same memory: CLONE_VM, vfork", shared, 1, 1, false },
	{ "threads", "N threads more, and a first thread that is gone", threads, 3, 100, false },
	{ "ksm", "MADV_MERGEABLE; let ksmd run", ksm, 1, 1, false },
	{ "refused", "N forks that fail (pids.max)", refused, 3, 1000, false },
	{ "deep", "a VMA with N AVCs", deep, 1000, 10000, true },
	{ "crowd", "N children with 50 VMAs each", crowd, 200, 10000, true },
	{ "race", "N VMAs that four threads write to at once", race, 100, 10000, true },
	{ "absorb", "N VMAs, each extended over another that was written to", absorb, 5, 1000, true },
	{ "queue", "a chain of N, at its end two that fork all the time", queue, 100, 1000, true },
	{ "scarce", "N forks, each of which gets one AVC further (failslab)", scarce, 12, 1000, true },
	{ "storm", "N processes that fork all the time", storm, 4, 100, true },
};

const size_t n_shapes = sizeof(shapes) / sizeof(*shapes);
