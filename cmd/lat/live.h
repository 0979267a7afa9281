/* SPDX-License-Identifier: GPL-2.0-only */
/* Exchanges and migrations of the running kernel. */
#ifndef FOLIOSCOPE_LAT_LIVE_H
#define FOLIOSCOPE_LAT_LIVE_H

#include <stdbool.h>
#include "../lib/books.h"
#include "../lib/head.h"
#include "../lib/opts.h"
#include "../lib/replay.h"
#include "snapshot.h"

struct lat_conf {
	bool op[LAT_OPS]; /* which are traced */
	struct lat_split split;
	uint32_t cells; /* room for one interval */
};

struct lat_live;

/*
 * Attaches, and fills in @head: backend, and coverage by operation and phase.  ST_OK, or
 * a status with its message; ST_KERNEL when the kernel cannot exchange.  *live is to be
 * closed either way; it may be NULL.
 */
enum status lat_live__open(const struct opts *opts, const struct lat_conf *conf, struct head *head,
			   struct lat_live **live);

/*
 * Adds to @snap what happened since the last call; after a call with @last nothing
 * more is recorded.  ST_OK, or a message.
 */
enum status lat_live__take(struct lat_live *live, struct lat_snapshot *snap, struct when *when,
			   bool last);

/*
 * The books, after take() with @last; what is counted are the tracepoints and function
 * calls that make up an operation.  Lost: "full" (no room for another cell), "tasks" (no
 * room for another task's state), "nested" (a start whose end was missed), "returns" (the kernel
 * tells none of this task, bpf/returns.bpf.h), "recursion" (the kernel did not run the program:
 * it was running already), "unfinished" (a call still under way).  Inexact: "unsplit" (batches
 * whose nodes and order are not known), "untimed" (batches that began before tracing: only their
 * pairs are counted), "orphans" (ends whose start was before the tracing or missed).
 */
enum status lat_live__account(struct lat_live *live, struct books *books);

void lat_live__close(struct lat_live *live);

#endif
