// SPDX-License-Identifier: GPL-2.0
/* Errors, exit codes and one-value kernel files. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "util.h"

volatile int stop_signal;

static char *captured;
static size_t captured_size;

void fail_capture(char *buf, size_t size)
{
	captured = buf;
	captured_size = size;
}

static void say(const char *fmt, va_list args, const char *why)
{
	char text[512];

	vsnprintf(text, sizeof(text), fmt, args);
	if (captured)
		snprintf(captured, captured_size, "%s%s%s", text, why ? ": " : "", why ? why : "");
	else
		fprintf(stderr, "forktree: %s%s%s\n", text, why ? ": " : "", why ? why : "");
}

int fail(enum exit_code code, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(fmt, args, NULL);
	va_end(args);
	return code;
}

int fail_errno(const char *fmt, ...)
{
	int error = errno;
	va_list args;

	va_start(args, fmt);
	say(fmt, args, strerror(error));
	va_end(args);
	return error == EPERM || error == EACCES ? EXIT_DENIED : EXIT_FAILED;
}

int file_read(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return -errno;
	len = read(fd, buf, size - 1);
	if (len < 0) {
		int error = errno;

		close(fd);
		return -error;
	}
	close(fd);
	if (len > 0 && buf[len - 1] == '\n')
		len--;
	buf[len] = '\0';
	return 0;
}

int file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int error = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		error = -errno;
	close(fd);
	return error;
}

long file_number(const char *path, long fallback)
{
	char text[64], *end;
	long value;

	if (file_read(path, text, sizeof(text)))
		return fallback;
	value = strtol(text, &end, 0);
	return end == text ? fallback : value;
}

double now_seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

void sleep_ms(unsigned int ms)
{
	struct timespec ts = { ms / 1000, (ms % 1000) * 1000000L };

	nanosleep(&ts, NULL);
}
