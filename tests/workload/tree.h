/* SPDX-License-Identifier: GPL-2.0 */
/* The processes: forking them one at a time in order, making them act, ending them. */
#ifndef FORKTREE_TREE_H
#define FORKTREE_TREE_H

#include <sys/types.h>

#include "region.h"
#include "shape.h"

struct tree; /* opaque; lives in memory all its processes share */

/*
 * Fork the tree below the calling process, which is its root, and let each
 * process do its part of @shape. Returns when all of them stand still.
 */
int tree_grow(struct tree **tree, const struct shape *shape, const struct layout *layout,
	      const struct region *region);

pid_t tree_pid(const struct tree *tree, unsigned int proc);

/* Fail if a process has ended by itself: what it mapped is mapped less often than predicted. */
int tree_check_alive(const struct tree *tree);

/* End all processes but the root, wait for them, free @tree. NULL is allowed. */
void tree_fell(struct tree *tree);

/* Close in every process what only the root may hold open. -1: nothing. */
void tree_keep_from_children(int fd);

#endif
