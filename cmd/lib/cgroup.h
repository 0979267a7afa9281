/* SPDX-License-Identifier: GPL-2.0-only */
/* Cgroups (v2) by the id that BPF programs see. */
#ifndef FOLIOSCOPE_CGROUP_H
#define FOLIOSCOPE_CGROUP_H

#include <stdint.h>
#include <stdio.h>

/*
 * The path of a cgroup below the root of its hierarchy, as "/system.slice/cron.service";
 * NULL when there is none (any more).  On 64-bit kernels the id is the directory's inode
 * number (since 5.5, 743210386c03).  The tree is read when an id is asked for that is not
 * known, at most once a second.  Valid until the program ends.
 */
const char *cgroup__path(uint64_t id);

/*
 * Where the tree is mounted, by a file like /proc/self/mounts: a string that is to be freed;
 * NULL: nowhere.
 */
char *cgroup__mounted(FILE *mounts);

#endif
