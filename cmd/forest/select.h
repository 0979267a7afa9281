/* SPDX-License-Identifier: GPL-2.0-only */
/* Which part of a live forest is shown. */
#ifndef FOLIOSCOPE_FOREST_SELECT_H
#define FOLIOSCOPE_FOREST_SELECT_H

#include <sys/types.h>
#include "../lib/opts.h"
#include "../lib/status.h"
#include "forest.h"

struct forest_selection {
	pid_t tree_pid; /* --tree, 0: not given */
	pid_t at_pid;	/* --at */
	bool has_addr;
	uint64_t addr;
};

/*
 * Shows what was asked for: with -p and -c the trees in which these processes have VMAs, with
 * --tree the chains of a process's and its descendants' VMAs, with --at one chain, with both the
 * tree of that VMA as far as these processes are in it.  ST_OK, or ST_FAIL with a message when it is not there.
 */
enum status forest_select(struct forest *f, const struct forest_selection *s,
			  const struct opts *opts);

#endif
