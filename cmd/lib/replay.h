/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading recordings: what a tool printed with --json, one or several files.  Several
 * add up: they are read side by side in the order of their times.
 */
#ifndef FOLIOSCOPE_REPLAY_H
#define FOLIOSCOPE_REPLAY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include "status.h"

/* A stretch of time that was observed. */
struct when {
	double ts;	   /* its end, seconds since the epoch */
	double interval_s; /* its length */
};

struct replay_conf {
	char *const *files; /* "-" is standard input */
	unsigned int nfiles;
	uint64_t interval_ns; /* length of a report; 0: see replay__run() */
	uint64_t count;	      /* reports, 0: no limit */
	uint64_t duration_ns; /* from the first line's beginning, 0: no limit */
	/* What the files hold; 0, -EINVAL: not a line of this tool, -ENOMEM. */
	int (*header)(void *arg, json_t *line);
	int (*interval)(void *arg, const json_t *line);
	int (*end)(void *arg, const json_t *line);
	/* All headers were read; all intervals of a report were.  ST_OK goes on. */
	enum status (*begin)(void *arg);
	enum status (*report)(void *arg, struct when when, bool *enough);
	void *arg;
};

/*
 * Reads all files.  Without an interval each line of a single file is a report, and
 * several files make one; with one, a report is what ended within that time.  A file
 * that was cut off is read as far as it goes, with a warning.  ST_OK, or ST_FAIL with
 * a message that names file and line.  *whole: all files were read to their end lines.
 */
enum status replay__run(const struct replay_conf *conf, bool *whole);

#endif
