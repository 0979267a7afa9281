/* SPDX-License-Identifier: GPL-2.0 */
/* Making the kernel walk, and making sure before and after that it walked as predicted. */
#ifndef FORKTREE_WALK_H
#define FORKTREE_WALK_H

#include "region.h"
#include "shape.h"
#include "tree.h"

struct scene {
	const struct shape *shape;
	const struct layout *layout;
	const struct region *region;
	const struct tree *tree;
	int nodes[2]; /* move_pages: between these */
	unsigned int round;
};

/*
 * Keep this process's and its children's new folios on the first NUMA node with
 * memory, for good. That also takes them out of NUMA balancing, whose hinting
 * faults would migrate pages of the caller's own once it is switched on again
 * (vma_policy_mof() in mm/mempolicy.c).
 */
int walk_bind(void);

/* The first two NUMA nodes with memory; EXIT_LACKS when there is but one. */
int walk_find_nodes(int nodes[2]);

/* Take folios out of all CPUs' LRU batches, where nothing can isolate them. No walk comes of it. */
int walk_drain_lru(void);

/*
 * Compare every folio that is to be walked with the shape: small, on the LRU,
 * of its kind, mapped as often as predicted.
 */
int walk_check(const struct scene *scene);

/* Pull the trigger once. All walks happen in the calling task, before this returns. */
int walk_trigger(const struct scene *scene, unsigned long *moved);

#endif
