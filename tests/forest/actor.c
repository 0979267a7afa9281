// SPDX-License-Identifier: GPL-2.0
/*
 * Processes that do what they are told.  Each has a box in shared memory, which has no anon_vma
 * and is in every process, whoever forked it: no descriptors, no pipes.
 */
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "actor.h"

#define PATIENCE_S 60 /* a step takes no longer */

enum step {
	STEP_NONE,
	FORK,
	SHARE,
	THREADS,
	LEADER_ENDS,
	EXIT,
	MAP,
	WRITE,
	MUNMAP,
	MPROTECT,
	MADVISE,
	MREMAP
};

struct box {
	int asked, answered; /* steps, counted; futexes */
	enum step step;
	uint64_t start, pages, arg;
	int actor; /* of FORK and SHARE: the child */
	int error; /* errno of the step */
	uint64_t result;
	pid_t pid;
};

static struct box *boxes;
static pid_t director;

void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("family: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	if (getpid() == director)
		actor__end();
	exit(1);
}

static void wake(int *word)
{
	__atomic_add_fetch(word, 1, __ATOMIC_SEQ_CST);
	syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

/* Waits until *word is no longer @old; false: a second has gone by. */
static bool wait_change(int *word, int old)
{
	const struct timespec second = { .tv_sec = 1 };

	if (__atomic_load_n(word, __ATOMIC_SEQ_CST) == old)
		syscall(SYS_futex, word, FUTEX_WAIT, old, &second, NULL, 0);
	return __atomic_load_n(word, __ATOMIC_SEQ_CST) != old;
}

/* ---------------------------------------------------------- in the actors */

static void *idle(void *arg)
{
	(void)arg;
	for (;;)
		pause();
	return NULL;
}

static int share_main(void *arg)
{
	struct box *b = arg;

	b->pid = syscall(SYS_getpid);
	wake(&b->answered);
	for (;;)
		pause();
	return 0;
}

/* The middle of what is mapped inaccessible: it merges with nothing. */
static int map_region(struct box *b)
{
	size_t len = b->pages << 12, guard = 1 << 16;
	char *p = mmap(NULL, len + 2 * guard, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED || mprotect(p + guard, len, PROT_READ | PROT_WRITE))
		return errno;
	/* One page is one page. */
	madvise(p, len + 2 * guard, MADV_NOHUGEPAGE);
	b->result = (uint64_t)p + guard;
	return 0;
}

static int move_region(struct box *b)
{
	size_t len = b->arg << 12, guard = 1 << 16;
	char *to = mmap(NULL, len + 2 * guard, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (to == MAP_FAILED || mremap((void *)b->start, b->pages << 12, len,
				       MREMAP_MAYMOVE | MREMAP_FIXED, to + guard) == MAP_FAILED)
		return errno;
	b->result = (uint64_t)to + guard;
	return 0;
}

static void actor_main(struct box *b);

static int fork_child(struct box *b)
{
	struct box *child = &boxes[b->actor];
	pid_t pid = fork();

	if (!pid) {
		actor_main(child);
		_exit(0);
	}
	if (pid < 0)
		return errno;
	child->pid = pid;
	return 0;
}

static int share_child(struct box *b)
{
	/* Below what is used: the child only waits. */
	static char stack[16384] __attribute__((aligned(16)));

	return clone(share_main, stack + sizeof(stack), CLONE_VM | b->arg | SIGCHLD,
		     &boxes[b->actor]) < 0 ?
		       errno :
		       0;
}

static int do_step(struct box *b)
{
	void *start = (void *)b->start;
	size_t len = b->pages << 12;
	pthread_t thread;

	switch (b->step) {
	case FORK:
		return fork_child(b);
	case SHARE:
		return share_child(b);
	case THREADS:
		for (uint64_t i = 0; i < b->arg; i++)
			if (pthread_create(&thread, NULL, idle, NULL))
				return errno;
		return 0;
	case LEADER_ENDS:
		wake(&b->answered);
		syscall(SYS_exit, 0);
		return 0;
	case EXIT:
		_exit(0);
	case MAP:
		return map_region(b);
	case WRITE:
		for (size_t i = 0; i < len; i += 4096)
			((volatile char *)start)[i] += 1;
		return 0;
	case MUNMAP:
		return munmap(start, len) ? errno : 0;
	case MPROTECT:
		return mprotect(start, len, b->arg) ? errno : 0;
	case MADVISE:
		return madvise(start, len, b->arg) ? errno : 0;
	case MREMAP:
		return move_region(b);
	default:
		return EINVAL;
	}
}

static void actor_main(struct box *b)
{
	int done = b->asked;

	signal(SIGCHLD, SIG_IGN); /* who is gone is gone at once */
	wake(&b->answered);
	for (;;) {
		while (!wait_change(&b->asked, done))
			if (kill(director, 0))
				_exit(1);
		done++;
		b->error = do_step(b);
		wake(&b->answered);
	}
}

/* -------------------------------------------------------- in the director */

void actor__init(void)
{
	boxes = mmap(NULL, ACTORS * sizeof(*boxes), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	director = getpid();
	/* Children of those who exit are ours then, to be ended. */
	if (boxes == MAP_FAILED || prctl(PR_SET_CHILD_SUBREAPER, 1))
		die("cannot begin: %s", strerror(errno));
}

static void wait_answer(int actor, int before, const char *what)
{
	for (int i = 0; !wait_change(&boxes[actor].answered, before); i++)
		if (i == PATIENCE_S)
			die("actor %d does not answer: %s", actor, what);
}

/* Has it done; its errno. */
static int ask(int actor, enum step step, uint64_t start, uint64_t pages, uint64_t arg)
{
	struct box *b = &boxes[actor];
	int before = b->answered;

	b->step = step;
	b->start = start;
	b->pages = pages;
	b->arg = arg;
	wake(&b->asked);
	wait_answer(actor, before, "a step");
	return b->error;
}

static void must(int actor, enum step step, uint64_t start, uint64_t pages, uint64_t arg)
{
	int err = ask(actor, step, start, pages, arg);

	if (err)
		die("actor %d cannot do step %d: %s", actor, step, strerror(err));
}

void actor__start(int actor)
{
	int before = boxes[actor].answered;
	pid_t pid = fork();

	if (!pid)
		actor_main(&boxes[actor]);
	if (pid < 0)
		die("cannot fork: %s", strerror(errno));
	boxes[actor].pid = pid;
	wait_answer(actor, before, "its beginning");
}

int actor__fork(int parent, int child)
{
	int before = boxes[child].answered, err;

	boxes[parent].actor = child;
	err = ask(parent, FORK, 0, 0, 0);
	if (!err)
		wait_answer(child, before, "its beginning");
	return err;
}

void actor__share(int parent, int child)
{
	int before = boxes[child].answered;

	boxes[parent].actor = child;
	must(parent, SHARE, 0, 0, 0);
	wait_answer(child, before, "its beginning");
}

void actor__vfork(int parent, int child)
{
	int before = boxes[child].answered;

	boxes[parent].actor = child;
	boxes[parent].step = SHARE;
	boxes[parent].arg = CLONE_VFORK;
	wake(&boxes[parent].asked);
	wait_answer(child, before, "its beginning");
}

void actor__threads(int actor, int n)
{
	must(actor, THREADS, 0, 0, n);
}

/* Until the state of a task is @state: Z, or X for gone. */
static void wait_state(pid_t pid, char state)
{
	char path[64], line[512], now;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	for (int i = 0; i < PATIENCE_S * 100; i++) {
		FILE *f = fopen(path, "re");
		char *end = f && fgets(line, sizeof(line), f) ? strrchr(line, ')') : NULL;

		now = end ? end[2] : 'X';
		if (f)
			fclose(f);
		if (now == state)
			return;
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		usleep(10000);
	}
	die("process %d does not end", pid);
}

void actor__leader_ends(int actor)
{
	must(actor, LEADER_ENDS, 0, 0, 0);
	wait_state(boxes[actor].pid, 'Z');
}

void actor__exit(int actor)
{
	boxes[actor].step = EXIT;
	wake(&boxes[actor].asked);
	wait_state(boxes[actor].pid, 'X');
}

uint64_t actor__map(int actor, uint64_t pages)
{
	must(actor, MAP, 0, pages, 0);
	return boxes[actor].result;
}

void actor__write(int actor, uint64_t start, uint64_t pages)
{
	must(actor, WRITE, start, pages, 0);
}

void actor__munmap(int actor, uint64_t start, uint64_t pages)
{
	must(actor, MUNMAP, start, pages, 0);
}

void actor__mprotect(int actor, uint64_t start, uint64_t pages, int prot)
{
	must(actor, MPROTECT, start, pages, prot);
}

void actor__madvise(int actor, uint64_t start, uint64_t pages, int advice)
{
	must(actor, MADVISE, start, pages, advice);
}

uint64_t actor__mremap(int actor, uint64_t start, uint64_t pages, uint64_t new_pages)
{
	must(actor, MREMAP, start, pages, new_pages);
	return boxes[actor].result;
}

pid_t actor__pid(int actor)
{
	return boxes[actor].pid;
}

void actor__end(void)
{
	for (int i = 0; i < ACTORS; i++)
		if (boxes[i].pid > 0)
			kill(boxes[i].pid, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0)
		;
}
