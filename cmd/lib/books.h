/* SPDX-License-Identifier: GPL-2.0-only */
/* The accounting every tracing tool ends with: seen = recorded + lost. */
#ifndef FOLIOSCOPE_BOOKS_H
#define FOLIOSCOPE_BOOKS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define BOOKS_ENTRIES 16
#define BOOKS_NAME    32

/* A number with its name, as in JSON; of lost events it may be below 0 (unmatched). */
struct books_entry {
	char name[BOOKS_NAME];
	int64_t n;
};

struct books_list {
	struct books_entry entry[BOOKS_ENTRIES];
	size_t len;
};

struct books {
	uint64_t seen, recorded;
	struct books_list lost;	   /* seen, and in no interval, by cause */
	struct books_list inexact; /* recorded, but not in all parts */
	uint64_t bpf_runs, bpf_ns; /* the tool's own programs */
	bool incomplete;	   /* a recording's own books were not read */
};

/* Adds to an entry, which need not be there yet. */
void books__add(struct books_list *list, const char *name, int64_t n);

/* The number of an entry, 0 if there is none. */
int64_t books__get(const struct books_list *list, const char *name);

/* All of them. */
int64_t books__sum(const struct books_list *list);

/*
 * Of what is in the entries @of (names, to a NULL), in their order, up to @n belongs to @name: a
 * cause that is known better.
 */
void books__rename(struct books_list *list, const char *const *of, const char *name, int64_t n);

/* Adds what no cause accounts for as "unmatched"; last. */
void books__close(struct books *books);

/* Adds a recorded end line.  0, or -EINVAL when it is none. */
int books__read(struct books *books, const json_t *line);

/* Prints the end line, with "incomplete" if the books are.  0 or -ENOMEM. */
int books__json(const struct books *books, FILE *f);

/* Prints "N @what seen, M recorded, K lost (why)" without a newline. */
void books__print(const struct books *books, FILE *f, const char *what);

#endif
