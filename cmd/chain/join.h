/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whose the events of a fork are.  The parent copies its VMAs before the child has a pid: they
 * wait, task by task, until the child is born or its memory is given up.
 */
#ifndef FOLIOSCOPE_CHAIN_JOIN_H
#define FOLIOSCOPE_CHAIN_JOIN_H

#include "event.h"

/* {} but for emit and arg is empty. */
struct join {
	/* Takes an event that is complete; 0, or -errno, which the functions below return. */
	int (*emit)(void *arg, const struct event *e);
	void *arg;
	void *forks; /* by tid, a tsearch() tree */
};

/* The next event, in the order in which they happened.  0, -ENOMEM, or what emit returned. */
int join__event(struct join *j, const struct event *e);

/* The child whose memory is @mm was born of the task @tid. */
int join__born(struct join *j, uint32_t tid, uint64_t mm, uint32_t child);

/* What still waits is given out as it is, without a child. */
int join__end(struct join *j);

void join__free(struct join *j);

#endif
