/* SPDX-License-Identifier: GPL-2.0-only */
/* Single walks and stacks out of bpf/rmap.bpf.c's maps. */
#ifndef FOLIOSCOPE_RMAP_LIVE_WALKS_H
#define FOLIOSCOPE_RMAP_LIVE_WALKS_H

#include "slow.h"
#include "stacks.h"

struct rmap_bpf;

/*
 * Takes the slowest walks of all CPUs out of one half of the maps, and keeps @n of them.
 * 0 or -errno.
 */
int live_walks__slow(struct rmap_bpf *skel, int half, size_t n, struct rmap_slows *slows);

/* The same for walks by stack, merged. */
int live_walks__stacks(struct rmap_bpf *skel, int half, struct rmap_stacks *stacks);

#endif
