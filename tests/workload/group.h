/* SPDX-License-Identifier: GPL-2.0 */
/* The memory cgroup that --cause reclaim takes its folios from. */
#ifndef FORKTREE_GROUP_H
#define FORKTREE_GROUP_H

#include <sys/types.h>

/* @dir is the cgroup's directory; NULL makes group_enter() and group_leave() do nothing. */
int group_open(const char *dir);
void group_close(void);

/*
 * Move the calling process in, or back where it came from. Writes to no memory
 * but the stack: what is touched first between the two is charged to the group.
 */
int group_enter(void);
int group_leave(void);

/* Move another process in, for good. What it has been charged for stays behind. */
int group_add(pid_t pid);

/*
 * Fail unless exactly @folios small folios that are mapped and on an LRU list
 * are charged to the group: all others in it would be walked as well.
 */
int group_check(unsigned long folios);

/*
 * Reclaim about @bytes of the group's memory in the calling task. 0 also when
 * it got less: look at the pages. EXIT_LACKS where there is no way to ask.
 */
int group_reclaim(unsigned long bytes);

#endif
