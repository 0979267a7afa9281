/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The life of a tracing tool, from its command line to its last line: live or from
 * recordings, with a COMMAND or without.  A tool brings what differs.
 */
#ifndef FOLIOSCOPE_RUN_H
#define FOLIOSCOPE_RUN_H

#include <jansson.h>
#include <stdio.h>
#include "books.h"
#include "display.h"
#include "head.h"
#include "loop.h"
#include "opts.h"
#include "replay.h"
#include "status.h"

struct run {
	const struct run_ops *ops;
	struct opts opts;
	FILE *f; /* the output */
	struct head head;
	struct books books;
	bool batch;	       /* no interactive display */
	struct display *shown; /* private to the display */
	/* Live: makes something else of the loop than intervals; NULL: no.  ST_OK, or a message. */
	enum status (*course)(struct run *run, struct loop_conf *conf);
	enum status verdict; /* ends with this when nothing failed */
	int argc;
	char *const *argv;
};

/*
 * A tool's struct begins with its struct run.  What returns an int gives 0 or
 * -ENOMEM, reading also -EINVAL; write errors show when the output is flushed.
 */
struct run_ops {
	/* Live: attaches and fills in head.  ST_OK, or a status with its message. */
	enum status (*open)(struct run *run);
	/*
	 * Live: adds what happened since the last call to the interval, and says when that
	 * was; after a call with @last nothing more is recorded.
	 */
	enum status (*take)(struct run *run, struct when *when, bool last);
	/*
	 * Live: fills in the books, which are empty: with @last, after take() with @last, all of
	 * them; else, for a display, what is known to be lost so far.
	 */
	enum status (*account)(struct run *run, bool last);
	/* Live: what open() made; also after it failed. */
	void (*close)(struct run *run);
	/* Replay: adds a recorded interval to the interval.  NULL: the tool cannot replay. */
	int (*read)(struct run *run, const json_t *line);
	/* Shows the interval, which is then to be emptied; as JSON where opts say so. */
	int (*interval)(struct run *run, struct when when);
	/* Show the beginning and the end for people. */
	int (*header)(struct run *run);
	int (*end)(struct run *run);
	/* The interactive display; NULL: the tool has none. */
	const struct display_ops *display;
};

/* Runs the tool: what main() returns. */
int run__main(struct run *run, const struct opts_tool *tool, int argc, char **argv);

#endif
