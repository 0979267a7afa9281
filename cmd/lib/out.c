// SPDX-License-Identifier: GPL-2.0-only
/* Where a tool's output goes, and what its errors mean. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "out.h"

enum status out__open(const char *path, FILE **f)
{
	/* A closed pipe is seen as EPIPE by out__flush(), at a place we choose. */
	signal(SIGPIPE, SIG_IGN);
	*f = stdout;
	if (path && strcmp(path, "-"))
		*f = fopen(path, "we");
	if (!*f)
		return fail(ST_FAIL, "cannot write %s: %s", path, strerror(errno));
	return ST_OK;
}

/* A tool has one output; what went wrong with it once stays wrong, and is said once. */
static enum out_state state = OUT_OK;

/* Also one that is gone, which isatty() does not call one any more. */
static bool is_terminal(FILE *f)
{
	struct stat st;

	return !fstat(fileno(f), &st) && S_ISCHR(st.st_mode);
}

enum out_state out__flush(FILE *f)
{
	struct pollfd reader = { .fd = fileno(f), .events = POLLOUT };

	errno = 0;
	if (state != OUT_OK || (!fflush(f) && !ferror(f)))
		return state;
	/* Output of more than the buffer failed before this, and its errno is gone. */
	if (errno == EPIPE || (errno == EIO && is_terminal(f)) ||
	    (!errno && poll(&reader, 1, 0) == 1 && reader.revents & POLLERR))
		return state = OUT_CLOSED;
	fail(ST_FAIL, "cannot write the output: %s", errno ? strerror(errno) : "is the disk full?");
	return state = OUT_FAILED;
}

enum status out__close(FILE *f)
{
	out__flush(f);
	/* Some file systems report a full disk no earlier than here. */
	if (state == OUT_OK && f != stdout && fclose(f)) {
		fail(ST_FAIL, "cannot write the output: %s", strerror(errno));
		state = OUT_FAILED;
	}
	return state == OUT_FAILED ? ST_FAIL : ST_OK;
}

unsigned int out__width(FILE *f)
{
	const char *columns = getenv("COLUMNS");
	struct winsize ws;

	/* Shells set it and do not export it: who does wants this width, into a pipe, too. */
	if (columns && atoi(columns) > 0)
		return atoi(columns);
	if (!isatty(fileno(f)))
		return 0;
	if (!ioctl(fileno(f), TIOCGWINSZ, &ws) && ws.ws_col)
		return ws.ws_col;
	return 80;
}
