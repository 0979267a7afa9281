/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is known of the walks of one interval, and where it comes from.  A source
 * fills a snapshot, a view shows it, and neither knows of the other.
 */
#ifndef FOLIOSCOPE_RMAP_SNAPSHOT_H
#define FOLIOSCOPE_RMAP_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "../lib/hist.h"
#include "../lib/status.h"
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
	double ts;	   /* end of the interval, seconds since the epoch */
	double interval_s; /* its length */
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

/* Walks seen that are in no row, by reason. */
enum lost {
	LOST_FULL,	 /* no room for another row in an interval */
	LOST_COLLISION,	 /* two walking threads on one state slot */
	LOST_STALE,	 /* the end of a walk was missed */
	LOST_RECURSION,	 /* the kernel did not run the program: it was running already */
	LOST_UNFINISHED, /* still under way at the end, or the end was missed */
	LOST_UNMATCHED,	 /* by no reason counted elsewhere */
	LOSTS,
};

const char *lost__name(enum lost lost);

/* The books at the end: seen = recorded + the sum of lost. */
struct rmap_account {
	uint64_t seen, recorded;
	int64_t lost[LOSTS];
	/* Recorded, but not in all parts. */
	uint64_t visits_missed;	   /* looks at a page table not seen: visits may be wrong */
	uint64_t hist_full;	   /* durations missing from the histograms */
	uint64_t orphans;	   /* ends whose start was before the tracing or missed */
	uint64_t bpf_runs, bpf_ns; /* the tool's own programs */
};

enum coverage_state {
	COVERAGE_FULL,
	COVERAGE_PARTIAL,
	COVERAGE_NONE,
};

struct coverage {
	enum coverage_state state;
	const char *why; /* NULL when full; static text */
};

/* Where snapshots come from: a running kernel, or a recording. */
struct rmap_source {
	const struct rmap_source_ops *ops;
	const char *backend;
	struct coverage causes[CAUSES];
	struct coverage kinds[4]; /* by enum rmap_kind */
};

struct rmap_source_ops {
	/*
	 * Fills @snap (cleared by the caller) with what happened since the last call;
	 * after a call with @last nothing more is recorded.  ST_OK, or a message.
	 */
	enum status (*next)(struct rmap_source *src, struct rmap_snapshot *snap, bool last);
	/* The books; after next() with @last. */
	enum status (*account)(struct rmap_source *src, struct rmap_account *account);
	void (*close)(struct rmap_source *src);
};

struct opts;

/* Traces the running kernel.  ST_OK and *src, or a status with its message. */
enum status rmap_live__open(const struct opts *opts, struct rmap_source **src);

#endif
