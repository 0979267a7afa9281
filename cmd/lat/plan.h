/* SPDX-License-Identifier: GPL-2.0-only */
/* Which programs of bpf/exchange.bpf.c go where on a kernel, and what is seen then. */
#ifndef FOLIOSCOPE_LAT_PLAN_H
#define FOLIOSCOPE_LAT_PLAN_H

#include "../lib/head.h"
#include "../lib/ladder.h"
#include "live.h"

/* For struct ladder. */
const enum backend *lat_plan__rungs(const struct lat_conf *conf);

/* Fills in the plan for its backend. */
void lat_plan__make(struct plan *plan, struct kernel *kernel, const struct lat_conf *conf);

/* Says in @head, by operation and step, what a plan that is carried out lets us see. */
void lat_plan__cover(const struct plan *plan, const struct lat_conf *conf, struct head *head);

#endif
