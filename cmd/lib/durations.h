/* SPDX-License-Identifier: GPL-2.0-only */
/* Many durations of one thing: their histogram, their sum, the longest. */
#ifndef FOLIOSCOPE_DURATIONS_H
#define FOLIOSCOPE_DURATIONS_H

#include <jansson.h>
#include <stdint.h>
#include "hist.h"

/* {} is none. */
struct durations {
	struct hist hist; /* of ns; hist.total is their number */
	uint64_t ns;	  /* sum */
	uint64_t max;	  /* ns */
};

/* Adds all of @src to @dst.  0 or -ENOMEM. */
int durations__merge(struct durations *dst, const struct durations *src);

/* {"count", "ns", "p50", "p90", "p99", "max", "hist"}; NULL when memory is out. */
json_t *durations__json(const struct durations *d);

/* Adds what durations__json() made; NULL is none.  0, -EINVAL or -ENOMEM. */
int durations__read(struct durations *d, const json_t *object);

void durations__free(struct durations *d);

#endif
