// SPDX-License-Identifier: GPL-2.0-only
/* The COMMAND after "--". */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "child.h"

static void __attribute__((noreturn)) run(char *const *argv, int go, int error)
{
	sigset_t none;
	char byte;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	/* One byte means start; end of file means the tool gave up. */
	if (read(go, &byte, 1) != 1)
		_exit(0);
	execvp(argv[0], argv);
	if (write(error, &errno, sizeof(errno)) < 0)
		_exit(126);
	_exit(127);
}

enum status child__prepare(struct child *c, char *const *argv)
{
	int go[2], error[2];

	if (pipe2(go, O_CLOEXEC))
		return fail(ST_FAIL, "cannot make a pipe: %s", strerror(errno));
	if (pipe2(error, O_CLOEXEC)) {
		close(go[0]);
		close(go[1]);
		return fail(ST_FAIL, "cannot make a pipe: %s", strerror(errno));
	}
	c->pid = fork();
	if (!c->pid) {
		close(go[1]);
		run(argv, go[0], error[1]);
	}
	close(go[0]);
	close(error[1]);
	c->go = go[1];
	c->error = error[0];
	if (c->pid > 0)
		return ST_OK;
	close(c->go);
	close(c->error);
	c->pid = 0;
	return fail(ST_FAIL, "cannot fork: %s", strerror(errno));
}

enum status child__go(struct child *c, const char *name)
{
	ssize_t got;
	int err = 0;

	got = write(c->go, "g", 1);
	close(c->go);
	if (got == 1)
		got = read(c->error, &err, sizeof(err)); /* end of file: exec closed it */
	close(c->error);
	if (!got)
		return ST_OK;
	waitpid(c->pid, NULL, 0);
	c->pid = 0;
	return fail(ST_FAIL, "cannot run %s: %s", name, strerror(err ? err : EIO));
}

void child__stop(struct child *c)
{
	if (!c->pid)
		return;
	kill(c->pid, SIGTERM);
	c->pid = 0;
}
