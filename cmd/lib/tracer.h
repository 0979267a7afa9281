/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The life of a set of BPF programs that fill maps: attached by the ladder, read interval
 * by interval, wound down, accounted for.  Their maps come in pairs, of which `epoch`
 * says which one is written.
 */
#ifndef FOLIOSCOPE_TRACER_H
#define FOLIOSCOPE_TRACER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include "attach.h"
#include "books.h"
#include "bpfenv.h"
#include "head.h"
#include "ladder.h"
#include "replay.h"

struct tracer {
	const struct opts *opts;
	struct attach attach;
	struct plan plan; /* what is attached, by which backend */
	struct grace *grace;
	int stats_fd;	/* keeps run-time statistics on, -1: off */
	uint64_t since; /* CLOCK_MONOTONIC of the last interval's end, ns */
};

/*
 * Climbs the ladder, whose functions are handed @arg and attach by attach__climb(), and says
 * in @head which backend is in use.  ST_OK, or a status with its message.
 */
enum status tracer__start(struct tracer *t, const struct opts *opts, const struct ladder *ladder,
			  struct kernel *kernel, void *arg, struct head *head);

/*
 * Has the kernel measure what the programs cost, for tracer__cost() and the books; false if
 * it does not let us (CAP_SYS_ADMIN).  It costs every run of every BPF program of the
 * machine two looks at the clock, so it is done where it is shown: with --json it is.
 */
bool tracer__measure(struct tracer *t);

/* Everything is attached and known: the first interval begins. */
void tracer__begin(struct tracer *t);

/*
 * Lets the programs write the other half and waits for those that still write this one.
 * Returns the half to be read (0 or 1), or -errno.
 */
int tracer__swap(struct tracer *t, uint32_t *epoch);

/* Waits until all programs that run now have ended.  0 or -errno. */
int tracer__settle(struct tracer *t);

/* The interval has ended: says when, and the next one begins. */
void tracer__interval(struct tracer *t, struct when *when);

/*
 * Lets nothing new in, and gives what is under way (as @unfinished counts it) a little
 * time, 0.2 s, to end.
 */
void tracer__wind_down(struct tracer *t, bool *go, uint64_t (*unfinished)(void *arg), void *arg);

/*
 * Adds up a per-CPU array of one element, which is @n counters.  0, or ST_FAIL with a
 * message.
 */
enum status tracer__sum(int map_fd, uint64_t *sum, size_t n);

/*
 * Begins the books: what was seen and recorded, and what the programs took.  Where a
 * program of @starts was missed, there was something to be seen: that is "recursion".
 */
void tracer__books(const struct tracer *t, uint64_t seen, uint64_t recorded,
		   const char *const *starts, size_t n, struct books *books);

/*
 * Where programs of @ends (to a NULL) were missed, what had begun is in the entries @of (to a NULL) of
 * what is lost, as its end was not seen: that is @name.
 */
void tracer__ends(const struct tracer *t, const char *const *ends, const char *const *of,
		  const char *name, struct books *books);

/*
 * How often a program was not run where it should have been: it was running on that CPU
 * already, or its kprobes were hit in vain (see bpfenv__link_missed()).
 */
uint64_t tracer__missed(const struct tracer *t, const char *prog);

/* What all programs took so far, ns; 0 where the kernel does not tell. */
uint64_t tracer__cost(const struct tracer *t);

/* ST_FAIL: what was traced cannot be read. */
enum status tracer__cannot_read(int err);

/* Detaches; the objects are the caller's.  Also after tracer__start() failed. */
void tracer__stop(struct tracer *t);

#endif
