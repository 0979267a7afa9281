/* SPDX-License-Identifier: GPL-2.0-only */
/* Which programs of bpf/rmap.bpf.c go where on a kernel, and what is seen then. */
#ifndef FOLIOSCOPE_RMAP_PLAN_H
#define FOLIOSCOPE_RMAP_PLAN_H

#include "../lib/head.h"
#include "../lib/ladder.h"
#include "live.h"

/* For struct ladder. */
extern const enum backend rmap_plan__rungs[];

/*
 * Fills in the plan for its backend.  Of @mode counts what rows are split by, and whether it is
 * to be light.
 */
void rmap_plan__make(struct plan *plan, struct kernel *kernel, const struct rmap_mode *mode);

/* The causes, bits by enum cause, that a light plan sees. */
uint32_t rmap_plan__light(void);

/* Says in @head, by cause and kind, what a plan that is carried out lets us see. */
void rmap_plan__cover(const struct plan *plan, struct kernel *kernel, const struct rmap_mode *mode,
		      struct head *head);

#endif
