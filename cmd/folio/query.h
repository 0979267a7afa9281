/* SPDX-License-Identifier: GPL-2.0-only */
/* Looking up one folio: by an address of a process, or by its frame. */
#ifndef FOLIOSCOPE_FOLIO_QUERY_H
#define FOLIOSCOPE_FOLIO_QUERY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "../lib/status.h"
#include "kmem.h"

struct query {
	pid_t pid; /* 0: by pfn */
	uint64_t addr;
	uint64_t pfn;
};

/* How often a folio that changes is looked at. */
#define QUERY_TRIES 6

/*
 * The folio as the line of JSON that is printed of it, a snapshot.  ST_OK, or a status
 * with its message when there is none; *tries says how often it was looked at.
 */
enum status query__run(struct kmem *k, const struct query *q, json_t **line, unsigned int *tries);

/*
 * The frame that an address of a process maps.  ST_OK, or ST_FAIL or ST_PERM with a
 * message (unless @quiet) that says what is there instead, or why nobody can tell.
 */
enum status query__frame(pid_t pid, uint64_t addr, bool quiet, uint64_t *pfn);

#endif
