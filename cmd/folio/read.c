// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading frames and their folios: a frame's struct page, then its folio's, then its own once
 * more.  No lock is taken; what became a part of something else meanwhile is found out.
 */
#include <errno.h>
#include <stdlib.h>
#include "page.h"

#define PAGE_BYTES 128 /* room for a struct page, mostly of 64 bytes */
#define HEAD_BYTES (FOLIO_HEAD_PAGES * PAGE_BYTES)

/* Is it in a block of the buddy allocator that begins before it? */
static bool in_free_block(struct kmem *k, struct folio *f)
{
	enum {
		ORDERS = 11
	}; /* MAX_ORDER, 5.10 to 7.2 */
	uint8_t raw[PAGE_BYTES];

	for (unsigned int order = 1; order < ORDERS; order++) {
		uint64_t pfn = f->page.pfn & ~((1ULL << order) - 1);
		struct page head;

		if (kmem__bytes(k, page__address(k, pfn), raw, k->layout.page_size))
			return false;
		page__decode(&k->layout, &head, pfn, raw);
		if (page__type(&k->layout, &head) == FOLIO_TYPE_buddy && head.private >= order &&
		    head.private < ORDERS) {
			f->head = head;
			f->order = head.private;
			return true;
		}
	}
	return false;
}

/* A frame while it is read. */
struct reading {
	struct page page;
	uint8_t own[PAGE_BYTES];
	uint8_t head[HEAD_BYTES];
	uint8_t again[PAGE_BYTES];
};

static int read_pages(struct kmem *k, const uint64_t *pfn, size_t n, struct reading *r,
		      struct kmem_read *reads, int *err)
{
	int failed;

	for (size_t i = 0; i < n; i++)
		reads[i] = (struct kmem_read){ page__address(k, pfn[i]), k->layout.page_size,
					       r[i].own, 0 };
	failed = k->read(k, reads, n);
	for (size_t i = 0; !failed && i < n; i++) {
		err[i] = reads[i].err ? -ENXIO : 0;
		page__decode(&k->layout, &r[i].page, pfn[i], r[i].own);
	}
	return failed;
}

static int read_heads(struct kmem *k, size_t n, struct reading *r, struct kmem_read *reads, int *err)
{
	const uint32_t size = k->layout.page_size;
	int failed;

	for (size_t i = 0; i < n; i++)
		reads[i] = (struct kmem_read){ page__address(k, page__head(k, &r[i].page)),
					       FOLIO_HEAD_PAGES * size, r[i].head, 0 };
	failed = k->read(k, reads, n);
	/* A single folio may be the last there is memory for. */
	for (size_t i = 0; !failed && i < n; i++)
		if (reads[i].err && !err[i] && kmem__bytes(k, reads[i].addr, r[i].head, size))
			err[i] = -EAGAIN;
	return failed;
}

/* Do they still belong to the same folios? */
static int read_again(struct kmem *k, size_t n, struct reading *r, struct kmem_read *reads, int *err)
{
	int failed;

	for (size_t i = 0; i < n; i++)
		reads[i] = (struct kmem_read){ page__address(k, r[i].page.pfn), k->layout.page_size,
					       r[i].again, 0 };
	failed = k->read(k, reads, n);
	for (size_t i = 0; !failed && i < n; i++) {
		struct page again;

		page__decode(&k->layout, &again, r[i].page.pfn, r[i].again);
		if (!err[i] && (reads[i].err || again.compound != r[i].page.compound))
			err[i] = -EAGAIN;
	}
	return failed;
}

int folio__read_many(struct kmem *k, const uint64_t *pfn, size_t n, struct folio *f, int *err)
{
	struct reading *r = calloc(n, sizeof(*r));
	struct kmem_read *reads = calloc(n, sizeof(*reads));
	int failed = r && reads ? 0 : -ENOMEM;

	if (!failed)
		failed = read_pages(k, pfn, n, r, reads, err);
	if (!failed)
		failed = read_heads(k, n, r, reads, err);
	for (size_t i = 0; !failed && i < n; i++)
		if (!err[i])
			folio__decode(k, &f[i], &r[i].page, r[i].head);
	if (!failed)
		failed = read_again(k, n, r, reads, err);
	for (size_t i = 0; !failed && i < n; i++)
		if (!err[i] && f[i].kind == FOLIO_KIND_CACHED && in_free_block(k, &f[i]))
			f[i].kind = FOLIO_KIND_FREE;
	free(r);
	free(reads);
	return failed;
}

int folio__read(struct kmem *k, uint64_t pfn, struct folio *f)
{
	int err, failed = folio__read_many(k, &pfn, 1, f, &err);

	return failed ? failed : err;
}
