/* SPDX-License-Identifier: GPL-2.0-only */
/* The COMMAND after "--": started when tracing is on, watched until it ends. */
#ifndef FOLIOSCOPE_CHILD_H
#define FOLIOSCOPE_CHILD_H

#include <sys/types.h>
#include "status.h"

struct child {
	pid_t pid; /* 0: none */
	int go;	   /* closing it lets COMMAND start */
	int error; /* brings errno when COMMAND cannot be run */
};

/*
 * Forks a process that will run @argv once child__go() is called.  Signals blocked
 * by the caller are unblocked in it.  ST_OK, or ST_FAIL with a message.
 */
enum status child__prepare(struct child *c, char *const *argv);

/* Lets COMMAND run.  ST_OK, or ST_FAIL with a message when it cannot be executed. */
enum status child__go(struct child *c, const char *name);

/* Ends a COMMAND that still waits or runs (SIGTERM), and forgets it. */
void child__stop(struct child *c);

#endif
