// SPDX-License-Identifier: GPL-2.0-only
/* Arrays that grow. */
#include <stdlib.h>
#include <string.h>
#include "grow.h"

void *grow__add(void **items, size_t *len, size_t *cap, size_t size)
{
	if (*len == *cap) {
		size_t more = *cap ? 2 * *cap : 64;
		void *bigger = realloc(*items, more * size);

		if (!bigger)
			return NULL;
		*items = bigger;
		*cap = more;
	}
	return memset((char *)*items + (*len)++ * size, 0, size);
}
