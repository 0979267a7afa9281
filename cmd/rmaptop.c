// SPDX-License-Identifier: GPL-2.0-only
/* rmaptop: who walks the reverse map, why, over how many VMAs, and for how many in vain. */
#include <errno.h>
#include <string.h>
#include "../bpf/rmap.h"
#include "lib/run.h"
#include "rmap/live.h"
#include "rmap/plan.h"
#include "rmap/record.h"
#include "rmap/selftest.h"
#include "rmap/snapshot.h"
#include "rmap/throttle.h"
#include "rmap/tui.h"
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
	struct rmap_filter filter;
	struct rmap_mode mode;
	struct rmap_tui *tui;
	bool own; /* an option of rmaptop's own was given, other than --self-test */
	struct selftest *selftest;
	unsigned int by;	   /* enum rmap_by: what is shown */
	enum rmap_weight weight;   /* with --stacks: what folded lines count */
	struct rmap_stacks stacks; /* with --stacks: of the whole run */
};

static struct rmaptop *rmaptop(struct run *run)
{
	return (struct rmaptop *)run;
}

enum {
	OPT_REVERSE = 256,
	OPT_COMM,
	OPT_KIND,
	OPT_CAUSE,
	OPT_MIN_VMAS,
	OPT_SAMPLE,
	OPT_MAX_OVERHEAD,
	OPT_MAX_ROWS,
	OPT_BATCH,
	OPT_SELF_TEST,
	OPT_LIGHT,
	OPT_OUTLIERS,
	OPT_STACKS,
};

static void parse_sort(struct rmaptop *top, const char *title)
{
	int column = rmap_column__find(title);

	if (column < 0)
		opts__bad("no column '%s' to sort by", title);
	top->table.sort = column;
}

static void parse_comm(struct rmaptop *top, const char *name)
{
	/* The kernel keeps 15 bytes of it (TASK_COMM_LEN). */
	if (!*name || strlen(name) > 15)
		opts__bad("a process name has 1 to 15 bytes: '%s'", name);
	top->filter.comm = name;
}

static bool parse_filter(struct rmap_filter *filter, int key, const char *arg)
{
	switch (key) {
	case OPT_KIND:
		filter->kinds = rmap_filter__kinds(arg);
		if (!filter->kinds)
			opts__bad("kinds are anon, file, shmem, ksm or several of them, as "
				  "anon,ksm: '%s'",
				  arg);
		return true;
	case OPT_CAUSE:
		filter->causes = rmap_filter__causes(arg);
		if (!filter->causes)
			opts__bad("causes are reclaim_ref, unmap, migrate_unmap, migrate_restore, "
				  "mkclean, idle, damon, device or several of them, as "
				  "unmap,idle: '%s'",
				  arg);
		return true;
	case OPT_MIN_VMAS:
		filter->min_vmas = opts__number("the number of VMAs", arg, 1, UINT32_MAX);
		return true;
	default:
		return false;
	}
}

static enum status course(struct run *run, struct loop_conf *conf)
{
	return selftest__course(rmaptop(run)->selftest, conf);
}

/* It chooses itself what is counted, and when it ends. */
static void check_selftest(const struct rmaptop *top)
{
	const struct opts *opts = &top->run.opts;

	if (top->own || opts->npids || opts->cgroup || opts->interval_ns || opts->count ||
	    opts->duration_ns || opts->command || opts->nreplay)
		opts__bad("--self-test goes with -b, -j, -o and -v only");
}

static void check_light(const struct rmaptop *top)
{
	if (top->filter.causes && !(top->filter.causes & rmap_plan__light()))
		opts__bad("--light sees walks for unmap, migrate_unmap, migrate_restore, reclaim_ref and idle only");
	if (top->mode.by & RMAP_BY_OWNER)
		opts__bad("--light does not see whose a folio is: not with -g owner");
}

static error_t parse(struct rmaptop *top, int key, char *arg)
{
	switch (key) {
	case 'r':
		top->table.rows = opts__number("the number of rows", arg, 0, UINT32_MAX);
		return 0;
	case 'g':
		top->by = rmap_by__parse(arg);
		top->mode.by = top->by;
		if (!top->by)
			opts__bad("rows are by task, cause, kind, cgroup, owner or several of them, as task,cause: '%s'",
				  arg);
		return 0;
	case 's':
		parse_sort(top, arg);
		return 0;
	case OPT_REVERSE:
		top->table.reverse = true;
		return 0;
	case OPT_COMM:
		parse_comm(top, arg);
		return 0;
	case OPT_SAMPLE:
		top->mode.sample = opts__number("the sampling", arg, 1, THROTTLE_MAX);
		return 0;
	case OPT_MAX_ROWS:
		top->mode.max_rows = opts__number("the room for rows", arg, 1, RMAP_ROWS_LIMIT);
		return 0;
	case OPT_LIGHT:
		top->mode.light = true;
		return 0;
	case OPT_OUTLIERS:
		top->mode.outliers = opts__number("the number of walks", arg, 1, RMAP_OUTLIERS_MAX);
		top->table.slow = top->mode.outliers;
		return 0;
	case OPT_STACKS:
		top->mode.stacks = true;
		top->weight = arg ? rmap_weight__find(arg) : WEIGHT_TIME;
		if (top->weight == WEIGHTS)
			opts__bad("stacks are weighed by time, vmas, phantom or walks: '%s'", arg);
		return 0;
	case OPT_MAX_OVERHEAD:
		top->mode.max_overhead = opts__percent("the overhead", arg);
		return 0;
	case ARGP_KEY_END:
		if (top->run.course)
			check_selftest(top);
		if (top->run.opts.nreplay && (top->filter.comm || top->filter.kinds ||
					      top->filter.causes || top->filter.min_vmas))
			opts__bad("--comm, --kind, --cause and --min-vmas cannot be applied to a recording");
		if (top->mode.light)
			check_light(top);
		/* Folded lines are no display. */
		top->run.batch |= top->mode.stacks;
		return 0;
	case OPT_BATCH:
		top->run.batch = true;
		return 0;
	case OPT_SELF_TEST:
		top->run.course = course;
		top->run.batch = true;
		return 0;
	default:
		return parse_filter(&top->filter, key, arg) ? 0 : ARGP_ERR_UNKNOWN;
	}
}

static error_t parse_own(int key, char *arg, struct argp_state *state)
{
	struct rmaptop *top = state->input;
	error_t err = parse(top, key, arg);

	top->own |= !err && key != OPT_SELF_TEST && key != ARGP_KEY_END;
	return err;
}

static const struct argp_option own_options[] = {
	{ "rows", 'r', "N", 0, "show the first N rows (default 20, 0: all)", 2 },
	{ "group", 'g', "BY", 0,
	  "rows by task, cause, kind, cgroup, owner or several (default: task,cause,kind)", 2 },
	{ "sort", 's', "COLUMN", 0, "order rows by this column (default TIME)", 2 },
	{ "reverse", OPT_REVERSE, NULL, 0, "the other way round", 2 },
	{ "batch", OPT_BATCH, NULL, 0, "tables also where there is a terminal", 2 },
	{ "outliers", OPT_OUTLIERS, "N", 0,
	  "show the N slowest walks of each interval, one by one (1 to 64)", 2 },
	{ "stacks", OPT_STACKS, "WEIGHT", OPTION_ARG_OPTIONAL,
	  "print no tables, but at the end walks by kernel stack, as folded lines for FlameGraph; "
	  "WEIGHT is time (ns, default), vmas, phantom or walks",
	  2 },
	{ "light", OPT_LIGHT, NULL, 0,
	  "cheaper: only walks by reclaim, migration and idle page tracking, of folios of one page",
	  3 },
	{ "sample", OPT_SAMPLE, "N", 0, "count one walk of N, and estimate the rest", 3 },
	{ "max-overhead", OPT_MAX_OVERHEAD, "PCT", 0,
	  "sample so that counting takes at most PCT per cent of one CPU", 3 },
	{ "max-rows", OPT_MAX_ROWS, "N", 0,
	  "room for N rows (by thread, cause and kind) in an interval (default 16384)", 3 },
	{ "comm", OPT_COMM, "NAME", 0, "only walks by processes of this name", 3 },
	{ "kind", OPT_KIND, "KINDS", 0, "only of these kinds of folios: anon,file,shmem,ksm", 3 },
	{ "cause", OPT_CAUSE, "CAUSES", 0, "only for these causes, as unmap,migrate_unmap", 3 },
	{ "min-vmas", OPT_MIN_VMAS, "N", 0, "only walks that visit at least N VMAs", 3 },
	{ "self-test", OPT_SELF_TEST, NULL, 0,
	  "make known walks and say which of them are seen, exactly", 4 },
	{ 0 }
};

static const struct argp own = { .options = own_options, .parser = parse_own };

static enum status open_live(struct run *run)
{
	struct rmap_mode *mode = &rmaptop(run)->mode;
	enum status status = ST_OK;

	if (run->course)
		status = selftest__start(&rmaptop(run)->selftest, run, &rmaptop(run)->snap);
	if (status)
		return status;
	/* The display shows them of any row that is opened. */
	if (!mode->outliers && !run->course && display__wanted(run))
		mode->outliers = RMAP_OUTLIERS_MAX;
	return rmap_live__open(&run->opts, &rmaptop(run)->filter, mode, &run->head,
			       &rmaptop(run)->live);
}

static enum status take(struct run *run, struct when *when, bool last)
{
	struct rmaptop *top = rmaptop(run);

	return rmap_live__take(top->live, &top->snap, when, last);
}

static enum status account(struct run *run, bool last)
{
	return rmap_live__account(rmaptop(run)->live, &run->books, last);
}

static int read_recorded(struct run *run, const json_t *line)
{
	return rmap_record__read(&rmaptop(run)->snap, line);
}

static void close_live(struct run *run)
{
	rmap_live__close(rmaptop(run)->live);
	selftest__free(rmaptop(run)->selftest);
}

static int interval(struct run *run, struct when when)
{
	struct rmaptop *top = rmaptop(run);
	/* A recording may be split by less than what is asked for. */
	int err = rmap_snapshot__group(&top->snap, top->by & top->snap.by);

	if (!err && run->opts.json)
		err = rmap_json__interval(run->f, &top->snap, when);
	else if (!err && top->mode.stacks)
		err = rmap_stacks__join(&top->stacks, &top->snap.stacks);
	else if (!err)
		err = rmap_table__interval(run->f, &top->snap, when, &top->table);
	rmap_snapshot__clear(&top->snap);
	return err;
}

static int header(struct run *run)
{
	if (run->course)
		return selftest__header(rmaptop(run)->selftest);
	return rmaptop(run)->mode.stacks ? 0 : rmap_table__header(run);
}

static int end(struct run *run)
{
	struct rmaptop *top = rmaptop(run);

	if (run->course)
		return selftest__end(top->selftest);
	if (!top->mode.stacks)
		return rmap_table__end(run, run->f);
	rmap_stacks__fold(&top->stacks, run->f, top->weight);
	return rmap_table__end(run, stderr);
}

static int open_tui(struct run *run)
{
	struct rmaptop *top = rmaptop(run);
	const struct rmap_wish wish = {
		.by = top->by,
		.sort = top->table.sort,
		.reverse = top->table.reverse,
	};

	top->tui = rmap_tui__new(run, &wish);
	return top->tui ? 0 : -ENOMEM;
}

static void close_tui(struct run *run)
{
	rmap_tui__free(rmaptop(run)->tui);
}

static void *keep(struct run *run, struct when when)
{
	return rmap_tui__keep(&rmaptop(run)->snap, when);
}

static int show(struct run *run, const void *kept)
{
	return rmap_tui__show(rmaptop(run)->tui, kept);
}

static int key(struct run *run, struct tui_event event, bool *mine)
{
	return rmap_tui__key(rmaptop(run)->tui, event, mine);
}

static int draw(struct run *run, const struct display_state *state)
{
	return rmap_tui__draw(rmaptop(run)->tui, state);
}

static const struct display_ops display = {
	.open = open_tui,
	.close = close_tui,
	.keep = keep,
	.drop = rmap_tui__drop,
	.show = show,
	.key = key,
	.draw = draw,
};

static const struct run_ops ops = {
	.open = open_live,
	.take = take,
	.account = account,
	.close = close_live,
	.read = read_recorded,
	.interval = interval,
	.header = header,
	.end = end,
	.display = &display,
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
	rmap_stacks__free(&top.stacks);
	return status;
}
