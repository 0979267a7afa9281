// SPDX-License-Identifier: GPL-2.0-only
/* Snapshots as a table for people. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>
#include "../lib/out.h"
#include "../lib/table.h"
#include "../lib/text.h"
#include "../lib/units.h"
#include "view.h"

static const struct table_col columns[] = {
	{ "PID", false, 0 },	   { "COMM", true, 0 },	     { "CAUSE", true, 0 },
	{ "KIND", true, 2 },	   { "WALKS", false, 0 },    { "VMAS", false, 3 },
	{ "VMAS/WALK", false, 1 }, { "MOST", false, 9 },     { "MAPPED", false, 6 },
	{ "PHANTOM", false, 5 },   { "PHANTOM%", false, 1 }, { "TIME", false, 2 },
	{ "LOCK", false, 4 },	   { "P50", false, 7 },	     { "P99", false, 8 },
	{ "MAX", false, 7 },
};

/* Prose goes through a buffer, so that it is wrapped at the terminal's width. */
static FILE *prose_open(char **text, size_t *len)
{
	*text = NULL;
	return open_memstream(text, len);
}

static int prose_close(const struct rmap_view *view, FILE *prose, char **text)
{
	int err = fclose(prose) ? -ENOMEM : 0;

	if (!err)
		text__wrap(view->f, *text, out__width(view->f));
	free(*text);
	return err;
}

/* The causes of a state and why, after `intro`; nothing if there are none. */
static void list_causes(FILE *f, const struct rmap_source *src, enum coverage_state state,
			const char *intro)
{
	const char *sep = intro;

	for (enum cause c = 0; c < CAUSES; c++) {
		if (src->causes[c].state != state)
			continue;
		fprintf(f, "%s%s (%s)", sep, cause__name(c), src->causes[c].why);
		sep = ", ";
	}
}

static int table_header(const struct rmap_view *view, const struct rmap_source *src)
{
	size_t len;
	char *text;
	FILE *prose = prose_open(&text, &len);

	if (!prose)
		return -ENOMEM;
	fprintf(prose, "rmap walks, backend %s", src->backend);
	list_causes(prose, src, COVERAGE_PARTIAL, "; seen in part: ");
	list_causes(prose, src, COVERAGE_NONE, "; not seen: ");
	return prose_close(view, prose, &text);
}

static int summary(const struct rmap_view *view, const struct rmap_snapshot *snap,
		   const struct rmap_stat *total)
{
	uint64_t rate = snap->interval_s > 0 ? total->walks / snap->interval_s + .5 : 0;
	char r[UNITS_LEN], per[UNITS_LEN], share[UNITS_LEN], lock[UNITS_LEN], when[16];
	time_t t = snap->ts;
	size_t len;
	char *text;
	FILE *prose = prose_open(&text, &len);
	struct tm tm;

	if (!prose)
		return -ENOMEM;
	localtime_r(&t, &tm);
	strftime(when, sizeof(when), "%H:%M:%S", &tm);
	fprintf(prose, "%s  %.1f s  %s walks/s  %s VMAs/walk  %s%% phantom  %s waiting for locks",
		when, snap->interval_s, units__count(r, rate),
		units__ratio(per, total->vmas, total->walks),
		units__percent(share, total->vmas - total->mapped, total->vmas),
		units__ns(lock, total->lock_ns));
	fputc('\n', view->f);
	return prose_close(view, prose, &text);
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
	err = summary(view, snap, &total);
	if (err || !snap->len)
		return err;
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
	size_t len;
	char *text;
	FILE *prose = prose_open(&text, &len);

	if (!prose)
		return -ENOMEM;
	fprintf(prose, "%" PRIu64 " walks seen, %" PRIu64 " recorded", a->seen, a->recorded);
	for (enum lost l = 0; l < LOSTS; l++)
		if (a->lost[l])
			fprintf(prose, ", %" PRId64 " lost (%s)", a->lost[l], lost__name(l));
	if (a->visits_missed)
		fprintf(prose, "; %" PRIu64 " page-table looks missed: VMAS and PHANTOM are too low",
			a->visits_missed);
	if (a->hist_full)
		fprintf(prose, "; %" PRIu64 " durations missing from P50 and P99", a->hist_full);
	fputc('\n', view->f);
	return prose_close(view, prose, &text);
}

const struct rmap_view_ops rmap_view_table = {
	.header = table_header,
	.interval = table_interval,
	.end = table_end,
};
