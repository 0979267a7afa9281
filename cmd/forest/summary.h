/* SPDX-License-Identifier: GPL-2.0-only */
/* A forest in a few numbers. */
#ifndef FOLIOSCOPE_FOREST_SUMMARY_H
#define FOLIOSCOPE_FOREST_SUMMARY_H

#include <stdio.h>
#include "forest.h"

/* What the structs take, and how many there are by the kernel's own count. */
struct slab {
	uint64_t anon_vma_size, avc_size; /* bytes of one, as allocated */
	/* From /proc/slabinfo; UNKNOWN: it cannot be read, or the caches are merged. */
	uint64_t anon_vmas, avcs;
};

/* Takes what a file like /proc/slabinfo says of the two. */
void slab__parse(struct slab *slab, FILE *f);

struct summary_process {
	uint32_t process;
	uint32_t vmas;
	uint64_t avcs;
	uint64_t own; /* VMAs of it that have an anon_vma of their own */
};

/* Of what is shown. */
struct summary {
	uint64_t anon_vmas, trees, vmas, avcs;
	uint64_t changed;		   /* anon_vmas */
	uint32_t deepest_vma;		   /* with the longest chain, NONE: there is no VMA */
	uint32_t deepest;		   /* AVCs of it */
	uint32_t widest;		   /* the anon_vma with most AVCs, NONE */
	uint64_t width;			   /* AVCs of it, also those that are not shown */
	double walk;			   /* see summary__walk() */
	struct summary_process *processes; /* most AVCs first */
	size_t n_processes;
};

/* 0 or -ENOMEM. */
int summary__make(struct summary *s, const struct forest *f);

/*
 * How many VMAs an rmap walk visits: the mean over all pages of all shown VMAs of the VMAs in
 * the interval tree of the VMA's own anon_vma that have this page's offset.  It is what a walk
 * for a folio visits that the VMA's process wrote, if it goes to the end.  NAN without VMAs,
 * negative when memory is out.
 */
double summary__walk(const struct forest *f);

void summary__free(struct summary *s);

#endif
