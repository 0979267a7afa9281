// SPDX-License-Identifier: GPL-2.0-only
/* What a struct page, and the folio it belongs to, say. */
#include <string.h>
#include "page.h"

static const char *const kinds[] = {
#define X(symbol, name) [FOLIO_KIND_##symbol] = #name,
	FOLIO_KINDS(X)
#undef X
};

const char *folio_kind__name(enum folio_kind kind)
{
	return kinds[kind];
}

int folio_kind__number(const char *name)
{
	for (int i = 0; i < FOLIO_KIND_MAX; i++)
		if (!strcmp(kinds[i], name))
			return i;
	return -1;
}

uint64_t page__address(const struct kmem *k, uint64_t pfn)
{
	return k->vmemmap + pfn * k->layout.page_size;
}

/* -------------------------------------------------------------- struct page */

static uint64_t word(const void *raw, int32_t offset)
{
	uint64_t v = 0;

	if (offset >= 0)
		memcpy(&v, (const char *)raw + offset, sizeof(v));
	return v;
}

static int32_t number(const void *raw, int32_t offset)
{
	int32_t v = 0;

	if (offset >= 0)
		memcpy(&v, (const char *)raw + offset, sizeof(v));
	return v;
}

void page__decode(const struct folio_layout *l, struct page *page, uint64_t pfn, const void *raw)
{
	page->pfn = pfn;
	page->flags = word(raw, l->flags);
	page->mapping = word(raw, l->mapping);
	page->index = word(raw, l->index);
	page->private = word(raw, l->private_);
	page->memcg = word(raw, l->memcg);
	page->compound = word(raw, l->compound);
	page->mapcount = number(raw, l->mapcount);
	page->refcount = number(raw, l->refcount);
}

uint64_t page__head(const struct kmem *k, const struct page *page)
{
	/*
	 * Bit 0 says that it is a tail.  The rest is the head's address or, where this is all
	 * ones in front, a mask of its own (_compound_head() in 7.2).
	 */
	const uint64_t masks = 0xffffff0000000000;
	uint64_t head = page->compound - 1;

	if (!(page->compound & 1))
		return page->pfn;
	if (page->compound >= masks)
		head &= page__address(k, page->pfn);
	return (head - k->vmemmap) / k->layout.page_size;
}

/* Counts of what changes while it is read may be anything. */
static int32_t plus(int32_t a, int32_t b)
{
	return (int32_t)((uint32_t)a + (uint32_t)b);
}

static bool bit(uint64_t flags, int8_t n)
{
	return n >= 0 && flags >> n & 1;
}

bool page__flag(const struct folio_layout *l, const struct page *page, enum folio_flag flag)
{
	return bit(page->flags, l->flag[flag]);
}

/* Bits that @n different numbers take. */
static unsigned int width(uint32_t n)
{
	unsigned int bits = 0;

	while ((1u << bits) < n)
		bits++;
	return bits;
}

/* Node and zone are in the topmost bits (include/linux/page-flags-layout.h, SPARSEMEM_VMEMMAP). */
int16_t page__nid(const struct folio_layout *l, const struct page *page)
{
	unsigned int bits = width(l->nodes_max);

	return bits ? page->flags >> (64 - bits) : 0;
}

int8_t page__zone(const struct folio_layout *l, const struct page *page)
{
	unsigned int below = width(l->nodes_max), bits = width(l->zones_max);
	int zone = bits ? (page->flags << below) >> (64 - bits) : 0;

	for (int i = 0; i < FOLIO_ZONE_MAX; i++)
		if (l->zone[i] == zone)
			return i;
	return -1;
}

const char *zone__name(int8_t zone)
{
	static const char *const names[] = {
		[FOLIO_ZONE_DMA] = "DMA",	[FOLIO_ZONE_DMA32] = "DMA32",
		[FOLIO_ZONE_NORMAL] = "Normal", [FOLIO_ZONE_MOVABLE] = "Movable",
		[FOLIO_ZONE_DEVICE] = "Device",
	};

	return zone < 0 ? "?" : names[zone];
}

int page__type(const struct folio_layout *l, const struct page *page)
{
	/* include/linux/page-flags.h, up to 6.10: a type is a bit that is not set. */
	static const struct {
		uint32_t bit;
		int type;
	} old[] = { { 0x80, FOLIO_TYPE_buddy }, { 0x100, FOLIO_TYPE_offline } };
	/* 5.10 had one type more, which shifted those that follow (18b2db3b0385 took it away). */
	const uint32_t table = l->memcg_in_page ? 0x400 : 0x200;
	uint32_t value = page->mapcount;

	if (l->flag[FOLIO_FLAG_slab] >= 0 && page__flag(l, page, FOLIO_FLAG_slab))
		return FOLIO_TYPE_slab;
	if (l->type[FOLIO_TYPE_buddy] >= 0) {
		for (int i = 0; i < FOLIO_TYPE_MAX; i++)
			if (l->type[i] >= 0 && value >> 24 == (uint32_t)l->type[i])
				return i;
		return -1;
	}
	if ((value & 0xf0000000) != 0xf0000000)
		return -1;
	for (size_t i = 0; i < sizeof(old) / sizeof(*old); i++)
		if (!(value & old[i].bit))
			return old[i].type;
	if (!(value & table))
		return FOLIO_TYPE_table;
	return value & table << 1 ? -1 : FOLIO_TYPE_guard;
}

/* ------------------------------------------------------------------- folio */

static enum folio_kind kind_of_type(int type)
{
	static const enum folio_kind kind[] = {
		[FOLIO_TYPE_buddy] = FOLIO_KIND_FREE,
		[FOLIO_TYPE_offline] = FOLIO_KIND_OFFLINE,
		[FOLIO_TYPE_table] = FOLIO_KIND_TABLE,
		[FOLIO_TYPE_guard] = FOLIO_KIND_GUARD,
		[FOLIO_TYPE_hugetlb] = FOLIO_KIND_HUGETLB,
		[FOLIO_TYPE_slab] = FOLIO_KIND_SLAB,
		[FOLIO_TYPE_zsmalloc] = FOLIO_KIND_ZSMALLOC,
		[FOLIO_TYPE_unaccepted] = FOLIO_KIND_UNACCEPTED,
		[FOLIO_TYPE_large_kmalloc] = FOLIO_KIND_LARGE_KMALLOC,
	};

	return kind[type];
}

static bool is_zero(const struct kmem *k, uint64_t pfn)
{
	const uint64_t huge = 512; /* pages of 2 MiB */

	return pfn == k->zero_pfn || (k->huge_zero_pfn != UINT64_MAX && pfn >= k->huge_zero_pfn &&
				      pfn < k->huge_zero_pfn + huge);
}

static bool is_lru(const struct folio_layout *l, const struct page *p)
{
	return page__flag(l, p, FOLIO_FLAG_lru) || page__flag(l, p, FOLIO_FLAG_unevictable) ||
	       page__flag(l, p, FOLIO_FLAG_swapbacked);
}

/* Of what belongs to nobody's mapping. */
static enum folio_kind kind_without_mapping(const struct folio_layout *l, const struct folio *f)
{
	const struct page *p = &f->head;

	if (!is_lru(l, p))
		return p->refcount <= 0 && !f->large ? FOLIO_KIND_CACHED : FOLIO_KIND_KERNEL;
	/* folio_test_swapcache(): its bit means other things without the second. */
	return page__flag(l, p, FOLIO_FLAG_swapbacked) && page__flag(l, p, FOLIO_FLAG_swapcache) ?
		       FOLIO_KIND_SWAP :
		       FOLIO_KIND_DETACHED;
}

static enum folio_kind kind_of(const struct kmem *k, const struct folio *f, bool hugetlb)
{
	const struct folio_layout *l = &k->layout;
	const struct page *p = &f->head;
	int type = page__type(l, p);

	if (hugetlb)
		return FOLIO_KIND_HUGETLB;
	if (type >= 0)
		return kind_of_type(type);
	if (f->zone == FOLIO_ZONE_DEVICE)
		return FOLIO_KIND_DEVICE;
	if (is_zero(k, f->page.pfn))
		return FOLIO_KIND_ZERO;
	if (page__flag(l, p, FOLIO_FLAG_reserved))
		return FOLIO_KIND_RESERVED;
	if (!p->mapping)
		return kind_without_mapping(l, f);
	switch (p->mapping & FOLIO_MAPPING_TAG) {
	case FOLIO_MAPPING_ANON:
		return FOLIO_KIND_ANON;
	case FOLIO_MAPPING_KSM:
		return FOLIO_KIND_KSM;
	case FOLIO_MAPPING_MOVABLE:
		return FOLIO_KIND_MOVABLE;
	}
	return page__flag(l, p, FOLIO_FLAG_swapbacked) ? FOLIO_KIND_SHMEM : FOLIO_KIND_FILE;
}

/* An order that nothing has was read while it became another. */
static uint8_t order(uint64_t said)
{
	return said <= FOLIO_ORDER_MAX ? said : 0;
}

void folio__decode(const struct kmem *k, struct folio *f, const struct page *page, const void *head)
{
	const struct folio_layout *l = &k->layout;
	const char *raw = head;
	struct page second;
	bool hugetlb = false;

	*f = (struct folio){ .page = *page, .large_mapped = -1 };
	page__decode(l, &f->head, page__head(k, page), head);
	f->nid = page__nid(l, page);
	f->zone = page__zone(l, page);
	f->large = page__flag(l, &f->head, FOLIO_FLAG_head);
	if (f->large) {
		page__decode(l, &second, f->head.pfn + 1, raw + l->page_size);
		f->order = order(raw[l->order]);
		f->entire = plus(number(raw, l->entire_mapcount), 1);
		if (l->large_mapcount >= 0)
			f->large_mapped = (int64_t)number(raw, l->large_mapcount) + 1;
		f->double_map = page__flag(l, &second, FOLIO_FLAG_double_map);
		f->partially_mapped = page__flag(l, &second, FOLIO_FLAG_partially_mapped);
		hugetlb = l->compound_dtor >= 0 && raw[l->compound_dtor] == l->hugetlb_dtor;
	}
	f->kind = kind_of(k, f, hugetlb);
	if (f->kind == FOLIO_KIND_FREE)
		f->order = order(f->head.private);
}

bool folio__anon(const struct folio *f)
{
	return f->head.mapping & FOLIO_MAPPING_ANON;
}

bool folio__is_mapped_kind(const struct folio *f)
{
	switch (f->kind) {
	case FOLIO_KIND_ANON:
	case FOLIO_KIND_KSM:
	case FOLIO_KIND_FILE:
	case FOLIO_KIND_SHMEM:
	case FOLIO_KIND_HUGETLB:
		return f->head.mapping;
	default:
		return false;
	}
}

int32_t folio__mapcount(const struct folio_layout *l, const struct folio *f)
{
	int32_t of_page = plus(f->page.mapcount, 1);
	bool huge = f->kind == FOLIO_KIND_HUGETLB;

	if (huge)
		return f->entire;
	if (page__type(l, &f->page) >= 0)
		return 0;
	if (!f->large)
		return of_page;
	/* mm/util.c: __page_mapcount(), up to 6.1: PG_double_map is one more on each page. */
	if (l->flag[FOLIO_FLAG_double_map] >= 0)
		return folio__anon(f) ? plus(of_page, plus(f->entire, -f->double_map)) : of_page;
	return plus(of_page, f->entire);
}

uint64_t folio__pgoff(const struct kmem *k, const struct folio *f)
{
	uint64_t index = f->head.index;

	if (f->kind == FOLIO_KIND_HUGETLB && k->hugetlb_index_is_huge)
		index <<= f->order;
	return index + (f->page.pfn - f->head.pfn);
}

bool folio__same(const struct folio *a, const struct folio *b)
{
	return a->head.pfn == b->head.pfn && a->order == b->order && a->kind == b->kind &&
	       a->head.mapping == b->head.mapping && a->head.index == b->head.index;
}

/* ------------------------------------------------------------------- flags */

static const char *const flag_names[] = {
#define X(name) #name,
	FOLIO_FLAGS(X)
#undef X
};

/* What a bit is called for this kind of folio. */
static const char *name_of(const struct folio_layout *l, const struct folio *f, enum folio_flag flag)
{
	int8_t n = l->flag[flag];
	bool user = folio__anon(f) || f->kind == FOLIO_KIND_SHMEM || f->kind == FOLIO_KIND_SWAP ||
		    f->kind == FOLIO_KIND_DETACHED;

	if (n == l->flag[FOLIO_FLAG_swapcache] && user &&
	    page__flag(l, &f->head, FOLIO_FLAG_swapbacked))
		return "swapcache";
	if (n == l->flag[FOLIO_FLAG_anon_exclusive] && folio__anon(f))
		return "anon_exclusive";
	if (n == l->flag[FOLIO_FLAG_mappedtodisk] && f->kind == FOLIO_KIND_FILE)
		return "mappedtodisk";
	return flag_names[flag];
}

void folio__flags(const struct folio_layout *l, const struct folio *f,
		  void (*each)(void *arg, const char *name), void *arg)
{
	uint64_t told = 0;

	for (int i = 0; i < FOLIO_FLAG_swapcache; i++) {
		int8_t n = l->flag[i];
		uint64_t flags = f->head.flags;

		/* These are of a frame, not of its folio. */
		if (i == FOLIO_FLAG_hwpoison || n == l->flag[FOLIO_FLAG_anon_exclusive])
			flags = f->page.flags;
		if (!bit(flags, n) || bit(told, n))
			continue;
		told |= 1ULL << n;
		each(arg, name_of(l, f, i));
	}
	if (bit(f->head.flags, l->flag[FOLIO_FLAG_slab]))
		each(arg, "slab");
	if (f->large && f->partially_mapped)
		each(arg, "partially_mapped");
	if (f->large && f->double_map)
		each(arg, "double_map");
}
