// SPDX-License-Identifier: GPL-2.0
/*
 * The processes.
 *
 * The order in which VMAs enter the interval trees is the order of the forks,
 * so only one fork is under way at any time: a process forks a child, waits
 * until the child's whole subtree stands, then forks the next.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tree.h"
#include "util.h"

#define TIME_LIMIT 120.0 /* seconds for one process and all below it to be made */

enum command {
	CMD_WAIT,
	CMD_LATE,
	CMD_DROP_ALL
};

struct slot {
	pid_t pid;
	uint32_t done;	  /* how many of its tasks (being born is one) are done; a futex */
	uint32_t command; /* enum command, given by the root; a futex */
};

struct tree {
	const struct shape *shape;
	const struct layout *layout;
	const struct region *region;
	uint32_t failed; /* an exit code */
	char error[256]; /* its message */
	struct slot slot[];
};

static int root_only_fd = -1;

void tree_keep_from_children(int fd)
{
	root_only_fd = fd;
}

static void futex_wake(uint32_t *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

/* Until *word is no longer @value, a second has passed or a signal came. */
static void futex_wait(uint32_t *word, uint32_t value)
{
	struct timespec second = { .tv_sec = 1 };

	syscall(SYS_futex, word, FUTEX_WAIT, value, &second, NULL, 0);
}

static uint32_t load(const uint32_t *word)
{
	return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static void store(uint32_t *word, uint32_t value)
{
	__atomic_store_n(word, value, __ATOMIC_RELEASE);
}

static void finish_task(struct tree *tree, unsigned int no)
{
	store(&tree->slot[no].done, load(&tree->slot[no].done) + 1);
	futex_wake(&tree->slot[no].done);
}

/* Wait for process @no's task number @task; looks after failures anywhere in the tree. */
static int await_task(struct tree *tree, unsigned int no, uint32_t task)
{
	double limit = now_seconds() + TIME_LIMIT;
	uint32_t done;

	while ((done = load(&tree->slot[no].done)) < task) {
		if (load(&tree->failed))
			return load(&tree->failed);
		if (stop_signal)
			return EXIT_FAILED;
		if (now_seconds() > limit)
			return fail(EXIT_FAILED, "process %u does not answer", no);
		futex_wait(&tree->slot[no].done, done);
	}
	return load(&tree->failed);
}

static void act(struct tree *tree, unsigned int no, enum command command)
{
	int ret = command == CMD_LATE ? region_late(tree->region, tree->shape, no) :
					region_drop_all(tree->region);

	if (ret)
		store(&tree->failed, ret);
	finish_task(tree, no);
}

static int fork_children(struct tree *tree, unsigned int no);

/* A child's life. It never returns to the code that forked it. */
static void live(struct tree *tree, unsigned int no, pid_t parent)
{
	struct slot *slot = &tree->slot[no];
	int ret;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(EXIT_FAILED);
	for (int sig = SIGHUP; sig <= SIGTERM; sig++)
		signal(sig, SIG_DFL);
	if (root_only_fd >= 0)
		close(root_only_fd);
	fail_capture(tree->error, sizeof(tree->error));

	ret = region_birth(tree->region, tree->shape, no);
	if (!ret)
		ret = fork_children(tree, no);
	if (ret)
		store(&tree->failed, ret);
	finish_task(tree, no);
	for (;;) {
		uint32_t command = load(&slot->command);

		if (command == CMD_WAIT) {
			/* No time limit: while the root works, no child may run. */
			syscall(SYS_futex, &slot->command, FUTEX_WAIT, CMD_WAIT, NULL, NULL, 0);
			continue;
		}
		store(&slot->command, CMD_WAIT);
		act(tree, no, command);
	}
}

static int fork_children(struct tree *tree, unsigned int no)
{
	const struct layout *layout = tree->layout;
	pid_t self = getpid();

	for (unsigned int child = no + 1; child <= layout->proc[no].last;
	     child = layout->proc[child].last + 1) {
		pid_t pid;
		int ret;

		if (stop_signal)
			return EXIT_FAILED;
		pid = fork();
		if (!pid)
			live(tree, child, self);
		if (pid < 0)
			return fail_errno("cannot fork process %u", child);
		tree->slot[child].pid = pid;
		ret = await_task(tree, child, 1);
		if (ret)
			return ret;
	}
	return 0;
}

static int command_all(struct tree *tree, enum command command, int except)
{
	for (unsigned int no = 1; no < tree->layout->procs; no++) {
		struct slot *slot = &tree->slot[no];
		uint32_t done = load(&slot->done);
		int ret;

		if ((int)no == except)
			continue;
		store(&slot->command, command);
		futex_wake(&slot->command);
		ret = await_task(tree, no, done + 1);
		if (ret)
			return ret;
	}
	return 0;
}

static int grow(struct tree *tree)
{
	const struct shape *shape = tree->shape;
	int ret = fork_children(tree, 0);

	if (!ret && shape->late)
		ret = command_all(tree, CMD_LATE, -1);
	if (!ret && shape->only >= 0)
		ret = command_all(tree, CMD_DROP_ALL, shape->only);
	if (!ret && shape->only > 0)
		ret = region_drop_all(tree->region);
	if (ret && tree->error[0])
		fail(ret, "%s", tree->error);
	return ret;
}

int tree_grow(struct tree **treep, const struct shape *shape, const struct layout *layout,
	      const struct region *region)
{
	size_t bytes = sizeof(struct tree) + layout->procs * sizeof(struct slot);
	struct tree *tree =
		mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	*treep = NULL;
	if (tree == MAP_FAILED)
		return fail_errno("cannot map %zu shared bytes", bytes);
	tree->shape = shape;
	tree->layout = layout;
	tree->region = region;
	tree->slot[0].pid = getpid();
	*treep = tree;
	/* Grandchildren whose parent ends first become ours, so that tree_fell() sees them go. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	return grow(tree);
}

pid_t tree_pid(const struct tree *tree, unsigned int proc)
{
	return tree->slot[proc].pid;
}

int tree_check_alive(const struct tree *tree)
{
	for (unsigned int no = 1; no < tree->layout->procs; no++) {
		char path[64], stat[256];
		const char *state;

		snprintf(path, sizeof(path), "/proc/%d/stat", tree->slot[no].pid);
		if (!file_read(path, stat, sizeof(stat)) && (state = strrchr(stat, ')')) &&
		    state[1] && !strchr("ZX", state[2]))
			continue;
		return fail(EXIT_FAILED, "process %u (pid %d) has ended", no, tree->slot[no].pid);
	}
	return 0;
}

void tree_fell(struct tree *tree)
{
	unsigned int procs;

	if (!tree)
		return;
	procs = tree->layout->procs;
	for (unsigned int no = 1; no < procs; no++)
		if (tree->slot[no].pid)
			kill(tree->slot[no].pid, SIGKILL);
	/* Parents before their children: each becomes ours when its parent is reaped. */
	for (unsigned int no = 1; no < procs; no++)
		while (tree->slot[no].pid && waitpid(tree->slot[no].pid, NULL, 0) < 0 &&
		       errno == EINTR)
			;
	munmap(tree, sizeof(*tree) + procs * sizeof(struct slot));
}
