/* SPDX-License-Identifier: GPL-2.0-only */
/* Two nodes without free memory: children that take what there is, and keep it. */
#ifndef FOLIOSCOPE_TEST_HOGS_H
#define FOLIOSCOPE_TEST_HOGS_H

#include <stdbool.h>
#include <sys/types.h>

/* One for each of the nodes 0 and 1; if there is to be a victim, it is one of them. */
struct hogs {
	pid_t pid[2];
	int go[2], done[2]; /* pipes to and from each */
	long left;
};

/*
 * Forks them, which is done before there are pages that they would share.  Each will leave
 * @left pages of its node, which others need meanwhile; with 128 nobody need be killed.
 * Exits if they cannot be had.
 */
void hogs_start(struct hogs *hogs, long left);

/* True once both nodes are full at a time; false if a hog was killed, or it takes too long. */
bool hogs_fill(struct hogs *hogs);

/* Ends them.  Returns whether both had lived until now. */
bool hogs_end(struct hogs *hogs);

#endif
