/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's rules for anon_vmas in small: what must be there after each step, worked out from
 * the steps alone.  Only the VMAs under test are in it, not stacks and libraries.
 */
#ifndef FAMILY_MODEL_H
#define FAMILY_MODEL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define NONE (-1)

struct model_anon_vma {
	int parent, root; /* of a root: itself */
	int vmas;	  /* in whose chain it is; 0: it was freed */
	int children;	  /* num_children: a root is its own child */
	int active;	  /* num_active_vmas */
};

struct model_vma {
	int actor; /* NONE: unmapped */
	uint64_t start, pages, pgoff;
	int own;    /* NONE: nothing was written to it */
	int *chain; /* oldest first */
	int n;
	bool dontfork;
};

/* All return the number of a VMA, or nothing; they end the program when memory is out. */

int model__map(int actor, uint64_t start, uint64_t pages);

/* First write: __anon_vma_prepare(). */
void model__write(int vma);

/* anon_vma_fork() for every VMA of @parent that is forked. */
void model__fork(int parent, int child);

/* vma_split: the part from @page on becomes a VMA of its own, which is returned. */
int model__split(int vma, uint64_t page);

/* Unmapped as a whole: unlink_anon_vmas(). */
void model__unmap(int vma);

/* mremap() to another place: a copy is made, the old one goes.  Offsets stay. */
int model__move(int vma, uint64_t start);

/* The neighbour @next becomes part of @vma. */
void model__merge(int vma, int next);

void model__exit(int actor);

/* The VMA of @actor that begins there. */
int model__find(int actor, uint64_t start);

struct model_vma *model__vma(int vma);

/*
 * {"type":"forest","shape":..., "anon_vmas":[{"id","parent","root","depth","refcount",
 * "num_children","num_active_vmas"}], "vmas":[{"pid","start","end","pgoff","own","chain"}]},
 * where own (null: none), parent, root and chain (oldest first) name anon_vmas by their id.
 * @extra: more keys, each with a comma before it.
 */
void model__print(FILE *f, const char *shape, int (*pid_of)(int actor), const char *extra);

#endif
