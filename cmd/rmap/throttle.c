// SPDX-License-Identifier: GPL-2.0-only
/* How many walks are counted, so that counting stays cheap. */
#include <math.h>
#include "throttle.h"

uint32_t throttle__next(uint32_t now, uint64_t spent_ns, uint64_t interval_ns, double percent)
{
	double share = interval_ns ? 100.0 * spent_ns / interval_ns : 0;
	double next;

	if (now < 1)
		now = 1;
	if (share > percent)
		next = ceil(now * share / percent * 1.25); /* some of the cost stays */
	else if (share < percent / 2)
		next = floor(now / 2.0);
	else
		next = now;
	if (next < 1)
		return 1;
	return next > THROTTLE_MAX ? THROTTLE_MAX : next;
}
