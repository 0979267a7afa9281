/* SPDX-License-Identifier: GPL-2.0-only */
/* What is always true of an anon_vma forest, and where it is not. */
#ifndef FOLIOSCOPE_FOREST_CHECK_H
#define FOLIOSCOPE_FOREST_CHECK_H

#include "forest.h"

enum check {
	CHECK_OWN,	/* a VMA's own anon_vma is in its chain */
	CHECK_ROOT,	/* the anon_vmas of a chain have one root */
	CHECK_ACTIVE,	/* num_active_vmas: VMAs that call the anon_vma theirs */
	CHECK_CHILDREN, /* num_children: anon_vmas that call it parent, a root itself included */
	CHECK_INTERVAL, /* the interval tree knows of all offsets of the VMA */
	CHECKS,
};

/* "own", "root", "num_active_vmas", "num_children", "interval" */
const char *check__name(enum check check);

struct violation {
	enum check check;
	uint32_t anon_vma; /* NONE: of the VMA alone */
	uint32_t vma;	   /* NONE: of the anon_vma alone */
	uint64_t is, should;
	/* Of what it was found by: what stays the same when nothing changes. */
	uint64_t print;
	uint64_t subject; /* the anon_vma's address, or the VMA's start */
};

/* {} is none. */
struct violations {
	struct violation *v;
	size_t n, cap;
};

/*
 * Appends all of a joined forest; time linear in its AVCs.  What a kernel does not count is not
 * checked.  0 or -ENOMEM.
 */
int check__run(const struct forest *f, struct violations *found);

/*
 * Keeps of @old, found in an earlier reading, what is in @now as well, with the same print:
 * @old then is of the later reading.
 */
void check__keep(struct violations *old, const struct violations *now);

/* Of a recording: takes out what is known to have changed while it was read. */
void check__settled(struct violations *v, const struct forest *f);

void check__free(struct violations *v);

#endif
