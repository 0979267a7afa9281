/* SPDX-License-Identifier: GPL-2.0-only */
/* Calls of a function of the kernel that fail. */
#ifndef FOLIOSCOPE_TEST_EXCHANGE_INJECT_H
#define FOLIOSCOPE_TEST_EXCHANGE_INJECT_H

#include <stdbool.h>

/* What the functions that follow are about, one at a time; false if it cannot be made to fail. */
bool attach(const char *function);
void detach(void);
/* From now on this thread's calls first to last, counted from 0, return this. */
void fail(unsigned int first, unsigned int last, int result);
/* No more of them; how many calls there were. */
unsigned int end_failing(void);

#endif
