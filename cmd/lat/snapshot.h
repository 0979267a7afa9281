/* SPDX-License-Identifier: GPL-2.0-only */
/* What exchanges and migrations of an interval took. */
#ifndef FOLIOSCOPE_LAT_SNAPSHOT_H
#define FOLIOSCOPE_LAT_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "../lib/durations.h"
#include "names.h"

/* Which dimensions rows are split by. */
struct lat_split {
	bool nid, order, task, reason;
};

/* What a row is about.  A dimension that is not split by is the same in all rows. */
struct lat_id {
	uint8_t op;	      /* enum lat_op */
	uint8_t order;	      /* LAT_ORDER_* from 0xfe on */
	uint8_t reason;	      /* enum lat_reason; LAT_REASONS: not known */
	int16_t nid_a, nid_b; /* LAT_NID_* below 0 */
	uint32_t pid;	      /* tgid in the initial PID namespace */
};

struct lat_row {
	struct lat_id id;
	char comm[16];
	struct durations total; /* a batch or a call each */
	struct durations each;	/* the same by pairs or pages, each counted; ns is the same */
	struct durations blocked;
	struct durations phase[LAT_PHASES];
	uint64_t result[LAT_RESULTS];
};

/* {} is empty.  Rows are in no order until they are sorted. */
struct lat_snapshot {
	struct lat_split split;
	struct lat_row **rows;
	size_t len, cap;
	void *index; /* of the rows by id, a tsearch() tree */
};

/* The row of this id, made if there is none; NULL when memory is out. */
struct lat_row *lat_snapshot__row(struct lat_snapshot *snap, const struct lat_id *id);

/* Where a row counts what a cell of bpf/exchange.h measures; NULL for LAT_RESULT. */
struct durations *lat_row__durations(struct lat_row *row, unsigned int measure);

/* Adds all numbers of @src.  0 or -ENOMEM. */
int lat_row__merge(struct lat_row *dst, const struct lat_row *src);

/* Adds all rows of @src.  0 or -ENOMEM. */
int lat_snapshot__merge(struct lat_snapshot *dst, const struct lat_snapshot *src);

/* Pairs that were asked for, and that were exchanged; pages for a migration. */
uint64_t lat_row__asked(const struct lat_row *row);
uint64_t lat_row__done(const struct lat_row *row);

/* Orders rows by operation, then by time spent, most first. */
void lat_snapshot__sort(struct lat_snapshot *snap);

/* Forgets all rows; split stays. */
void lat_snapshot__clear(struct lat_snapshot *snap);

#endif
