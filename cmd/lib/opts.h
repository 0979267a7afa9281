/* SPDX-License-Identifier: GPL-2.0-only */
/* The options all tools share, parsed by argp. */
#ifndef FOLIOSCOPE_OPTS_H
#define FOLIOSCOPE_OPTS_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "status.h"

enum backend {
	BACKEND_AUTO,
	BACKEND_TRACEPOINT,
	BACKEND_FENTRY,
	BACKEND_KPROBE,
};

/* "auto", "tracepoint", "fentry", "kprobe" */
const char *backend__name(enum backend backend);

#define OPTS_PIDS_MAX 1024

struct opts {
	bool json;
	bool verbose;
	const char *output; /* file for the output, NULL for stdout */
	pid_t *pids;	    /* -p, in the caller's PID namespace; all were alive */
	unsigned int npids;
	const char *cgroup; /* -c: an existing directory of the cgroup v2 tree, NULL: all */
	enum backend backend;
	/* 0: one report, at the end; with --replay: as recorded, see replay__run() */
	uint64_t interval_ns;
	uint64_t count;	      /* intervals, 0: no limit */
	uint64_t duration_ns; /* 0: no limit */
	char **command;	      /* after "--", NULL-terminated; NULL: none */
	char **replay;	      /* --replay, the recordings to read instead of the kernel */
	unsigned int nreplay;
	/* private to the parser */
	unsigned int npositional;
	bool tracer;
	void *own_input;
};

/* Which of the shared options a tool has; -j, -o, -v, -V and -h all have. */
enum opts_use {
	OPTS_TARGET = 1,   /* -p, -c */
	OPTS_TRACE = 2,	   /* -b, -i, -n, -d, INTERVAL COUNT, -- COMMAND */
	OPTS_REPLAY = 4,   /* --replay */
	OPTS_INTERVAL = 8, /* -i, -n, -d; without any of them one report, now: all are 0 */
};

struct opts_tool {
	const char *doc;	/* argp's text around the options */
	const char *args_doc;	/* what stands after the options; NULL with OPTS_TRACE */
	unsigned int uses;	/* enum opts_use */
	const struct argp *own; /* the tool's own options and, without OPTS_TRACE, arguments */
	void *own_input;	/* handed to own->parser as state->input */
};

/*
 * Parses the command line into @opts (pointers into argv).  ST_OK, or ST_USAGE or
 * ST_FAIL with one line on stderr.  --help and --version print and exit 0.
 */
enum status opts__parse(struct opts *opts, const struct opts_tool *tool, int argc, char **argv);

void opts__free(struct opts *opts);

/*
 * Ends the program with ST_USAGE and one line on stderr; for the parsers of a
 * tool's own options.
 */
void opts__bad(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

/* A number of seconds, 0 < s <= 10^9, fractions allowed, in ns; ends in opts__bad(). */
uint64_t opts__seconds(const char *what, const char *text);

/* A share, 0 < p <= 100, fractions allowed; ends in opts__bad(). */
double opts__percent(const char *what, const char *text);

/* A whole number from @min to @max; ends in opts__bad(). */
uint64_t opts__number(const char *what, const char *text, uint64_t min, uint64_t max);

#endif
