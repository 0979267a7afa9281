/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers as people read them.  The one place where units are converted. */
#ifndef FOLIOSCOPE_UNITS_H
#define FOLIOSCOPE_UNITS_H

#include <stdint.h>

#define UNITS_LEN 16 /* enough for every text below, with its final 0 */

/* A duration given in ns, three significant digits and its unit: "0", "870ns", "12.3us". */
const char *units__ns(char buf[UNITS_LEN], uint64_t ns);

/* A count: exact below 100,000, then "123k", "4.56M" (powers of 1000). */
const char *units__count(char buf[UNITS_LEN], uint64_t n);

/* part of whole in per cent: "0", "7.1", "48", "100", "-" when whole is 0. */
const char *units__percent(char buf[UNITS_LEN], uint64_t part, uint64_t whole);

/* part by whole with up to one decimal: "20.5", "1050", "-" when whole is 0. */
const char *units__ratio(char buf[UNITS_LEN], uint64_t part, uint64_t whole);

#endif
