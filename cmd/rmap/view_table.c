// SPDX-License-Identifier: GPL-2.0-only
/* Snapshots as a table for people. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <time.h>
#include "../lib/out.h"
#include "../lib/prose.h"
#include "../lib/table.h"
#include "../lib/units.h"
#include "arrange.h"
#include "column.h"
#include "view.h"

int rmap_table__header(const struct run *run)
{
	struct prose prose;
	FILE *f = prose__open(&prose, run->f);

	if (!f)
		return -ENOMEM;
	fprintf(f, "rmap walks, backend %s", run->head.backend);
	head__list(&run->head, f, COVERAGE_PARTIAL, "; seen in part: ");
	head__list(&run->head, f, COVERAGE_NONE, "; not seen: ");
	return prose__close(&prose);
}

static int summary(FILE *out, struct when when, const struct rmap_stat *total, uint32_t sample)
{
	uint64_t rate = when.interval_s > 0 ? fmin(total->walks / when.interval_s + .5, 1e18) : 0;
	char r[UNITS_LEN], per[UNITS_LEN], share[UNITS_LEN], lock[UNITS_LEN], clock[16];
	time_t t = when.ts;
	struct prose prose;
	FILE *f = prose__open(&prose, out);
	struct tm tm;

	if (!f)
		return -ENOMEM;
	localtime_r(&t, &tm);
	strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	fprintf(f, "%s  %.1f s  %s walks/s  %s VMAs/walk  %s%% phantom  %s waiting for locks", clock,
		when.interval_s, units__count(r, rate), units__ratio(per, total->vmas, total->walks),
		units__percent(share, total->vmas - total->mapped, total->vmas),
		units__ns(lock, total->lock_ns));
	if (sample > 1)
		fprintf(f, "; estimates: one walk of %" PRIu32 " was counted", sample);
	fputc('\n', out);
	return prose__close(&prose);
}

static void add_row(struct table *t, const enum rmap_column_id *ids, unsigned int n,
		    const struct rmap_stat *s)
{
	char buf[RMAP_CELL];

	for (unsigned int i = 0; i < n; i++) {
		rmap_columns[ids[i]].text(s, buf);
		table__cell(t, buf);
	}
}

static int slowest(FILE *f, struct rmap_snapshot *snap, unsigned int n)
{
	int shown;

	if (!n || !snap->slow.len)
		return 0;
	rmap_slows__cut(&snap->slow, n);
	fprintf(f, "the slowest %zu walks\n", snap->slow.len);
	shown = rmap_slows__print(&snap->slow, f, out__width(f), NULL, NULL);
	return shown < 0 ? shown : 0;
}

int rmap_table__interval(FILE *f, struct rmap_snapshot *snap, struct when when,
			 const struct rmap_table *conf)
{
	unsigned int rows = conf->rows, ncols;
	enum rmap_column_id ids[RMAP_COLUMNS];
	struct table_col columns[RMAP_COLUMNS];
	struct rmap_stat total;
	struct table *t;
	size_t shown;
	int err = rmap_snapshot__total(snap, &total);

	hist__free(&total.hist);
	if (err)
		return err;
	err = summary(f, when, &total, snap->sample);
	if (err || !snap->len)
		return err;
	rmap_column__sort(snap, conf->sort, conf->reverse);
	shown = rows && snap->len > rows ? rows : snap->len;
	ncols = rmap_columns__choose(ids, snap->by, 0);
	for (unsigned int i = 0; i < ncols; i++)
		columns[i] = rmap_columns[ids[i]].col;
	t = table__new(columns, ncols);
	if (!t)
		return -ENOMEM;
	for (size_t i = 0; i < shown; i++)
		add_row(t, ids, ncols, &snap->rows[i]);
	err = table__print(t, f, out__width(f));
	table__free(t);
	if (shown < snap->len)
		fprintf(f, "and %zu more (--rows 0 shows all)\n", snap->len - shown);
	return err ? err : slowest(f, snap, conf->slow);
}

int rmap_table__end(const struct run *run, FILE *out)
{
	const struct books_list *inexact = &run->books.inexact;
	struct prose prose;
	FILE *f = prose__open(&prose, out);

	if (!f)
		return -ENOMEM;
	books__print(&run->books, f, "walks");
	if (books__get(inexact, "visits_missed"))
		fprintf(f, "; %" PRId64 " page-table looks missed: VMAS and PHANTOM are too low",
			books__get(inexact, "visits_missed"));
	if (books__get(inexact, "hist_full"))
		fprintf(f, "; %" PRId64 " durations missing from P50 and P99",
			books__get(inexact, "hist_full"));
	if (books__get(inexact, "outliers_missed"))
		fprintf(f, "; %" PRId64 " walks perhaps missing among the slowest",
			books__get(inexact, "outliers_missed"));
	if (books__get(inexact, "stacks_missed"))
		fprintf(f, "; %" PRId64 " walks without their stack",
			books__get(inexact, "stacks_missed"));
	fputc('\n', out);
	return prose__close(&prose);
}
