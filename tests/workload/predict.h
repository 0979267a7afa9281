/* SPDX-License-Identifier: GPL-2.0 */
/* How often the kernel walks, and what each walk meets, as it follows from a shape. */
#ifndef FORKTREE_PREDICT_H
#define FORKTREE_PREDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "shape.h"

/* One VMA that a walk comes to. */
struct visit {
	unsigned short proc;
	bool twin;   /* KSM: the root's second copy, which no child inherits */
	bool again;  /* KSM: the walk has been here before, for another rmap_item */
	bool mapped; /* its page table maps the folio when the walk begins */
};

/* The longest walk: KSM comes to a process once for itself and once for each ancestor. */
#define MAX_VISITS (MAX_MERGED * (MAX_MERGED + 1) / 2)

struct tally {
	uint64_t walks;
	uint64_t vmas;	   /* visited: calls of rmap_one */
	uint64_t mapped;   /* of these: page_vma_mapped_walk() was true at least once */
	uint64_t vmas_max; /* in one walk */
};

struct prediction {
	struct tally tally[CAUSE_COUNT][KIND_COUNT];
	uint64_t folios; /* walked at least once */
};

/*
 * Whose folio each process maps at @page when the walks begin: 0 the root's,
 * n process n's own copy, -1 none. @owner has layout->procs entries.
 */
void predict_owners(const struct shape *shape, const struct layout *layout, unsigned int page,
		    short *owner);

/*
 * All the VMAs that a walk for @folio (whose it is: 0 the root's) which is never
 * cut short comes to, in its order. Returns how many; @visits has MAX_VISITS.
 */
unsigned int predict_visits(const struct shape *shape, const struct layout *layout,
			    const short *owner, unsigned int folio, struct visit *visits);

/* How many page table entries map @folio. */
unsigned int predict_mapcount(const struct visit *visits, unsigned int count);

/*
 * The folio at a page with these owners that the trigger walks on behalf of the
 * process which keeps it (--only, or the root): whose it is, and in @visits and
 * @count what a full walk comes to. -1: there is none.
 */
int predict_target(const struct shape *shape, const struct layout *layout, const short *owner,
		   struct visit *visits, unsigned int *count);

/* The process through which the root's folios can be named. */
unsigned int predict_keeper(const struct shape *shape);

/*
 * One round. @pageout_refs: MADV_PAGEOUT looks at references first, as it did
 * before Linux 6.9 (see steward.c).
 */
void predict(const struct shape *shape, const struct layout *layout, bool pageout_refs,
	     struct prediction *sum);

#endif
