/* SPDX-License-Identifier: GPL-2.0-only */
/* folioxchg bench: exchange measured against two opposite move_pages(2). */
#ifndef FOLIOSCOPE_XCHG_BENCH_H
#define FOLIOSCOPE_XCHG_BENCH_H

#include <stdint.h>
#include "../lib/status.h"

struct bench_conf {
	unsigned int pairs;   /* 4 KiB folios on each node */
	unsigned int rounds;  /* how often, for either way */
	unsigned int sharers; /* processes that map each folio besides this one */
	int nodes[2];
	/* What each call took, by exchange and by migration, ns: room for 2 * rounds, or NULL. */
	uint64_t *took[2];
	void (*ready)(void); /* called when all memory is there and nothing is measured yet; may be NULL */
};

struct bench_result {
	uint64_t exchange_ns, migrate_ns; /* wall clock (CLOCK_MONOTONIC), all rounds */
	uint64_t exchanged, migrated;	  /* pairs that changed nodes, all rounds */
	uint64_t wrong;			  /* words that were not what was written */
};

/*
 * Fills memory on both nodes with words that name their address, exchanges and
 * migrates it to and fro, and looks at every word after every round.  @fd: the
 * device.  ST_OK, or a status with its message.
 */
enum status bench__run(int fd, const struct bench_conf *conf, struct bench_result *result);

#endif
