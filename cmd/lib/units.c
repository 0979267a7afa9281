// SPDX-License-Identifier: GPL-2.0-only
/* Numbers as people read them. */
#include <stdio.h>
#include "units.h"

/* Three significant digits of v in the first unit in which it is below 999.5. */
static const char *scaled(char *buf, double v, const char *const *unit, unsigned int units)
{
	unsigned int i = 0;

	while (i + 1 < units && v >= 999.5) {
		v /= 1000;
		i++;
	}
	if (v >= 99.95 || v == (unsigned int)v)
		snprintf(buf, UNITS_LEN, "%.0f%s", v, unit[i]);
	else
		snprintf(buf, UNITS_LEN, v >= 9.995 ? "%.1f%s" : "%.2f%s", v, unit[i]);
	return buf;
}

const char *units__ns(char buf[UNITS_LEN], uint64_t ns)
{
	static const char *const unit[] = { "ns", "us", "ms", "s", "ks", "Ms", "Gs" };

	if (!ns)
		return "0";
	return scaled(buf, ns, unit, sizeof(unit) / sizeof(*unit));
}

const char *units__count(char buf[UNITS_LEN], uint64_t n)
{
	static const char *const unit[] = { "", "k", "M", "G", "T", "P", "E" };

	if (n < 100000) {
		snprintf(buf, UNITS_LEN, "%llu", (unsigned long long)n);
		return buf;
	}
	return scaled(buf, n, unit, sizeof(unit) / sizeof(*unit));
}

const char *units__percent(char buf[UNITS_LEN], uint64_t part, uint64_t whole)
{
	double v = whole ? 100.0 * part / whole : 0;

	if (!whole)
		return "-";
	if (!part)
		return "0";
	snprintf(buf, UNITS_LEN, v < 9.95 ? "%.1f" : "%.0f", v);
	return buf;
}

const char *units__ratio(char buf[UNITS_LEN], uint64_t part, uint64_t whole)
{
	double v = whole ? (double)part / whole : 0;

	if (!whole)
		return "-";
	snprintf(buf, UNITS_LEN, v < 999.95 && part % whole ? "%.1f" : "%.0f", v);
	return buf;
}
