/* SPDX-License-Identifier: GPL-2.0-only */
/* What /proc tells of single pages, looked at before and after a self-test's walks. */
#ifndef FOLIOSCOPE_RMAP_SELFTEST_PAGES_H
#define FOLIOSCOPE_RMAP_SELFTEST_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/*
 * The pfns of the @n pages from @addr on in a process, 0 for what is not present.  0,
 * -EPERM when the kernel hides pfns (CAP_SYS_ADMIN), or another -errno.
 */
int pages__pfns(pid_t pid, const void *addr, size_t n, uint64_t *pfns);

/* How many of these pages are present.  Needs no privilege over pfns; or -errno. */
int pages__present(pid_t pid, const void *addr, size_t n);

/* What the kernel says of a page's folio. */
struct page_facts {
	uint64_t mapcount;
	bool large;
	bool lru; /* on an LRU list, so that it can be isolated */
	bool dirty;
	bool idle; /* marked in page_idle/bitmap, and not used since */
};

/* 0 or -errno. */
int pages__facts(uint64_t pfn, struct page_facts *facts);

/*
 * Was any page of the mapping that begins at @addr used lately, by a file like
 * /proc/self/smaps?  -1: it is not said.
 */
int pages__referenced(FILE *smaps, unsigned long addr);

/*
 * Does MADV_PAGEOUT look for references first, as it did before Linux 6.9 (2864f3d0f583,
 * "mm: madvise: pageout: ignore references rather than clearing young")?  -ENODATA when
 * that cannot be told.
 */
int pages__pageout_looks(void);

#endif
