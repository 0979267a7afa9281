// SPDX-License-Identifier: GPL-2.0-only
/* What processes did to their anon_vmas in an interval, and what they hold. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "../lib/grow.h"
#include "../lib/json.h"
#include "../lib/prose.h"
#include "../lib/table.h"
#include "../lib/units.h"
#include "top.h"

static int by_pid(const void *a, const void *b)
{
	uint32_t x = ((const struct top_row *)a)->pid, y = ((const struct top_row *)b)->pid;

	return x < y ? -1 : x > y;
}

static struct top_row *row_of(struct top *t, uint32_t pid, const char *comm)
{
	const struct top_row key = { .pid = pid };
	struct top_row **found = tfind(&key, &t->by_pid, by_pid), *row, **slot;

	if (found)
		return *found;
	row = calloc(1, sizeof(*row));
	if (!row)
		return NULL;
	row->pid = pid;
	strncpy(row->comm, comm, sizeof(row->comm) - 1);
	slot = grow__add((void **)&t->rows, &t->n, &t->cap, sizeof(*slot));
	if (!slot) {
		free(row);
		return NULL;
	}
	*slot = row;
	return tsearch(row, &t->by_pid, by_pid) ? row : NULL;
}

static void waited_for(struct top_row *row, const struct chain_holder *h, uint64_t ns)
{
	if (!h->tid || ns <= row->holder_ns)
		return;
	row->holder = *h;
	row->holder_ns = ns;
}

int top__event(struct top *t, const struct event *e)
{
	struct top_row *row;
	int64_t delta = event__delta(e);

	/* The fork tells it again. */
	if (e->type == CHAIN_CLONE && e->cause == CHAIN_CAUSE_FORK)
		return 0;
	row = row_of(t, e->pid, e->comm);
	if (!row)
		return -ENOMEM;
	memcpy(row->comm, e->comm, sizeof(row->comm));
	if (delta > 0)
		row->linked += delta;
	else
		row->freed -= delta;
	row->lock_ns += e->lock_ns;
	if (e->type == CHAIN_FORK) {
		row->forked++;
		row->reused += e->reused;
		row->fork_ns += e->ns;
		row->fork_lock_ns += e->lock_ns;
	}
	if (e->type != CHAIN_UNLINK && e->depth != CHAIN_NO_DEPTH && e->depth > row->depth)
		row->depth = e->depth;
	if (e->chain > row->longest)
		row->longest = e->chain;
	waited_for(row, &e->holder, e->lock_ns);
	return 0;
}

int top__row(struct top *t, const struct chain_row *r)
{
	struct top_row *row = row_of(t, r->tgid, r->comm);

	if (!row)
		return -ENOMEM;
	if (r->since > row->since) {
		memcpy(row->comm, r->comm, sizeof(row->comm));
		row->since = r->since;
	}
	row->linked += r->linked;
	row->freed += r->freed;
	row->forked += r->forked;
	row->reused += r->reused;
	row->fork_ns += r->fork_ns;
	row->fork_lock_ns += r->fork_lock_ns;
	row->lock_ns += r->lock_ns;
	if (r->depth > row->depth)
		row->depth = r->depth;
	if (r->longest > row->longest)
		row->longest = r->longest;
	waited_for(row, &r->holder, r->holder_ns);
	return 0;
}

int top__held(struct top *t, const struct chain_state *s)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct chain_process *p = s->processes[i];
		struct top_row *row;

		if (!p->pid || !p->vmas)
			continue;
		row = row_of(t, p->pid, p->comm);
		if (!row)
			return -ENOMEM;
		row->held += p->avcs;
		row->vmas += p->vmas;
		if (p->longest > row->longest)
			row->longest = p->longest;
		if (p->depth > row->depth)
			row->depth = p->depth;
	}
	return 0;
}

/* ---------------------------------------------------------------- showing */

static int compare(uint64_t a, uint64_t b)
{
	return a > b ? -1 : a < b;
}

/* Who changed most, then who holds most. */
static int by_change(const void *a, const void *b)
{
	const struct top_row *x = *(struct top_row *const *)a, *y = *(struct top_row *const *)b;
	int order = compare(x->linked + x->freed, y->linked + y->freed);

	if (!order)
		order = compare(x->held, y->held);
	return order ? order : by_pid(x, y);
}

static void sort(struct top *t)
{
	if (t->n)
		qsort(t->rows, t->n, sizeof(*t->rows), by_change);
}

static const struct table_col columns[] = {
	{ "PID", false, 0 },	{ "COMM", true, 1 },	  { "HELD", false, 1 },
	{ "VMAS", false, 6 },	{ "LINKED/s", false, 2 }, { "FREED/s", false, 3 },
	{ "DEPTH", false, 2 },	{ "LONGEST", false, 4 },  { "FORKED", false, 5 },
	{ "REUSED", false, 7 }, { "IN-FORK", false, 2 },  { "WAITED", false, 3 },
	{ "HELD-BY", true, 4 },
};

#define COLUMNS (sizeof(columns) / sizeof(*columns))

static void cell_number(struct table *table, uint64_t n)
{
	char text[UNITS_LEN];

	table__cell(table, units__count(text, n));
}

static void cell_rate(struct table *table, uint64_t n, double s)
{
	cell_number(table, s > 0 ? (uint64_t)fmin(n / s + .5, 1e18) : n);
}

static void cell_time(struct table *table, uint64_t ns)
{
	char text[UNITS_LEN];

	table__cell(table, units__ns(text, ns));
}

static void cell_holder(struct table *table, const struct top_row *row)
{
	char text[64] = "-";

	if (row->holder.tid)
		snprintf(text, sizeof(text), "%s:%" PRIu32 "%s", row->holder.comm, row->holder.tid,
			 row->holder.reader ? " (reads)" : "");
	table__cell(table, text);
}

static void add_row(struct table *table, const struct top_row *row, double s)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%" PRIu32, row->pid);
	table__cell(table, pid);
	table__cell(table, row->comm);
	cell_number(table, row->held);
	cell_number(table, row->vmas);
	cell_rate(table, row->linked, s);
	cell_rate(table, row->freed, s);
	cell_number(table, row->depth);
	cell_number(table, row->longest);
	cell_number(table, row->forked);
	cell_number(table, row->reused);
	cell_time(table, row->fork_ns);
	cell_time(table, row->lock_ns);
	cell_holder(table, row);
}

int top__print(FILE *f, struct top *t, struct when when, size_t rows, unsigned int width)
{
	struct table *table = table__new(columns, COLUMNS);
	uint64_t held = 0, linked = 0, freed = 0;
	char text[3][UNITS_LEN], clock[16];
	time_t s = when.ts;
	struct prose prose;
	struct tm tm;
	FILE *p;
	int err;

	if (!table)
		return -ENOMEM;
	sort(t);
	for (size_t i = 0; i < t->n; i++) {
		held += t->rows[i]->held;
		linked += t->rows[i]->linked;
		freed += t->rows[i]->freed;
		if (!rows || i < rows)
			add_row(table, t->rows[i], when.interval_s);
	}
	localtime_r(&s, &tm);
	strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	fputc('\n', f);
	p = prose__open(&prose, f);
	if (!p) {
		table__free(table);
		return -ENOMEM;
	}
	fprintf(p, "%s, %.3g s: %s AVCs held, %s linked, %s freed", clock, when.interval_s,
		units__count(text[0], held), units__count(text[1], linked),
		units__count(text[2], freed));
	prose__close(&prose);
	err = table__print(table, f, width);
	if (rows && t->n > rows)
		fprintf(f, "and %zu more\n", t->n - rows);
	table__free(table);
	return err;
}

/* ------------------------------------------------------------------- JSON */

static json_t *row_json(void *arg, size_t i)
{
	const struct top_row *r = ((struct top *)arg)->rows[i];
	json_t *obj = json_pack("{s:I, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
				"pid", (json_int_t)r->pid, "comm", json__comm(r->comm), "held",
				(json_int_t)r->held, "vmas", (json_int_t)r->vmas, "linked",
				(json_int_t)r->linked, "freed", (json_int_t)r->freed, "forked",
				(json_int_t)r->forked, "reused", (json_int_t)r->reused, "fork_ns",
				(json_int_t)r->fork_ns, "fork_lock_ns", (json_int_t)r->fork_lock_ns,
				"lock_ns", (json_int_t)r->lock_ns, "depth", (json_int_t)r->depth,
				"longest", (json_int_t)r->longest);

	if (obj && r->holder.tid)
		json_object_set_new(obj, "holder",
				    json_pack("{s:I, s:I, s:o, s:s, s:I}", "pid",
					      (json_int_t)r->holder.tgid, "tid",
					      (json_int_t)r->holder.tid, "comm",
					      json__comm(r->holder.comm), "as",
					      r->holder.reader ? "reader" : "writer", "ns",
					      (json_int_t)r->holder_ns));
	return obj;
}

int top__print_json(FILE *f, struct top *t, struct when when)
{
	sort(t);
	return json__interval(f, when.ts, when.interval_s, NULL, t->n, row_json, t);
}

static bool read_number(const json_t *obj, const char *key, uint64_t *to)
{
	const json_t *n = json_object_get(obj, key);

	*to = json_integer_value(n);
	return json_is_integer(n) && json_integer_value(n) >= 0;
}

static int read_row(void *arg, const json_t *obj)
{
	const char *comm = json_string_value(json_object_get(obj, "comm"));
	const json_t *holder = json_object_get(obj, "holder");
	uint64_t pid, depth, longest, held, vmas, n, ns;
	struct top_row *row;

	if (!read_number(obj, "pid", &pid) || pid > UINT32_MAX || !comm)
		return -EINVAL;
	row = row_of(arg, pid, comm);
	if (!row)
		return -ENOMEM;
	/* What adds up ... */
	{
		const struct {
			const char *key;
			uint64_t *to;
		} sums[] = {
			{ "linked", &row->linked },   { "freed", &row->freed },
			{ "forked", &row->forked },   { "reused", &row->reused },
			{ "fork_ns", &row->fork_ns }, { "fork_lock_ns", &row->fork_lock_ns },
			{ "lock_ns", &row->lock_ns },
		};

		for (size_t i = 0; i < sizeof(sums) / sizeof(*sums); i++) {
			if (!read_number(obj, sums[i].key, &n))
				return -EINVAL;
			*sums[i].to += n;
		}
	}
	/* ... and what does not. */
	if (!read_number(obj, "held", &held) || !read_number(obj, "vmas", &vmas) ||
	    !read_number(obj, "depth", &depth) || !read_number(obj, "longest", &longest))
		return -EINVAL;
	row->held = held;
	row->vmas = vmas;
	if (depth > row->depth)
		row->depth = depth;
	if (longest > row->longest)
		row->longest = longest;
	if (holder) {
		const char *name = json_string_value(json_object_get(holder, "comm"));
		const char *as = json_string_value(json_object_get(holder, "as"));
		struct chain_holder h = {
			.tgid = json_integer_value(json_object_get(holder, "pid")),
			.tid = json_integer_value(json_object_get(holder, "tid")),
			.reader = as && !strcmp(as, "reader"),
		};

		if (!read_number(holder, "ns", &ns))
			return -EINVAL;
		strncpy(h.comm, name ? name : "", sizeof(h.comm) - 1);
		waited_for(row, &h, ns);
	}
	return 0;
}

int top__read(struct top *t, const json_t *line)
{
	return json__rows(line, read_row, t);
}

static void nothing(void *row)
{
	(void)row;
}

void top__clear(struct top *t)
{
	tdestroy(t->by_pid, nothing);
	for (size_t i = 0; i < t->n; i++)
		free(t->rows[i]);
	free(t->rows);
	*t = (struct top){ 0 };
}
