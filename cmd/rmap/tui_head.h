/* SPDX-License-Identifier: GPL-2.0-only */
/* The first lines of rmaptop's display: what matters on the machine. */
#ifndef FOLIOSCOPE_RMAP_TUI_HEAD_H
#define FOLIOSCOPE_RMAP_TUI_HEAD_H

#include "../lib/run.h"
#include "arrange.h"

/* An interval that is shown. */
struct rmap_kept {
	struct when when;
	struct rmap_snapshot snap;
	struct rmap_stat total;
};

/* Draws them; @kept: NULL before the first interval.  Returns how many they are. */
unsigned int rmap_head__draw(const struct run *run, const struct rmap_kept *kept,
			     const struct rmap_wish *wish, const struct display_state *state);

/* Prints what is seen, in part or not at all, and what was lost. */
void rmap_head__coverage(const struct run *run, FILE *f);

#endif
