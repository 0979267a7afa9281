// SPDX-License-Identifier: GPL-2.0
/* What the anon_vma events tell of forks, exits, splits, mremap and merges. */
#include "events.h"

struct ops {
	unsigned long n, avcs, anon_vmas, reused, errors;
	const struct event *last;
};

static struct ops ops_of(const char *name, const char *caller, int pid)
{
	struct ops o = { 0 };

	for (int i = 0; i < nr_events; i++) {
		const struct event *e = &events[i];

		if (strcmp(e->name, name) || (pid && e->pid != pid) ||
		    (caller && strcmp(text(e, "caller"), caller)))
			continue;
		o.n++;
		o.avcs += number(e, "avcs");
		o.anon_vmas += number(e, "anon_vmas");
		o.reused += number(e, "reused");
		o.errors += !!number(e, "error");
		o.last = e;
	}
	return o;
}

/* AVCs and anon_vmas of the mms made while tracing: all that was made is unmade. */
void life(void)
{
	long avcs = 0, anon_vmas = 0, seen = 0;
	char *area = map(3 * PAGE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	struct ops fork_ops, clone_ops;
	char mm[128] = "";
	pid_t pid;

	memset(area, 1, 3 * PAGE);
	trace_begin(NULL);
	pid = fork();
	if (!pid) {
		char *own = map(4 * PAGE, MAP_PRIVATE | MAP_ANONYMOUS, -1);

		own[0] = 1;
		mprotect(own + PAGE, PAGE, PROT_READ);
		mremap(own + 2 * PAGE, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
		       own + 64 * PAGE);
		for (int i = 0; i < 5; i++) {
			if (!fork()) {
				area[PAGE] = 2;
				if (!fork()) {
					own[0] = 3;
					_exit(0);
				}
				wait(NULL);
				_exit(0);
			}
			wait(NULL);
		}
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	trace_end();
	for (int i = 0; i < nr_events; i++) {
		const struct event *e = &events[i];

		/* Our own mm: what is prepared in it is not unlinked here. */
		if (!strcmp(e->name, "anon_vma_prepare") && e->pid == getpid())
			snprintf(mm, sizeof(mm), "%s", text(e, "mm"));
	}
	for (int i = 0; i < nr_events; i++) {
		const struct event *e = &events[i];
		bool linked = strcmp(e->name, "anon_vma_unlink");

		if (strncmp(e->name, "anon_vma_", 9) || !strcmp(text(e, "mm"), mm))
			continue;
		/* The clone within a fork is counted by the fork. */
		if (!strcmp(e->name, "anon_vma_clone") &&
		    !strcmp(text(e, "caller"), "do_anon_vma_fork"))
			continue;
		seen++;
		avcs += linked ? (long)number(e, "avcs") : -(long)number(e, "avcs");
		anon_vmas += linked ? (long)number(e, "anon_vmas") : -(long)number(e, "anon_vmas");
	}
	ok(seen > 20, "forks, clones and unlinks are seen");
	is(avcs, 0, "AVCs linked less AVCs freed");
	is(anon_vmas, 0, "anon_vmas allocated less anon_vmas given up");
	fork_ops = ops_of("anon_vma_fork", NULL, 0);
	clone_ops = ops_of("anon_vma_clone", "do_anon_vma_fork", 0);
	is(clone_ops.n, fork_ops.n, "clones within forks");
	is(fork_ops.avcs - clone_ops.avcs, fork_ops.anon_vmas,
	   "AVCs that forks link besides the clones'");
	is(fork_ops.n - fork_ops.reused, fork_ops.anon_vmas, "forks that do not reuse");
	is(fork_ops.errors + clone_ops.errors, 0, "errors");
	munmap(area, 3 * PAGE);
}

void causes(void)
{
	char *area = mmap(NULL, 64 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct ops o;

	trace_begin(NULL);
	mprotect(area + 8 * PAGE, 4 * PAGE, PROT_READ | PROT_WRITE);
	area[8 * PAGE] = 1; /* prepare */
	mprotect(area + 12 * PAGE, 4 * PAGE, PROT_READ | PROT_WRITE | PROT_EXEC);
	area[12 * PAGE] = 1;			    /* takes the neighbour's */
	mprotect(area + 9 * PAGE, PAGE, PROT_READ); /* two splits */
	mremap(area + 8 * PAGE, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
	       area + 40 * PAGE); /* copy and unlink */
	munmap(area, 64 * PAGE);
	trace_end();
	o = ops_of("anon_vma_prepare", NULL, getpid());
	is(o.n, 2, "prepares");
	is(o.reused, 1, "of which took the neighbour's anon_vma");
	is(o.anon_vmas, 1, "of which allocated one");
	is(o.avcs, 2, "AVCs prepared");
	o = ops_of("anon_vma_clone", "__split_vma", getpid());
	ok(o.n >= 2 && o.avcs == o.n, "clones for splits: %lu", o.n);
	is(ops_of("anon_vma_clone", "copy_vma", getpid()).n, 1, "clones for mremap");
	o = ops_of("anon_vma_unlink", NULL, getpid());
	is(o.anon_vmas, 1, "anon_vmas given up at the end");
	is(ops_of("anon_vma_clone", NULL, getpid()).avcs + 2, o.avcs, "AVCs linked, and freed");
	if (failures)
		dump("anon_vma=");
}

/* Each generation forks the next and exits: the chain must not grow, by reuse. */
void reuse(void)
{
	char *area = map(PAGE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	unsigned long most = 0;
	struct ops o;
	int done[2];
	char c;

	area[0] = 1;
	if (pipe(done))
		die("pipe");
	trace_begin("anon_vma_fork");
	if (!fork()) {
		close(done[0]);
		for (int i = 0; i < 12; i++) {
			int gone[2];

			if (pipe(gone))
				_exit(1);
			if (fork())
				_exit(0);
			/* until the parent is gone, its end of the pipe is open */
			close(gone[1]);
			if (read(gone[0], &c, 1))
				_exit(1);
			close(gone[0]);
			area[0]++;
		}
		_exit(0);
	}
	close(done[1]);
	while (wait(NULL) > 0)
		;
	if (read(done[0], &c, 1))
		die("generations");
	trace_end();
	o = ops_of("anon_vma_fork", NULL, 0);
	ok(o.reused > 0, "a chain of forks reuses anon_vmas: %lu of %lu", o.reused, o.n);
	for (int i = 0; i < nr_events; i++)
		if (number(&events[i], "avcs") > most)
			most = number(&events[i], "avcs");
	ok(most <= 5, "and no VMA gets more than 5 AVCs: %lu", most);
	munmap(area, PAGE);
}
