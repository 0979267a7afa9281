// SPDX-License-Identifier: GPL-2.0-only
/* Snapshots as a table for people. */
#include <errno.h>
#include <inttypes.h>
#include <time.h>
#include "../lib/out.h"
#include "../lib/table.h"
#include "../lib/units.h"
#include "view.h"

static const struct table_col columns[] = {
	{ "PID", false, 0 },
	{ "COMM", true, 0 },
	{ "CAUSE", true, 0 },
	{ "KIND", true, 2 },
	{ "WALKS", false, 0 },
	{ "VMAS", false, 3 },
	{ "VMAS/WALK", false, 1 },
	{ "MOST", false, 9 },
	{ "MAPPED", false, 6 },
	{ "PHANTOM", false, 5 },
	{ "PHANTOM%", false, 1 },
	{ "TIME", false, 2 },
	{ "LOCK", false, 4 },
	{ "P50", false, 7 },
	{ "P99", false, 8 },
	{ "MAX", false, 7 },
};

static int table_header(const struct rmap_view *view, const struct rmap_source *src)
{
	const char *sep = "";

	fprintf(view->f, "rmap walks, backend %s", src->backend);
	for (enum cause c = 0; c < CAUSES; c++) {
		if (src->causes[c].state == COVERAGE_FULL)
			continue;
		fprintf(view->f, "%s%s (%s)", *sep ? sep : "; not seen: ", cause__name(c),
			src->causes[c].why);
		sep = ", ";
	}
	fputc('\n', view->f);
	return 0;
}

static void summary(const struct rmap_view *view, const struct rmap_snapshot *snap,
		    const struct rmap_stat *total)
{
	char rate[UNITS_LEN], per[UNITS_LEN], share[UNITS_LEN], lock[UNITS_LEN], when[16];
	time_t t = snap->ts;
	struct tm tm;

	localtime_r(&t, &tm);
	strftime(when, sizeof(when), "%H:%M:%S", &tm);
	fprintf(view->f, "\n%s  %.1f s  %s walks/s  %s VMAs/walk  %s%% phantom  %s waiting for locks\n",
		when, snap->interval_s,
		units__count(rate, snap->interval_s > 0 ?
					   (uint64_t)(total->walks / snap->interval_s + .5) :
					   0),
		units__ratio(per, total->vmas, total->walks),
		units__percent(share, total->vmas - total->mapped, total->vmas),
		units__ns(lock, total->lock_ns));
}

static void add_row(struct table *t, const struct rmap_stat *s)
{
	char buf[UNITS_LEN];

	snprintf(buf, sizeof(buf), "%" PRIu32, s->pid);
	table__cell(t, buf);
	table__cell(t, s->comm);
	table__cell(t, cause__name(s->cause));
	table__cell(t, kind__name(s->kind));
	table__cell(t, units__count(buf, s->walks));
	table__cell(t, units__count(buf, s->vmas));
	table__cell(t, units__ratio(buf, s->vmas, s->walks));
	table__cell(t, units__count(buf, s->vmas_max));
	table__cell(t, units__count(buf, s->mapped));
	table__cell(t, units__count(buf, s->vmas - s->mapped));
	table__cell(t, units__percent(buf, s->vmas - s->mapped, s->vmas));
	table__cell(t, units__ns(buf, s->ns));
	table__cell(t, units__ns(buf, s->lock_ns));
	table__cell(t, units__ns(buf, hist__percentile(&s->hist, 50, s->ns_max)));
	table__cell(t, units__ns(buf, hist__percentile(&s->hist, 99, s->ns_max)));
	table__cell(t, units__ns(buf, s->ns_max));
}

static int table_interval(const struct rmap_view *view, struct rmap_snapshot *snap)
{
	struct rmap_stat total;
	struct table *t;
	size_t shown;
	int err = rmap_snapshot__total(snap, &total);

	hist__free(&total.hist);
	if (err)
		return err;
	summary(view, snap, &total);
	if (!snap->len)
		return 0;
	rmap_snapshot__sort(snap);
	shown = view->rows && snap->len > view->rows ? view->rows : snap->len;
	t = table__new(columns, sizeof(columns) / sizeof(*columns));
	if (!t)
		return -ENOMEM;
	for (size_t i = 0; i < shown; i++)
		add_row(t, &snap->rows[i]);
	err = table__print(t, view->f, out__width(view->f));
	table__free(t);
	if (shown < snap->len)
		fprintf(view->f, "and %zu more rows (--rows 0 shows all)\n", snap->len - shown);
	return err;
}

static int table_end(const struct rmap_view *view, const struct rmap_account *a)
{
	fprintf(view->f, "\n%" PRIu64 " walks seen, %" PRIu64 " recorded", a->seen, a->recorded);
	for (enum lost l = 0; l < LOSTS; l++)
		if (a->lost[l])
			fprintf(view->f, ", %" PRId64 " lost (%s)", a->lost[l], lost__name(l));
	if (a->visits_missed)
		fprintf(view->f, "; %" PRIu64 " page-table looks missed: VMAS and PHANTOM are too low",
			a->visits_missed);
	if (a->hist_full)
		fprintf(view->f, "; %" PRIu64 " durations missing from P50 and P99", a->hist_full);
	fputc('\n', view->f);
	return 0;
}

const struct rmap_view_ops rmap_view_table = {
	.header = table_header,
	.interval = table_interval,
	.end = table_end,
};
