// SPDX-License-Identifier: GPL-2.0-only
/* Lists of names on the command line. */
#include <stdlib.h>
#include <string.h>
#include "list.h"

uint32_t list__bits(const char *list, int (*number)(const char *name))
{
	char *copy = strdup(list), *rest = copy, *name;
	uint32_t bits = 0;

	while ((name = strsep(&rest, ","))) {
		int n = number(name);

		if (n < 0) {
			bits = 0;
			break;
		}
		bits |= 1U << n;
	}
	free(copy);
	return bits;
}
