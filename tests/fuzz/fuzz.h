/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fuzzing: what the targets share.  A target takes any bytes, hands them to one parser of the
 * tools, and aborts where the parser does what it may not; the sanitizers see the rest.
 */
#ifndef FOLIOSCOPE_FUZZ_H
#define FOLIOSCOPE_FUZZ_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct fuzz_target {
	const char *name; /* also of its corpus */
	void (*take)(const uint8_t *data, size_t size);
};

/* The target of a name, NULL if there is none; by number for a list of them, NULL behind it. */
const struct fuzz_target *fuzz__find(const char *name);
const struct fuzz_target *fuzz__at(size_t i);

/* Once, before the first input. */
void fuzz__init(void);

/* Ends the process with a message: the input made a parser do what it may not. */
void fuzz__bad(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

/* ------------------------------------------------------------------- input */

/* The rest of an input. */
struct fuzz_input {
	const uint8_t *at, *end;
};

/* A number below @n, from one byte: letters of an ASCII text count from 0. */
unsigned int fuzz__choose(struct fuzz_input *in, unsigned int n);

/* Up to the next @separator, which is passed over; to be freed.  NULL: nothing is left. */
char *fuzz__word(struct fuzz_input *in, char separator, size_t *len);

/* A file that holds this and nothing else, also by the path /proc/self/fd/N; to be closed. */
FILE *fuzz__file(const void *data, size_t size);

/* ------------------------------------------------------------------ output */

/* What is written to stdout and stderr meanwhile; both are to be freed. */
struct fuzz_output {
	char *out, *err;
	size_t out_len, err_len;
	FILE *stdout_was, *stderr_was;
};

void fuzz__capture(struct fuzz_output *output);
void fuzz__release(struct fuzz_output *output);
void fuzz__free(struct fuzz_output *output);

/* Nothing in it controls a terminal: UTF-8 or ASCII that is seen, and newlines. */
void fuzz__harmless(const char *text, size_t len);

/* ------------------------------------------------------------------- tools */

/* main() of a tool, by its name; its exit status, or what exit() was called with. */
int fuzz__main(const char *tool, int argc, char **argv);

/* The same, up to where its options are read; what it allocated meanwhile is freed. */
int fuzz__options(const char *tool, int argc, char **argv);

/* ----------------------------------------------------------------- targets */

#define FUZZ_REPLAYS(X) X(rmaptop) X(exchangelat) X(anonvma) X(forkchain) X(foliomap)
#define FUZZ_OTHERS(X) \
	X(options)     \
	X(text)        \
	X(hist)        \
	X(kernel)      \
	X(kallsyms)    \
	X(maps)        \
	X(smaps)       \
	X(zoneinfo)    \
	X(slabinfo)    \
	X(mounts)      \
	X(lockdown)    \
	X(pagemap)     \
	X(page)        \
	X(tui)

#define X(name) void fuzz_replay_##name(const uint8_t *data, size_t size);
FUZZ_REPLAYS(X)
#undef X
#define X(name) void fuzz_##name(const uint8_t *data, size_t size);
FUZZ_OTHERS(X)
#undef X

#endif
