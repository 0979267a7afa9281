// SPDX-License-Identifier: GPL-2.0-only
/* One operation on the anon_vmas of a VMA, for people. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "../lib/text.h"
#include "../lib/units.h"
#include "event.h"

/* Prints what was written to a buffer, cut at the width and without blanks at its end. */
static int print_cut(FILE *out, FILE *buffer, char **text, unsigned int width)
{
	size_t len;

	if (!buffer || fclose(buffer)) {
		free(*text);
		return -ENOMEM;
	}
	len = width ? text__fit(*text, width) : strlen(*text);
	while (len && (*text)[len - 1] == ' ')
		len--;
	fprintf(out, "%.*s\n", (int)len, *text);
	free(*text);
	return 0;
}

int event__print_titles(FILE *out, unsigned int width)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return -ENOMEM;
	fprintf(f, "%-12s %-7s %-7s %7s %-15s %7s %5s %5s %5s %-6s %7s %7s %s", "TIME", "EVENT",
		"WHY", "PID", "COMM", "CHILD", "DEPTH", "AVCS", "CHAIN", "REUSED", "TOOK", "WAITED",
		"HELD BY");
	return print_cut(out, f, &text, width);
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

int event__print(FILE *out, const struct event *e, unsigned int width)
{
	char took[UNITS_LEN], waited[UNITS_LEN], child[16] = "", depth[16] = "-", when[16];
	time_t s = e->ts;
	char *text = NULL;
	struct tm tm;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return -ENOMEM;
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
	return print_cut(out, f, &text, width);
}
