// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a process takes of the CPU, itself only, not what it starts.
 *
 * usage: cpu NAME -p PID | cpu NAME COMMAND [ARG...]
 *
 * PID: what it has taken until now.  COMMAND: what it has taken when it is about to exit; its output is
 * put away.  Prints NAME's figure, ns; exits with COMMAND's status.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "measure.h"

static void report_cpu(const char *name, double ns)
{
	printf("{\"name\":\"%s\",\"values\":[%.0f]}\n", name, ns);
}

/* All threads, ns. */
static double time_on_cpu(pid_t pid)
{
	struct timespec t;
	clockid_t clock;

	must(!clock_getcpuclockid(pid, &clock) && !clock_gettime(clock, &t), "its clock");
	return t.tv_sec * 1e9 + t.tv_nsec;
}

int main(int argc, char **argv)
{
	double ns = 0;
	int status;
	pid_t pid;

	if (argc < 3) {
		fprintf(stderr, "usage: cpu NAME -p PID | cpu NAME COMMAND [ARG...]\n");
		return 2;
	}
	if (!strcmp(argv[2], "-p") && argv[3]) {
		report_cpu(argv[1], time_on_cpu(atoi(argv[3])));
		return 0;
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
	report_cpu(argv[1], ns);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
