// SPDX-License-Identifier: GPL-2.0-only
/* Names of operations, phases, results and reasons. */
#include <stddef.h>
#include <string.h>
#include "../xchg/device.h"
#include "names.h"

static const char *const ops[LAT_OPS] = {
	[LAT_EXCHANGE] = "exchange",
	[LAT_MIGRATE] = "migrate",
};

static const char *const phases[LAT_PHASES] = {
	[LAT_DRAIN] = "drain",	   [LAT_ISOLATE] = "isolate", [LAT_LOCK] = "lock",
	[LAT_UNMAP] = "unmap",	   [LAT_FLUSH] = "flush",     [LAT_PREPARE] = "prepare",
	[LAT_MAPPING] = "mapping", [LAT_PRIVATE] = "private", [LAT_DATA] = "data",
	[LAT_FLAGS] = "flags",	   [LAT_FINISH] = "finish",   [LAT_REMAP] = "remap",
	[LAT_PUTBACK] = "putback", [LAT_MOVE] = "move",
};

static const char *const migrate_results[LAT_MIGRATE_RESULTS] = {
	[LAT_SUCCEEDED] = "succeeded",	       [LAT_FAILED] = "failed",
	[LAT_THP_SUCCEEDED] = "thp_succeeded", [LAT_THP_FAILED] = "thp_failed",
	[LAT_THP_SPLIT] = "thp_split",	       [LAT_LARGE_FOLIO_SPLIT] = "large_folio_split",
};

/* include/trace/events/migrate.h, 6.12 */
static const char *const reasons[LAT_REASONS] = {
	[LAT_COMPACTION] = "compaction",
	[LAT_MEMORY_FAILURE] = "memory_failure",
	[LAT_MEMORY_HOTPLUG] = "memory_hotplug",
	[LAT_SYSCALL] = "syscall_or_cpuset",
	[LAT_MEMPOLICY_MBIND] = "mempolicy_mbind",
	[LAT_NUMA_MISPLACED] = "numa_misplaced",
	[LAT_CONTIG_RANGE] = "contig_range",
	[LAT_LONGTERM_PIN] = "longterm_pin",
	[LAT_DEMOTION] = "demotion",
	[LAT_DAMON] = "damon",
	[LAT_REASON_OTHER] = "other",
};

static int find(const char *const *names, unsigned int n, const char *name)
{
	for (unsigned int i = 0; name && i < n; i++)
		if (!strcmp(names[i], name))
			return i;
	return -1;
}

const char *lat_op__name(unsigned int op)
{
	return op < LAT_OPS ? ops[op] : "?";
}

const char *lat_phase__name(unsigned int phase)
{
	return phase < LAT_PHASES ? phases[phase] : "?";
}

const char *lat_result__name(unsigned int op, unsigned int result)
{
	if (op == LAT_MIGRATE)
		return result < LAT_MIGRATE_RESULTS ? migrate_results[result] : NULL;
	if (result == FOLIO_EXCHANGE_NR_RESULTS)
		return "errno";
	return result < FOLIO_EXCHANGE_NR_RESULTS ? xchg__result_name(result) : NULL;
}

const char *lat_reason__name(unsigned int reason)
{
	return reason < LAT_REASONS ? reasons[reason] : "?";
}

int lat_op__number(const char *name)
{
	return find(ops, LAT_OPS, name);
}

int lat_phase__number(const char *name)
{
	return find(phases, LAT_PHASES, name);
}

int lat_result__number(unsigned int op, const char *name)
{
	for (unsigned int i = 0; name && lat_result__name(op, i); i++)
		if (!strcmp(lat_result__name(op, i), name))
			return i;
	return -1;
}

int lat_reason__number(const char *name)
{
	return find(reasons, LAT_REASONS, name);
}
