// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process with many VMAs, to be looked at from outside.
 *
 * usage: vmas anon|shared VMAS COMMAND [ARG...]
 *
 * anon: with an anonymous page each.  shared: all map one page of shared memory.  Runs COMMAND with
 * its pid and the address of the first VMA behind it, and exits with its status.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "measure.h"

/* Those that can be written lie between others. */
static char *map_many(long vmas)
{
	char *area = mmap(NULL, 2 * (vmas + 1) * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	must(area != MAP_FAILED, "mmap");
	for (long i = 0; i < vmas; i++) {
		must(!mprotect(area + 2 * i * PAGE, PAGE, PROT_READ | PROT_WRITE), "mprotect");
		area[2 * i * PAGE] = 1;
	}
	return area;
}

static char *map_one(long vmas)
{
	int fd = memfd_create("vmas", MFD_CLOEXEC);
	char *area = mmap(NULL, 2 * (vmas + 1) * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	must(fd >= 0 && !ftruncate(fd, PAGE) && area != MAP_FAILED, "memfd");
	for (long i = 0; i < vmas; i++)
		*(volatile char *)mmap(area + 2 * i * PAGE, PAGE, PROT_READ | PROT_WRITE,
				       MAP_SHARED | MAP_FIXED | MAP_POPULATE, fd, 0) = 1;
	return area;
}

int main(int argc, char **argv)
{
	char *area, **command, who[32], where[32];
	pid_t pid;
	int status;

	if (argc < 4) {
		fprintf(stderr, "usage: vmas anon|shared VMAS COMMAND [ARG...]\n");
		return 2;
	}
	area = strcmp(argv[1], "anon") ? map_one(atol(argv[2])) : map_many(atol(argv[2]));
	command = calloc(argc, sizeof(*command));
	must(command, "memory");
	memcpy(command, argv + 3, (argc - 3) * sizeof(*command));
	snprintf(who, sizeof(who), "%d", getpid());
	snprintf(where, sizeof(where), "%p", (void *)area);
	command[argc - 3] = who;
	command[argc - 2] = where;
	/* The child shall not have all this. */
	pid = vfork();
	if (!pid) {
		execvp(*command, command);
		_exit(127);
	}
	must(pid > 0 && waitpid(pid, &status, 0) == pid, "vfork");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
