/* SPDX-License-Identifier: GPL-2.0-only */
/* Who maps a folio, and whom a walk of the reverse map would visit in vain. */
#ifndef FOLIOSCOPE_FOLIO_MAPPERS_H
#define FOLIOSCOPE_FOLIO_MAPPERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kmem.h"
#include "page.h"
#include "tree.h"

/* What a VMA has where the folio would be. */
enum mapper_has {
	MAPPER_FOLIO, /* a page of the folio, at least */
	MAPPER_OTHER, /* other pages, or the zero page */
	MAPPER_SWAP,  /* nothing, or in swap, or on its way elsewhere */
	MAPPER_NONE,
	/* From here on it cannot be told, because the process */
	MAPPER_OUTSIDE, /* is in another PID namespace, most likely */
	MAPPER_REFUSED, /* may not be looked at */
	MAPPER_GONE,	/* is on its way in or out */
};

/* "folio", "other", ... */
const char *mapper__has_name(enum mapper_has has);

struct mapper {
	struct tree_vma vma;
	const struct kmem_task *tasks; /* who have this memory, @n_tasks of them; NULL: unknown */
	size_t n_tasks;
	/* Of the frame; of a VMA that has only other pages of the folio, of the first of them. */
	uint64_t address;
	bool has_frame; /* the VMA has the place of the frame */
	bool maps;	/* ... and maps it there */
	uint32_t pages; /* of the folio that it maps */
	enum mapper_has has;
};

struct mappers {
	struct mapper *mapper; /* by pid and address */
	size_t n, cap;
	struct kmem_tasks tasks;
	bool in_pidns;	 /* of some processes @tasks has nothing */
	uint32_t mapped; /* entries that map the frame */
	bool torn;	 /* something changed while it was read: VMAs may be missing */
};

/*
 * Finds them by the folio's mapping, each proven by the process's page table.  Everything
 * must be looked at again when the folio changed.  0 or -errno.
 */
int mappers__find(struct kmem *k, const struct folio *f, struct mappers *m);

void mappers__free(struct mappers *m);

#endif
