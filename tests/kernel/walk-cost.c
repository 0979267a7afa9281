// SPDX-License-Identifier: GPL-2.0
/*
 * What walks and anon_vmas cost, by the guest's clock: moves pages that SHARERS
 * processes map to the other node and back, then splits a VMA and merges it again,
 * and prints nanoseconds for a page and for a split and merge. With QEMU's
 * -icount shift=0,sleep=off these are instructions. (A fork would not do: it waits
 * and is waited for, and time passes in idleness, too.)
 *
 * usage: walk-cost [SHARERS [PAGES [ROUNDS]]]
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define PAGE		 4096L
#define MPOL_MF_MOVE_ALL 4

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

int main(int argc, char **argv)
{
	int sharers = argc > 1 ? atoi(argv[1]) : 16;
	int pages = argc > 2 ? atoi(argv[2]) : 64;
	int rounds = argc > 3 ? atoi(argv[3]) : 200;
	char *area =
		mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int *nodes = calloc(pages, sizeof(*nodes)), *status = calloc(pages, sizeof(*status));
	void **addrs = calloc(pages, sizeof(*addrs));
	long long start = 0;
	long moved = 0;

	if (area == MAP_FAILED || !nodes || !status || !addrs)
		die("memory");
	madvise(area, pages * PAGE, MADV_NOHUGEPAGE);
	memset(area, 1, pages * PAGE);
	for (int i = 0; i < pages; i++)
		addrs[i] = area + i * PAGE;
	for (int i = 1; i < sharers; i++) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (!pid) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			for (;;)
				pause();
		}
	}
	for (int round = -4; round < rounds; round++) {
		if (!round)
			start = now();
		for (int i = 0; i < pages; i++)
			nodes[i] = round & 1;
		if (syscall(SYS_move_pages, 0, pages, addrs, nodes, status, MPOL_MF_MOVE_ALL))
			die("move_pages");
		for (int i = 0; round >= 0 && i < pages; i++)
			moved += status[i] == nodes[i];
	}
	printf("%.1f ", (double)(now() - start) / moved);
	if (moved != (long)pages * rounds)
		fprintf(stderr, "only %ld of %ld pages moved\n", moved, (long)pages * rounds);

	for (int round = -4; round < 20 * rounds; round++) {
		if (!round)
			start = now();
		/* two splits, each a clone, and two merges, each an unlink */
		mprotect(area + pages / 2 * PAGE, PAGE, PROT_READ);
		mprotect(area + pages / 2 * PAGE, PAGE, PROT_READ | PROT_WRITE);
	}
	printf("%.1f\n", (double)(now() - start) / (20 * rounds));
	return 0; /* and with us the sharers */
}
