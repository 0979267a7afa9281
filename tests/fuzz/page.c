// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's memory as foliomap reads it, in any state: the input is all there is, over and
 * over, so that every pointer leads somewhere.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "../../cmd/folio/census.h"
#include "../../cmd/folio/mappers.h"
#include "../../cmd/folio/owner.h"
#include "../../cmd/folio/page.h"
#include "../unit/layout.h"
#include "fuzz.h"

#define VMEMMAP	   0xffffea0000000000
#define FIRST	   0x1000
#define FRAMES	   32
#define READS	   4096 /* then nothing can be read any more: circles end */
#define FLAT_BYTES 4096

struct memory {
	struct kmem k; /* first */
	const uint8_t *data;
	size_t size;
	unsigned int reads;
};

static int read_memory(struct kmem *k, struct kmem_read *reads, size_t n)
{
	struct memory *m = (struct memory *)k;

	for (size_t i = 0; i < n; i++) {
		uint8_t *to = reads[i].to;

		reads[i].err = reads[i].addr < FLAT_BYTES || ++m->reads > READS ? -EFAULT : 0;
		for (uint32_t b = 0; b < reads[i].len; b++)
			to[b] = reads[i].err ? 0 : m->data[(reads[i].addr + b) % m->size];
	}
	return 0;
}

/* Nobody that is seen from here. */
static int one_task(struct kmem *k, struct kmem_tasks *tasks)
{
	const struct kmem_task task = { .mm = kmem__word(k, VMEMMAP, 16), .comm = "hidden" };
	int err = kmem_tasks__add(tasks, &task);

	kmem_tasks__sort(tasks);
	return err;
}

static void refresh(struct kmem *k)
{
	(void)k;
}

static const char *symbol(struct kmem *k, uint64_t addr)
{
	(void)k;
	return addr & 1 ? "shmem_aops" : NULL;
}

static void take_flag(void *arg, const char *name)
{
	*(size_t *)arg += strlen(name);
}

static void look(struct memory *m, const struct folio *f)
{
	const struct folio_layout *l = &m->k.layout;
	struct mappers mappers = { 0 };
	struct owner_file file;
	struct owner_anon anon;
	size_t len = 0;

	folio_kind__name(f->kind);
	zone__name(f->zone);
	folio__flags(l, f, take_flag, &len);
	folio__mapcount(l, f);
	folio__pgoff(&m->k, f);
	census__result_name(census__result(l, f));
	census__lru_name(census__lru(&m->k, f));
	if (folio__anon(f))
		owner__anon(&m->k, f->head.mapping & ~3ULL, &anon);
	else
		owner__file(&m->k, f->head.mapping, &file);
	owner__cgroup(&m->k, f->head.memcg);
	mappers__find(&m->k, f, &mappers);
	mappers__free(&mappers);
}

static void count(struct memory *m)
{
	struct zone zone = { .start = FIRST, .spanned = FRAMES, .present = FRAMES };
	struct census c = { .k = &m->k, .node = -1 };

	/* The zone of the first frame: what names others is in a hole. */
	zone.nid = m->data[7 % m->size] >> 4;
	zone.type = FOLIO_ZONE_NORMAL;
	c.zones.zone = malloc(sizeof(zone));
	*c.zones.zone = zone;
	c.zones.n = 1;
	if (!census__run(&c)) {
		if (c.pages > FRAMES)
			fuzz__bad("%llu frames where there are %d", (unsigned long long)c.pages,
				  FRAMES);
		json_decref(census__json(&c));
	}
	census__free(&c);
}

void fuzz_page(const uint8_t *data, size_t size)
{
	struct memory m = {
		.k = { .vmemmap = VMEMMAP,
		       .read = read_memory,
		       .tasks = one_task,
		       .refresh = refresh,
		       .symbol = symbol,
		       .zero_pfn = UINT64_MAX,
		       .huge_zero_pfn = UINT64_MAX },
		.data = data,
		.size = size,
	};
	uint64_t pfn[FRAMES];
	struct folio f[FRAMES];
	int err[FRAMES];

	if (!size)
		return;
	layout_init(&m.k.layout);
	m.k.hugetlb_index_is_huge = data[0] & 1;
	for (int i = 0; i < FRAMES; i++)
		pfn[i] = FIRST + i;
	if (!folio__read_many(&m.k, pfn, FRAMES, f, err))
		for (int i = 0; i < FRAMES; i++)
			if (!err[i])
				look(&m, &f[i]);
	m.reads = 0;
	count(&m);
}
