/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc/PID/maps: where a process has VMAs. */
#ifndef FOLIOSCOPE_MAPS_H
#define FOLIOSCOPE_MAPS_H

#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/*
 * Hands each VMA of a process, in order, to @each until it returns other than 0; the page that
 * the kernel lends to all processes (vsyscall) is none.  What @each returned, or -errno
 * (-ENOENT, -ESRCH: no such process).
 */
int maps__each(pid_t pid, int (*each)(void *arg, uint64_t start, uint64_t end), void *arg);

/* The same of a file that is like it; what @each returned. */
int maps__parse(FILE *f, int (*each)(void *arg, uint64_t start, uint64_t end), void *arg);

#endif
