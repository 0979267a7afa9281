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

static error_t parse_common(int key, char *arg, struct argp_state *state)
{
	struct opts *opts = state->input;

	switch (key) {
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
	case ARGP_KEY_ARG:
		parse_positional(opts, arg);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp_option common_options[] = {
	{ "json", 'j', NULL, 0, "JSON Lines instead of a table", 1 },
	{ "output", 'o', "FILE", 0, "write to FILE instead of standard output", 1 },
	{ "pid", 'p', "PID", 0, "only this process (may be given often)", 1 },
	{ "cgroup", 'c', "PATH", 0, "only tasks in this cgroup (v2) and below", 1 },
	{ "backend", 'b', "BACKEND", 0, "auto (default), tracepoint, fentry or kprobe", 1 },
	{ "interval", 'i', "SEC", 0,
	  "report every SEC seconds (default 1; at the end with COMMAND)", 1 },
	{ "count", 'n', "N", 0, "end after N reports", 1 },
	{ "duration", 'd', "SEC", 0, "end after SEC seconds", 1 },
	{ "verbose", 'v', NULL, 0, "say what is tried and why it fails", 1 },
	{ "version", 'V', NULL, 0, "print the version", -1 },
	{ "help", 'h', NULL, 0, "print this help", -1 },
	{ 0 }
};

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

enum status opts__parse(struct opts *opts, const struct opts_tool *tool, int argc, char **argv)
{
	struct argp_child children[] = { { tool->own, 0, NULL, 0 }, { 0 } };
	struct argp argp = {
		.options = common_options,
		.parser = parse_common,
		.args_doc = "[INTERVAL [COUNT]] [-- COMMAND [ARG...]]",
		.doc = tool->doc,
		.children = tool->own ? children : NULL,
	};
	int at, err;

	*opts = (struct opts){ 0 };
	/* argp would permute a COMMAND's own options into ours. */
	for (at = 1; at < argc; at++) {
		if (strcmp(argv[at], "--"))
			continue;
		if (at + 1 == argc)
			opts__bad("no COMMAND after '--'");
		opts->command = argv + at + 1;
		argv[at] = NULL;
		argc = at;
		break;
	}
	/* argp's own messages take two lines. */
	err = argp_parse(&argp, argc, argv, ARGP_NO_ERRS | ARGP_NO_HELP, &at, opts);
	if (err == ENOMEM)
		return fail(ST_FAIL, "out of memory");
	if (err)
		opts__bad("bad option, or its value is missing: '%s'", argv[at > 1 ? at - 1 : 1]);
	if (!opts->interval_ns && !opts->command)
		opts->interval_ns = 1000000000;
	return check_targets(opts);
}

void opts__free(struct opts *opts)
{
	free(opts->pids);
	opts->pids = NULL;
}
