/* SPDX-License-Identifier: GPL-2.0-only */
/* Kernel symbols by name, from /proc/kallsyms. */
#ifndef FOLIOSCOPE_KSYMS_H
#define FOLIOSCOPE_KSYMS_H

#include <stddef.h>
#include <stdint.h>

/*
 * Fills addr[i] with the address of the function name[i], 0 where the kernel has
 * none (or several of that name: the first).  One pass over the file: a few 100 ms
 * on a slow machine, so ask once for all.  Returns the number found, or -errno;
 * -EPERM when the kernel hides addresses (kernel.kptr_restrict).
 */
int ksyms__find(const char *const *name, uint64_t *addr, size_t n);

#endif
