// SPDX-License-Identifier: GPL-2.0-only
/* Strings that are kept once, whoever needs them. */
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include "intern.h"

static void *strings; /* a tsearch() tree */

static int compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

const char *intern__string(const char *text)
{
	char *copy, **found = tfind(text, &strings, compare);

	if (found)
		return *found;
	copy = strdup(text);
	if (copy && tsearch(copy, &strings, compare))
		return copy;
	free(copy);
	return "";
}
