// SPDX-License-Identifier: GPL-2.0-only
/* A range of a process's addresses. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
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

static bool is_like(const struct like *a, const struct like *b)
{
	return !strcmp(a->kind, b->kind) && a->nid == b->nid && a->order == b->order &&
	       a->sharers == b->sharers;
}

static struct like like_of(struct kmem *k, uint64_t entry)
{
	struct like like = { .kind = "none", .nid = -1 };
	struct folio f;

	if (!(entry & PAGEMAP_PRESENT)) {
		if (entry & PAGEMAP_SWAP)
			like.kind = "swap";
		return like;
	}
	if (folio__read(k, entry & PAGEMAP_PFN, &f)) {
		like.kind = "changed";
		return like;
	}
	return (struct like){ folio_kind__name(f.kind), f.nid, f.order,
			      folio__mapcount(&k->layout, &f) };
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

static void take(struct kmem *k, json_t *runs, struct run *run, uint64_t addr, uint64_t entry)
{
	struct like like = like_of(k, entry);

	if (run->pages && is_like(&run->like, &like)) {
		run->pages++;
		return;
	}
	if (run->pages)
		json_array_append_new(runs, run_json(run));
	*run = (struct run){ like, addr, 1 };
}

/* The part of a VMA that is in the range. */
static int take_vma(struct kmem *k, int fd, json_t *runs, uint64_t start, uint64_t end)
{
	uint64_t entries[BATCH];
	struct run run = { .pages = 0 };

	while (start < end) {
		uint64_t left = (end - start) / PAGE_SIZE;
		ssize_t n = pagemap__read(fd, start, entries, left < BATCH ? left : BATCH);

		if (n < 0)
			return n;
		if (!n)
			break;
		for (ssize_t i = 0; i < n; i++, start += PAGE_SIZE)
			take(k, runs, &run, start, entries[i]);
	}
	if (run.pages)
		json_array_append_new(runs, run_json(&run));
	return 0;
}

enum status range__run(struct kmem *k, pid_t pid, uint64_t start, uint64_t len, json_t **line)
{
	uint64_t from = start & ~(uint64_t)(PAGE_SIZE - 1), to, vma_start, vma_end;
	json_t *runs = json_array();
	int fd = pagemap__open(pid), err = 0;
	char path[64], text[512];
	FILE *maps;

	to = len > UINT64_MAX - start - PAGE_SIZE ?
		     UINT64_MAX :
		     (start + len + PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE;
	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	maps = fd < 0 ? NULL : fopen(path, "re");
	while (maps && !err && fgets(text, sizeof(text), maps)) {
		if (sscanf(text, "%" SCNx64 "-%" SCNx64, &vma_start, &vma_end) != 2 ||
		    vma_end <= from || vma_start >= to || vma_start >> 63)
			continue;
		err = take_vma(k, fd, runs, vma_start > from ? vma_start : from,
			       vma_end < to ? vma_end : to);
	}
	if (fd >= 0)
		close(fd);
	if (maps)
		fclose(maps);
	if (!maps || err || !json_array_size(runs)) {
		json_decref(runs);
		if (err)
			return fail(ST_FAIL, "cannot read /proc/%d/pagemap: %s", pid, strerror(-err));
		if (!maps)
			return fail(ST_FAIL, "no process with pid %d", pid);
		return fail(ST_FAIL,
			    "nothing is mapped from %" PRIx64 " on for %" PRIu64
			    " bytes in process %d",
			    start, len, pid);
	}
	*line = json_pack("{s:i, s:o, s:o, s:o}", "pid", pid, "start",
			  json_sprintf("0x%" PRIx64, from), "end", json_sprintf("0x%" PRIx64, to),
			  "runs", runs);
	return ST_OK;
}
