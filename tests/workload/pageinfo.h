/* SPDX-License-Identifier: GPL-2.0 */
/* What /proc tells about single pages: pfn, mapcount, flags. Nothing here walks the reverse map. */
#ifndef FORKTREE_PAGEINFO_H
#define FORKTREE_PAGEINFO_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Bits of /proc/kpageflags (include/uapi/linux/kernel-page-flags.h). */
#define PF_LRU	      (1ULL << 5)
#define PF_ACTIVE     (1ULL << 6)
#define PF_WRITEBACK  (1ULL << 8)
#define PF_MMAP	      (1ULL << 11)
#define PF_ANON	      (1ULL << 12)
#define PF_SWAPBACKED (1ULL << 14)
#define PF_COMPOUND   (1ULL << 15 | 1ULL << 16)
#define PF_KSM	      (1ULL << 21)

/* Open what all the others read. EXIT_LACKS without CONFIG_PROC_PAGE_MONITOR. */
int pageinfo_open(void);

/* @pfns gets the pfn of each of @count pages of @pid from @addr on, 0 where none is present. */
int pageinfo_pfns(pid_t pid, const void *addr, unsigned int count, uint64_t *pfns);

int pageinfo_mapcount(uint64_t pfn, uint64_t *mapcount);
int pageinfo_flags(uint64_t pfn, uint64_t *flags);

#endif
