/* SPDX-License-Identifier: GPL-2.0-only */
/* A census: all frames of the machine, a node, some processes or a cgroup, each counted once. */
#ifndef FOLIOSCOPE_FOLIO_CENSUS_H
#define FOLIOSCOPE_FOLIO_CENSUS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "kmem.h"
#include "page.h"
#include "zones.h"

/* Where a folio of a user's is among those that reclaim looks at. */
enum census_lru {
	CENSUS_NONE, /* not a folio that could be */
	CENSUS_ACTIVE,
	CENSUS_INACTIVE,
	CENSUS_GENERATION, /* on a list of the multi-gen LRU */
	CENSUS_UNEVICTABLE,
	CENSUS_OFF, /* taken off, or waiting in a CPU's batch to be put on */
	CENSUS_LRUS,
};

const char *census__lru_name(enum census_lru lru);

/*
 * Could it trade places with an ideal partner, an anonymous folio of one page?  As the names of
 * enum folio_exchange_result (mm/exchange.c of the series), in the order in which they are
 * looked at; those that depend on the partner, or are seen only while it happens, are not here.
 */
#define CENSUS_RESULTS(X) \
	X(none)           \
	X(ok)             \
	X(not_present)    \
	X(unsupported)    \
	X(type)           \
	X(order)          \
	X(shared)         \
	X(isolate)        \
	X(locked)         \
	X(hwpoison)       \
	X(writeback)      \
	X(swapcache)      \
	X(private)        \
	X(pinned)         \
	X(extra_refs)

enum census_result {
#define X(name) CENSUS_RESULT_##name,
	CENSUS_RESULTS(X)
#undef X
	CENSUS_RESULT_MAX,
};

const char *census__result_name(enum census_result result);

enum census_lru census__lru(const struct kmem *k, const struct folio *f);

/* Of what is no folio of a user's: none. */
enum census_result census__result(const struct folio_layout *l, const struct folio *f);

/* ---- counting */

struct census_row {
	uint8_t kind, order, lru, result;
	int16_t nid;
	uint64_t folios, pages;
};

struct census {
	struct kmem *k;
	int node;	    /* only this one, -1: all */
	uint64_t *wanted;   /* one bit a frame: only these; NULL: all */
	uint64_t frames;    /* bits in it, and how far it goes */
	const char *cgroup; /* only what is charged to it or below, NULL: all */

	struct zones zones;
	struct census_row *row; /* a table of size slots, folios 0: empty */
	size_t size, used;
	uint64_t pages; /* all that were counted */
	/* Answers by the memcg that folios are charged to. */
	struct {
		uint64_t memcg;
		bool in;
	} charged[64];
	bool failed;
};

/* Only frames that these processes map; may be called often.  0 or -errno. */
int census__want_process(struct census *c, pid_t pid);

/* Counts; what an earlier count had is forgotten.  0 or -errno. */
int census__run(struct census *c);

/* An interval line without its times, {"rows":[...],"nodes":[...],...}; NULL: no memory. */
json_t *census__json(const struct census *c);

void census__free(struct census *c);

#endif
