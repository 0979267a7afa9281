/* SPDX-License-Identifier: GPL-2.0-only */
/* The event loop: intervals, signals, the end of a COMMAND, a terminal's keys and size. */
#ifndef FOLIOSCOPE_LOOP_H
#define FOLIOSCOPE_LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "status.h"

enum loop_verdict {
	LOOP_GO_ON,
	LOOP_END,  /* leave the loop, all is well */
	LOOP_FAIL, /* leave it with ST_FAIL; the message was printed */
};

struct loop_conf {
	uint64_t interval_ns; /* 0: one tick, at the end */
	uint64_t count;	      /* ticks, 0: no limit */
	uint64_t duration_ns; /* 0: no limit */
	pid_t child;	      /* its end ends the loop; 0: none */
	/*
	 * Called at the end of every interval, and once more when the run ends in the
	 * middle of one (@last says it is the last call either way).
	 */
	enum loop_verdict (*tick)(void *arg, bool last);
	/* Called when input_fd (0: standard input) can be read or has ended; NULL: it is left alone. */
	enum loop_verdict (*input)(void *arg);
	int input_fd;
	/* Called when events_fd can be read; NULL: nobody waits for it. */
	enum loop_verdict (*events)(void *arg);
	int events_fd;
	/* Called when the terminal got another size; may be NULL. */
	enum loop_verdict (*resized)(void *arg);
	void *arg;
};

struct loop;

/*
 * Blocks SIGINT, SIGTERM, SIGHUP (where it is not ignored), SIGCHLD and SIGWINCH from here on, so that none is missed while
 * programs are attached.  NULL with a message when descriptors run out.
 */
struct loop *loop__new(void);

/* Runs until something ends it.  ST_OK or ST_FAIL. */
enum status loop__run(struct loop *loop, const struct loop_conf *conf);

/* The next tick is in @ns, and no further one follows; 0: none comes.  For callbacks. */
void loop__once(struct loop *loop, uint64_t ns);

void loop__free(struct loop *loop);

#endif
