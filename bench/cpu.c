// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a command takes of the CPU, itself only, not what it starts: looked up when it is about to
 * exit.  Its output is put away.
 *
 * usage: cpu NAME COMMAND [ARG...]
 *
 * Prints NAME's figure, ns; exits with COMMAND's status.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>
#include "measure.h"

/* The first number of schedstat: time on the CPU, ns. */
static double time_on_cpu(pid_t pid)
{
	unsigned long long ns;
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/schedstat", pid);
	f = fopen(path, "r");
	must(f && fscanf(f, "%llu", &ns) == 1, path);
	fclose(f);
	return ns;
}

int main(int argc, char **argv)
{
	double ns = 0;
	int status;
	pid_t pid;

	if (argc < 3) {
		fprintf(stderr, "usage: cpu NAME COMMAND [ARG...]\n");
		return 2;
	}
	pid = fork();
	must(pid >= 0, "fork");
	if (!pid) {
		must(dup2(open("/dev/null", O_WRONLY), 1) == 1, "/dev/null");
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		execvp(argv[2], argv + 2);
		perror(argv[2]);
		_exit(127);
	}
	must(waitpid(pid, &status, 0) == pid && WIFSTOPPED(status), "waitpid");
	must(!ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACEEXIT | PTRACE_O_TRACEEXEC),
	     "ptrace");
	ptrace(PTRACE_CONT, pid, NULL, 0);
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
		int event = status >> 16, signal = event ? 0 : WSTOPSIG(status);

		if (event == PTRACE_EVENT_EXIT)
			ns = time_on_cpu(pid);
		ptrace(PTRACE_CONT, pid, NULL, signal);
	}
	printf("{\"name\":\"%s\",\"values\":[%.0f]}\n", argv[1], ns);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
