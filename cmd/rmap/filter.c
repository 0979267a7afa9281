// SPDX-License-Identifier: GPL-2.0-only
/* Which walks are counted. */
#include <string.h>
#include "../../bpf/rmap.h"
#include "../lib/list.h"
#include "cause.h"
#include "filter.h"

static int kind_number(const char *name)
{
	for (int k = 0; k < RMAP_KINDS; k++)
		if (!strcmp(kind__name(k), name))
			return k;
	return -1;
}

static int cause_number(const char *name)
{
	enum cause cause = cause__find(name);

	return cause == CAUSES || cause == CAUSE_OTHER ? -1 : (int)cause;
}

uint32_t rmap_filter__kinds(const char *list)
{
	return list__bits(list, kind_number);
}

uint32_t rmap_filter__causes(const char *list)
{
	return list__bits(list, cause_number);
}

enum status rmap_filter__check(const struct rmap_filter *filter, struct kernel *kernel)
{
	if (filter->causes)
		cause__init(kernel);
	for (enum cause c = 0; c < CAUSES; c++) {
		const char *why;

		if (filter->causes >> c & 1 && !cause__exists(kernel, c, &why))
			return fail(ST_KERNEL, "no walks by %s can be seen: %s", cause__name(c), why);
	}
	return ST_OK;
}
