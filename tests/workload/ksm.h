/* SPDX-License-Identifier: GPL-2.0 */
/* Letting ksmd merge a region, until it has. */
#ifndef FORKTREE_KSM_H
#define FORKTREE_KSM_H

#include "region.h"
#include "tree.h"

/*
 * Run ksmd until every page of @region is one KSM folio with its copy: the twin
 * when @tree is NULL, otherwise the page of every process. Then stop ksmd.
 */
int ksm_merge(const struct region *region, const struct tree *tree, unsigned int procs);

#endif
