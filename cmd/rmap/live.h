/* SPDX-License-Identifier: GPL-2.0-only */
/* Rmap walks of the running kernel. */
#ifndef FOLIOSCOPE_RMAP_LIVE_H
#define FOLIOSCOPE_RMAP_LIVE_H

#include <stdbool.h>
#include "../lib/books.h"
#include "../lib/head.h"
#include "../lib/opts.h"
#include "../lib/replay.h"
#include "filter.h"
#include "snapshot.h"

struct rmap_live;

struct rmap_mode {
	unsigned int by;     /* enum rmap_by: beyond task, cause and kind */
	uint32_t max_rows;   /* room for an interval, by thread; 0: RMAP_ROWS_MAX */
	uint32_t sample;     /* count one walk of so many, 0 or 1: every one */
	double max_overhead; /* per cent of one CPU: sample accordingly; 0: no */
	uint32_t outliers; /* keep so many of an interval's slowest walks, at most RMAP_OUTLIERS_MAX */
	bool stacks;	   /* add walks up by kernel stack too */
	bool light;	   /* the causes of rmap_plan__light(), folios of one page */
};

/*
 * Attaches, and fills in @head: backend, and coverage by cause and kind.  ST_OK, or a
 * status with its message.  *live is to be closed either way; it may be NULL.
 */
enum status rmap_live__open(const struct opts *opts, const struct rmap_filter *filter,
			    const struct rmap_mode *mode, struct head *head, struct rmap_live **live);

/*
 * Fills @snap (cleared by the caller) with what happened since the last call; after
 * a call with @last nothing more is recorded.  ST_OK, or a message.
 */
enum status rmap_live__take(struct rmap_live *live, struct rmap_snapshot *snap, struct when *when,
			    bool last);

/*
 * The books, with @last after take() with @last, or what is lost so far.  Lost: "full" (no room for another row),
 * "collision" (two walking threads on one state slot), "stale" (the end of a walk was
 * missed), "recursion" (the kernel did not run the program: it was running already),
 * "unfinished" (still under way, or the end was missed), "returns" (what a kretprobe had no room
 * for; and of tasks of which the kernel tells none, bpf/returns.bpf.h).  Inexact: "visits_missed"
 * (looks at a page table not seen: visits may be wrong), "waits_missed" (for locks, of any
 * task: their time may be too short), "hist_full" (durations missing
 * from the histograms), "orphans" (ends whose start was before the tracing or missed).
 */
enum status rmap_live__account(struct rmap_live *live, struct books *books, bool last);

void rmap_live__close(struct rmap_live *live);

#endif
