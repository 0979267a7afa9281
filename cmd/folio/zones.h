/* SPDX-License-Identifier: GPL-2.0-only */
/* Zones: where frames are. */
#ifndef FOLIOSCOPE_FOLIO_ZONES_H
#define FOLIOSCOPE_FOLIO_ZONES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kmem.h"

/* A zone as /proc/zoneinfo has it, in frames. */
struct zone {
	int nid;
	int8_t type; /* enum folio_zone, -1: none of them */
	uint64_t start, spanned, present, managed;
};

struct zones {
	struct zone *zone; /* none is empty, none without its place */
	size_t n, cap;
	bool unplaced; /* there is one of which it is not known where it begins */
};

/* The zones of the running kernel (@path NULL), or of a file like /proc/zoneinfo; 0 or -errno. */
int zones__read(struct zones *zones, struct kmem *k, const char *path);

/* Is a frame in the span of a zone of this type? */
bool zones__have(const struct zones *zones, uint64_t pfn, enum folio_zone type);

/* Is a frame, of which the struct page names node and zone, this zone's?  Spans may overlap. */
bool zones__is_of(const struct zones *zones, const struct zone *zone, uint64_t pfn, int nid,
		  int8_t type);

void zones__free(struct zones *zones);

#endif
