// SPDX-License-Identifier: GPL-2.0-only
/*
 * foliomap's reading of struct pages, trees and folios, in a memory that is made up: what the
 * kernel's would be at known addresses.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "../../cmd/folio/census.h"
#include "../../cmd/folio/page.h"
#include "../../cmd/folio/query.h"
#include "../../cmd/folio/tree.h"
#include "layout.h"
#include "unit.h"

/* ---------------------------------------------------------- memory, made up */

#define VMEMMAP	   0xffffea0000000000
#define FIRST	   0x1000 /* frame: every machine has one */
#define FRAMES	   256
#define HEAP	   0xffff888000000000
#define HEAP_BYTES 65536

struct memory {
	struct kmem k; /* first */
	uint8_t pages[FRAMES][64];
	uint8_t heap[HEAP_BYTES];
	unsigned int reads;
	/* Called before each read. */
	void (*meanwhile)(struct memory *m);
};

static int read_one(struct memory *m, struct kmem_read *r)
{
	const uint64_t pages = VMEMMAP + FIRST * 64ULL;

	memset(r->to, 0, r->len);
	if (r->addr >= pages && r->addr + r->len <= pages + sizeof(m->pages))
		memcpy(r->to, m->pages[0] + (r->addr - pages), r->len);
	else if (r->addr >= HEAP && r->addr + r->len <= HEAP + HEAP_BYTES)
		memcpy(r->to, m->heap + (r->addr - HEAP), r->len);
	else
		return -EFAULT;
	return 0;
}

static int read_memory(struct kmem *k, struct kmem_read *reads, size_t n)
{
	struct memory *m = (struct memory *)k;

	m->reads++;
	if (m->meanwhile)
		m->meanwhile(m);
	for (size_t i = 0; i < n; i++)
		reads[i].err = read_one(m, &reads[i]);
	return 0;
}

static int no_tasks(struct kmem *k, struct kmem_tasks *tasks)
{
	(void)k;
	tasks->n = 0;
	return 0;
}

static void no_refresh(struct kmem *k)
{
	(void)k;
}

static const char *no_symbol(struct kmem *k, uint64_t addr)
{
	(void)k;
	(void)addr;
	return NULL;
}

static struct memory *memory_new(void)
{
	struct memory *m = calloc(1, sizeof(*m));

	layout_init(&m->k.layout);
	m->k.vmemmap = VMEMMAP;
	m->k.zero_pfn = m->k.huge_zero_pfn = UINT64_MAX;
	m->k.read = read_memory;
	m->k.tasks = no_tasks;
	m->k.symbol = no_symbol;
	m->k.refresh = no_refresh;
	return m;
}

static void put(void *base, int32_t offset, uint64_t value, size_t size)
{
	memcpy((char *)base + offset, &value, size);
}

static uint64_t bits(unsigned int first, unsigned int nid, unsigned int zone)
{
	return first | (uint64_t)nid << 60 | (uint64_t)zone << 58;
}

/* The struct page of a frame; mapcount as it is told, not as it is stored. */
static void set_page(struct memory *m, unsigned int at, uint64_t flags, uint64_t mapping,
		     uint64_t index, int mapcount, int refcount)
{
	uint8_t *raw = m->pages[at];

	memset(raw, 0, 64);
	put(raw, 0, flags, 8);
	put(raw, 24, mapping, 8);
	put(raw, 32, index, 8);
	put(raw, 48, (uint32_t)(mapcount - 1), 4);
	put(raw, 52, refcount, 4);
}

#define ANON_VMA (HEAP + 0x100)
#define ANON_LRU (1 << BIT_LRU | 1 << BIT_SWAPBACKED)

static void set_anon(struct memory *m, unsigned int at, int mapcount, int refcount)
{
	set_page(m, at, bits(ANON_LRU, 3, 2), ANON_VMA | 1, 77, mapcount, refcount);
}

/* A folio of 2^order pages, each mapped by itself as often as @mapcount, and @entire times. */
static void set_large(struct memory *m, unsigned int at, unsigned int order, int mapcount, int entire)
{
	set_anon(m, at, mapcount, 1);
	put(m->pages[at], 0, bits(ANON_LRU | 1 << BIT_HEAD, 3, 2), 8);
	for (unsigned int i = 1; i < 1u << order; i++) {
		set_page(m, at + i, bits(0, 3, 2), 0, 0, mapcount, 0);
		put(m->pages[at + i], 8, (VMEMMAP + (FIRST + at) * 64ULL) | 1, 8);
	}
	put(m->pages[at + 1], 0, bits(0, 3, 2) | order, 8);
	put(m->pages[at + 1], 84 - 64, (uint32_t)(entire - 1), 4);
	put(m->pages[at + 1], 80 - 64, (uint32_t)(entire + (mapcount << order) - 1), 4);
}

/* ------------------------------------------------------------- struct pages */

static struct folio folio_at(struct memory *m, unsigned int at)
{
	struct folio f;

	assert_int_equal(folio__read(&m->k, FIRST + at, &f), 0);
	return f;
}

static void test_place(void **state)
{
	struct memory *m = memory_new();
	struct folio f;

	(void)state;
	set_anon(m, 5, 2, 2);
	f = folio_at(m, 5);
	assert_int_equal(f.nid, 3);
	assert_string_equal(zone__name(f.zone), "Normal");
	assert_int_equal(f.kind, FOLIO_KIND_ANON);
	assert_int_equal(f.order, 0);
	assert_int_equal(folio__mapcount(&m->k.layout, &f), 2);
	assert_int_equal(folio__pgoff(&m->k, &f), 77);
	/* One node, one zone: no bits for them. */
	m->k.layout.nodes_max = 1;
	f = folio_at(m, 5);
	assert_int_equal(f.nid, 0);
	assert_int_equal(folio__read(&m->k, FIRST + FRAMES, &f), -ENXIO);
	free(m);
}

static void test_large(void **state)
{
	struct memory *m = memory_new();
	struct folio f;

	(void)state;
	set_large(m, 16, 4, 2, 1);
	f = folio_at(m, 16 + 7);
	assert_int_equal(f.head.pfn, FIRST + 16);
	assert_int_equal(f.order, 4);
	assert_int_equal(f.kind, FOLIO_KIND_ANON);
	assert_int_equal(folio__pgoff(&m->k, &f), 77 + 7);
	assert_int_equal(folio__mapcount(&m->k.layout, &f), 3);
	assert_int_equal(f.large_mapped, 33);
	/* The head as a mask of the tail's own address: 7.2. */
	put(m->pages[16 + 7], 8, ~(16 * 64ULL - 1) | 1, 8);
	assert_int_equal(folio_at(m, 16 + 7).head.pfn, FIRST + 16);
	/* Up to 6.1: each page counts one more where both sorts of entries map it. */
	m->k.layout.flag[FOLIO_FLAG_double_map] = BIT_DOUBLE_MAP;
	put(m->pages[17], 0, bits(0, 3, 2) | 4 | 1 << BIT_DOUBLE_MAP, 8);
	f = folio_at(m, 16 + 7);
	assert_true(f.double_map);
	assert_int_equal(folio__mapcount(&m->k.layout, &f), 2);
	free(m);
}

static void test_kinds(void **state)
{
	static const struct {
		uint64_t flags, mapping;
		uint32_t mapcount; /* as stored */
		int refcount;
		enum folio_kind kind;
	} cases[] = {
		{ ANON_LRU, ANON_VMA | 1, 0, 1, FOLIO_KIND_ANON },
		{ ANON_LRU, ANON_VMA | 3, 0, 1, FOLIO_KIND_KSM },
		{ 1 << BIT_LRU, HEAP, 0, 1, FOLIO_KIND_FILE },
		{ ANON_LRU, HEAP, 0, 1, FOLIO_KIND_SHMEM },
		{ 1 << BIT_LRU, 0, ~0u, 1, FOLIO_KIND_DETACHED },
		{ ANON_LRU, 0, ~0u, 1, FOLIO_KIND_DETACHED },
		{ ANON_LRU | 1 << BIT_SWAPCACHE, 0, ~0u, 1, FOLIO_KIND_SWAP },
		/* Its references are frozen, as in an exchange or migration. */
		{ 1 << BIT_SWAPBACKED, ANON_VMA | 1, ~0u, 0, FOLIO_KIND_ANON },
		{ 1 << BIT_LRU, HEAP, ~0u, 0, FOLIO_KIND_FILE },
		{ 0, HEAP | 2, ~0u, 1, FOLIO_KIND_MOVABLE },
		{ 0, 0, 0xf2000000, 1, FOLIO_KIND_TABLE },
		{ 0, HEAP, 0xf5000000, 1, FOLIO_KIND_SLAB },
		{ 0, 0, 0xf0000000, 0, FOLIO_KIND_FREE },
		{ 0, 0, ~0u, 0, FOLIO_KIND_CACHED },
		{ 0, 0, ~0u, 1, FOLIO_KIND_KERNEL },
		{ 1 << BIT_RESERVED, 0, ~0u, 1, FOLIO_KIND_RESERVED },
	};
	struct memory *m = memory_new();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		set_page(m, 9, bits(cases[i].flags, 0, 2), cases[i].mapping, 0,
			 cases[i].mapcount + 1, cases[i].refcount);
		assert_string_equal(folio_kind__name(folio_at(m, 9).kind),
				    folio_kind__name(cases[i].kind));
		assert_int_equal(folio_kind__number(folio_kind__name(cases[i].kind)), cases[i].kind);
	}
	m->k.zero_pfn = FIRST + 9;
	assert_int_equal(folio_at(m, 9).kind, FOLIO_KIND_ZERO);
	/* In a free block that begins before it. */
	set_page(m, 32, bits(0, 0, 2), 0, 0, 0xf0000000 + 1, 0);
	put(m->pages[32], 40, 4, 8);
	set_page(m, 32 + 11, bits(0, 0, 2), 0, 0, 0, 0);
	assert_int_equal(folio_at(m, 32 + 11).kind, FOLIO_KIND_FREE);
	assert_int_equal(folio_at(m, 32 + 11).order, 4);
	/* Up to 6.10 a type is a bit that is not set, and 5.10 has one more. */
	memset(m->k.layout.type, 0xff, sizeof(m->k.layout.type));
	set_page(m, 9, bits(0, 0, 2), 0, 0, (int)(~0x200u + 1), 1);
	m->k.zero_pfn = UINT64_MAX;
	assert_int_equal(folio_at(m, 9).kind, FOLIO_KIND_TABLE);
	m->k.layout.memcg_in_page = 1;
	assert_int_not_equal(folio_at(m, 9).kind, FOLIO_KIND_TABLE);
	set_page(m, 9, bits(0, 0, 2), 0, 0, (int)(~0x400u + 1), 1);
	assert_int_equal(folio_at(m, 9).kind, FOLIO_KIND_TABLE);
	free(m);
}

/* ---------------------------------------------------------- interval trees */

#define NODES 7

static uint64_t avc_at(unsigned int i)
{
	return HEAP + 0x1000 + i * 0x100;
}

static uint64_t vma_at(unsigned int i)
{
	return HEAP + 0x4000 + i * 0x100;
}

static uint8_t *raw(struct memory *m, uint64_t addr)
{
	return m->heap + (addr - HEAP);
}

/* Seven VMAs of 10 pages, which begin at offsets 100, 110, ...; a balanced tree of them. */
static void set_tree(struct memory *m)
{
	/* The root is 3; of a node i its children, as of a heap laid out in order. */
	static const int children[NODES][2] = { { -1, -1 }, { 0, 2 }, { -1, -1 }, { 1, 5 },
						{ -1, -1 }, { 4, 6 }, { -1, -1 } };
	static const unsigned int last[NODES] = { 109, 129, 129, 169, 149, 169, 169 };

	put(raw(m, ANON_VMA), 0, ANON_VMA, 8);
	put(raw(m, ANON_VMA), 16, avc_at(3) + 16, 8);
	for (unsigned int i = 0; i < NODES; i++) {
		uint8_t *avc = raw(m, avc_at(i)), *vma = raw(m, vma_at(i));

		put(avc, 0, vma_at(i), 8);
		put(avc, 8, ANON_VMA, 8);
		for (int side = 0; side < 2; side++)
			if (children[i][side] >= 0)
				put(avc, 16 + (side ? 8 : 16), avc_at(children[i][side]) + 16, 8);
		put(avc, 40, last[i], 8);
		put(vma, 0, 0x10000000 * (i + 1), 8);
		put(vma, 8, 0x10000000 * (i + 1) + 10 * 4096, 8);
		put(vma, 16, HEAP + 0x8000 + i, 8);
		put(vma, 24, 100 + 10 * i, 8);
	}
}

static size_t found(struct memory *m, uint64_t first, uint64_t last, bool torn)
{
	struct tree_vmas vmas = { 0 };
	size_t n;

	assert_int_equal(tree__of_anon_vma(&m->k, ANON_VMA, first, last, &vmas), 0);
	assert_int_equal(vmas.torn, torn);
	n = vmas.n;
	for (size_t i = 0; i < n; i++) {
		assert_true(vmas.vma[i].pgoff <= last);
		assert_true(tree_vma__last(&vmas.vma[i]) >= first);
	}
	tree_vmas__free(&vmas);
	return n;
}

static void test_tree(void **state)
{
	struct memory *m = memory_new();
	struct tree_vmas vmas = { 0 };

	(void)state;
	set_tree(m);
	assert_int_equal(found(m, 0, UINT64_MAX, false), NODES);
	for (unsigned int i = 0; i < NODES; i++)
		assert_int_equal(found(m, 100 + 10 * i, 100 + 10 * i, false), 1);
	assert_int_equal(found(m, 99, 99, false), 0);
	assert_int_equal(found(m, 170, 170, false), 0);
	assert_int_equal(found(m, 119, 141, false), 4);
	assert_int_equal(tree__of_anon_vma(&m->k, ANON_VMA, 137, 137, &vmas), 0);
	assert_int_equal(vmas.n, 1);
	assert_int_equal(tree_vma__address(&vmas.vma[0], 137), 0x40000000 + 7 * 4096);
	tree_vmas__free(&vmas);
	free(m);
}

static void test_torn_tree(void **state)
{
	struct memory *m = memory_new();

	(void)state;
	/* Somebody holds the lock to change it. */
	set_tree(m);
	put(raw(m, ANON_VMA), 8, 1, 8);
	assert_int_equal(found(m, 0, UINT64_MAX, true), NODES);
	/* Readers do not. */
	put(raw(m, ANON_VMA), 8, 0x300, 8);
	assert_int_equal(found(m, 0, UINT64_MAX, false), NODES);
	/* A node went to another anon_vma: neither it nor what is below it is ours. */
	put(raw(m, avc_at(5)), 8, ANON_VMA + 64, 8);
	assert_int_equal(found(m, 0, UINT64_MAX, true), 4);
	/* Its memory is gone. */
	set_tree(m);
	put(raw(m, avc_at(1)), 0, 0x1000, 8);
	assert_int_equal(found(m, 0, UINT64_MAX, true), 4);
	/* A circle has an end. */
	set_tree(m);
	put(raw(m, avc_at(6)), 16 + 16, avc_at(6) + 16, 8);
	assert_true(found(m, 0, UINT64_MAX, true) < 1000);
	free(m);
}

/* --------------------------------------------------------------- exchange */

static const char *result_of(struct memory *m, unsigned int at)
{
	struct folio f = folio_at(m, at);

	return census__result_name(census__result(&m->k.layout, &f));
}

static void test_exchange(void **state)
{
	static const struct {
		unsigned int bit;
		const char *result;
	} flags[] = {
		{ BIT_LOCKED, "locked" },	{ BIT_HWPOISON, "hwpoison" },
		{ BIT_WRITEBACK, "writeback" }, { BIT_SWAPCACHE, "swapcache" },
		{ BIT_PRIVATE, "private" },
	};
	struct memory *m = memory_new();

	(void)state;
	set_anon(m, 9, 1, 1);
	assert_string_equal(result_of(m, 9), "ok");
	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
		set_page(m, 9, bits(ANON_LRU | 1 << flags[i].bit, 0, 2), ANON_VMA | 1, 0, 1, 1);
		assert_string_equal(result_of(m, 9), flags[i].result);
	}
	set_anon(m, 9, 1, 2);
	assert_string_equal(result_of(m, 9), "extra_refs");
	set_anon(m, 9, 1, 1 + 1023);
	assert_string_equal(result_of(m, 9), "extra_refs");
	set_anon(m, 9, 1, 1 + 1024);
	assert_string_equal(result_of(m, 9), "pinned");
	set_anon(m, 9, 2, 2);
	assert_string_equal(result_of(m, 9), "shared");
	set_anon(m, 9, 0, 1);
	assert_string_equal(result_of(m, 9), "not_present");
	set_page(m, 9, bits(1 << BIT_SWAPBACKED, 0, 2), ANON_VMA | 1, 0, 1, 1);
	assert_string_equal(result_of(m, 9), "isolate");
	set_page(m, 9, bits(ANON_LRU, 0, 2), ANON_VMA | 3, 0, 1, 1);
	assert_string_equal(result_of(m, 9), "unsupported");
	set_page(m, 9, bits(ANON_LRU, 0, 2), HEAP, 0, 1, 1);
	assert_string_equal(result_of(m, 9), "type");
	set_large(m, 16, 2, 0, 1);
	assert_string_equal(result_of(m, 16), "order");
	set_page(m, 9, bits(0, 0, 2), 0, 0, 0, 1);
	assert_string_equal(result_of(m, 9), "none");
	free(m);
}

/* ----------------------------------------------------------------- census */

static void count_row(const json_t *rows, const char *kind, int order, json_int_t *folios,
		      json_int_t *pages)
{
	*folios = *pages = 0;
	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);

		if (strcmp(json_string_value(json_object_get(row, "kind")), kind) ||
		    json_integer_value(json_object_get(row, "order")) != order)
			continue;
		*folios += json_integer_value(json_object_get(row, "folios"));
		*pages += json_integer_value(json_object_get(row, "bytes")) / 4096;
	}
}

static void assert_row(const json_t *rows, const char *kind, int order, json_int_t folios,
		       json_int_t pages)
{
	json_int_t got_folios, got_pages;

	count_row(rows, kind, order, &got_folios, &got_pages);
	assert_int_equal(got_folios, folios);
	assert_int_equal(got_pages, pages);
}

static void test_census(void **state)
{
	struct memory *m = memory_new();
	struct census c = { .k = &m->k, .node = -1 };
	struct zone zone = {
		.nid = 3, .type = FOLIO_ZONE_NORMAL, .start = FIRST, .spanned = FRAMES + 64
	};
	uint64_t wanted[(FIRST + FRAMES) / 64 + 2] = { 0 };
	json_t *json, *rows;

	(void)state;
	/* 0..127: one folio; 128..191: a free block; 192: a tail of nothing; the rest single. */
	set_large(m, 0, 7, 0, 1);
	for (unsigned int i = 128; i < FRAMES; i++)
		set_anon(m, i, 1, 1);
	set_page(m, 128, bits(0, 3, 2), 0, 0, (int)(0xf0000000 + 1), 0);
	put(m->pages[128], 40, 6, 8);
	set_page(m, 192, bits(0, 3, 2), 0, 0, 0, 0);
	put(m->pages[192], 8, 0xffff0000ULL | 1, 8);
	c.zones.zone = &zone;
	c.zones.n = 1;
	assert_int_equal(census__run(&c), 0);
	assert_int_equal(c.pages, FRAMES + 64);
	json = census__json(&c);
	rows = json_object_get(json, "rows");
	assert_row(rows, "anon", 7, 1, 128);
	assert_row(rows, "free", 6, 1, 64);
	assert_row(rows, "changed", 0, 1, 1);
	assert_row(rows, "anon", 0, 63, 63);
	assert_row(rows, "hole", 0, 64, 64); /* behind the last struct page */
	json_decref(json);
	/* Only two pages in the middle of the large folio, and one single. */
	wanted[(FIRST + 70) / 64] |= 3ULL << 6;
	wanted[(FIRST + 200) / 64] |= 1ULL << (200 % 64);
	c.wanted = wanted;
	c.frames = FIRST + FRAMES + 64;
	assert_int_equal(census__run(&c), 0);
	json = census__json(&c);
	rows = json_object_get(json, "rows");
	assert_int_equal(json_array_size(rows), 2);
	assert_row(rows, "anon", 7, 1, 2);
	assert_row(rows, "anon", 0, 1, 1);
	json_decref(json);
	c.node = 2;
	assert_int_equal(census__run(&c), 0);
	assert_int_equal(c.pages, 0);
	free(c.row);
	free(m);
}

/* A large folio that is being freed: its order has gone, its tails still lead to it. */
static void test_torn_census(void **state)
{
	struct memory *m = memory_new();
	struct census c = { .k = &m->k, .node = -1 };
	struct zone zone = { .nid = 3, .type = FOLIO_ZONE_NORMAL, .start = FIRST + 2, .spanned = 14 };
	json_t *json, *rows;

	(void)state;
	set_large(m, 0, 3, 0, 1);
	put(m->pages[1], 0, bits(0, 3, 2), 8);
	for (unsigned int i = 8; i < 16; i++)
		set_anon(m, i, 1, 1);
	c.zones.zone = &zone;
	c.zones.n = 1;
	for (; zone.start >= FIRST; zone.start--, zone.spanned++) {
		assert_int_equal(census__run(&c), 0);
		assert_int_equal(c.pages, zone.spanned);
		json = census__json(&c);
		rows = json_object_get(json, "rows");
		assert_row(rows, "changed", 0, zone.start > FIRST ? zone.spanned - 8 : 7,
			   zone.start > FIRST ? zone.spanned - 8 : 7);
		assert_row(rows, "anon", 0, zone.start > FIRST ? 8 : 9, zone.start > FIRST ? 8 : 9);
		json_decref(json);
	}
	free(c.row);
	free(m);
}

/* ------------------------------------------------------------------ zones */

#define NODE_STRUCT (HEAP + 0x9000)

static const char zoneinfo[] = "Node 0, zone   Normal\n"
			       "  pages free     1\n"
			       "        spanned  192\n"
			       "        present  192\n"
			       "        managed  100\n"
			       "  start_pfn:           4096\n"
			       "Node 0, zone  Movable\n"
			       "        spanned  64\n"
			       "        present  64\n"
			       "        managed  64\n"
			       "  start_pfn:           4160\n"
			       "Node 0, zone   Device\n"
			       "        spanned  64\n"
			       "        present  0\n"
			       "        managed  0\n"
			       "Node 1, zone      DMA\n"
			       "        spanned  0\n";

static struct zones zones_of(struct memory *m)
{
	struct zones zones = { 0 };
	char path[] = "/tmp/folio-zoneinfo-XXXXXX";
	int fd = mkstemp(path);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");

	assert_non_null(f);
	fputs(zoneinfo, f);
	fclose(f);
	assert_int_equal(zones__read(&zones, &m->k, path), 0);
	remove(path);
	return zones;
}

static void test_zones(void **state)
{
	struct memory *m = memory_new();
	struct folio_layout *l = &m->k.layout;
	struct zones zones = zones_of(m);

	(void)state;
	/* Nobody tells where device memory begins. */
	assert_int_equal(zones.n, 2);
	assert_true(zones.unplaced);
	zones__free(&zones);
	/* The node's struct does. */
	l->pgdat_zones = 0x20;
	l->zone_size = 0x40;
	l->zone_start = 8;
	l->zone_spanned = 16;
	m->k.node_data = HEAP + 0x8f00;
	put(raw(m, HEAP + 0x8f00), 0, NODE_STRUCT, 8);
	put(raw(m, NODE_STRUCT), 0x20 + FOLIO_ZONE_DEVICE * 0x40 + 8, FIRST + 192, 8);
	put(raw(m, NODE_STRUCT), 0x20 + FOLIO_ZONE_DEVICE * 0x40 + 16, 64, 8);
	zones = zones_of(m);
	assert_int_equal(zones.n, 3);
	assert_false(zones.unplaced);
	assert_false(zones__have(&zones, FIRST + 191, FOLIO_ZONE_DEVICE));
	assert_true(zones__have(&zones, FIRST + 192, FOLIO_ZONE_DEVICE));
	assert_false(zones__have(&zones, FIRST + 256, FOLIO_ZONE_DEVICE));
	zones__free(&zones);
	/* What is there does not agree with what is told. */
	put(raw(m, NODE_STRUCT), 0x20 + FOLIO_ZONE_DEVICE * 0x40 + 16, 65, 8);
	zones = zones_of(m);
	assert_true(zones.unplaced);
	zones__free(&zones);
	free(m);
}

/* A zone inside another's span: each frame counts once, for whom its struct page names. */
static void test_overlap(void **state)
{
	struct memory *m = memory_new();
	struct census c = { .k = &m->k, .node = -1 };
	json_t *json, *rows;

	(void)state;
	c.zones = zones_of(m);
	for (unsigned int i = 0; i < 192; i++)
		set_page(m, i,
			 bits(ANON_LRU, 0,
			      i >= 64 && i < 128 ? FOLIO_ZONE_MOVABLE : FOLIO_ZONE_NORMAL),
			 ANON_VMA | 1, i, 1, 1);
	/* In neither: the first zone's. */
	set_page(m, 100, bits(0, 7, FOLIO_ZONE_DMA), 0, 0, 0, 1);
	assert_int_equal(census__run(&c), 0);
	assert_int_equal(c.pages, 192);
	json = census__json(&c);
	rows = json_object_get(json, "rows");
	assert_row(rows, "anon", 0, 191, 191);
	assert_row(rows, "kernel", 0, 1, 1);
	json_decref(json);
	census__free(&c);
	free(m);
}

/* ---------------------------------------- what changes while it is looked at */

static json_t *asked(struct memory *m, unsigned int at)
{
	const struct query q = { .pfn = FIRST + at };
	unsigned int tries;
	json_t *line;

	assert_int_equal(query__run(&m->k, &q, &line, &tries), ST_OK);
	return line;
}

/* Another mapping at every fifth reading. */
static void restless(struct memory *m)
{
	put(m->pages[9], 24, ANON_VMA + 0x40 * (m->reads / 5 % 4) + 1, 8);
}

static void freed(struct memory *m)
{
	if (m->reads == 5)
		set_page(m, 9, bits(0, 3, 2), 0, 0, 0, 0);
}

static void test_changes(void **state)
{
	struct memory *m = memory_new();
	json_t *line, *unknown;

	(void)state;
	/* One VMA, of a process that is not there (any more): said, and no owner made up. */
	set_tree(m);
	set_page(m, 9, bits(ANON_LRU, 3, 2), ANON_VMA | 1, 105, 1, 1);
	line = asked(m, 9);
	assert_true(json_is_false(json_object_get(line, "changed")));
	assert_true(json_is_false(json_object_get(line, "agrees")));
	assert_true(json_is_true(json_object_get(line, "torn")));
	assert_int_equal(json_array_size(json_object_get(line, "mappers")), 0);
	assert_int_equal(json_array_size(json_object_get(line, "phantoms")), 0);
	unknown = json_array_get(json_object_get(line, "unknown"), 0);
	assert_true(json_is_null(json_object_get(unknown, "pid")));
	assert_string_equal(json_string_value(json_object_get(unknown, "why")), "gone");
	json_decref(line);
	/* Seen from a PID namespace it may be a process of another. */
	m->k.in_pidns = true;
	line = asked(m, 9);
	assert_true(json_is_false(json_object_get(line, "torn")));
	unknown = json_array_get(json_object_get(line, "unknown"), 0);
	assert_string_equal(json_string_value(json_object_get(unknown, "why")), "outside");
	json_decref(line);
	m->k.in_pidns = false;
	/* It goes from owner to owner. */
	m->meanwhile = restless;
	m->reads = 0;
	line = asked(m, 9);
	assert_true(json_is_true(json_object_get(line, "changed")));
	assert_null(json_object_get(line, "mappers"));
	assert_null(json_object_get(line, "anon_vma"));
	assert_string_equal(json_string_value(json_object_get(line, "pfn")), "0x1009");
	json_decref(line);
	/* It is freed: then it is free, and nobody's. */
	set_page(m, 9, bits(ANON_LRU, 3, 2), ANON_VMA | 1, 105, 1, 1);
	m->meanwhile = freed;
	m->reads = 0;
	line = asked(m, 9);
	assert_string_equal(json_string_value(json_object_get(line, "kind")), "free_cached");
	assert_null(json_object_get(line, "mappers"));
	json_decref(line);
	free(m);
}

RUN_TESTS(cmocka_unit_test(test_place), cmocka_unit_test(test_large), cmocka_unit_test(test_kinds),
	  cmocka_unit_test(test_tree), cmocka_unit_test(test_torn_tree),
	  cmocka_unit_test(test_exchange), cmocka_unit_test(test_census),
	  cmocka_unit_test(test_torn_census), cmocka_unit_test(test_zones),
	  cmocka_unit_test(test_overlap), cmocka_unit_test(test_changes))
