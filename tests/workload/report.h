/* SPDX-License-Identifier: GPL-2.0 */
/* What forktree prints: a small table, or JSON Lines. */
#ifndef FORKTREE_REPORT_H
#define FORKTREE_REPORT_H

#include <stdbool.h>

#include "predict.h"
#include "region.h"
#include "shape.h"
#include "tree.h"

/* The name of the task that walks. */
#define REPORT_COMM "forktree"

struct report {
	bool json;
	bool pids;  /* every process too */
	bool pages; /* every page too */
};

/* The tree as it stands before the first walk; @tree and @region are NULL in a dry run. */
int report_tree(const struct report *report, const struct shape *shape, const struct layout *layout,
		const struct tree *tree, const struct region *region);

void report_hold(const struct report *report, const char *when);

/* @sum is of one round; all rounds together are printed. */
void report_prediction(const struct report *report, const struct shape *shape,
		       const struct prediction *sum, unsigned long moved);

#endif
