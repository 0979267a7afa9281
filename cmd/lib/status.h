/* SPDX-License-Identifier: GPL-2.0-only */
/* Exit statuses and the one-line error message all tools share. */
#ifndef FOLIOSCOPE_STATUS_H
#define FOLIOSCOPE_STATUS_H

enum status {
	ST_OK = 0,
	ST_FAIL = 1,   /* failed while running, or what was asked for is not there */
	ST_USAGE = 2,  /* unknown option, malformed value */
	ST_KERNEL = 3, /* the kernel lacks or forbids what is needed */
	ST_PERM = 4,   /* a capability is missing */
};

/*
 * Prints "TOOL: MESSAGE" as one line on stderr and returns @status, so that
 * "return fail(ST_FAIL, ...)" reads as what it is.  The message names what
 * failed, on what, why, and what to do.
 */
enum status fail(enum status status, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The same for what the user should know and the run survives. */
void warn_user(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Called before any of these prints: who holds the terminal gives it back. */
void status__before(void (*call)(void));

#endif
