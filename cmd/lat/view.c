// SPDX-License-Identifier: GPL-2.0-only
/* How intervals are shown to people: what was done, a table, pictures. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>
#include "../lib/plot.h"
#include "../lib/prose.h"
#include "../lib/table.h"
#include "../lib/units.h"
#include "view.h"

int lat_view__sum(const struct lat_snapshot *snap, unsigned int op, struct lat_row *sum, bool *found)
{
	*sum = (struct lat_row){ .id.op = op };
	*found = false;
	for (size_t i = 0; i < snap->len; i++) {
		if (snap->rows[i]->id.op != op)
			continue;
		*found = true;
		if (lat_row__merge(sum, snap->rows[i]))
			return -ENOMEM;
	}
	return 0;
}

void lat_view__sum_free(struct lat_row *sum)
{
	for (unsigned int m = LAT_RESULT + 1; m < LAT_MEASURES; m++)
		durations__free(lat_row__durations(sum, m));
}

static const char *folios(unsigned int op)
{
	return op == LAT_EXCHANGE ? "pairs" : "pages";
}

static const char *calls(unsigned int op, uint64_t n)
{
	if (op == LAT_EXCHANGE)
		return n == 1 ? "batch" : "batches";
	return n == 1 ? "call" : "calls";
}

/* ---------------------------------------------------------------- summary */

/* "; 20 pinned, 4 locked": what became of those that were not done, and what else is counted. */
static void results(FILE *f, const struct lat_row *sum)
{
	const char *sep = "; ";

	for (unsigned int r = 1; r < LAT_RESULTS; r++) {
		if (!sum->result[r])
			continue;
		fprintf(f, "%s%" PRIu64 " %s", sep, sum->result[r], lat_result__name(sum->id.op, r));
		sep = ", ";
	}
}

static int summary(const struct lat_view *view, const struct lat_row *sum, struct when when)
{
	char each[UNITS_LEN], clock[16];
	time_t t = when.ts;
	struct prose prose;
	FILE *f = prose__open(&prose, view->f);
	struct tm tm;

	if (!f)
		return -ENOMEM;
	localtime_r(&t, &tm);
	strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	fprintf(f, "%s  %.1f s  %s: %" PRIu64 " of %" PRIu64 " %s in %" PRIu64 " %s", clock,
		when.interval_s, lat_op__name(sum->id.op), lat_row__done(sum), lat_row__asked(sum),
		folios(sum->id.op), sum->total.hist.total, calls(sum->id.op, sum->total.hist.total));
	if (sum->each.hist.total)
		fprintf(f, ", %s each", units__ns(each, sum->each.ns / sum->each.hist.total));
	results(f, sum);
	fputc('\n', view->f);
	return prose__close(&prose);
}

/* ----------------------------------------------------------------- tables */

static void cell_count(struct table *t, uint64_t n)
{
	char buf[UNITS_LEN];

	table__cell(t, units__count(buf, n));
}

static void cell_ns(struct table *t, uint64_t ns)
{
	char buf[UNITS_LEN];

	table__cell(t, units__ns(buf, ns));
}

static void cells_percentiles(struct table *t, const struct durations *d)
{
	if (!d->hist.total) {
		for (int i = 0; i < 4; i++)
			table__cell(t, "-");
		return;
	}
	cell_ns(t, hist__percentile(&d->hist, 50, d->max));
	cell_ns(t, hist__percentile(&d->hist, 90, d->max));
	cell_ns(t, hist__percentile(&d->hist, 99, d->max));
	cell_ns(t, d->max);
}

static int print_table(const struct lat_view *view, struct table *t)
{
	int err = table__print(t, view->f, view->width);

	table__free(t);
	return err;
}

static void phase_row(struct table *t, const char *name, const struct durations *d, uint64_t whole)
{
	char share[UNITS_LEN];

	if (!d->hist.total)
		return;
	table__cell(t, name);
	cell_count(t, d->hist.total);
	cell_ns(t, d->ns);
	table__cell(t, whole ? units__percent(share, d->ns, whole) : "");
	cells_percentiles(t, d);
}

/* Where the time went: the whole, its phases, and what a pair or a page got of it. */
static int phase_table(const struct lat_view *view, const struct lat_row *sum)
{
	static const struct table_col columns[] = {
		{ "WHAT", true, 0 },	{ "COUNT", false, 2 }, { "TIME", false, 1 },
		{ "SHARE%", false, 3 }, { "P50", false, 0 },   { "P90", false, 4 },
		{ "P99", false, 1 },	{ "MAX", false, 5 },
	};
	bool exchange = sum->id.op == LAT_EXCHANGE;
	struct table *t = table__new(columns, sizeof(columns) / sizeof(*columns));

	if (!t)
		return -ENOMEM;
	phase_row(t, exchange ? "batch" : "call", &sum->total, sum->total.ns);
	for (unsigned int p = 0; p < LAT_PHASES; p++)
		phase_row(t, lat_phase__name(p), &sum->phase[p], sum->total.ns);
	phase_row(t, exchange ? "a pair" : "a page", &sum->each, 0);
	phase_row(t, "blocked", &sum->blocked, 0);
	return print_table(view, t);
}

static void cell_nid(struct table *t, int nid)
{
	char buf[UNITS_LEN];

	if (nid == LAT_NID_MIXED)
		strcpy(buf, "*");
	else if (nid < 0)
		strcpy(buf, "?");
	else
		snprintf(buf, sizeof(buf), "%d", nid);
	table__cell(t, buf);
}

static void cell_order(struct table *t, unsigned int order)
{
	char buf[UNITS_LEN];

	if (order == LAT_ORDER_MIXED)
		strcpy(buf, "*");
	else if (order == LAT_ORDER_UNKNOWN)
		strcpy(buf, "?");
	else
		snprintf(buf, sizeof(buf), "%u", order);
	table__cell(t, buf);
}

#define SPLIT_COLUMNS 16

/* Columns of a split table: the dimensions, then what every row has.  Returns their number. */
static unsigned int split_columns(struct table_col *cols, const struct lat_split *split,
				  unsigned int op)
{
	static const struct table_col common[] = {
		{ "DONE", false, 0 }, { "FAILED", false, 1 }, { "CALLS", false, 3 },
		{ "TIME", false, 2 }, { "P50", false, 0 },    { "P90", false, 5 },
		{ "P99", false, 2 },  { "MAX", false, 6 },    { "BLOCKED99", false, 4 },
	};
	unsigned int n = 0;

	if (split->nid) {
		cols[n++] = (struct table_col){ op == LAT_EXCHANGE ? "NID_A" : "FROM", false, 0 };
		cols[n++] = (struct table_col){ op == LAT_EXCHANGE ? "NID_B" : "TO", false, 0 };
	}
	if (split->order)
		cols[n++] = (struct table_col){ "ORDER", false, 0 };
	if (split->task) {
		cols[n++] = (struct table_col){ "PID", false, 0 };
		cols[n++] = (struct table_col){ "COMM", true, 0 };
	}
	if (split->reason)
		cols[n++] = (struct table_col){ "REASON", true, 0 };
	memcpy(cols + n, common, sizeof(common));
	/* A migration blocks, too, but nothing tells for how long. */
	return n + sizeof(common) / sizeof(*common) - (op != LAT_EXCHANGE);
}

static void split_row(struct table *t, const struct lat_split *split, const struct lat_row *row)
{
	char buf[UNITS_LEN];

	if (split->nid) {
		cell_nid(t, row->id.nid_a);
		cell_nid(t, row->id.nid_b);
	}
	if (split->order)
		cell_order(t, row->id.order);
	if (split->task) {
		snprintf(buf, sizeof(buf), "%" PRIu32, row->id.pid);
		table__cell(t, row->id.pid ? buf : "?"); /* of a recording without -t */
		table__cell(t, row->comm);
	}
	if (split->reason)
		table__cell(t, lat_reason__name(row->id.reason));
	cell_count(t, lat_row__done(row));
	cell_count(t, lat_row__asked(row) - lat_row__done(row));
	cell_count(t, row->total.hist.total);
	cell_ns(t, row->total.ns);
	cells_percentiles(t, &row->total);
	if (row->id.op == LAT_EXCHANGE)
		cell_ns(t, hist__percentile(&row->blocked.hist, 99, row->blocked.max));
}

/* What was unmapped for migration is in a row of its own: its target is not known yet. */
static bool is_steps_only(const struct lat_row *row)
{
	return !row->total.hist.total && !lat_row__asked(row);
}

static int split_table(const struct lat_view *view, const struct lat_snapshot *snap, unsigned int op)
{
	struct table_col columns[SPLIT_COLUMNS];
	unsigned int n = split_columns(columns, &snap->split, op);
	struct table *t = table__new(columns, n);
	size_t of_op = 0, shown = 0;
	int err;

	if (!t)
		return -ENOMEM;
	for (size_t i = 0; i < snap->len; i++) {
		if (snap->rows[i]->id.op != op || is_steps_only(snap->rows[i]))
			continue;
		of_op++;
		if (view->rows && shown == view->rows)
			continue;
		split_row(t, &snap->split, snap->rows[i]);
		shown++;
	}
	err = print_table(view, t);
	if (shown < of_op)
		fprintf(view->f, "and %zu more row%s (--rows 0 shows all)\n", of_op - shown,
			of_op - shown == 1 ? "" : "s");
	return err;
}

/* --------------------------------------------------------------- pictures */

static void stack(const struct lat_view *view, const struct lat_row *sum)
{
	struct plot_part parts[LAT_PHASES + 1];
	uint64_t rest = sum->total.ns;
	size_t n = 0;

	for (unsigned int p = 0; p < LAT_PHASES; p++) {
		parts[n++] = (struct plot_part){ lat_phase__name(p), sum->phase[p].ns };
		rest -= sum->phase[p].ns < rest ? sum->phase[p].ns : rest;
	}
	/* Of migration most is not seen; of an exchange the phases are all there is. */
	if (sum->id.op == LAT_MIGRATE)
		parts[n++] = (struct plot_part){ "the rest", rest };
	plot__stack(view->f, parts, n, view->plot_width, view->ascii);
}

static int show_op(const struct lat_view *view, const struct lat_snapshot *snap,
		   const struct lat_row *sum, struct when when)
{
	const struct lat_split *split = &snap->split;
	const struct hist *total = &sum->total.hist;
	int err = summary(view, sum, when);

	if (!err && (split->nid || split->order || split->task || split->reason))
		err = split_table(view, snap, sum->id.op);
	if (!err && !view->phases)
		err = phase_table(view, sum);
	if (!err && view->phases)
		stack(view, sum);
	if (!err && view->histogram)
		plot__histograms(view->f, &total, NULL, 1, view->plot_width, view->ascii);
	return err;
}

/*
 * Both on one axis.  An exchange does what two migrations do, so one of a pair is held
 * against two of a page.
 */
static int compare(const struct lat_view *view, const struct lat_row *x, const struct lat_row *m)
{
	const struct hist *hists[] = { &x->each.hist, &m->each.hist };
	/* Of the narrowest terminal 7 columns are left for a title. */
	static const char *const wide[] = { "exchange, a pair", "migration, a page" };
	static const char *const narrow[] = { "a pair", "a page" };
	const char *const *titles = view->plot_width < 64 ? narrow : wide;
	uint64_t pair = x->each.hist.total ? x->each.ns / x->each.hist.total : 0;
	uint64_t page = m->each.hist.total ? m->each.ns / m->each.hist.total : 0;
	char a[UNITS_LEN], b[UNITS_LEN], c[UNITS_LEN];
	struct prose prose;
	FILE *f = prose__open(&prose, view->f);

	if (!f)
		return -ENOMEM;
	fputc('\n', view->f);
	if (pair && page)
		fprintf(f, "a pair by exchange %s, by migration 2 x %s = %s: %.2f times as fast",
			units__ns(a, pair), units__ns(b, page), units__ns(c, 2 * page),
			2.0 * page / pair);
	else
		fprintf(f, "nothing to compare: no %s in this interval",
			pair ? "migration" : "exchange");
	if (prose__close(&prose))
		return -ENOMEM;
	if (pair && page)
		plot__histograms(view->f, hists, titles, 2, view->plot_width, view->ascii);
	return 0;
}

int lat_view__interval(const struct lat_view *view, struct lat_snapshot *snap, struct when when)
{
	struct lat_row sum[LAT_OPS];
	bool any = false;
	int err = 0;

	memset(sum, 0, sizeof(sum));
	lat_snapshot__sort(snap);
	for (unsigned int op = 0; op < LAT_OPS && !err; op++) {
		bool found;

		err = lat_view__sum(snap, op, &sum[op], &found);
		if (!err && found)
			err = show_op(view, snap, &sum[op], when);
		any |= found;
	}
	if (!err && !any) {
		struct lat_row nothing = { .id.op = LAT_EXCHANGE };

		err = summary(view, &nothing, when);
	}
	if (!err && view->compare)
		err = compare(view, &sum[LAT_EXCHANGE], &sum[LAT_MIGRATE]);
	for (unsigned int op = 0; op < LAT_OPS; op++)
		lat_view__sum_free(&sum[op]);
	return err;
}
