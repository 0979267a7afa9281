/* SPDX-License-Identifier: GPL-2.0-only */
/* The memory and the processes of one trial of a self-test. */
#ifndef FOLIOSCOPE_RMAP_SELFTEST_STAGE_H
#define FOLIOSCOPE_RMAP_SELFTEST_STAGE_H

#include <sys/types.h>
#include "selftest_plan.h"

struct stage {
	const struct trial *trial;
	size_t page_size, bytes;
	char *addr; /* the pages, at the same place in all processes */
	/* KSM: the walker's copies, of which addr is the first; what each is in, or NULL. */
	char *copy[SELFTEST_COPIES];
	char *reserved[SELFTEST_COPIES];
	int fd; /* of the file, -1: none */
	pid_t child[SELFTEST_CHILDREN];
};

/*
 * Makes the calling process the walker of @trial and forks its children; each stands
 * still when this returns.  @dir: where a file is made, nameless.  0 or -errno.  KSM has
 * still to merge the copies: @merged is called when they are filled, to wait for it.
 */
int stage__build(struct stage *stage, const struct trial *trial, const char *dir,
		 int (*merged)(const struct stage *stage, void *arg), void *arg);

/* Ends the children and unmaps all; also after stage__build() failed. */
void stage__clear(struct stage *stage);

/* The process through which the walks' folios can be named. */
pid_t stage__keeper(const struct stage *stage);

#endif
