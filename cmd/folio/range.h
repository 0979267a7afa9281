/* SPDX-License-Identifier: GPL-2.0-only */
/* A range of a process's addresses: runs of pages that are alike. */
#ifndef FOLIOSCOPE_FOLIO_RANGE_H
#define FOLIOSCOPE_FOLIO_RANGE_H

#include <jansson.h>
#include <stdint.h>
#include <sys/types.h>
#include "../lib/status.h"
#include "kmem.h"

/*
 * A snapshot line without its times, {"pid":...,"start":...,"runs":[...]}: each run of pages
 * that follow one another with the same kind, node, order and number of page tables that map
 * them.  ST_OK, or ST_FAIL or ST_PERM with a message when there is nothing to tell.
 */
enum status range__run(struct kmem *k, pid_t pid, uint64_t start, uint64_t len, json_t **line);

#endif
