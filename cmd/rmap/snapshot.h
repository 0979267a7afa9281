/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is known of the walks of one interval.  The live source or a recording fills
 * it, a view shows it, and neither knows of the other.
 */
#ifndef FOLIOSCOPE_RMAP_SNAPSHOT_H
#define FOLIOSCOPE_RMAP_SNAPSHOT_H

#include <stddef.h>
#include <stdint.h>
#include "../lib/hist.h"
#include "cause.h"

/* Walks of one process, for one cause, of one kind of folio. */
struct rmap_stat {
	uint32_t pid;  /* tgid in the initial PID namespace */
	uint8_t cause; /* enum cause */
	uint8_t kind;  /* enum rmap_kind */
	char comm[16];
	uint64_t walks;
	uint64_t vmas;	 /* visited */
	uint64_t mapped; /* of these, VMAs that mapped the folio; the rest are phantoms */
	uint64_t ns, lock_ns;
	uint64_t ns_max, vmas_max;
	struct hist hist; /* of the walks' durations, ns */
};

struct rmap_snapshot {
	struct rmap_stat *rows;
	size_t len, cap;
};

/* A new zeroed row; NULL when memory is out.  Earlier row pointers become invalid. */
struct rmap_stat *rmap_snapshot__add(struct rmap_snapshot *snap);

/* Makes one row of all rows of the same pid, cause and kind.  0 or -ENOMEM. */
int rmap_snapshot__merge(struct rmap_snapshot *snap);

/* The row of a merged and not yet sorted snapshot, or NULL. */
struct rmap_stat *rmap_snapshot__find(struct rmap_snapshot *snap, uint32_t pid, uint8_t cause,
				      uint8_t kind);

/* Orders the rows by ns, most first. */
void rmap_snapshot__sort(struct rmap_snapshot *snap);

/* Sum over all rows; the histogram too if @hist.  0 or -ENOMEM. */
int rmap_snapshot__total(const struct rmap_snapshot *snap, struct rmap_stat *total);

/* Forgets the rows and keeps the memory. */
void rmap_snapshot__clear(struct rmap_snapshot *snap);
void rmap_snapshot__free(struct rmap_snapshot *snap);

#endif
