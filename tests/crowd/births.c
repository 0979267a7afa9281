// SPDX-License-Identifier: GPL-2.0-only
/*
 * Births: each of some processes forks all the time, which takes long as it has much memory in small
 * pages: longer than the kernel goes through all tasks when the first kprobe is attached.  So somebody is
 * being made at any moment.  The children wait.
 *
 * usage: births PROCESSES MIB
 *
 * A line on standard input: no more births; when none is under way, a line is printed.  The end of
 * standard input: one child after the other writes to WRITES new VMAs and moves their pages to the other
 * node, and all end.  Exit 1 if one could not.
 */
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define WRITES	 3
#define CHILDREN 1000 /* of a process; then it stops by itself */
#define MIB	 (1UL << 20)

static int no_more[2], turn[2],
	quiet[2]; /* pipes: closed, a byte that goes round, a byte of each process */

static bool moved(void *page)
{
	int node = -1, to, status = -1;

	if (syscall(SYS_move_pages, 0, 1L, &page, NULL, &node, 0))
		return false;
	to = !node;
	return !syscall(SYS_move_pages, 0, 1L, &page, &to, &status, 2 /* MPOL_MF_MOVE */) &&
	       status == to;
}

/* Between VMAs that cannot be merged with them. */
static void child(void)
{
	char token,
		*at = mmap(NULL, 2 * WRITES * 4096UL, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	prctl(PR_SET_NAME, "newborn");
	if (read(turn[0], &token, 1) != 1)
		_exit(1);
	for (int i = 0; i < WRITES; i++) {
		char *page = at + (2 * i + 1) * 4096UL;

		mprotect(page, 4096, PROT_READ | PROT_WRITE);
		*page = 1;
		if (!moved(page))
			_exit(1);
	}
	_exit(write(turn[1], &token, 1) != 1);
}

static bool stopped(void)
{
	struct pollfd p = { .fd = no_more[0], .events = POLLIN };

	return poll(&p, 1, 0) > 0;
}

static void parent(size_t bytes)
{
	char none, *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
				  -1, 0);

	if (memory == MAP_FAILED || madvise(memory, bytes, MADV_NOHUGEPAGE))
		_exit(1);
	memset(memory, 1, bytes);
	close(no_more[1]);
	for (int i = 0; i < CHILDREN && !stopped(); i++) {
		pid_t pid = fork();

		if (pid < 0)
			_exit(1);
		if (!pid)
			child();
	}
	while (read(no_more[0], &none, 1) > 0)
		;
	if (write(quiet[1], "", 1) != 1)
		_exit(1);
	for (int status; wait(&status) > 0;)
		if (status)
			_exit(1);
	_exit(0);
}

int main(int argc, char **argv)
{
	int n = argc == 3 ? atoi(argv[1]) : 0, failed = 0;
	long mib = argc == 3 ? atol(argv[2]) : 0;
	char c;

	if (n < 1 || mib < 1 || pipe(no_more) || pipe(turn) || pipe(quiet)) {
		fprintf(stderr, "usage: births PROCESSES MIB\n");
		return 2;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (int i = 0; i < n; i++)
		if (!fork())
			parent(mib * MIB);
	while (read(STDIN_FILENO, &c, 1) == 1 && c != '\n')
		;
	close(no_more[1]);
	for (int i = 0; i < n; i++)
		if (read(quiet[0], &c, 1) != 1)
			return 1;
	printf("quiet\n");
	fflush(stdout);
	while (read(STDIN_FILENO, &c, 1) == 1)
		;
	if (write(turn[1], "", 1) != 1)
		return 1;
	for (int status; wait(&status) > 0;)
		failed += status != 0;
	return failed ? 1 : 0;
}
