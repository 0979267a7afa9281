/* SPDX-License-Identifier: GPL-2.0-only */
/* The operations on anon_vmas of the running kernel. */
#ifndef FOLIOSCOPE_CHAIN_LIVE_H
#define FOLIOSCOPE_CHAIN_LIVE_H

#include "../lib/books.h"
#include "../lib/head.h"
#include "../lib/loop.h"
#include "../lib/opts.h"
#include "../lib/replay.h"
#include "event.h"
#include "state.h"

struct chain_live;

struct chain_live_conf {
	uint32_t buffer; /* bytes of the ring buffer, a power of two, whole pages */
	bool fork_clones; /* of a fork the clones in it are told, too; else only those that fail may be */
	/* Takes an event, in the order of each VMA's; 0 or -errno. */
	int (*event)(void *arg, const struct event *e);
	/*
	 * Not NULL: operations may be added up in the kernel, see chain_live__add_up().  Takes a
	 * row, and after the last of all rows at once a call with NULL, at the end two; 0 or -errno.
	 */
	int (*row)(void *arg, const struct chain_row_key *key, const struct chain_row *row);
	void *arg;
};

/*
 * Attaches, and fills in @head: backend and coverage.  ST_OK, or a status with its message.
 * *live is to be closed either way; it may be NULL.
 */
enum status chain_live__open(const struct opts *opts, const struct chain_live_conf *conf,
			     struct head *head, struct chain_live **live);

/* Puts what is there already into @s, before any event is taken; says in @head how much. */
enum status chain_live__existing(struct chain_live *live, struct chain_state *s, struct head *head);

/*
 * From here on operations are added up in the kernel, after what was told of until now is handed on;
 * with a callback for rows, and where a fork's operations can be told from others, as *adds_up says.
 * ST_OK, or a message.
 */
enum status chain_live__add_up(struct chain_live *live, bool *adds_up);

/* To be polled for reading: then there is something to be taken. */
int chain_live__fd(const struct chain_live *live);

/* Hands on the events that wait in the ring buffer, or the rows.  ST_OK, or a message. */
enum status chain_live__poll(struct chain_live *live);

/*
 * The same, and says when it was; after a call with @last nothing more is recorded and forks
 * whose child was not seen are handed on as they are.
 */
enum status chain_live__take(struct chain_live *live, struct when *when, bool last);

/*
 * The books, after take() with @last.  Lost: "full" (the ring buffer had no room, nor another row), "tasks" (no
 * room for another task's state), "nested" (an end was missed), "returns" (the kernel tells
 * none of this task, bpf/returns.bpf.h), "recursion" (the kernel did not run the program),
 * "unfinished" (an operation still under way).  Inexact: "unjoined" (children whose forks are told
 * without them, as the ring buffer had no room), "orphans" (ends whose start was before the
 * tracing, or missed).
 */
enum status chain_live__account(struct chain_live *live, struct books *books);

void chain_live__close(struct chain_live *live);

#endif
