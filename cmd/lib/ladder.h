/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The attach ladder: ways to see the same thing, the best first.  "auto" takes the
 * first that the kernel allows; a way the user asked for is the only one tried.
 */
#ifndef FOLIOSCOPE_LADDER_H
#define FOLIOSCOPE_LADDER_H

#include <stddef.h>
#include "opts.h"
#include "status.h"

#define LADDER_WHY 512

struct rung {
	enum backend backend;
	/*
	 * Loads and attaches all programs of this way.  0, or -errno with the reason
	 * in @why (one line) and nothing left loaded.
	 */
	int (*climb)(void *arg, char why[LADDER_WHY]);
};

/*
 * Tries the rungs in order; *used is the backend in use.  ST_OK, or ST_KERNEL with
 * one line that names each way and why it failed.
 */
enum status ladder__climb(const struct rung *rungs, size_t n, enum backend wanted, void *arg,
			  bool verbose, enum backend *used);

#endif
