// SPDX-License-Identifier: GPL-2.0-only
/* One operation on the anon_vmas of a VMA, for people. */
#include <inttypes.h>
#include <string.h>
#include <time.h>
#include "../lib/text.h"
#include "../lib/units.h"
#include "event.h"

void event__print_titles(FILE *f)
{
	fprintf(f, "%-12s %-7s %-7s %7s %-15s %7s %5s %5s %5s %-6s %7s %7s %s\n", "TIME", "EVENT",
		"WHY", "PID", "COMM", "CHILD", "DEPTH", "AVCS", "CHAIN", "REUSED", "TOOK", "WAITED",
		"HELD BY");
}

/* A process name in 15 columns. */
static void print_comm(FILE *f, const char *comm)
{
	char clean[64];
	size_t bytes;

	text__clean(clean, sizeof(clean), comm);
	bytes = text__fit(clean, 15);
	fprintf(f, "%.*s%*s", (int)bytes, clean, (int)(15 - text__columns(clean, bytes)), "");
}

static void print_holder(FILE *f, const struct chain_holder *h)
{
	char clean[64];

	text__clean(clean, sizeof(clean), h->comm);
	fprintf(f, " %s:%" PRIu32 "%s", clean, h->tid, h->reader ? " (reads)" : "");
}

static const char *why_of(const struct event *e)
{
	if (e->type == CHAIN_CLONE)
		return event__cause_name(e->cause);
	return e->failed ? "failed" : "";
}

void event__print(FILE *f, const struct event *e)
{
	char took[UNITS_LEN], waited[UNITS_LEN], child[16] = "", depth[16] = "-", when[16];
	time_t s = e->ts;
	struct tm tm;

	localtime_r(&s, &tm);
	strftime(when, sizeof(when), "%H:%M:%S", &tm);
	if (e->child)
		snprintf(child, sizeof(child), "%" PRIu32, e->child);
	else if (event__forks(e))
		snprintf(child, sizeof(child), "-");
	if (e->depth != CHAIN_NO_DEPTH)
		snprintf(depth, sizeof(depth), "%" PRIu32, e->depth);
	fprintf(f, "%s.%03d %-7s %-7s %7" PRIu32 " ", when, (int)((e->ts - s) * 1000),
		event__type_name(e->type), why_of(e), e->pid);
	print_comm(f, e->comm);
	fprintf(f, " %7s %5s %5" PRIu32 " %5" PRIu32 " %-6s %7s %7s", child, depth, e->avcs, e->chain,
		e->error  ? strerrorname_np(-e->error) ?: "error" :
		e->reused ? "yes" :
			    "",
		units__ns(took, e->ns), e->lock_ns ? units__ns(waited, e->lock_ns) : "");
	if (e->lock_ns && e->holder.tid)
		print_holder(f, &e->holder);
	fputc('\n', f);
}
