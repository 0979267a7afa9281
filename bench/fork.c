// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a fork costs, the child's end included, of a process with so many VMAs that have an
 * anonymous page each, in which so many AVCs are linked already: it is that generation of its family.
 *
 * usage: fork NAME VMAS GENERATION alive|gone ROUNDS [walks]
 *
 * alive, gone: the ancestors but for the first.  Prints nanoseconds a fork and end of the child as NAME;
 * with walks as NAME/fork, and NAME/walk first, NAME/walk own: a walk for a page of the first process,
 * and for one of the process that forks.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "measure.h"

static char *area;
static long vmas;

/* Every other page can be written: the VMAs stay apart. */
static void write_all(void)
{
	for (long i = 0; i < vmas; i++)
		area[2 * i * PAGE] = 1;
}

static void fork_and_end(void *arg)
{
	pid_t pid = fork();
	int status;

	(void)arg;
	if (!pid)
		_exit(0);
	must(pid > 0 && waitpid(pid, &status, 0) == pid && !status, "fork");
}

/* The next generation goes on; its ancestors wait for it, or are gone at once. */
static void next_generation(bool alive)
{
	pid_t pid;
	int status;

	must((pid = fork()) >= 0, "fork");
	if (!pid) {
		write_all();
		return;
	}
	if (!alive)
		_exit(0);
	must(waitpid(pid, &status, 0) == pid, "waitpid");
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

static void with_walks(const char *of, unsigned long rounds, uint64_t first)
{
	struct idle theirs = idle_open(first), own = idle_open(pfn_of(area));
	char name[128];

	snprintf(name, sizeof(name), "%s/fork", of);
	measure(name, rounds, 0, fork_and_end, NULL);
	snprintf(name, sizeof(name), "%s/walk first", of);
	idle_measure(name, 20 * rounds, &theirs);
	snprintf(name, sizeof(name), "%s/walk own", of);
	idle_measure(name, 20 * rounds, &own);
}

int main(int argc, char **argv)
{
	long generation;
	bool alive;
	uint64_t first;
	int ends[2];
	char byte;

	if (argc != 6 && argc != 7) {
		fprintf(stderr, "usage: fork NAME VMAS GENERATION alive|gone ROUNDS [walks]\n");
		return 2;
	}
	vmas = atol(argv[2]);
	generation = atol(argv[3]);
	alive = !strcmp(argv[4], "alive");
	area = mmap(NULL, 2 * vmas * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	must(area != MAP_FAILED, "mmap");
	for (long i = 0; i < vmas; i++)
		must(!mprotect(area + 2 * i * PAGE, PAGE, PROT_READ | PROT_WRITE), "mprotect");
	write_all();
	first = pfn_of(area);
	/* Who was started stays until the last of the family has ended. */
	must(!pipe(ends), "pipe");
	if (generation > 0) {
		pid_t pid = fork();

		must(pid >= 0, "fork");
		if (pid) {
			close(ends[1]);
			must(read(ends[0], &byte, 1) == 1, "a generation ended");
			return 0;
		}
		write_all();
	}
	for (long i = 1; i < generation; i++)
		next_generation(alive);
	if (argc == 7)
		with_walks(argv[1], atol(argv[5]), first);
	else
		measure(argv[1], atol(argv[5]), 0, fork_and_end, NULL);
	must(write(ends[1], "x", 1) == 1, "pipe");
	return 0;
}
