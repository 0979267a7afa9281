/* SPDX-License-Identifier: GPL-2.0 */
/* The memory that the tree shares: mapping it, filling it, and what each process does to it. */
#ifndef FORKTREE_REGION_H
#define FORKTREE_REGION_H

#include <stddef.h>

#include "shape.h"

struct region {
	char *addr;
	char *twin; /* KSM merged before the fork: the same contents once more, or NULL */
	int fd;	    /* of the file behind it, or -1 */
	size_t page_size;
	size_t bytes;
	unsigned long cookie; /* makes the contents ours */
	/* for region_unmap() */
	char *reserved[2];
};

/*
 * Map the region in the calling process, not yet touching it. @dir is where
 * the file of KIND_FILE goes. The neighbouring pages stay unmappable, so that
 * the kernel merges the VMA with no other.
 */
int region_map(struct region *region, const struct shape *shape, const char *dir);

/*
 * Fill every page, so that its folio is there, small and (a file's) clean.
 * Touches no other memory of the process than its stack: whoever calls may
 * have arranged that what is allocated meanwhile is charged elsewhere.
 */
int region_fill(const struct region *region);

/* Map what region_fill() has put into a file: read every page. */
void region_read(const struct region *region);

/* Write one byte to every page (through a shared mapping: dirty it). */
void region_dirty(const struct region *region, unsigned char value);

/* What process @proc does when it is born, and when all are, as @shape has it. */
int region_birth(const struct region *region, const struct shape *shape, unsigned int proc);
int region_late(const struct region *region, const struct shape *shape, unsigned int proc);

/* Give up all pages. */
int region_drop_all(const struct region *region);

void region_unmap(struct region *region);

#endif
