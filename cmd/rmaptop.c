// SPDX-License-Identifier: GPL-2.0-only
/* rmaptop: who walks the reverse map, why, over how many VMAs, and for how many in vain. */
#include "lib/run.h"
#include "rmap/live.h"
#include "rmap/record.h"
#include "rmap/snapshot.h"
#include "rmap/view.h"

static const char doc[] =
	"Show who walks the kernel's reverse map, why, over how many VMAs, how many of them "
	"phantoms (VMAs that are visited and do not map the folio), how long it takes and how long "
	"it waits for locks.\v"
	"Works on kernels with BTF from 5.10 on (fentry); the folioscope kernel patch makes it "
	"cheaper and lossless (tracepoint).\n\n"
	"Examples:\n"
	"  rmaptop               a table every second\n"
	"  rmaptop 5 3           three tables, one every 5 seconds\n"
	"  rmaptop -j -d 10      JSON Lines for 10 seconds\n"
	"  rmaptop -- COMMAND    one table of all that happened while COMMAND ran";

struct rmaptop {
	struct run run; /* first: run_ops are handed this */
	struct rmap_live *live;
	struct rmap_snapshot snap;
	struct rmap_table table;
	unsigned int by; /* enum rmap_by */
};

static struct rmaptop *rmaptop(struct run *run)
{
	return (struct rmaptop *)run;
}

enum {
	OPT_REVERSE = 256,
};

static void parse_sort(struct rmaptop *top, const char *title)
{
	int column = rmap_column__find(title);

	if (column < 0)
		opts__bad("no column '%s' to sort by", title);
	top->table.sort = column;
}

static error_t parse_own(int key, char *arg, struct argp_state *state)
{
	struct rmaptop *top = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		return 0;
	case 'r':
		top->table.rows = opts__number("the number of rows", arg, 0, UINT32_MAX);
		return 0;
	case 'g':
		top->by = rmap_by__parse(arg);
		if (!top->by)
			opts__bad("rows are by task, cause, kind or several of them, as task,cause: '%s'",
				  arg);
		return 0;
	case 's':
		parse_sort(top, arg);
		return 0;
	case OPT_REVERSE:
		top->table.reverse = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option own_options[] = {
	{ "rows", 'r', "N", 0, "show the first N rows (default 20, 0: all)", 2 },
	{ "group", 'g', "BY", 0, "rows by task, cause, kind, or several (default: task,cause,kind)",
	  2 },
	{ "sort", 's', "COLUMN", 0, "order rows by this column (default TIME)", 2 },
	{ "reverse", OPT_REVERSE, NULL, 0, "the other way round", 2 },
	{ 0 }
};

static const struct argp own = { .options = own_options, .parser = parse_own };

static enum status open_live(struct run *run)
{
	return rmap_live__open(&run->opts, &run->head, &rmaptop(run)->live);
}

static enum status take(struct run *run, struct when *when, bool last)
{
	struct rmaptop *top = rmaptop(run);

	return rmap_live__take(top->live, &top->snap, when, last);
}

static enum status account(struct run *run)
{
	return rmap_live__account(rmaptop(run)->live, &run->books);
}

static int read_recorded(struct run *run, const json_t *line)
{
	return rmap_record__read(&rmaptop(run)->snap, line);
}

static void close_live(struct run *run)
{
	rmap_live__close(rmaptop(run)->live);
}

static int interval(struct run *run, struct when when)
{
	struct rmaptop *top = rmaptop(run);
	/* A recording may be split by less than what is asked for. */
	int err = rmap_snapshot__group(&top->snap, top->by & top->snap.by);

	if (!err && run->opts.json)
		err = rmap_json__interval(run->f, &top->snap, when);
	else if (!err)
		err = rmap_table__interval(run->f, &top->snap, when, &top->table);
	rmap_snapshot__clear(&top->snap);
	return err;
}

static int header(struct run *run)
{
	return rmap_table__header(run);
}

static int end(struct run *run)
{
	return rmap_table__end(run);
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
	struct rmaptop top = { .run.ops = &ops,
			       .table = { .rows = 20, .sort = COL_TIME },
			       .by = RMAP_BY_ALL };
	const struct opts_tool tool = {
		.doc = doc,
		.uses = OPTS_TARGET | OPTS_TRACE | OPTS_REPLAY,
		.own = &own,
		.own_input = &top,
	};
	int status = run__main(&top.run, &tool, argc, argv);

	rmap_snapshot__free(&top.snap);
	return status;
}
