// SPDX-License-Identifier: GPL-2.0-only
/*
 * A census: goes over all struct pages in chunks, from head to head, and adds up what is
 * there.  Nothing is locked: a frame is what it was when its chunk was copied.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "../lib/cgroup.h"
#include "../lib/maps.h"
#include "census.h"
#include "owner.h"
#include "pagemap.h"

#define PAGE_SIZE  4096
#define PAGES	   64	       /* struct pages of a chunk, at most FOLIO_SLOT_SIZE together */
#define CHUNKS	   FOLIO_SLOTS /* of a batch */
#define ROW_SLOTS  4096	       /* at first; a power of two */
#define PAGE_SHIFT 12

/* -------------------------------------------------------------------- rows */

static bool same_row(const struct census_row *a, const struct census_row *b)
{
	return a->kind == b->kind && a->order == b->order && a->lru == b->lru &&
	       a->result == b->result && a->nid == b->nid;
}

static struct census_row *find_row(struct census_row *row, size_t size, const struct census_row *like)
{
	uint64_t hash = ((uint64_t)like->kind << 32 | like->order << 24 | like->lru << 20 |
			 like->result << 14 | (uint16_t)like->nid) *
			0x9e3779b97f4a7c15;

	for (size_t i = hash >> 40;; i++) {
		struct census_row *r = &row[i & (size - 1)];

		if (!r->folios || same_row(r, like))
			return r;
	}
}

static bool make_room(struct census *c)
{
	size_t size = c->size ? 2 * c->size : ROW_SLOTS;
	struct census_row *more;

	if (2 * c->used < c->size)
		return true;
	more = calloc(size, sizeof(*more));
	if (!more)
		return false;
	for (size_t i = 0; i < c->size; i++)
		if (c->row[i].folios)
			*find_row(more, size, &c->row[i]) = c->row[i];
	free(c->row);
	c->row = more;
	c->size = size;
	return true;
}

static void add(struct census *c, const struct census_row *like, uint64_t pages)
{
	struct census_row *r;

	if (!make_room(c)) {
		c->failed = true;
		return;
	}
	r = find_row(c->row, c->size, like);
	if (!r->folios) {
		*r = *like;
		r->pages = 0;
		r->folios = 0;
		c->used++;
	}
	r->folios++;
	r->pages += pages;
	c->pages += pages;
}

/* ---------------------------------------------------------------- selection */

static uint64_t wanted_of(const struct census *c, uint64_t pfn, uint64_t n)
{
	uint64_t pages = 0;

	if (!c->wanted)
		return n;
	for (uint64_t i = pfn; i < pfn + n && i < c->frames; i++)
		pages += c->wanted[i / 64] >> (i % 64) & 1;
	return pages;
}

static bool below(const char *path, const char *top)
{
	size_t len = strlen(top);

	return !strcmp(top, "/") || (!strncmp(path, top, len) && (!path[len] || path[len] == '/'));
}

/* Is it charged to the cgroup that is wanted? */
static bool is_charged(struct census *c, uint64_t memcg)
{
	size_t slot = (memcg >> 6) % (sizeof(c->charged) / sizeof(*c->charged));
	uint64_t id;

	if (!c->cgroup)
		return true;
	if (!memcg)
		return false;
	if (c->charged[slot].memcg != memcg) {
		id = owner__cgroup(c->k, memcg);
		c->charged[slot].memcg = memcg;
		c->charged[slot].in = id && cgroup__path(id) && below(cgroup__path(id), c->cgroup);
	}
	return c->charged[slot].in;
}

/* Makes room for the bit of a frame. */
static int make_bits(struct census *c, uint64_t pfn)
{
	uint64_t frames = (pfn / 64 + 1) * 64 * 2;
	uint64_t *more = realloc(c->wanted, frames / 8);

	if (!more)
		return -ENOMEM;
	memset((char *)more + c->frames / 8, 0, (frames - c->frames) / 8);
	c->wanted = more;
	c->frames = frames;
	return 0;
}

static int want(struct census *c, uint64_t pfn)
{
	int err = pfn < c->frames ? 0 : make_bits(c, pfn);

	if (!err)
		c->wanted[pfn / 64] |= 1ULL << (pfn % 64);
	return err;
}

/* A process whose frames are wanted. */
struct wanting {
	struct census *c;
	int pagemap;
};

/* The frames of a VMA. */
static int want_vma(void *arg, uint64_t start, uint64_t end)
{
	const struct wanting *w = arg;
	uint64_t entries[512];
	int err = 0;

	while (!err && start < end) {
		uint64_t left = (end - start) >> PAGE_SHIFT;
		ssize_t n = pagemap__read(w->pagemap, start, entries, left < 512 ? left : 512);

		if (n <= 0)
			return n;
		for (ssize_t i = 0; !err && i < n; i++)
			if (entries[i] & PAGEMAP_PRESENT)
				err = want(w->c, entries[i] & PAGEMAP_PFN);
		start += (uint64_t)n << PAGE_SHIFT;
	}
	return err;
}

int census__want_process(struct census *c, pid_t pid)
{
	struct wanting w = { .c = c, .pagemap = pagemap__open(pid) };
	int err = w.pagemap < 0 ? w.pagemap : 0;

	if (err)
		return err;
	/* There may be none; then none is wanted. */
	if (!c->wanted)
		err = make_bits(c, 0);
	if (!err)
		err = maps__each(pid, want_vma, &w);
	close(w.pagemap);
	return err;
}

/* ---------------------------------------------------------------- the frames */

/* A stretch of frames, with their struct pages in chunks. */
struct scan {
	struct census *c;
	const struct zone *zone;
	uint64_t pfn, end; /* what is to be counted next, and where it ends */
	uint64_t first;	   /* frame of the first chunk */
	uint8_t data[CHUNKS][FOLIO_SLOT_SIZE];
	struct kmem_read read[CHUNKS];
};

static void count(struct census *c, const struct folio *f, uint64_t pfn, uint64_t n)
{
	const struct folio_layout *l = &c->k->layout;
	const struct census_row like = {
		.kind = f->kind,
		.order = f->order,
		.nid = f->nid,
		.lru = census__lru(c->k, f),
		.result = census__result(l, f),
	};
	uint64_t pages = wanted_of(c, pfn, n);

	if (pages && (c->node < 0 || f->nid == c->node) && is_charged(c, f->head.memcg))
		add(c, &like, pages);
}

/* A frame without a struct page, if it is this zone's. */
static void count_hole(struct scan *s, bool ours)
{
	struct folio f = { .kind = FOLIO_KIND_HOLE, .nid = s->zone->nid };

	if (ours)
		count(s->c, &f, s->pfn, 1);
	s->pfn++;
}

/* A free block, or a large folio, may be no longer than it says, nor lie askew. */
static uint64_t length(const struct folio *f, uint64_t pfn)
{
	uint64_t n = f->order <= FOLIO_ORDER_MAX ? 1ULL << f->order : 1;

	return pfn & (n - 1) ? 1 : n;
}

/* What the struct page of the frame at s->pfn says, and how many frames belong to it. */
static uint64_t take_frame(struct scan *s, const struct page *page, const uint8_t *raw,
			   struct folio *f)
{
	struct kmem *k = s->c->k;
	uint64_t n;

	if (page__head(k, page) == s->pfn) {
		folio__decode(k, f, page, raw);
		n = length(f, s->pfn);
		if (n == 1)
			f->order = 0;
		return n;
	}
	/* Its head is in front of what is wanted: the rest of it. */
	if (!folio__read(k, s->pfn, f)) {
		n = f->head.pfn + length(f, f->head.pfn);
		if (f->head.pfn < s->pfn && n > s->pfn)
			return n - s->pfn;
	}
	/* While it is freed its order goes before its tails do. */
	*f = (struct folio){ .kind = FOLIO_KIND_CHANGED, .nid = s->zone->nid };
	return 1;
}

/* The frame at s->pfn and what belongs to it. */
static void count_next(struct scan *s)
{
	struct kmem *k = s->c->k;
	uint32_t size = k->layout.page_size;
	uint64_t at = s->pfn - s->first, n;
	const struct kmem_read *read = &s->read[at / PAGES];
	const uint8_t *raw = s->data[at / PAGES] + at % PAGES * size;
	uint8_t last[FOLIO_HEAD_PAGES * 128] = { 0 };
	struct page page;
	struct folio f;

	page__decode(&k->layout, &page, s->pfn, raw);
	if (read->err || !~page.flags) { /* not there, or never initialised */
		count_hole(s, zones__is_of(&s->c->zones, s->zone, s->pfn, -1, -1));
		return;
	}
	if (at % PAGES == PAGES - 1) {
		memcpy(last, raw, size); /* what begins with it is no large folio */
		raw = last;
	}
	if (!zones__is_of(&s->c->zones, s->zone, s->pfn, page__nid(&k->layout, &page),
			  page__zone(&k->layout, &page))) {
		s->pfn++;
		return;
	}
	n = take_frame(s, &page, raw, &f);
	n = n > s->end - s->pfn ? s->end - s->pfn : n;
	/* A struct page in a hole may name another node. */
	f.nid = s->zone->nid;
	count(s->c, &f, s->pfn, n);
	s->pfn += n;
}

/* Is anything wanted in a chunk? */
static bool any_wanted(const struct census *c, uint64_t pfn)
{
	return !c->wanted || (pfn < c->frames && c->wanted[pfn / 64]);
}

/* Reads the next chunks in which something is to be counted; how many. */
static int read_chunks(struct scan *s, size_t *n)
{
	struct kmem *k = s->c->k;

	while (s->pfn < s->end && !any_wanted(s->c, s->pfn))
		s->pfn = (s->pfn / PAGES + 1) * PAGES;
	s->first = s->pfn / PAGES * PAGES;
	for (*n = 0; *n < CHUNKS && s->first + *n * PAGES < s->end; (*n)++) {
		s->read[*n] = (struct kmem_read){
			.addr = page__address(k, s->first + *n * PAGES),
			.len = PAGES * k->layout.page_size,
			.to = s->data[*n],
		};
	}
	return k->read(k, s->read, *n);
}

static int scan_zone(struct scan *s, const struct zone *z)
{
	size_t n;
	int err;

	s->zone = z;
	s->pfn = z->start;
	s->end = z->start + z->spanned;
	while (s->pfn < s->end) {
		err = read_chunks(s, &n);
		if (err)
			return err;
		while (s->pfn < s->end && s->pfn < s->first + n * PAGES)
			count_next(s);
	}
	return 0;
}

int census__run(struct census *c)
{
	struct scan *s = malloc(sizeof(*s));
	int err = s ? 0 : -ENOMEM;

	if (c->k->layout.page_size * PAGES > FOLIO_SLOT_SIZE)
		err = -EOPNOTSUPP;
	for (size_t i = 0; i < c->size; i++)
		c->row[i].folios = 0;
	memset(c->charged, 0, sizeof(c->charged));
	c->k->refresh(c->k);
	c->used = c->pages = 0;
	if (s)
		s->c = c;
	for (size_t i = 0; !err && i < c->zones.n; i++)
		if (c->node < 0 || c->zones.zone[i].nid == c->node)
			err = scan_zone(s, &c->zones.zone[i]);
	free(s);
	return c->failed ? -ENOMEM : err;
}

/* -------------------------------------------------------------------- JSON */

static int by_place(const void *a, const void *b)
{
	const struct census_row *x = *(struct census_row *const *)a;
	const struct census_row *y = *(struct census_row *const *)b;

	if (x->kind != y->kind)
		return x->kind - y->kind;
	if (x->nid != y->nid)
		return x->nid - y->nid;
	if (x->order != y->order)
		return x->order - y->order;
	return x->lru != y->lru ? x->lru - y->lru : x->result - y->result;
}

static json_t *row_json(const struct census_row *r)
{
	return json_pack("{s:s, s:i, s:i, s:s, s:s, s:I, s:I}", "kind", folio_kind__name(r->kind),
			 "nid", r->nid, "order", r->order, "lru", census__lru_name(r->lru),
			 "exchange", census__result_name(r->result), "folios",
			 (json_int_t)r->folios, "bytes", (json_int_t)(r->pages * PAGE_SIZE));
}

static json_t *rows_json(const struct census *c)
{
	struct census_row **rows = malloc((c->used + 1) * sizeof(*rows));
	json_t *list = rows ? json_array() : NULL;
	size_t n = 0;

	for (size_t i = 0; list && i < c->size; i++)
		if (c->row[i].folios)
			rows[n++] = &c->row[i];
	if (n)
		qsort(rows, n, sizeof(*rows), by_place);
	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, row_json(rows[i]));
	free(rows);
	return list;
}

static json_t *nodes_json(const struct census *c)
{
	const struct zone *zone = c->zones.zone;
	json_t *list = json_array();

	for (size_t i = 0; i < c->zones.n; i++) {
		uint64_t spanned = 0, present = 0, managed = 0;
		bool first = true;

		for (size_t j = 0; j < c->zones.n; j++) {
			if (zone[j].nid != zone[i].nid)
				continue;
			first = first && j >= i;
			spanned += zone[j].spanned;
			present += zone[j].present;
			managed += zone[j].managed;
		}
		if (first && (c->node < 0 || zone[i].nid == c->node))
			json_array_append_new(
				list, json_pack("{s:i, s:I, s:I, s:I}", "nid", zone[i].nid,
						"spanned", (json_int_t)spanned, "present",
						(json_int_t)present, "managed", (json_int_t)managed));
	}
	return list;
}

json_t *census__json(const struct census *c)
{
	return json_pack("{s:I, s:o, s:o}", "frames", (json_int_t)c->pages, "nodes", nodes_json(c),
			 "rows", rows_json(c));
}

void census__free(struct census *c)
{
	free(c->wanted);
	zones__free(&c->zones);
	free(c->row);
}
