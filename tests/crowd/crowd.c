// SPDX-License-Identifier: GPL-2.0-only
/*
 * A crowd: many short-lived tasks, each in one of many cgroups, that make the kernel walk
 * the reverse map of one page of theirs, there and back.
 *
 * usage: crowd TASKS CGROUPS
 *
 * Makes the cgroups below /sys/fs/cgroup/crowd and leaves them.  Each task migrates its
 * page to the other node and back: four walks of one VMA.  Prints the number of walks;
 * exit 1 if a task could not do its part.
 */
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROOT "/sys/fs/cgroup/crowd"

static void path_of(char path[64], unsigned int cgroup)
{
	snprintf(path, 64, ROOT "/%u", cgroup);
}

/* In the child: 0 when the page went to node 1 and back to node 0. */
static int migrate(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int status;

	if (page == MAP_FAILED)
		return 1;
	memset(page, 1, 4096);
	/* First to where it is: that is no move. */
	for (int node = 0; node <= 2; node++) {
		int to = node & 1;

		status = -1;
		if (syscall(SYS_move_pages, 0, 1L, &page, &to, &status, 2 /* MPOL_MF_MOVE */) ||
		    status != to)
			return 1;
	}
	return 0;
}

static int run_one(int cgroup_fd)
{
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP,
		.exit_signal = SIGCHLD,
		.cgroup = cgroup_fd,
	};
	pid_t pid = syscall(SYS_clone3, &args, sizeof(args));
	int status;

	if (!pid)
		_exit(migrate());
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return 1;
	return status != 0;
}

int main(int argc, char **argv)
{
	unsigned int tasks = argc > 1 ? atoi(argv[1]) : 0, cgroups = argc > 2 ? atoi(argv[2]) : 0;
	unsigned long node_0 = 1; /* every page begins there, so that all tasks do the same */
	unsigned int failed = 0;
	char path[64];
	int *fds;

	if (!tasks || !cgroups) {
		fprintf(stderr, "usage: crowd TASKS CGROUPS\n");
		return 2;
	}
	syscall(SYS_set_mempolicy, 2 /* MPOL_BIND */, &node_0, 64L);
	fds = calloc(cgroups, sizeof(*fds));
	if (!fds)
		return 1;
	mkdir(ROOT, 0755);
	for (unsigned int i = 0; i < cgroups; i++) {
		path_of(path, i);
		mkdir(path, 0755);
		fds[i] = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fds[i] < 0) {
			perror(path);
			return 1;
		}
	}
	for (unsigned int i = 0; i < tasks; i++)
		failed += run_one(fds[i % cgroups]);
	printf("%u\n", 4 * tasks);
	if (failed)
		fprintf(stderr, "crowd: %u of %u tasks failed\n", failed, tasks);
	return failed ? 1 : 0;
}
