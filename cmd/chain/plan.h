/* SPDX-License-Identifier: GPL-2.0-only */
/* Which programs of bpf/forkchain.bpf.c go where on a kernel, and what is seen then. */
#ifndef FOLIOSCOPE_CHAIN_PLAN_H
#define FOLIOSCOPE_CHAIN_PLAN_H

#include "../lib/head.h"
#include "../lib/ladder.h"

/* For struct ladder. */
extern const enum backend chain_plan__rungs[];

/* Fills in the plan for its backend. */
void chain_plan__make(struct plan *plan, struct kernel *kernel);

/* Says in @head, by event and by what is told of it, what a plan that is carried out lets us see. */
void chain_plan__cover(const struct plan *plan, struct kernel *kernel, struct head *head);

#endif
