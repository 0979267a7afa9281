/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The steward: a helper process that prepares the machine and puts it back.
 *
 * It quiets what else walks the reverse map, makes swap, a file system or a
 * memory cgroup where the workload needs one, and undoes all of it in reverse
 * order when the pipe to it closes: at the end of forktree, however that end
 * came about. What it does itself is not done by the task whose walks are
 * predicted.
 */
#ifndef FORKTREE_STEWARD_H
#define FORKTREE_STEWARD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct steward_wants {
	bool swap;	   /* zram swap, enough for @bytes */
	bool filesystem;   /* ext4 on zram, enough for @bytes */
	bool cgroup;	   /* a memory cgroup of its own */
	bool ksm;	   /* ksmd set to merge quickly, not yet running */
	bool pageout_refs; /* find out how MADV_PAGEOUT treats references */
	size_t bytes;
};

struct steward {
	pid_t pid;
	int fd;		  /* closing it ends the steward's term */
	char dir[128];	  /* the file system, when wanted */
	char cgroup[128]; /* the memory cgroup's directory, when wanted */
	bool pageout_refs;
};

/* Returns when everything wanted is there. On failure all is undone already. */
int steward_start(struct steward *steward, const struct steward_wants *wants);

/* Let it undo everything; returns when it has. Fails if something could not be undone. */
int steward_stop(struct steward *steward);

#endif
