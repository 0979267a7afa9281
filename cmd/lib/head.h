/* SPDX-License-Identifier: GPL-2.0-only */
/* What a recording, and a live run, says of itself first: kernel, backend, coverage. */
#ifndef FOLIOSCOPE_HEAD_H
#define FOLIOSCOPE_HEAD_H

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

enum coverage_state {
	COVERAGE_FULL,
	COVERAGE_PARTIAL,
	COVERAGE_NONE,
};

/* How much of something this kernel and backend let us see. */
struct coverage {
	const char *name; /* a cause, a kind, an operation: as in JSON */
	enum coverage_state state;
	const char *why; /* NULL when full */
};

#define HEAD_COVERAGE 32

struct head {
	const char *backend;
	struct coverage coverage[HEAD_COVERAGE];
	size_t len;
	json_t *line; /* a recorded header: the strings above are its; NULL: live */
};

/* Appends to the coverage; the strings are borrowed. */
void head__cover(struct head *head, const char *name, enum coverage_state state, const char *why);

/* The coverage of a name, or NULL. */
struct coverage *head__find(struct head *head, const char *name);

/*
 * Takes a recorded header (a reference to it).  0, or -EINVAL when it is none.  Of
 * several files the first one's stays, with the worst coverage of all.
 */
int head__read(struct head *head, json_t *line);

/*
 * Prints the header line: tool, version, kernel, backend, start, options (the command
 * line) and coverage; of a recording its own kernel, start and options.  0 or -ENOMEM.
 */
int head__json(const struct head *head, FILE *f, int argc, char *const *argv);

/* Prints @intro and "name (why), ..." of what has this state; nothing if there is none. */
void head__list(const struct head *head, FILE *f, enum coverage_state state, const char *intro);

void head__free(struct head *head);

#endif
