// SPDX-License-Identifier: GPL-2.0-only
/*
 * A queue of walkers: tasks that share one anon_vma's lock migrate a page each, there and
 * back, while two more fork all the time, which takes that lock for writing.  So most of
 * them wait inside their walks at any moment.
 *
 * usage: queue TASKS ROUNDS
 *
 * Prints "N walks at least": two for each page that moved.  Attempts that fail, as somebody
 * else holds the page, have walks of their own, and are not made good.  Exit 1 when less
 * than half of the pages moved.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE	4096
#define WRITERS 2

/* Shared by all. */
struct common {
	int go;
	unsigned int moved;
};

static void wait_for(const struct common *common)
{
	while (!__atomic_load_n(&common->go, __ATOMIC_ACQUIRE))
		usleep(1000);
}

static void walker(struct common *common, void *page, unsigned int rounds)
{
	wait_for(common);
	for (unsigned int i = 0; i < 2 * rounds; i++) {
		int to = !(i & 1), status = -1;

		if (!syscall(SYS_move_pages, 0, 1L, &page, &to, &status, 4 /* MPOL_MF_MOVE_ALL */) &&
		    status == to)
			__atomic_add_fetch(&common->moved, 1, __ATOMIC_RELAXED);
	}
}

static void writer(struct common *common)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	wait_for(common);
	for (;;) {
		pid_t pid = fork();

		if (!pid)
			_exit(0);
		waitpid(pid, NULL, 0);
	}
}

static void *map(size_t size, int flags)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED) {
		perror("queue: mmap");
		exit(1);
	}
	return p;
}

int main(int argc, char **argv)
{
	unsigned int tasks = argc > 1 ? atoi(argv[1]) : 0, rounds = argc > 2 ? atoi(argv[2]) : 0;
	unsigned long node_0 = 1; /* every page begins there */
	struct common *common = map(PAGE, MAP_SHARED);
	pid_t writers[WRITERS];
	char *pages;

	if (!tasks || !rounds) {
		fprintf(stderr, "usage: queue TASKS ROUNDS\n");
		return 2;
	}
	syscall(SYS_set_mempolicy, 2 /* MPOL_BIND */, &node_0, 64L);
	pages = map((size_t)tasks * PAGE, MAP_PRIVATE);
	madvise(pages, (size_t)tasks * PAGE, MADV_NOHUGEPAGE);
	memset(pages, 1, (size_t)tasks * PAGE);
	for (int i = 0; i < WRITERS; i++) {
		writers[i] = fork();
		if (!writers[i])
			writer(common);
	}
	for (unsigned int i = 0; i < tasks; i++) {
		if (fork())
			continue;
		walker(common, pages + (size_t)i * PAGE, rounds);
		_exit(0);
	}
	__atomic_store_n(&common->go, 1, __ATOMIC_RELEASE);
	for (unsigned int i = 0; i < tasks; i++)
		wait(NULL);
	for (int i = 0; i < WRITERS; i++)
		kill(writers[i], SIGKILL);
	printf("%u walks at least\n", 2 * common->moved);
	return common->moved < tasks * rounds;
}
