/* SPDX-License-Identifier: GPL-2.0-only */
/* Fork chains: who was forked from whom, and the AVCs level by level. */
#ifndef FOLIOSCOPE_CHAIN_CHAINS_H
#define FOLIOSCOPE_CHAIN_CHAINS_H

#include "../lib/replay.h"
#include "state.h"

/* The processes as a tree, and a line for each level.  0 or -ENOMEM. */
int chains__print(FILE *f, const struct chain_state *s, unsigned int width);

/* The same as a snapshot line. */
int chains__print_json(FILE *f, const struct chain_state *s, struct when when);

#endif
