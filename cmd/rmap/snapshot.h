/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is known of the walks of one interval.  The live source or a recording fills
 * it, a view shows it, and neither knows of the other.
 */
#ifndef FOLIOSCOPE_RMAP_SNAPSHOT_H
#define FOLIOSCOPE_RMAP_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "../lib/hist.h"
#include "cause.h"
#include "owner.h"
#include "slow.h"
#include "stacks.h"

/* What rows are split by: bits of rmap_snapshot.by. */
enum rmap_by {
	RMAP_BY_TASK = 1,
	RMAP_BY_CAUSE = 2,
	RMAP_BY_KIND = 4,
	RMAP_BY_CGROUP = 8,					   /* of the walker */
	RMAP_BY_OWNER = 16,					   /* of the folio */
	RMAP_BY_ALL = RMAP_BY_TASK | RMAP_BY_CAUSE | RMAP_BY_KIND, /* that cost nothing */
};

/*
 * The bits of a list of names ("task,cause"), 0 when there is an unknown one or none; the
 * name of one bit.
 */
unsigned int rmap_by__parse(const char *list);
const char *rmap_by__name(enum rmap_by by);

/* Walks of one process, for one cause, of one kind of folio; what rows are not split by is 0. */
struct rmap_stat {
	uint32_t pid;  /* tgid in the initial PID namespace */
	uint8_t cause; /* enum cause */
	uint8_t kind;  /* enum rmap_kind */
	char comm[16];
	struct owner owner;
	const char *cgroup; /* its path below the root, interned; NULL: not asked for */
	uint64_t walks;
	uint64_t vmas;	 /* visited */
	uint64_t mapped; /* of these, VMAs that mapped the folio; the rest are phantoms */
	uint64_t ns, lock_ns;
	uint64_t ns_max, vmas_max;
	struct hist hist; /* of the walks' durations, ns */
};

struct rmap_snapshot {
	unsigned int by; /* enum rmap_by */
	uint32_t sample; /* one walk of so many was counted, for all of them; 0, 1: every one */
	struct rmap_stat *rows;
	size_t len, cap;
	/* Of all rows; empty where they were not asked for. */
	struct rmap_slows slow; /* the slowest first */
	struct rmap_stacks stacks;
};

/* A new zeroed row; NULL when memory is out.  Earlier row pointers become invalid. */
struct rmap_stat *rmap_snapshot__add(struct rmap_snapshot *snap);

/* Makes one row of all rows of the same pid, cause and kind.  0 or -ENOMEM. */
int rmap_snapshot__merge(struct rmap_snapshot *snap);

/* The row of a merged and not yet sorted snapshot that is split as @like is, or NULL. */
struct rmap_stat *rmap_snapshot__like(struct rmap_snapshot *snap, const struct rmap_stat *like);

/* The same for rows by task, cause and kind. */
struct rmap_stat *rmap_snapshot__find(struct rmap_snapshot *snap, uint32_t pid, uint8_t cause,
				      uint8_t kind);

/*
 * Makes one row of all that differ in nothing of @by, and forgets the rest; @by may not
 * have what the rows do not have.  0 or -ENOMEM.
 */
int rmap_snapshot__group(struct rmap_snapshot *snap, unsigned int by);

/* Which comes first: the one that took more time, then by what it is.  As for qsort(). */
int rmap_stat__order(const struct rmap_stat *a, const struct rmap_stat *b);

/* Sum over all rows; the histogram too if @hist.  0 or -ENOMEM. */
int rmap_snapshot__total(const struct rmap_snapshot *snap, struct rmap_stat *total);

/* Forgets the rows and what they are split by, and keeps the memory. */
void rmap_snapshot__clear(struct rmap_snapshot *snap);
void rmap_snapshot__free(struct rmap_snapshot *snap);

#endif
