/* SPDX-License-Identifier: GPL-2.0-only */
/* What a struct page, and the folio it belongs to, say. */
#ifndef FOLIOSCOPE_FOLIO_PAGE_H
#define FOLIOSCOPE_FOLIO_PAGE_H

#include <stdbool.h>
#include <stdint.h>
#include "kmem.h"

/* What a frame is used for; each frame is of exactly one. */
#define FOLIO_KINDS(X)                                                                       \
	X(ANON, anon)		  /* of a process's own memory */                            \
	X(KSM, ksm)		  /* the same, merged with equal ones */                     \
	X(FILE, file)		  /* in a file's page cache */                               \
	X(SHMEM, shmem)		  /* the same of tmpfs, shared memory */                     \
	X(HUGETLB, hugetlb)	  /* of hugetlbfs */                                         \
	X(ZERO, zero_page)	  /* what was read and never written */                      \
	X(DEVICE, device)	  /* memory of a device (ZONE_DEVICE) */                     \
	X(SWAP, swap_cache)	  /* in the swap cache, and of no process yet or any more */ \
	X(DETACHED, detached)	  /* was in a page cache; somebody still holds it */         \
	X(SLAB, slab)		  /* of the kernel's small objects */                        \
	X(LARGE_KMALLOC, kmalloc) /* of a large one */                                       \
	X(TABLE, page_table)                                                                 \
	X(ZSMALLOC, zsmalloc) /* compressed memory */                                        \
	X(MOVABLE, movable)   /* a driver's, which can be moved */                           \
	X(GUARD, guard)                                                                      \
	X(OFFLINE, offline)                                                                  \
	X(UNACCEPTED, unaccepted)                                                            \
	X(RESERVED, reserved)  /* never given to anybody by the allocator */                 \
	X(KERNEL, kernel)      /* allocated, and nothing says for what */                    \
	X(FREE, free)	       /* in the buddy allocator */                                  \
	X(CACHED, free_cached) /* free, on a list of one CPU; or about to be */              \
	X(CHANGED, changed)    /* became a part of something else while it was read */       \
	X(HOLE, hole)	       /* no memory there */

enum folio_kind {
#define X(symbol, name) FOLIO_KIND_##symbol,
	FOLIO_KINDS(X)
#undef X
	FOLIO_KIND_MAX,
};

const char *folio_kind__name(enum folio_kind kind);

/* The number of a name, -1: none. */
int folio_kind__number(const char *name);

/* The tag in the lowest bits of a mapping. */
#define FOLIO_MAPPING_ANON    1 /* include/linux/page-flags.h, 5.10 to 7.2 */
#define FOLIO_MAPPING_MOVABLE 2 /* up to 6.17 */
#define FOLIO_MAPPING_KSM     3
#define FOLIO_MAPPING_TAG     3

#define FOLIO_ORDER_MAX 20 /* no folio, and no free block, is larger: of x86 it is 18, and 10 */

/* A struct page. */
struct page {
	uint64_t pfn;
	uint64_t flags;
	uint64_t mapping; /* with its tag */
	uint64_t index;
	uint64_t private;
	uint64_t memcg; /* with its tag */
	uint64_t compound;
	int32_t mapcount; /* as it is stored: one less than there are, or a type */
	int32_t refcount;
};

/* A frame and its folio. */
struct folio {
	struct page page; /* the frame's own struct page */
	struct page head; /* the folio's */
	uint8_t order;
	bool large;
	bool double_map; /* entries of both kinds map it; up to 6.1 */
	bool partially_mapped;
	int32_t entire;	      /* mapped as a whole by one entry; large only */
	int64_t large_mapped; /* by all page tables together; -1: this kernel does not count */
	enum folio_kind kind;
	int16_t nid;
	int8_t zone; /* enum folio_zone, -1: none */
};

/* The address of a struct page. */
uint64_t page__address(const struct kmem *k, uint64_t pfn);

/* Takes a struct page apart. */
void page__decode(const struct folio_layout *l, struct page *page, uint64_t pfn, const void *raw);

/* The first frame of what it is a part of; its own number if it is not in a large folio. */
uint64_t page__head(const struct kmem *k, const struct page *page);

bool page__flag(const struct folio_layout *l, const struct page *page, enum folio_flag flag);
int16_t page__nid(const struct folio_layout *l, const struct page *page);
int8_t page__zone(const struct folio_layout *l, const struct page *page);

/* "DMA", "Normal", ... as in /proc/zoneinfo. */
const char *zone__name(int8_t zone);

/* What a struct page says besides: an enum folio_type, -1: nothing. */
int page__type(const struct folio_layout *l, const struct page *page);

/* Struct pages of the beginning of a folio that folio__decode() wants. */
#define FOLIO_HEAD_PAGES 2

/*
 * A frame's folio.  @head: its first FOLIO_HEAD_PAGES struct pages, as they are in memory; of
 * what is not large only the first counts.
 */
void folio__decode(const struct kmem *k, struct folio *f, const struct page *page, const void *head);

/*
 * Reads a frame.  0; -ENXIO: there is no such frame; -EAGAIN: it changed while it was read;
 * or -errno.
 */
int folio__read(struct kmem *k, uint64_t pfn, struct folio *f);

/*
 * The same of @n frames, in a few batches: each one's folio in @f and answer in @err.  0, or
 * -errno: then nothing was read.
 */
int folio__read_many(struct kmem *k, const uint64_t *pfn, size_t n, struct folio *f, int *err);

/* Is it one of a folio that processes can map by the reverse map? */
bool folio__is_mapped_kind(const struct folio *f);

bool folio__anon(const struct folio *f);

/* How many page tables map the frame. */
int32_t folio__mapcount(const struct folio_layout *l, const struct folio *f);

/* The frame's offset in its file, or its VMA's, in pages. */
uint64_t folio__pgoff(const struct kmem *k, const struct folio *f);

/* Is it the same folio, belonging to the same? */
bool folio__same(const struct folio *a, const struct folio *b);

/* Hands the names of its flags to @each. */
void folio__flags(const struct folio_layout *l, const struct folio *f,
		  void (*each)(void *arg, const char *name), void *arg);

#endif
