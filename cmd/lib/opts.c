// SPDX-License-Identifier: GPL-2.0-only
/* The options all tools share. */
#include <errno.h>
#include <linux/magic.h>
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include "opts.h"

const char *argp_program_version = "folioscope " FOLIOSCOPE_VERSION;

enum {
	OPT_REPLAY = 0x1000, /* beyond the keys of the tools' own options */
};

static const char *const backends[] = { "auto", "tracepoint", "fentry", "kprobe" };

const char *backend__name(enum backend backend)
{
	return backends[backend];
}

void opts__bad(const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	exit(fail(ST_USAGE, "%s (see %s --help)", text, program_invocation_short_name));
}

uint64_t opts__seconds(const char *what, const char *text)
{
	char *end;
	double s;

	errno = 0;
	s = strtod(text, &end);
	if (end == text || *end || errno || !isfinite(s) || s <= 0 || s > 1e9)
		opts__bad("%s must be a number of seconds above 0: '%s'", what, text);
	/* Shorter than the clock's tick makes no sense and may not become 0. */
	return s < 1e-3 ? 1000000 : (uint64_t)(s * 1e9);
}

double opts__percent(const char *what, const char *text)
{
	char *end;
	double p = strtod(text, &end);

	if (end == text || *end || !isfinite(p) || p <= 0 || p > 100)
		opts__bad("%s must be above 0 and at most 100 per cent: '%s'", what, text);
	return p;
}

uint64_t opts__number(const char *what, const char *text, uint64_t min, uint64_t max)
{
	unsigned long long n;
	char *end;

	errno = 0;
	n = strtoull(text, &end, 10);
	if (end == text || *end || errno || strchr(text, '-') || n < min || n > max)
		opts__bad("%s must be a whole number from %llu to %llu: '%s'", what,
			  (unsigned long long)min, (unsigned long long)max, text);
	return n;
}

static void parse_pid(struct opts *opts, const char *text)
{
	pid_t pid = opts__number("a pid", text, 1, INT32_MAX);
	pid_t *more;

	if (opts->npids == OPTS_PIDS_MAX)
		opts__bad("more than %d pids", OPTS_PIDS_MAX);
	more = realloc(opts->pids, (opts->npids + 1) * sizeof(*more));
	if (!more)
		exit(fail(ST_FAIL, "out of memory"));
	opts->pids = more;
	opts->pids[opts->npids++] = pid;
}

static void parse_backend(struct opts *opts, const char *text)
{
	for (unsigned int i = 0; i < sizeof(backends) / sizeof(*backends); i++) {
		if (!strcmp(text, backends[i])) {
			opts->backend = i;
			return;
		}
	}
	opts__bad("no backend '%s': auto, tracepoint, fentry or kprobe", text);
}

static void parse_positional(struct opts *opts, const char *text)
{
	switch (opts->npositional++) {
	case 0:
		opts->interval_ns = opts__seconds("the interval", text);
		break;
	case 1:
		opts->count = opts__number("the count", text, 1, UINT64_MAX);
		break;
	default:
		opts__bad("one argument too many: '%s'", text);
	}
}

static void parse_replay(struct opts *opts, char *path)
{
	char **more = realloc(opts->replay, (opts->nreplay + 1) * sizeof(*more));

	if (!more)
		exit(fail(ST_FAIL, "out of memory"));
	opts->replay = more;
	opts->replay[opts->nreplay++] = path;
}

static error_t parse_common(int key, char *arg, struct argp_state *state)
{
	struct opts *opts = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = opts->own_input;
		break;
	case 'j':
		opts->json = true;
		break;
	case 'o':
		opts->output = arg;
		break;
	case 'p':
		parse_pid(opts, arg);
		break;
	case 'c':
		opts->cgroup = arg;
		break;
	case 'b':
		parse_backend(opts, arg);
		break;
	case 'i':
		opts->interval_ns = opts__seconds("the interval", arg);
		break;
	case 'n':
		opts->count = opts__number("the count", arg, 1, UINT64_MAX);
		break;
	case 'd':
		opts->duration_ns = opts__seconds("the duration", arg);
		break;
	case OPT_REPLAY:
		parse_replay(opts, arg);
		break;
	case 'v':
		opts->verbose = true;
		break;
	case 'h':
		argp_help(state->root_argp, stdout, ARGP_HELP_STD_HELP,
			  program_invocation_short_name);
		exit(ST_OK);
	case 'V':
		printf("%s\n", argp_program_version);
		exit(ST_OK);
	case ARGP_KEY_ERROR:
		/* argp's own message takes two lines.  next is behind what getopt read last. */
		opts__bad("bad option, or its value is missing: '%s'",
			  state->argv[state->next > 1 ? state->next - 1 : 1]);
	case ARGP_KEY_ARG:
		if (!opts->tracer)
			return ARGP_ERR_UNKNOWN; /* the tool's own parser takes it */
		parse_positional(opts, arg);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* A shared option and the tools that have it: those that use one of @needs, 0: all. */
static const struct {
	unsigned int needs;
	struct argp_option option;
} common[] = {
	{ 0, { "json", 'j', NULL, 0, "JSON Lines instead of a table", 1 } },
	{ 0, { "output", 'o', "FILE", 0, "write to FILE instead of standard output", 1 } },
	{ OPTS_TARGET, { "pid", 'p', "PID", 0, "only this process (may be given often)", 1 } },
	{ OPTS_TARGET, { "cgroup", 'c', "PATH", 0, "only tasks in this cgroup (v2) and below", 1 } },
	{ OPTS_TRACE,
	  { "backend", 'b', "BACKEND", 0, "auto (default), tracepoint, fentry or kprobe", 1 } },
	{ OPTS_TRACE | OPTS_INTERVAL,
	  { "interval", 'i', "SEC", 0,
	    "report every SEC seconds (default 1; at the end with COMMAND)", 1 } },
	{ OPTS_TRACE | OPTS_INTERVAL, { "count", 'n', "N", 0, "end after N reports", 1 } },
	{ OPTS_TRACE | OPTS_INTERVAL, { "duration", 'd', "SEC", 0, "end after SEC seconds", 1 } },
	{ OPTS_REPLAY,
	  { "replay", OPT_REPLAY, "FILE", 0,
	    "show what --json wrote to FILE (several files add up)", 1 } },
	{ 0, { "verbose", 'v', NULL, 0, "say what is tried and why it fails", 1 } },
	{ 0, { "version", 'V', NULL, 0, "print the version", -1 } },
	{ 0, { "help", 'h', NULL, 0, "print this help", -1 } },
};

#define COMMON (sizeof(common) / sizeof(*common))

/* A recording was filtered, and its backend chosen, when it was made. */
static void check_replay(const struct opts *opts)
{
	if (opts->command)
		opts__bad("--replay and COMMAND exclude each other");
	if (opts->npids || opts->cgroup || opts->backend != BACKEND_AUTO)
		opts__bad("-p, -c and -b cannot be applied to a recording");
}

/* Things that only the machine can refuse: exit 1, not 2. */
static enum status check_targets(const struct opts *opts)
{
	struct statfs fs;
	struct stat st;

	for (unsigned int i = 0; i < opts->npids; i++)
		if (kill(opts->pids[i], 0) && errno == ESRCH)
			return fail(ST_FAIL, "no process with pid %d", opts->pids[i]);
	if (opts->cgroup && statfs(opts->cgroup, &fs))
		return fail(ST_FAIL, "no cgroup %s: %s", opts->cgroup, strerror(errno));
	if (opts->cgroup &&
	    (fs.f_type != CGROUP2_SUPER_MAGIC || stat(opts->cgroup, &st) || !S_ISDIR(st.st_mode)))
		return fail(ST_FAIL, "no cgroup %s: not a directory of the cgroup v2 tree",
			    opts->cgroup);
	return ST_OK;
}

/* Cuts "-- COMMAND..." off: argp would permute its options into ours. */
static int cut_command(struct opts *opts, int argc, char **argv)
{
	for (int at = 1; at < argc; at++) {
		if (strcmp(argv[at], "--"))
			continue;
		if (at + 1 == argc)
			opts__bad("no COMMAND after '--'");
		opts->command = argv + at + 1;
		argv[at] = NULL;
		return at;
	}
	return argc;
}

enum status opts__parse(struct opts *opts, const struct opts_tool *tool, int argc, char **argv)
{
	struct argp_child children[] = { { tool->own, 0, NULL, 0 }, { 0 } };
	struct argp_option options[COMMON + 1] = { 0 };
	struct argp argp = {
		.options = options,
		.parser = parse_common,
		.args_doc = tool->args_doc,
		.doc = tool->doc,
		.children = tool->own ? children : NULL,
	};
	size_t n = 0;
	int err;

	*opts = (struct opts){ .own_input = tool->own_input, .tracer = tool->uses & OPTS_TRACE };
	for (size_t i = 0; i < COMMON; i++)
		if (!common[i].needs || common[i].needs & tool->uses)
			options[n++] = common[i].option;
	if (opts->tracer) {
		argp.args_doc = "[INTERVAL [COUNT]] [-- COMMAND [ARG...]]";
		argc = cut_command(opts, argc, argv);
	}
	err = argp_parse(&argp, argc, argv, ARGP_NO_ERRS | ARGP_NO_HELP, NULL, opts);
	if (err)
		return fail(ST_FAIL, "cannot read the options: %s", strerror(err));
	if (opts->nreplay)
		check_replay(opts);
	else if (!opts->interval_ns && !opts->command &&
		 (!(tool->uses & OPTS_INTERVAL) || opts->count || opts->duration_ns))
		opts->interval_ns = 1000000000;
	return check_targets(opts);
}

void opts__free(struct opts *opts)
{
	free(opts->pids);
	free(opts->replay);
	opts->pids = NULL;
	opts->replay = NULL;
}
