/* SPDX-License-Identifier: GPL-2.0-only */
/* The ways to see rmap walks: which programs of bpf/rmap.bpf.c go where. */
#ifndef FOLIOSCOPE_RMAP_RUNGS_H
#define FOLIOSCOPE_RMAP_RUNGS_H

#include "../lib/head.h"
#include "../lib/tracer.h"
#include "filter.h"
#include "live.h"

struct rmap_bpf;

/*
 * Opens, loads and attaches the programs of the first way that works, for walks that pass
 * @filter and rows as @mode wants them (by: all of it, max_rows: not 0); starts @t and says in
 * @head which backend it is and what it covers.  ST_OK, or a status with its message.  *skel is
 * to be destroyed after tracer__stop() either way; it may be NULL.
 */
enum status rmap_rungs__climb(struct tracer *t, const struct opts *opts, struct kernel *kernel,
			      const struct rmap_filter *filter, const struct rmap_mode *mode,
			      struct head *head, struct rmap_bpf **skel);

#endif
