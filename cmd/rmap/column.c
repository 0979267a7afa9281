// SPDX-License-Identifier: GPL-2.0-only
/* The columns of a row of walks. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../lib/units.h"
#include "column.h"

/* A column that shows a number of the row: its text, and its value to sort by. */
#define NUMBER(name, unit, expr)                                                \
	static void name##_text(const struct rmap_stat *s, char buf[RMAP_CELL]) \
	{                                                                       \
		unit(buf, expr);                                                \
	}                                                                       \
	static double name##_value(const struct rmap_stat *s)                   \
	{                                                                       \
		return expr;                                                    \
	}

/* The same of a part of something. */
#define PART(name, unit, part, whole)                                           \
	static void name##_text(const struct rmap_stat *s, char buf[RMAP_CELL]) \
	{                                                                       \
		unit(buf, part, whole);                                         \
	}                                                                       \
	static double name##_value(const struct rmap_stat *s)                   \
	{                                                                       \
		return (whole) ? (double)(part) / (whole) : 0;                  \
	}

static const char *count(char *buf, uint64_t n)
{
	return units__count(buf, n);
}

static const char *time_of(char *buf, uint64_t ns)
{
	const char *text = units__ns(buf, ns);

	return text == buf ? buf : strcpy(buf, text);
}

/* Into buffers of their own: the units may give back a constant. */
static const char *share(char *buf, uint64_t part, uint64_t whole)
{
	char own[UNITS_LEN];

	return strcpy(buf, units__percent(own, part, whole));
}

static const char *ratio(char *buf, uint64_t part, uint64_t whole)
{
	char own[UNITS_LEN];

	return strcpy(buf, units__ratio(own, part, whole));
}

NUMBER(walks, count, s->walks)
NUMBER(vmas, count, s->vmas)
NUMBER(most, count, s->vmas_max)
NUMBER(mapped, count, s->mapped)
NUMBER(phantom, count, s->vmas - s->mapped)
NUMBER(time, time_of, s->ns)
NUMBER(lock, time_of, s->lock_ns)
NUMBER(p50, time_of, hist__percentile(&s->hist, 50, s->ns_max))
NUMBER(p99, time_of, hist__percentile(&s->hist, 99, s->ns_max))
NUMBER(max, time_of, s->ns_max)
PART(vmas_walk, ratio, s->vmas, s->walks)
PART(phantom_share, share, s->vmas - s->mapped, s->vmas)

static void pid_text(const struct rmap_stat *s, char buf[RMAP_CELL])
{
	snprintf(buf, RMAP_CELL, "%" PRIu32, s->pid);
}

static double pid_value(const struct rmap_stat *s)
{
	return -(double)s->pid; /* the smallest first */
}

static void comm_text(const struct rmap_stat *s, char buf[RMAP_CELL])
{
	snprintf(buf, RMAP_CELL, "%s", s->comm);
}

static void cause_text(const struct rmap_stat *s, char buf[RMAP_CELL])
{
	snprintf(buf, RMAP_CELL, "%s", cause__name(s->cause));
}

static void cgroup_text(const struct rmap_stat *s, char buf[RMAP_CELL])
{
	size_t len = s->cgroup ? strlen(s->cgroup) : 0;

	/* Of a long path the end tells more. */
	if (len >= RMAP_CELL)
		snprintf(buf, RMAP_CELL, "...%s", s->cgroup + len - (RMAP_CELL - 4));
	else
		snprintf(buf, RMAP_CELL, "%s", len ? s->cgroup : "");
}

static void owner_text(const struct rmap_stat *s, char buf[RMAP_CELL])
{
	owner__text(&s->owner, buf, RMAP_CELL);
}

static void kind_text(const struct rmap_stat *s, char buf[RMAP_CELL])
{
	snprintf(buf, RMAP_CELL, "%s", kind__name(s->kind));
}

#define COLUMN(title, left, rank, dim, name, help)                          \
	{                                                                   \
		{ title, left, rank }, dim, help, name##_text, name##_value \
	}
#define NAME(title, rank, dim, name, help)                          \
	{                                                           \
		{ title, true, rank }, dim, help, name##_text, NULL \
	}

const struct rmap_column rmap_columns[RMAP_COLUMNS] = {
	[COL_PID] = COLUMN("PID", false, 0, RMAP_BY_TASK, pid, "process that walks"),
	[COL_COMM] = NAME("COMM", 0, RMAP_BY_TASK, comm, "its name"),
	[COL_CAUSE] = NAME("CAUSE", 0, RMAP_BY_CAUSE, cause, "why it walks"),
	[COL_KIND] = NAME("KIND", 2, RMAP_BY_KIND, kind, "kind of folio"),
	[COL_CGROUP] = NAME("CGROUP", 0, RMAP_BY_CGROUP, cgroup, "cgroup of the process that walks"),
	[COL_OWNER] = NAME("OWNER", 0, RMAP_BY_OWNER, owner,
			   "whose folio: process, or device, inode and name of a file"),
	[COL_WALKS] = COLUMN("WALKS", false, 0, 0, walks, "walks that ended"),
	[COL_VMAS] = COLUMN("VMAS", false, 3, 0, vmas, "VMAs visited"),
	[COL_VMAS_WALK] = COLUMN("VMAS/WALK", false, 1, 0, vmas_walk, "VMAs visited by a walk"),
	[COL_MOST] = COLUMN("MOST", false, 9, 0, most, "most VMAs visited by one walk"),
	[COL_MAPPED] = COLUMN("MAPPED", false, 6, 0, mapped, "VMAs that mapped the folio"),
	[COL_PHANTOM] = COLUMN("PHANTOM", false, 5, 0, phantom, "VMAs visited in vain"),
	[COL_PHANTOM_SHARE] =
		COLUMN("PHANTOM%", false, 1, 0, phantom_share, "their share of the VMAs visited"),
	[COL_TIME] = COLUMN("TIME", false, 2, 0, time, "time spent walking"),
	[COL_LOCK] = COLUMN("LOCK", false, 4, 0, lock, "of it, waiting for locks"),
	[COL_P50] = COLUMN("P50", false, 7, 0, p50, "half of the walks took no longer"),
	[COL_P99] = COLUMN("P99", false, 8, 0, p99, "99 of 100 walks took no longer"),
	[COL_MAX] = COLUMN("MAX", false, 7, 0, max, "the longest walk"),
};

int rmap_column__find(const char *title)
{
	for (int i = 0; i < RMAP_COLUMNS; i++)
		if (!strcasecmp(title, rmap_columns[i].col.title))
			return i;
	return -1;
}

struct order {
	const struct rmap_column *by;
	bool reverse;
};

static int compare(const void *a, const void *b, void *arg)
{
	const struct order *order = arg;
	const struct rmap_stat *x = a, *y = b;
	int result;

	if (order->by->value) {
		double v = order->by->value(x), w = order->by->value(y);

		result = v > w ? -1 : v < w;
	} else {
		char s[RMAP_CELL], t[RMAP_CELL];

		order->by->text(x, s);
		order->by->text(y, t);
		result = strcmp(s, t);
	}
	if (result)
		return order->reverse ? -result : result;
	return rmap_stat__order(x, y);
}

void rmap_column__sort(struct rmap_snapshot *snap, enum rmap_column_id by, bool reverse)
{
	struct order order = { &rmap_columns[by], reverse };

	if (snap->len)
		qsort_r(snap->rows, snap->len, sizeof(*snap->rows), compare, &order);
}
