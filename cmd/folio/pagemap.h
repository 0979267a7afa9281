/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc/PID/pagemap: the proof that an address maps a frame. */
#ifndef FOLIOSCOPE_FOLIO_PAGEMAP_H
#define FOLIOSCOPE_FOLIO_PAGEMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "../lib/status.h"

/* Documentation/admin-guide/mm/pagemap.rst */
#define PAGEMAP_PFN	((1ULL << 55) - 1)
#define PAGEMAP_SWAP	(1ULL << 62)
#define PAGEMAP_PRESENT (1ULL << 63)

/* Opens a process's pagemap: a descriptor or -errno (-ENOENT, -ESRCH: no such process). */
int pagemap__open(pid_t pid);

/*
 * Reads the entries of @n pages from @addr; what is behind the end of the address space is 0.
 * How many there are before it, or -errno.
 */
ssize_t pagemap__read(int fd, uint64_t addr, uint64_t *entries, size_t n);

/*
 * Says why a process's memory could not be looked at, as pagemap__open(), pagemap__read() and
 * maps__each() tell it: ST_FAIL, or ST_PERM with the capability that is missing.
 */
enum status pagemap__fail(pid_t pid, int err);

/* Does the entry say that this frame is mapped? */
bool pagemap__maps(uint64_t entry, uint64_t pfn);

#endif
