/* SPDX-License-Identifier: GPL-2.0 */
/* Errors, exit codes and one-value kernel files, as all of forktree uses them. */
#ifndef FORKTREE_UTIL_H
#define FORKTREE_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* The same numbers as the tools use. */
enum exit_code {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_LACKS = 3,
	EXIT_DENIED = 4,
};

/*
 * Say what went wrong on stderr and return @code, so that a caller can write
 * "return fail(...)". Everything in forktree that can fail returns 0 or an
 * exit code whose message has been printed this way.
 */
int fail(enum exit_code code, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* fail() with ": " and the text of errno; EPERM and EACCES become EXIT_DENIED. */
int fail_errno(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Send fail()'s text into @buf instead of to stderr (for a helper process). */
void fail_capture(char *buf, size_t size);

/* 0 or -errno; @buf gets the text without its last newline. */
int file_read(const char *path, char *buf, size_t size);
int file_write(const char *path, const char *text);

/* A number from a one-value file, or @fallback when there is none. */
long file_number(const char *path, long fallback);

/* Seconds of CLOCK_MONOTONIC, for time limits only. */
double now_seconds(void);
void sleep_ms(unsigned int ms);

/* Set by the first SIGINT, SIGTERM or SIGHUP; everything that waits looks at it. */
extern volatile int stop_signal;

#endif
