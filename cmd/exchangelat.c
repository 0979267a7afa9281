// SPDX-License-Identifier: GPL-2.0-only
/* exchangelat: where the time of an exchange of folios goes, and of a migration. */
#include <string.h>
#include "lat/live.h"
#include "lat/record.h"
#include "lat/view.h"
#include "lib/out.h"
#include "lib/plot.h"
#include "lib/prose.h"
#include "lib/run.h"
#include "lib/text.h"

static const char doc[] =
	"Show how long exchanges of folios take, in which phase, how often they are refused and "
	"why, and the same of migrations.\v"
	"Exchange needs the folioscope kernel patch; migration is shown on any kernel with BTF from "
	"5.10 on.\n\n"
	"Examples:\n"
	"  exchangelat                    exchanges, every second\n"
	"  exchangelat -N                 by pair of nodes\n"
	"  exchangelat --op migrate -R    migrations, by what they are for\n"
	"  exchangelat --compare -- folioxchg bench\n"
	"  exchangelat --heatmap -i .1 -d 60\n"
	"  exchangelat -j -d 60 > a.json; exchangelat --replay a.json --phases";

enum {
	OPT_OP = 256,
	OPT_COMPARE,
	OPT_PHASES,
	OPT_HEATMAP,
	OPT_ASCII,
	OPT_CELLS,
};

struct exchangelat {
	struct run run; /* first: run_ops are handed this */
	struct lat_conf conf;
	struct lat_live *live;
	struct lat_snapshot snap;
	struct lat_view view;
	struct lat_heat heat;
	bool heatmap, ascii, op_given;
};

static struct exchangelat *exchangelat(struct run *run)
{
	return (struct exchangelat *)run;
}

/* ---------------------------------------------------------------- options */

static void parse_op(struct exchangelat *x, const char *text)
{
	bool both = !strcmp(text, "both");
	int op = lat_op__number(text);

	if (op < 0 && !both)
		opts__bad("no operation '%s': exchange, migrate or both", text);
	x->op_given = true;
	for (int i = 0; i < LAT_OPS; i++)
		x->conf.op[i] = both || i == op;
}

static error_t parse_own(int key, char *arg, struct argp_state *state)
{
	struct exchangelat *x = state->input;

	switch (key) {
	case OPT_OP:
		parse_op(x, arg);
		return 0;
	case OPT_COMPARE:
		x->view.compare = true;
		return 0;
	case OPT_PHASES:
		x->view.phases = true;
		return 0;
	case OPT_HEATMAP:
		x->heatmap = true;
		return 0;
	case OPT_ASCII:
		x->ascii = true;
		return 0;
	case OPT_CELLS:
		x->conf.cells = opts__number("the number of cells", arg, 1, LAT_CELLS_MAX);
		return 0;
	case 'H':
		x->view.histogram = true;
		return 0;
	case 'N':
		x->conf.split.nid = true;
		return 0;
	case 'O':
		x->conf.split.order = true;
		return 0;
	case 't':
		x->conf.split.task = true;
		return 0;
	case 'R':
		x->conf.split.reason = true;
		return 0;
	case 'r':
		x->view.rows = opts__number("the number of rows", arg, 0, UINT32_MAX);
		return 0;
	case ARGP_KEY_END:
		if (x->view.compare && x->op_given && !(x->conf.op[0] && x->conf.op[1]))
			opts__bad("--compare is about both operations: --op both, or none");
		if (x->view.compare)
			parse_op(x, "both");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option own_options[] = {
	{ "op", OPT_OP, "OP", 0, "exchange (default), migrate or both", 2 },
	{ "nid", 'N', NULL, 0, "a row for each pair of nodes", 2 },
	{ "order", 'O', NULL, 0, "a row for each order of folios", 2 },
	{ "task", 't', NULL, 0, "a row for each process that asks", 2 },
	{ "reason", 'R', NULL, 0, "a row for each reason of the caller", 2 },
	{ "rows", 'r', "N", 0, "show the N rows that took most time (default 20, 0: all)", 2 },
	{ "histogram", 'H', NULL, 0, "the distribution of batches' or calls' times", 3 },
	{ "phases", OPT_PHASES, NULL, 0, "phases as a stacked bar", 3 },
	{ "compare", OPT_COMPARE, NULL, 0, "exchange and migration side by side", 3 },
	{ "heatmap", OPT_HEATMAP, NULL, 0, "at the end, a picture: time by latency", 3 },
	{ "ascii", OPT_ASCII, NULL, 0, "pictures in ASCII", 3 },
	{ "cells", OPT_CELLS, "N", 0, "room for N histogram buckets an interval (default 65536)", 4 },
	{ 0 }
};

static const struct argp own = { .options = own_options, .parser = parse_own };

/* --------------------------------------------------------------- the run */

static enum status open_live(struct run *run)
{
	struct exchangelat *x = exchangelat(run);

	x->snap.split = x->conf.split;
	return lat_live__open(&run->opts, &x->conf, &run->head, &x->live);
}

static enum status take(struct run *run, struct when *when, bool last)
{
	struct exchangelat *x = exchangelat(run);

	return lat_live__take(x->live, &x->snap, when, last);
}

static enum status account(struct run *run, bool last)
{
	(void)last; /* there is no display */
	return lat_live__account(exchangelat(run)->live, &run->books);
}

static void close_live(struct run *run)
{
	lat_live__close(exchangelat(run)->live);
}

static int read_recorded(struct run *run, const json_t *line)
{
	return lat_record__read(&exchangelat(run)->snap, line);
}

static int header(struct run *run)
{
	struct exchangelat *x = exchangelat(run);
	struct prose prose;
	FILE *f;

	x->view.f = run->f;
	x->view.width = out__width(run->f);
	x->view.plot_width = x->view.width ? x->view.width : 80;
	x->view.ascii = x->ascii || !text__utf8();
	f = prose__open(&prose, run->f);
	if (!f)
		return -ENOMEM;
	fprintf(f, "exchangelat, backend %s", run->head.backend);
	head__list(&run->head, f, COVERAGE_PARTIAL, "; seen in part: ");
	head__list(&run->head, f, COVERAGE_NONE, "; not seen: ");
	return prose__close(&prose);
}

static int interval(struct run *run, struct when when)
{
	struct exchangelat *x = exchangelat(run);
	int err;

	if (run->opts.json) {
		err = lat_record__print(run->f, &x->snap, when);
	} else if (x->heatmap) {
		err = lat_heat__add(&x->heat, &x->snap, when);
	} else {
		err = lat_view__interval(&x->view, &x->snap, when);
	}
	lat_snapshot__clear(&x->snap);
	return err;
}

static int end(struct run *run)
{
	const struct books_list *inexact = &run->books.inexact;
	struct exchangelat *x = exchangelat(run);
	struct prose prose;
	FILE *f;

	if (x->heatmap && lat_heat__print(&x->heat, &x->view))
		return -ENOMEM;
	f = prose__open(&prose, run->f);
	if (!f)
		return -ENOMEM;
	books__print(&run->books, f, "events");
	if (books__get(inexact, "untimed"))
		fprintf(f, "; %lld batches began before tracing: only their pairs are counted",
			(long long)books__get(inexact, "untimed"));
	if (books__get(inexact, "unsplit"))
		fprintf(f, "; of %lld batches nodes and order are not known",
			(long long)books__get(inexact, "unsplit"));
	fputc('\n', run->f);
	return prose__close(&prose);
}

static const struct run_ops ops = {
	.open = open_live,
	.take = take,
	.account = account,
	.close = close_live,
	.read = read_recorded,
	.interval = interval,
	.header = header,
	.end = end,
};

int main(int argc, char **argv)
{
	struct exchangelat x = {
		.run.ops = &ops,
		.conf = { .op[LAT_EXCHANGE] = true, .cells = LAT_CELLS },
		.view.rows = 20,
	};
	const struct opts_tool tool = {
		.doc = doc,
		.uses = OPTS_TARGET | OPTS_TRACE | OPTS_REPLAY,
		.own = &own,
		.own_input = &x,
	};
	int status = run__main(&x.run, &tool, argc, argv);

	lat_snapshot__clear(&x.snap);
	lat_heat__free(&x.heat);
	return status;
}
