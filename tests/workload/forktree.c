// SPDX-License-Identifier: GPL-2.0
/*
 * forktree: a workload whose reverse-map walks follow exactly from its shape.
 *
 * It builds a tree of processes that share a region of memory, makes the kernel
 * walk the reverse map of that region's folios, and prints how many walks that
 * were and what they met. README.md says what is exact where.
 */
#define _GNU_SOURCE
#include <argp.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "group.h"
#include "ksm.h"
#include "pageinfo.h"
#include "predict.h"
#include "region.h"
#include "report.h"
#include "shape.h"
#include "steward.h"
#include "tree.h"
#include "util.h"
#include "walk.h"

#define STACK_RESERVE (64 << 10)

struct options {
	struct shape shape;
	struct report report;
	const char *dir;
	const char *written, *dropped; /* may be a share of --pages, which comes later */
	bool mapping_given;
	bool dry_run;
	bool hold_before, hold_after;
	int pageout_refs; /* -1: find out */
};

static struct layout layout;

/* ---- options ---- */

enum option_key {
	OPT_DEPTH = 256,
	OPT_WIDTH,
	OPT_PAGES,
	OPT_WRITTEN,
	OPT_DROPPED,
	OPT_WHO,
	OPT_SHIFT,
	OPT_LATE,
	OPT_ONLY,
	OPT_KIND,
	OPT_MAPPING,
	OPT_MERGE,
	OPT_CAUSE,
	OPT_TARGETS,
	OPT_ROUNDS,
	OPT_HOLD,
	OPT_PIDS,
	OPT_PRINT_PAGES,
	OPT_DRY_RUN,
	OPT_PAGEOUT_REFS,
	OPT_DIR,
};

static const struct argp_option option_table[] = {
	{ NULL, 0, NULL, 0, "The tree:", 1 },
	{ "depth", OPT_DEPTH, "N", 0, "Generations below the root (1)", 0 },
	{ "width", OPT_WIDTH, "N", 0, "Children of each process above the last generation (2)", 0 },
	{ NULL, 0, NULL, 0, "The memory:", 2 },
	{ "kind", OPT_KIND, "KIND", 0, "anon, file, shmem or ksm (anon)", 0 },
	{ "pages", OPT_PAGES, "N", 0, "Pages that the root fills and all share (50)", 0 },
	{ "mapping", OPT_MAPPING, "HOW", 0,
	  "Of file and shmem: private or shared (private; shared with --cause msync)", 0 },
	{ "written", OPT_WRITTEN, "N[%]", 0,
	  "Pages that each process below the root writes, from the first on, and so copies (0)", 0 },
	{ "dropped", OPT_DROPPED, "N[%]", 0,
	  "Pages that each then drops (MADV_DONTNEED), from the last back (0)", 0 },
	{ "who", OPT_WHO, "N[-N]", 0,
	  "Only these processes write and drop; they count from 1 in order of creation (all)", 0 },
	{ "shift", OPT_SHIFT, "N", 0,
	  "Process K starts writing and dropping K*N pages further on, in a circle (0)", 0 },
	{ "late", OPT_LATE, NULL, 0,
	  "Write and drop when the whole tree stands, not before forking children", 0 },
	{ "only", OPT_ONLY, "K", 0, "In the end all processes but K drop all their pages", 0 },
	{ "merge", OPT_MERGE, "WHEN", 0,
	  "KSM merges before the forks (two copies of the root's) or after (each process's own) "
	  "(before)",
	  0 },
	{ NULL, 0, NULL, 0, "The walks:", 3 },
	{ "cause", OPT_CAUSE, "CAUSE", 0,
	  "move_pages, pageout, reclaim, msync, idle, device or none (move_pages)", 0 },
	{ "targets", OPT_TARGETS, "WHOSE", 0,
	  "Walk the root's folios (root) or every process's copies too (all) (root)", 0 },
	{ "rounds", OPT_ROUNDS, "N", 0, "How often (1)", 0 },
	{ "pageout-refs", OPT_PAGEOUT_REFS, "yes|no", 0,
	  "Whether MADV_PAGEOUT looks at references first (found out at run time)", 0 },
	{ "dir", OPT_DIR, "DIR", 0,
	  "Put the file here, not on an own ext4 (--kind file; must not make large folios)", 0 },
	{ "dry-run", OPT_DRY_RUN, NULL, 0, "Only predict: no process, no walk, any machine", 0 },
	{ NULL, 0, NULL, 0, "Output:", 4 },
	{ "json", 'j', NULL, 0, "One JSON object a line", 0 },
	{ "print-pids", OPT_PIDS, NULL, 0, "Every process with its parent", 0 },
	{ "print-pages", OPT_PRINT_PAGES, NULL, 0, "Every page with what maps it", 0 },
	{ "hold", OPT_HOLD, "WHEN", 0,
	  "Stand still before the walks, after them or both, until SIGUSR1 comes", 0 },
	{ 0 },
};

static int parse_number(const char *text, unsigned long max, unsigned int *value)
{
	char *end;
	unsigned long number;

	errno = 0;
	number = strtoul(text, &end, 10);
	if (end == text || *end || *text == '-' || *text == '+' || errno || number > max)
		return -1;
	*value = number;
	return 0;
}

static int parse_name(const char *text, const char *const names[], unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		if (!strcmp(text, names[i]))
			return i;
	return -1;
}

/* N, or N% of the pages, rounded down. */
static int parse_share(const char *text, unsigned int pages, unsigned int *value)
{
	char digits[32];
	size_t len = strlen(text);
	unsigned int percent;

	if (!len || text[len - 1] != '%')
		return parse_number(text, MAX_PAGES, value);
	if (len > sizeof(digits))
		return -1;
	snprintf(digits, sizeof(digits), "%.*s", (int)len - 1, text);
	if (parse_number(digits, 100, &percent))
		return -1;
	*value = (unsigned long)pages * percent / 100;
	return 0;
}

static int parse_range(const char *text, unsigned int *first, unsigned int *last)
{
	char begin[32];
	const char *dash = strchr(text, '-');

	if (!dash) {
		if (parse_number(text, MAX_PROCS, first))
			return -1;
		*last = *first;
		return 0;
	}
	snprintf(begin, sizeof(begin), "%.*s", (int)(dash - text), text);
	return parse_number(begin, MAX_PROCS, first) || parse_number(dash + 1, MAX_PROCS, last);
}

static void expect(struct argp_state *state, int bad, const char *option, const char *arg,
		   const char *what)
{
	if (bad)
		argp_error(state, "--%s %s: %s", option, arg, what);
}

static int choose(struct argp_state *state, const char *option, const char *arg,
		  const char *const names[], unsigned int count)
{
	int choice = parse_name(arg, names, count);

	expect(state, choice < 0, option, arg, "unknown; see --help");
	return choice;
}

static void parse_number_option(int key, char *arg, struct argp_state *state, struct shape *shape)
{
	static const struct {
		const char *name;
		unsigned int max;
		const char *what;
	} numbers[] = {
		[OPT_DEPTH - OPT_DEPTH] = { "depth", MAX_PROCS, "not a number up to 4096" },
		[OPT_WIDTH - OPT_DEPTH] = { "width", MAX_PROCS, "not a number up to 4096" },
		[OPT_PAGES - OPT_DEPTH] = { "pages", MAX_PAGES, "not a number up to 65536" },
		[OPT_SHIFT - OPT_DEPTH] = { "shift", MAX_PAGES, "not a number up to 65536" },
		[OPT_ONLY - OPT_DEPTH] = { "only", MAX_PROCS, "not the number of a process" },
		[OPT_ROUNDS - OPT_DEPTH] = { "rounds", MAX_ROUNDS, "not a number up to 10000" },
	};
	unsigned int value = 0;

	expect(state, parse_number(arg, numbers[key - OPT_DEPTH].max, &value),
	       numbers[key - OPT_DEPTH].name, arg, numbers[key - OPT_DEPTH].what);
	switch (key) {
	case OPT_DEPTH:
		shape->depth = value;
		break;
	case OPT_WIDTH:
		shape->width = value;
		break;
	case OPT_PAGES:
		expect(state, !value, "pages", arg, "at least one");
		shape->pages = value;
		break;
	case OPT_SHIFT:
		shape->shift = value;
		break;
	case OPT_ONLY:
		shape->only = value;
		break;
	case OPT_ROUNDS:
		expect(state, !value, "rounds", arg, "at least one");
		shape->rounds = value;
		break;
	}
}

/* What can only be judged once all options are known. */
static void finish_options(struct argp_state *state, struct options *opt)
{
	struct shape *shape = &opt->shape;
	unsigned int procs = shape_procs(shape->depth, shape->width);

	if (procs > MAX_PROCS)
		argp_error(state, "--depth %u --width %u makes more than %d processes",
			   shape->depth, shape->width, MAX_PROCS);
	layout_init(&layout, shape->depth, shape->width);
	if (shape->last && procs < 2)
		argp_error(state, "--who: there are no processes below the root");
	if (!shape->last)
		shape->last = procs > 1 ? procs - 1 : 1;
	if (opt->written)
		expect(state, parse_share(opt->written, shape->pages, &shape->written), "written",
		       opt->written, "neither a number nor a share");
	if (opt->dropped)
		expect(state, parse_share(opt->dropped, shape->pages, &shape->dropped), "dropped",
		       opt->dropped, "neither a number nor a share");
	if (shape->trigger == TRIGGER_MSYNC && !opt->mapping_given)
		shape->shared = true;
	if (opt->dry_run && shape->trigger == TRIGGER_PAGEOUT && opt->pageout_refs < 0)
		argp_error(state, "--dry-run --cause pageout needs --pageout-refs yes or no");
	if (opt->dry_run && (opt->hold_before || opt->hold_after || opt->report.pids))
		argp_error(state, "--dry-run makes no processes to hold or print");
	if (shape_check(shape, &layout))
		exit(EXIT_USAGE);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	static const char *const mappings[] = { "private", "shared" };
	static const char *const times[] = { "before", "after", "both" };
	static const char *const whose[] = { "root", "all" };
	static const char *const no_yes[] = { "no", "yes" };
	struct options *opt = state->input;
	struct shape *shape = &opt->shape;

	switch (key) {
	case OPT_DEPTH:
	case OPT_WIDTH:
	case OPT_PAGES:
	case OPT_SHIFT:
	case OPT_ONLY:
	case OPT_ROUNDS:
		parse_number_option(key, arg, state, shape);
		break;
	case OPT_KIND:
		shape->kind = choose(state, "kind", arg, kind_names, KIND_COUNT);
		break;
	case OPT_CAUSE:
		shape->trigger = choose(state, "cause", arg, trigger_names, TRIGGER_COUNT);
		break;
	case OPT_MAPPING:
		shape->shared = choose(state, "mapping", arg, mappings, ARRAY_SIZE(mappings));
		opt->mapping_given = true;
		break;
	case OPT_MERGE:
		shape->merge_after = choose(state, "merge", arg, times, 2);
		break;
	case OPT_TARGETS:
		shape->all_targets = choose(state, "targets", arg, whose, ARRAY_SIZE(whose));
		break;
	case OPT_PAGEOUT_REFS:
		opt->pageout_refs = choose(state, "pageout-refs", arg, no_yes, ARRAY_SIZE(no_yes));
		break;
	case OPT_HOLD: {
		int when = choose(state, "hold", arg, times, ARRAY_SIZE(times));

		opt->hold_before = when != 1;
		opt->hold_after = when != 0;
		break;
	}
	case OPT_WHO:
		expect(state, parse_range(arg, &shape->first, &shape->last), "who", arg,
		       "neither a process nor a range of them");
		expect(state, !shape->first || !shape->last, "who", arg, "processes count from 1");
		break;
	case OPT_WRITTEN:
		opt->written = arg;
		break;
	case OPT_DROPPED:
		opt->dropped = arg;
		break;
	case OPT_LATE:
		shape->late = true;
		break;
	case OPT_PIDS:
		opt->report.pids = true;
		break;
	case OPT_PRINT_PAGES:
		opt->report.pages = true;
		break;
	case OPT_DRY_RUN:
		opt->dry_run = true;
		break;
	case OPT_DIR:
		opt->dir = arg;
		break;
	case 'j':
		opt->report.json = true;
		break;
	case ARGP_KEY_ARG:
		argp_error(state, "unexpected argument %s", arg);
		break;
	case ARGP_KEY_END:
		finish_options(state, opt);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp argp = {
	.options = option_table,
	.parser = parse_option,
	.doc = "Build a tree of processes that share memory, make the kernel walk its reverse map, "
	       "and print how many walks that is, over how many VMAs, and how many of them map the "
	       "folio.\v"
	       "Needs root, and Linux 5.10 or later. Exit status: 0 done, 1 failed or something did "
	       "not go as predicted, 2 bad usage, 3 the kernel lacks something, 4 not permitted.",
};

/* ---- a run ---- */

static volatile sig_atomic_t go_on;

static void on_signal(int sig)
{
	if (sig == SIGUSR1)
		go_on = 1;
	else if (!stop_signal)
		stop_signal = sig;
}

static void catch_signals(void)
{
	/* No SA_RESTART: what waits must notice. */
	struct sigaction action = { .sa_handler = on_signal };
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGUSR1 };

	for (unsigned int i = 0; i < ARRAY_SIZE(signals); i++)
		sigaction(signals[i], &action, NULL);
}

static int hold(const struct options *opt, const char *when)
{
	report_hold(&opt->report, when);
	while (!go_on && !stop_signal)
		sleep_ms(20);
	go_on = 0;
	return stop_signal ? EXIT_FAILED : 0;
}

/* Have the stack there, and not shared with the steward, before the cgroup is entered. */
static void __attribute__((noinline)) reserve_stack(void)
{
	volatile char stack[STACK_RESERVE];

	for (unsigned int i = 0; i < sizeof(stack); i += 512)
		stack[i] = 0;
}

static int fill(const struct region *region)
{
	int ret, left;

	reserve_stack();
	ret = group_enter();
	if (ret)
		return ret;
	ret = region_fill(region);
	left = group_leave();
	return ret ? ret : left;
}

static int build(struct scene *scene, struct region *region, struct tree **tree, const char *dir)
{
	const struct shape *shape = scene->shape;
	int ret = region_map(region, shape, dir);

	if (!ret)
		ret = fill(region);
	if (!ret && region->fd >= 0)
		region_read(region);
	if (!ret && shape->kind == KIND_KSM && !shape->merge_after)
		ret = ksm_merge(region, NULL, 0);
	if (!ret)
		ret = tree_grow(tree, shape, &layout, region);
	scene->tree = *tree;
	if (!ret && shape->merge_after)
		ret = ksm_merge(region, *tree, layout.procs);
	return ret;
}

static int walk_once(struct options *opt, struct scene *scene, unsigned long *moved)
{
	int ret = walk_drain_lru();

	if (!ret)
		ret = walk_check(scene);
	if (!ret && scene->round == 0)
		ret = report_tree(&opt->report, scene->shape, &layout, scene->tree, scene->region);
	if (!ret && scene->round == 0 && opt->hold_before) {
		ret = hold(opt, "before");
		/* Who knows what has happened meanwhile. */
		if (!ret)
			ret = walk_drain_lru();
		if (!ret)
			ret = walk_check(scene);
	}
	if (!ret)
		ret = walk_trigger(scene, moved);
	if (!ret)
		ret = tree_check_alive(scene->tree);
	if (!ret && scene->round == scene->shape->rounds - 1 && opt->hold_after)
		ret = hold(opt, "after");
	return ret;
}

/* After these the folios are elsewhere than the shape has them. */
static bool destroys(enum trigger trigger)
{
	return trigger == TRIGGER_PAGEOUT || trigger == TRIGGER_RECLAIM || trigger == TRIGGER_DEVICE;
}

static int run_rounds(struct options *opt, const char *dir, unsigned long *moved)
{
	const struct shape *shape = &opt->shape;
	static struct region region; /* the tree's processes look at it too */
	struct scene scene = { .shape = shape, .layout = &layout, .region = &region };
	struct tree *tree = NULL;
	int ret = pageinfo_open();

	if (!ret && shape->trigger == TRIGGER_MOVE_PAGES)
		ret = walk_find_nodes(scene.nodes);
	for (; !ret && scene.round < shape->rounds; scene.round++) {
		if (!tree)
			ret = build(&scene, &region, &tree, dir);
		if (!ret)
			ret = walk_once(opt, &scene, moved);
		if (ret || !destroys(shape->trigger))
			continue;
		tree_fell(tree);
		tree = NULL;
		region_unmap(&region);
	}
	tree_fell(tree);
	region_unmap(&region);
	return ret;
}

static int run(struct options *opt)
{
	const struct shape *shape = &opt->shape;
	bool destroying = destroys(shape->trigger);
	struct steward steward = { 0 };
	struct steward_wants wants = {
		.swap = destroying && shape->kind != KIND_FILE && shape->trigger != TRIGGER_DEVICE,
		.filesystem = shape->kind == KIND_FILE && !opt->dir,
		.cgroup = shape->trigger == TRIGGER_RECLAIM,
		.ksm = shape->kind == KIND_KSM,
		.pageout_refs = shape->trigger == TRIGGER_PAGEOUT && opt->pageout_refs < 0,
		.bytes = (size_t)shape->pages * sysconf(_SC_PAGESIZE),
	};
	unsigned long moved = 0;
	struct prediction sum;
	int ret, stopped;

	if (geteuid())
		return fail(EXIT_DENIED, "needs root: CAP_SYS_ADMIN for settings, swap and pfns, "
					 "CAP_SYS_NICE for move_pages");
	catch_signals();
	/* Whatever the program file is called, tools find it by this. */
	prctl(PR_SET_NAME, REPORT_COMM);
	/* A large folio is walked once for all its pages. */
	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
	ret = walk_bind();
	if (!ret)
		ret = steward_start(&steward, &wants);
	if (ret)
		return ret;
	tree_keep_from_children(steward.fd);
	if (opt->pageout_refs < 0)
		opt->pageout_refs = steward.pageout_refs;
	predict(shape, &layout, opt->pageout_refs > 0, &sum);

	ret = group_open(wants.cgroup ? steward.cgroup : NULL);
	if (!ret)
		ret = run_rounds(opt, opt->dir ? opt->dir : steward.dir, &moved);
	if (!ret && moved != sum.folios * shape->rounds)
		ret = fail(EXIT_FAILED, "walked for %lu folios, not %lu", moved,
			   (unsigned long)sum.folios * shape->rounds);
	if (!ret)
		report_prediction(&opt->report, shape, &sum, moved);
	group_close();
	stopped = steward_stop(&steward);
	return ret ? ret : stopped;
}

static int dry_run(struct options *opt)
{
	struct prediction sum;

	predict(&opt->shape, &layout, opt->pageout_refs > 0, &sum);
	if (report_tree(&opt->report, &opt->shape, &layout, NULL, NULL))
		return EXIT_FAILED;
	report_prediction(&opt->report, &opt->shape, &sum, sum.folios * opt->shape.rounds);
	return 0;
}

int main(int argc, char **argv)
{
	static struct options opt = {
		.shape = {
			.trigger = TRIGGER_MOVE_PAGES,
			.depth = 1,
			.width = 2,
			.pages = 50,
			.first = 1,
			.only = -1,
			.rounds = 1,
		},
		.pageout_refs = -1,
	};
	int ret;

	argp_err_exit_status = EXIT_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &opt);
	ret = opt.dry_run ? dry_run(&opt) : run(&opt);
	if (fflush(stdout) && !ret)
		ret = fail_errno("cannot write");
	if (stop_signal) {
		/* All is put back; end as the sender meant it. */
		signal(stop_signal, SIG_DFL);
		raise(stop_signal);
	}
	return ret;
}
