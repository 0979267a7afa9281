/* SPDX-License-Identifier: GPL-2.0-only */
/* The forest of the running kernel. */
#ifndef FOLIOSCOPE_FOREST_LIVE_H
#define FOLIOSCOPE_FOREST_LIVE_H

#include "../lib/books.h"
#include "../lib/head.h"
#include "../lib/status.h"
#include "check.h"
#include "forest.h"
#include "summary.h"
#include "view.h"

struct forest_live;

/*
 * Loads the programs and fills in @head: backend and coverage.  ST_OK, or a status with its
 * message.  *live is to be closed either way; it may be NULL.
 */
enum status forest_live__open(bool verbose, struct head *head, struct forest_live **live);

/*
 * Reads the whole forest (of all processes in the caller's PID namespace), and again what
 * changed meanwhile, at most FOREST_READINGS times.  @f is the last reading, joined, with what
 * changed in it marked.  @confirmed: violations that every reading had, with nothing else
 * different, and that the interval trees agree with.  @time: of the last reading.  ST_OK, or
 * a message.
 */
#define FOREST_READINGS 6
enum status forest_live__read(struct forest_live *live, struct forest *f,
			      struct violations *confirmed, struct forest_time *time);

/* Sizes and the kernel's own counters, as of now. */
void forest_live__slab(const struct forest_live *live, struct slab *slab);

/*
 * The books of what is shown: AVCs.  Lost: "torn" (of VMAs that went away while they were
 * read).  Inexact: "changed" (anon_vmas).
 */
void forest_live__account(const struct forest_live *live, const struct forest *f,
			  struct books *books);

void forest_live__close(struct forest_live *live);

#endif
