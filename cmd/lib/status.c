// SPDX-License-Identifier: GPL-2.0-only
/* The one-line error message all tools share. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include "status.h"
#include "text.h"

static void (*before)(void);

void status__before(void (*call)(void))
{
	before = call;
}

static void vsay(const char *fmt, va_list ap)
{
	char line[1024], clean[sizeof(line)];

	if (before)
		before();

	vsnprintf(line, sizeof(line), fmt, ap);
	for (char *p = line; *p; p++)
		if (*p == '\n')
			*p = ' ';
	/* Names of files, and what a recording calls itself, come from anywhere. */
	text__clean(clean, sizeof(clean), line);
	fprintf(stderr, "%s: %s\n", program_invocation_short_name, clean);
}

enum status fail(enum status status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsay(fmt, ap);
	va_end(ap);
	return status;
}

void warn_user(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsay(fmt, ap);
	va_end(ap);
}
