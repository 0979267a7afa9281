/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The process that makes the kernel walk for a self-test: forked, told which trial to
 * make, and gone with its parent, however that ends.
 */
#ifndef FOLIOSCOPE_RMAP_SELFTEST_WALKS_H
#define FOLIOSCOPE_RMAP_SELFTEST_WALKS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "../lib/status.h"

struct walker {
	pid_t pid;   /* all walks are its own; 0: none */
	int orders;  /* to it */
	int reports; /* from it; can be polled */
};

enum walk_outcome {
	WALK_DONE,  /* every page was looked at before and after: all walks happened */
	WALK_AGAIN, /* the kernel did not do what was asked for this time */
	WALK_NEVER, /* something is not there on this machine */
};

#define WALK_WHY 128

struct walk_report {
	enum walk_outcome outcome;
	char why[WALK_WHY]; /* of what was not done */
	/* MADV_PAGEOUT looks for references before it unmaps: 1, 0, or below 0: not known. */
	int pageout_looks;
};

/* Forks it; signals that are blocked stay blocked in it.  ST_OK, or ST_FAIL with a message. */
enum status walker__start(struct walker *walker);

/* Orders a trial, by its place in trials[].  False: the walker is gone. */
bool walker__order(const struct walker *walker, size_t trial);

/* Waits for the report.  False: the walker is gone. */
bool walker__report(const struct walker *walker, struct walk_report *report);

/* Ends it and its children. */
void walker__stop(struct walker *walker);

#endif
