// SPDX-License-Identifier: GPL-2.0-only
/* Time by latency. */
#include <errno.h>
#include <stdlib.h>
#include "../lib/plot.h"
#include "view.h"

static int grow(struct lat_heat *heat)
{
	size_t cap = heat->cap ? 2 * heat->cap : 64;

	if (heat->n < heat->cap)
		return 0;
	for (unsigned int op = 0; op < LAT_OPS; op++) {
		struct hist *more = realloc(heat->columns[op], cap * sizeof(*more));

		if (!more)
			return -ENOMEM;
		heat->columns[op] = more;
	}
	heat->cap = cap;
	return 0;
}

int lat_heat__add(struct lat_heat *heat, const struct lat_snapshot *snap, struct when when)
{
	int err = grow(heat);

	if (err)
		return err;
	if (!heat->n)
		heat->from = when.ts - when.interval_s;
	heat->to = when.ts;
	for (unsigned int op = 0; op < LAT_OPS; op++)
		heat->columns[op][heat->n] = (struct hist){ 0 };
	heat->n++;
	for (size_t i = 0; i < snap->len && !err; i++) {
		const struct lat_row *row = snap->rows[i];

		err = hist__merge(&heat->columns[row->id.op][heat->n - 1], &row->each.hist);
	}
	return err;
}

int lat_heat__print(const struct lat_heat *heat, const struct lat_view *view)
{
	static const char *const titles[LAT_OPS] = {
		[LAT_EXCHANGE] = "exchange, time of a pair",
		[LAT_MIGRATE] = "migration, time of a page",
	};
	int err = 0;

	for (unsigned int op = 0; op < LAT_OPS && !err; op++) {
		uint64_t all = 0;

		for (size_t i = 0; i < heat->n; i++)
			all += heat->columns[op][i].total;
		if (!all)
			continue;
		fprintf(view->f, "\n%s\n", titles[op]);
		err = plot__heatmap(view->f, heat->columns[op], heat->n, heat->from, heat->to,
				    view->plot_width, view->ascii);
	}
	return err;
}

void lat_heat__free(struct lat_heat *heat)
{
	for (unsigned int op = 0; op < LAT_OPS; op++) {
		for (size_t i = 0; i < heat->n; i++)
			hist__free(&heat->columns[op][i]);
		free(heat->columns[op]);
	}
	*heat = (struct lat_heat){ 0 };
}
