/* SPDX-License-Identifier: GPL-2.0-only */
/* What the guest programs of make bench share: a clock, figures, children, pages. */
#ifndef FOLIOSCOPE_BENCH_MEASURE_H
#define FOLIOSCOPE_BENCH_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PAGE 4096UL
#define REPS 3 /* of every figure; the median counts, the others show how far it repeats */

/* Prints what failed, with errno, and exits with 1. */
void die(const char *what) __attribute__((noreturn));
void must(bool ok, const char *what);

/* CLOCK_MONOTONIC; instructions where the guest counts those. */
uint64_t now_ns(void);

/* A line of JSON: one figure, measured REPS times. */
void report(const char *name, const double values[REPS]);

/*
 * The median of what @once(@arg) takes in @rounds times, ns.  What else the machine does meanwhile,
 * once in a while, is not in it.
 */
double time_of(unsigned long rounds, void (*once)(void *arg), void *arg);

/* After once that does not count, reports that REPS times, less @less. */
void measure(const char *name, unsigned long rounds, double less, void (*once)(void *arg), void *arg);

/* A child that does something (@act may be NULL), says that it has, and stays until we end. */
pid_t child(void (*act)(void *arg), void *arg);

/*
 * Asking page idle tracking whether a folio was used: one walk, which visits all VMAs.  What was
 * just faulted in is in no LRU list yet, and would be passed over: idle_open() drains those.
 */
struct idle {
	int fd;
	uint64_t bit;
	off_t at;
};

struct idle idle_open(uint64_t pfn);
/* @idle: struct idle */
void idle_ask(void *idle);
/* measure() of the walk alone: what asking costs without one is taken off. */
void idle_measure(const char *name, unsigned long rounds, struct idle *idle);

char *map_anon(size_t size);
uint64_t pfn_of(const void *addr);
unsigned long mapcount_of(uint64_t pfn);

#endif
