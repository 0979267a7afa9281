/* SPDX-License-Identifier: GPL-2.0-only */
/* Which walks are counted: what the BPF program is told before it is loaded. */
#ifndef FOLIOSCOPE_RMAP_FILTER_H
#define FOLIOSCOPE_RMAP_FILTER_H

#include <stdint.h>
#include "../lib/status.h"

struct kernel;

/* {}: all of them. */
struct rmap_filter {
	uint32_t kinds;	 /* bits by enum rmap_kind, 0: all */
	uint32_t causes; /* bits by enum cause, 0: all */
	uint32_t min_vmas;
	const char *comm; /* process name, NULL: all */
};

/*
 * The bits of a list of names, as "anon,ksm" or "unmap,mkclean"; 0 when there is an
 * unknown one or none.  "other" is no cause to ask for: it has no callback of its own.
 */
uint32_t rmap_filter__kinds(const char *list);
uint32_t rmap_filter__causes(const char *list);

/*
 * Learns the callbacks of the causes asked for (some 100 ms, see cause__init()).  ST_OK,
 * or ST_KERNEL with a message when the kernel has none or hides them.
 */
enum status rmap_filter__check(const struct rmap_filter *filter, struct kernel *kernel);

#endif
