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
	int nodes[2];		/* move_pages: between these */
	unsigned int round;
};

/* The first two NUMA nodes with memory; EXIT_LACKS when there is but one. */
int walk_find_nodes(int nodes[2]);

/* New folios of this process and its children go to @node. */
int walk_bind(int node);

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
