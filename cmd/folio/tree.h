/* SPDX-License-Identifier: GPL-2.0-only */
/* Interval trees of VMAs: what a walk of the reverse map would visit. */
#ifndef FOLIOSCOPE_FOLIO_TREE_H
#define FOLIOSCOPE_FOLIO_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kmem.h"

/* A VMA as it was read. */
struct tree_vma {
	uint64_t addr; /* of its struct */
	uint64_t start, end;
	uint64_t pgoff; /* of start, in pages */
	uint64_t mm;
	uint64_t flags;
	uint64_t anon_vma; /* its own */
};

struct tree_vmas {
	struct tree_vma *vma;
	size_t n, cap;
	bool torn; /* it changed while it was read: VMAs may be missing */
};

/*
 * Adds the VMAs of an anon_vma, or a file's address_space, that have any of the pages @first to
 * @last.  No lock is taken.  0 or -errno.
 */
int tree__of_anon_vma(struct kmem *k, uint64_t anon_vma, uint64_t first, uint64_t last,
		      struct tree_vmas *vmas);
int tree__of_mapping(struct kmem *k, uint64_t mapping, uint64_t first, uint64_t last,
		     struct tree_vmas *vmas);

/* The last page of a VMA, as an offset. */
uint64_t tree_vma__last(const struct tree_vma *vma);

/* The address of the page at @pgoff, which the VMA has. */
uint64_t tree_vma__address(const struct tree_vma *vma, uint64_t pgoff);

void tree_vmas__free(struct tree_vmas *vmas);

#endif
