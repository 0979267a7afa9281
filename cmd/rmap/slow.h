/* SPDX-License-Identifier: GPL-2.0-only */
/* The slowest walks of an interval, one by one. */
#ifndef FOLIOSCOPE_RMAP_SLOW_H
#define FOLIOSCOPE_RMAP_SLOW_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "../../bpf/rmap.h"

struct rmap_slow {
	double ts; /* of its end, seconds since the epoch */
	uint64_t ns, lock_ns;
	uint64_t pfn; /* of the folio's first page */
	bool has_pfn;
	uint32_t pid, tid; /* in the initial PID namespace */
	uint32_t vmas, mapped;
	uint8_t cause, kind; /* enum cause, enum rmap_kind */
	uint8_t order;
	int16_t nid;
	char comm[16];
	const char *stack; /* see rmap_slow__stack(); NULL: not yet made from addr */
	uint8_t frames;	   /* of addr: innermost first */
	uint64_t addr[RMAP_OUTLIER_FRAMES];
};

/* {} is empty. */
struct rmap_slows {
	struct rmap_slow *walk;
	size_t len, cap;
};

/*
 * Its kernel stack, "outer;inner;...", interned; "": not known.  Symbols are read when the first
 * is asked for, see ksyms__at().
 */
const char *rmap_slow__stack(const struct rmap_slow *walk);

/* A new zeroed walk, NULL when memory is out. */
struct rmap_slow *rmap_slows__add(struct rmap_slows *slows);

/* Orders by time, the slowest first, and keeps @n of them. */
void rmap_slows__cut(struct rmap_slows *slows, size_t n);

/* An array of all; NULL when memory is out. */
json_t *rmap_slows__json(const struct rmap_slows *slows);

/* Adds what such an array holds.  0, -EINVAL or -ENOMEM. */
int rmap_slows__read(struct rmap_slows *slows, const json_t *array);

/*
 * Prints a table of the walks that @wanted is true of (NULL: all), at most @width columns
 * wide (0: no limit).  Returns their number, or -ENOMEM.
 */
int rmap_slows__print(const struct rmap_slows *slows, FILE *f, unsigned int width,
		      bool (*wanted)(const void *arg, const struct rmap_slow *walk), const void *arg);

void rmap_slows__free(struct rmap_slows *slows);

#endif
