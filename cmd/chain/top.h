/* SPDX-License-Identifier: GPL-2.0-only */
/* What processes did to their anon_vmas in an interval, and what they hold. */
#ifndef FOLIOSCOPE_CHAIN_TOP_H
#define FOLIOSCOPE_CHAIN_TOP_H

#include "../lib/replay.h"
#include "state.h"

struct top_row {
	uint32_t pid;
	char comm[CHAIN_COMM];
	uint64_t held, vmas;	 /* AVCs, and VMAs that have some, at the end */
	uint64_t linked, freed;	 /* AVCs, by what this process did */
	uint64_t forked, reused; /* VMAs copied by its forks, of them with an anon_vma reused */
	uint64_t fork_ns, fork_lock_ns; /* in fork on anon_vmas; of it for the root's lock */
	uint64_t lock_ns;		/* the same of everything it did */
	uint32_t depth, longest;	/* the most of what it linked, and of what it holds */
	struct chain_holder holder;	/* who was waited for longest at once; tid 0: nobody */
	uint64_t holder_ns;
	uint64_t since; /* when the thread of this name did something first, of rows of the kernel's */
};

/* {} is empty. */
struct top {
	struct top_row **rows;
	size_t n, cap;
	void *by_pid; /* a tsearch() tree */
};

/* Adds an event.  0 or -ENOMEM; so do all below. */
int top__event(struct top *t, const struct event *e);

/* Adds a row of the kernel's. */
int top__row(struct top *t, const struct chain_row *r);

/* The interval ends: what everybody holds. */
int top__held(struct top *t, const struct chain_state *s);

/* Prints the rows as a table: the @rows that changed most, 0: all. */
int top__print(FILE *f, struct top *t, struct when when, size_t rows, unsigned int width);

int top__print_json(FILE *f, struct top *t, struct when when);

/* Adds a recorded interval.  Also -EINVAL. */
int top__read(struct top *t, const json_t *line);

void top__clear(struct top *t);

#endif
