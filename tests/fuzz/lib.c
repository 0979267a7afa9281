// SPDX-License-Identifier: GPL-2.0-only
/* Inputs, outputs, and the list of targets. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <wchar.h>
#include "fuzz.h"

static const struct fuzz_target targets[] = {
#define X(name) { "replay-" #name, fuzz_replay_##name },
	FUZZ_REPLAYS(X)
#undef X
#define X(name) { #name, fuzz_##name },
		FUZZ_OTHERS(X)
#undef X
};

const struct fuzz_target *fuzz__at(size_t i)
{
	return i < sizeof(targets) / sizeof(*targets) ? &targets[i] : NULL;
}

const struct fuzz_target *fuzz__find(const char *name)
{
	const struct fuzz_target *target;

	for (size_t i = 0; (target = fuzz__at(i)); i++)
		if (!strcmp(target->name, name))
			return target;
	return NULL;
}

void fuzz__init(void)
{
	setenv("TZ", "UTC", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	unsetenv("COLUMNS");
	unsetenv("LINES");
}

void fuzz__bad(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("fuzz: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	abort();
}

/* ------------------------------------------------------------------- input */

unsigned int fuzz__choose(struct fuzz_input *in, unsigned int n)
{
	return in->at < in->end ? (uint8_t)(*in->at++ - 'a') % n : 0;
}

char *fuzz__word(struct fuzz_input *in, char separator, size_t *len)
{
	const uint8_t *end;
	char *word;

	if (in->at == in->end)
		return NULL;
	end = memchr(in->at, separator, in->end - in->at);
	*len = (end ? end : in->end) - in->at;
	word = malloc(*len + 1);
	if (!word)
		abort();
	memcpy(word, in->at, *len);
	word[*len] = 0;
	in->at += *len + (end != NULL);
	return word;
}

FILE *fuzz__file(const void *data, size_t size)
{
	int fd = memfd_create("input", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET))
		abort();
	return fdopen(fd, "r");
}

/* ------------------------------------------------------------------ output */

/* glibc's stdout and stderr are variables. */
void fuzz__capture(struct fuzz_output *o)
{
	*o = (struct fuzz_output){ .stdout_was = stdout, .stderr_was = stderr };
	stdout = open_memstream(&o->out, &o->out_len);
	stderr = open_memstream(&o->err, &o->err_len);
	if (!stdout || !stderr)
		abort();
}

void fuzz__release(struct fuzz_output *o)
{
	fclose(stdout);
	fclose(stderr);
	stdout = o->stdout_was;
	stderr = o->stderr_was;
}

void fuzz__free(struct fuzz_output *o)
{
	free(o->out);
	free(o->err);
}

void fuzz__harmless(const char *text, size_t len)
{
	mbstate_t state = { 0 };

	for (size_t at = 0; at < len;) {
		wchar_t c;
		size_t n = mbrtowc(&c, text + at, len - at, &state);

		if (!n || n > len - at)
			fuzz__bad("output is no UTF-8 at byte %zu: %.*s", at, (int)len, text);
		if (c != '\n' && (c < ' ' || c == 0x7f || (c >= 0x80 && c < 0xa0) || c == 0x202e))
			fuzz__bad("output controls a terminal, U+%04X: %.*s", (unsigned int)c,
				  (int)len, text);
		at += n;
	}
}
