/* SPDX-License-Identifier: GPL-2.0-only */
/* How many walks are counted, so that counting stays cheap. */
#ifndef FOLIOSCOPE_RMAP_THROTTLE_H
#define FOLIOSCOPE_RMAP_THROTTLE_H

#include <stdint.h>

#define THROTTLE_MAX 65536 /* one walk of so many at least */

/*
 * The next sampling (one walk of N) after an interval of @interval_ns in which the
 * programs took @spent_ns of one CPU with one walk of @now counted, so that they take
 * @percent of one CPU at most.  It backs off at once and comes back slowly.
 */
uint32_t throttle__next(uint32_t now, uint64_t spent_ns, uint64_t interval_ns, double percent);

#endif
