/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of operations, phases, results and reasons, as in JSON. */
#ifndef FOLIOSCOPE_LAT_NAMES_H
#define FOLIOSCOPE_LAT_NAMES_H

#include "../../bpf/exchange.h"

/* Results of any operation: those of exchange, and "errno" for what is below 0. */
#define LAT_RESULTS 20

/* "exchange", "migrate" */
const char *lat_op__name(unsigned int op);

/* "drain" to "putback", "move"; for an enum lat_phase. */
const char *lat_phase__name(unsigned int phase);

/* "ok", "pinned", ... or "succeeded", "failed", ...; NULL when there is no such result. */
const char *lat_result__name(unsigned int op, unsigned int result);

/* "compaction", "syscall_or_cpuset", ... as the kernel's tracepoints have it. */
const char *lat_reason__name(unsigned int reason);

/* The number of a name, or -1.  @op for results only. */
int lat_op__number(const char *name);
int lat_phase__number(const char *name);
int lat_result__number(unsigned int op, const char *name);
int lat_reason__number(const char *name);

#endif
