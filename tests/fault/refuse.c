// SPDX-License-Identifier: GPL-2.0-only
/*
 * refuse WHAT NTH COMMAND [ARG...]: runs COMMAND, and its NTH attempt (from 1) at WHAT fails:
 *
 *  map     a BPF map is made: ENOMEM
 *  attach  a program is attached, by whichever call: ENOMEM
 *  load    a program with type information, as all of the tools have it, is loaded: its first
 *          instruction reads a register that nobody has written, so the verifier refuses it
 *
 * Exits with COMMAND's status (128 + signal), or with 99 if there were fewer attempts.
 * Only COMMAND itself is looked at, with its threads, not its children.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define NEVER 99

static const char *what;
static unsigned int nth, seen;
static int mem;

static void die(const char *why)
{
	fprintf(stderr, "refuse: %s: %s\n", why, strerror(errno));
	exit(NEVER + 1);
}

/* Not process_vm_readv(), which a kernel can be without. */
static bool copy_from(unsigned long at, void *to, size_t size)
{
	return pread(mem, to, size, at) == (ssize_t)size;
}

/* A program of the tools, not one that libbpf tries what the kernel knows with. */
static bool is_load(const struct user_regs_struct *regs, union bpf_attr *attr)
{
	memset(attr, 0, sizeof(*attr));
	return regs->rdi == BPF_PROG_LOAD && regs->rdx <= sizeof(*attr) &&
	       copy_from(regs->rsi, attr, regs->rdx) && attr->prog_btf_fd;
}

static bool is_it(const struct user_regs_struct *regs, union bpf_attr *attr)
{
	bool bpf = regs->orig_rax == SYS_bpf;

	if (!strcmp(what, "map"))
		return bpf && regs->rdi == BPF_MAP_CREATE;
	if (!strcmp(what, "load"))
		return bpf && is_load(regs, attr);
	return (bpf && (regs->rdi == BPF_LINK_CREATE || regs->rdi == BPF_RAW_TRACEPOINT_OPEN)) ||
	       regs->orig_rax == SYS_perf_event_open;
}

/* r0 = r9; what follows is never looked at. */
static void spoil(const union bpf_attr *attr)
{
	const struct bpf_insn bad = { .code = BPF_ALU64 | BPF_MOV | BPF_X, .src_reg = 9 };

	if (pwrite(mem, &bad, sizeof(bad), attr->insns) != sizeof(bad))
		die("cannot write the program");
}

/* At the entry of a system call; true if it is to fail. */
static bool at_entry(pid_t pid)
{
	struct user_regs_struct regs;
	union bpf_attr attr;

	if (ptrace(PTRACE_GETREGS, pid, NULL, &regs) || !is_it(&regs, &attr) || ++seen != nth)
		return false;
	if (!strcmp(what, "load")) {
		spoil(&attr);
		return false;
	}
	/* No call has this number: it does nothing, and what it returns is written over. */
	regs.orig_rax = -1;
	if (ptrace(PTRACE_SETREGS, pid, NULL, &regs))
		die("cannot change the call");
	return true;
}

static void at_exit(pid_t pid)
{
	struct user_regs_struct regs;

	if (ptrace(PTRACE_GETREGS, pid, NULL, &regs))
		die("cannot read the result");
	regs.rax = -ENOMEM;
	if (ptrace(PTRACE_SETREGS, pid, NULL, &regs))
		die("cannot change the result");
}

int main(int argc, char **argv)
{
	bool inside = false, refused = false;
	int status, deliver = 0;
	char path[32];
	pid_t pid;

	if (argc < 4 ||
	    (strcmp(argv[1], "map") && strcmp(argv[1], "load") && strcmp(argv[1], "attach"))) {
		fprintf(stderr, "usage: refuse map|load|attach NTH COMMAND [ARG...]\n");
		return NEVER + 1;
	}
	what = argv[1];
	nth = atoi(argv[2]);
	pid = fork();
	if (!pid) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		execvp(argv[3], argv + 3);
		die(argv[3]);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		die("fork");
	if (ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL))
		die("ptrace");
	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	for (;;) {
		if (ptrace(PTRACE_SYSCALL, pid, NULL, (long)deliver))
			die("ptrace");
		if (waitpid(pid, &status, 0) != pid)
			die("wait");
		if (WIFEXITED(status) || WIFSIGNALED(status))
			break;
		deliver = WSTOPSIG(status);
		if (deliver == SIGTRAP) {
			/* Of execve(), which is no signal of the program's; it has new memory. */
			deliver = 0;
			mem = open(path, O_RDWR | O_CLOEXEC);
			if (mem < 0)
				die(path);
		} else if (deliver == (SIGTRAP | 0x80)) {
			deliver = 0;
			inside = !inside;
			if (inside)
				refused = at_entry(pid);
			else if (refused)
				at_exit(pid);
			refused = refused && inside;
		}
	}
	if (seen < nth)
		return NEVER;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
