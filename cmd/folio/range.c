// SPDX-License-Identifier: GPL-2.0-only
/* A range of a process's addresses. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "../lib/maps.h"
#include "page.h"
#include "pagemap.h"
#include "range.h"

#define PAGE_SIZE 4096
#define BATCH	  512

/* What a page is, as far as a run has it. */
struct like {
	const char *kind; /* or "swap", "none", "changed" */
	int nid, order;
	int32_t sharers;
};

struct run {
	struct like like;
	uint64_t start, pages;
};

/* Some pages, their entries before and after their frames were read. */
struct look {
	uint64_t entry[BATCH], after[BATCH];
	uint64_t pfn[BATCH];
	struct folio folio[BATCH];
	int err[BATCH];
};

struct range {
	struct kmem *k;
	uint64_t from, to;
	int pagemap;
	json_t *runs;
	struct look look;
};

static bool is_like(const struct like *a, const struct like *b)
{
	return !strcmp(a->kind, b->kind) && a->nid == b->nid && a->order == b->order &&
	       a->sharers == b->sharers;
}

static struct like like_of(struct kmem *k, const struct look *look, size_t i)
{
	struct like like = { .kind = "none", .nid = -1 };
	const struct folio *f = &look->folio[i];

	if (!(look->entry[i] & PAGEMAP_PRESENT)) {
		if (look->entry[i] & PAGEMAP_SWAP)
			like.kind = "swap";
		return like;
	}
	/* What was read of the frame is of this address only if that had it before and after. */
	if (look->err[i] || !pagemap__maps(look->after[i], look->entry[i] & PAGEMAP_PFN)) {
		like.kind = "changed";
		return like;
	}
	return (struct like){ folio_kind__name(f->kind), f->nid, f->order,
			      folio__mapcount(&k->layout, f) };
}

static json_t *run_json(const struct run *run)
{
	json_t *obj = json_pack("{s:o, s:I, s:s}", "start", json_sprintf("0x%" PRIx64, run->start),
				"pages", (json_int_t)run->pages, "kind", run->like.kind);

	if (run->like.nid >= 0) {
		json_object_set_new(obj, "nid", json_integer(run->like.nid));
		json_object_set_new(obj, "order", json_integer(run->like.order));
		json_object_set_new(obj, "sharers", json_integer(run->like.sharers));
	}
	return obj;
}

static void take(struct range *r, struct run *run, uint64_t addr, size_t i)
{
	struct like like = like_of(r->k, &r->look, i);

	if (run->pages && is_like(&run->like, &like)) {
		run->pages++;
		return;
	}
	if (run->pages)
		json_array_append_new(r->runs, run_json(run));
	*run = (struct run){ like, addr, 1 };
}

/* Looks at the pages from an address on; how many, or -errno. */
static ssize_t look_at(struct range *r, uint64_t addr, size_t n)
{
	struct look *look = &r->look;
	ssize_t got = pagemap__read(r->pagemap, addr, look->entry, n), again;
	int err;

	if (got <= 0)
		return got;
	/* Where no frame is, any: it is not told. */
	for (ssize_t i = 0; i < got; i++)
		look->pfn[i] = look->entry[i] & PAGEMAP_PRESENT ? look->entry[i] & PAGEMAP_PFN : 0;
	err = folio__read_many(r->k, look->pfn, got, look->folio, look->err);
	if (err)
		return err;
	again = pagemap__read(r->pagemap, addr, look->after, got);
	return again < 0 ? again : got;
}

/* The part of a VMA that is in the range. */
static int take_vma(void *arg, uint64_t start, uint64_t end)
{
	struct range *r = arg;
	struct run run = { .pages = 0 };

	if (end <= r->from || start >= r->to)
		return 0;
	start = start > r->from ? start : r->from;
	end = end < r->to ? end : r->to;
	while (start < end) {
		uint64_t left = (end - start) / PAGE_SIZE;
		ssize_t n = look_at(r, start, left < BATCH ? left : BATCH);

		if (n < 0)
			return n;
		if (!n)
			break;
		for (ssize_t i = 0; i < n; i++, start += PAGE_SIZE)
			take(r, &run, start, i);
	}
	if (run.pages)
		json_array_append_new(r->runs, run_json(&run));
	return 0;
}

/* The page behind the last of @len bytes from @start. */
static uint64_t end_of(uint64_t start, uint64_t len)
{
	if (len > UINT64_MAX - start - PAGE_SIZE)
		return UINT64_MAX & ~(uint64_t)(PAGE_SIZE - 1);
	return (start + len + PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE;
}

static json_t *range_json(pid_t pid, const struct range *r)
{
	return json_pack("{s:i, s:o, s:o, s:O}", "pid", pid, "start",
			 json_sprintf("0x%" PRIx64, r->from), "end",
			 json_sprintf("0x%" PRIx64, r->to), "runs", r->runs);
}

enum status range__run(struct kmem *k, pid_t pid, uint64_t start, uint64_t len, json_t **line)
{
	struct range *r = calloc(1, sizeof(*r));
	enum status status = ST_OK;
	int err;

	if (!r)
		return fail(ST_FAIL, "out of memory");
	r->k = k;
	r->from = start & ~(uint64_t)(PAGE_SIZE - 1);
	r->to = end_of(start, len);
	r->runs = json_array();
	r->pagemap = pagemap__open(pid);
	err = r->pagemap < 0 ? r->pagemap : maps__each(pid, take_vma, r);
	if (r->pagemap >= 0)
		close(r->pagemap);
	if (err)
		status = pagemap__fail(pid, err);
	else if (!json_array_size(r->runs))
		status = fail(ST_FAIL,
			      "nothing is mapped from %" PRIx64 " on for %" PRIu64
			      " bytes in process %d",
			      start, len, pid);
	else
		*line = range_json(pid, r);
	json_decref(r->runs);
	free(r);
	return status;
}
