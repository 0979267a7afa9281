// SPDX-License-Identifier: GPL-2.0-only
/*
 * Walkers in odd shapes: threads and processes that make the kernel walk the reverse map of
 * pages of theirs by migrating these between two nodes, all at the same time.
 *
 * usage: walkers [-t THREADS] [-f PROCESSES] [-s SHARERS] [-p PAGES] [-r ROUNDS] [-c CPU] [-k]
 *
 * Each of PROCESSES (1) has THREADS (1), each with PAGES (8) of its own that SHARERS (0)
 * sleeping children map as well, and moves them ROUNDS (2) times.  With -c all run on that
 * CPU.  With -k processes are killed at any moment of it, by SIGKILL.
 *
 * Prints, unless -k, "WALKS VMAS SWITCHES": of each page and round an unmapping and a restoring
 * walk, each over SHARERS + 1 VMAs, all of which map the page; and how often a process had to
 * leave its CPU to another.  Exit 1 if a page did not move.
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE	 4096ul
#define MOVE_ALL 4 /* MPOL_MF_MOVE_ALL */

static long threads = 1, processes = 1, sharers, pages = 8, rounds = 2, cpu = -1;
static bool kills;

struct worker {
	pthread_t thread;
	char *memory;
	bool failed;
	pthread_barrier_t *together;
};

/* Moves all pages to a node; false if one is elsewhere then. */
static bool move(const struct worker *w, int node)
{
	void *page[pages];
	int to[pages], status[pages];
	bool ok = true;

	for (long i = 0; i < pages; i++) {
		page[i] = w->memory + i * PAGE;
		to[i] = node;
		status[i] = -1;
	}
	if (syscall(SYS_move_pages, 0, pages, page, to, status, MOVE_ALL) < 0)
		return false;
	for (long i = 0; i < pages; i++)
		ok &= status[i] == node;
	return ok;
}

static void *work(void *arg)
{
	struct worker *w = arg;

	pthread_barrier_wait(w->together);
	for (long r = 0; r < rounds; r++)
		w->failed |= !move(w, r % 2 ? 0 : 1);
	return NULL;
}

static pid_t sleeper(void)
{
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	return pid;
}

/* A process: its pages begin on node 0. */
static int process(void)
{
	struct worker *w = calloc(threads, sizeof(*w));
	unsigned long node_0 = 1;
	pthread_barrier_t together;
	bool failed = false;

	pthread_barrier_init(&together, NULL, threads);
	for (long t = 0; t < threads; t++) {
		/* A hole between them keeps VMAs apart. */
		w[t].memory = mmap(NULL, (pages + 1) * PAGE, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (w[t].memory == MAP_FAILED)
			return 1;
		mprotect(w[t].memory + pages * PAGE, PAGE, PROT_NONE);
		syscall(SYS_mbind, w[t].memory, pages * PAGE, 2 /* MPOL_BIND */, &node_0, 64, 0);
		memset(w[t].memory, 1, pages * PAGE);
		syscall(SYS_mbind, w[t].memory, pages * PAGE, 0 /* MPOL_DEFAULT */, NULL, 0, 0);
		w[t].together = &together;
	}
	for (long s = 0; s < sharers; s++)
		if (sleeper() < 0)
			return 1;
	for (long t = 1; t < threads; t++)
		if (pthread_create(&w[t].thread, NULL, work, &w[t]))
			return 1;
	work(&w[0]);
	for (long t = 1; t < threads; t++)
		pthread_join(w[t].thread, NULL);
	for (long t = 0; t < threads; t++)
		failed |= w[t].failed;
	return failed;
}

/* From a little to a few milliseconds. */
static void kill_later(pid_t pid, unsigned int n)
{
	usleep(n * 7919 % 9000);
	kill(pid, SIGKILL);
}

int main(int argc, char **argv)
{
	long walks, failed = 0, ended = 0;
	struct rusage used;
	int option;

	while ((option = getopt(argc, argv, "t:f:s:p:r:c:k")) > 0) {
		switch (option) {
		case 't':
			threads = atol(optarg);
			break;
		case 'f':
			processes = atol(optarg);
			break;
		case 's':
			sharers = atol(optarg);
			break;
		case 'p':
			pages = atol(optarg);
			break;
		case 'r':
			rounds = atol(optarg);
			break;
		case 'c':
			cpu = atol(optarg);
			break;
		case 'k':
			kills = true;
			break;
		default:
			return 2;
		}
	}
	if (cpu >= 0) {
		cpu_set_t set;

		CPU_ZERO(&set);
		CPU_SET(cpu, &set);
		sched_setaffinity(0, sizeof(set), &set);
	}
	for (long f = 0; f < processes; f++) {
		pid_t pid = fork();

		if (pid < 0)
			return 1;
		if (!pid) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			_exit(process());
		}
		if (kills)
			kill_later(pid, f);
	}
	for (int status; wait(&status) > 0; ended++)
		failed += kills ? status != SIGKILL && status : status != 0;
	if (failed || ended < processes) {
		fprintf(stderr, "walkers: %ld of %ld failed\n", failed, ended);
		return 1;
	}
	walks = 2 * pages * rounds * threads * processes;
	getrusage(RUSAGE_CHILDREN, &used);
	if (!kills)
		printf("%ld %ld %ld\n", walks, walks * (sharers + 1), used.ru_nivcsw);
	return 0;
}
