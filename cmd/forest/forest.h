/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The anon_vma forest: anon_vmas, VMAs, and the AVCs between them, joined by address.
 *
 * Things are numbered in the order they came in and refer to each other by number.
 */
#ifndef FOLIOSCOPE_FOREST_H
#define FOLIOSCOPE_FOREST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FOREST_NONE    UINT32_MAX /* no such thing */
#define FOREST_UNKNOWN UINT64_MAX /* this kernel has no such counter */

/* What is elsewhere, and only counted: with --tree, --at, or in a recording of them. */
struct forest_elsewhere {
	uint64_t vmas;	   /* that are linked to the anon_vma */
	uint64_t active;   /* and call it their own */
	uint64_t children; /* anon_vmas that call it their parent */
};

/* An anon_vma as the kernel has it. */
struct anon_vma_fields {
	uint64_t addr;
	uint64_t root, parent; /* addresses; of a root both are its own */
	uint64_t num_children, num_active_vmas;
	uint32_t refcount;
};

struct forest_anon_vma {
	struct anon_vma_fields k;
	uint32_t part;
	uint32_t parent, root;	    /* after forest__join(); NONE: not in the forest */
	uint32_t depth;		    /* 0: a root */
	uint32_t children;	    /* that call it parent, itself not counted */
	uint32_t first_avc, avcs;   /* in forest.by_anon_vma */
	uint32_t first_child, next; /* the list of its children, and its place in one */
	struct forest_elsewhere elsewhere;
	bool changed; /* while it was read: what is said of it need not be true together */
	bool shown;
};

struct forest_process {
	uint64_t mm, cgroup;
	uint32_t part;
	uint32_t pid, ppid;
	uint32_t tid; /* the thread by which it was read */
	char comm[16];
	uint32_t same_mm; /* the process that has the VMAs, NONE: itself */
	bool shares;	  /* after forest__join(): others have this one as same_mm */
};

struct forest_vma {
	uint64_t addr; /* 0 in a recording */
	uint64_t start, end;
	uint64_t pgoff; /* of start, in pages */
	uint64_t own;	/* address of its anon_vma, 0: none */
	uint32_t process;
	uint32_t first_avc, avcs; /* in forest.by_vma */
	bool gone;		  /* its memory was read again */
	bool shown;
};

/* A VMA in an anon_vma's interval tree. */
struct forest_avc {
	uint64_t last; /* rb_subtree_last, in pages */
	uint32_t anon_vma, vma;
	bool linked; /* false: there is no AVC, the VMA only calls the anon_vma its own */
};

struct forest_map {
	uint32_t *slot;
	size_t size, used;
};

/* {} is empty. */
struct forest {
	struct forest_anon_vma *anon_vmas;
	struct forest_process *processes;
	struct forest_vma *vmas;
	struct forest_avc *avcs;
	size_t n_anon_vmas, n_processes, n_vmas, n_avcs;
	size_t cap_anon_vmas, cap_processes, cap_vmas, cap_avcs;
	struct forest_map anon_vma_map, process_map, vma_map;
	/* After forest__join(): numbers of AVCs, sorted. */
	uint32_t *by_anon_vma, *by_vma;
	/* Numbers of anon_vmas: parents before their children, tree by tree. */
	uint32_t *order;
	bool failed; /* memory was out */
};

/*
 * Adding.  All return a number, NONE when memory is out (which forest__join() also tells).
 * A part is a forest of its own: in two recordings the same address means different things.
 */

/* An anon_vma; what is there already with other contents was changed meanwhile. */
uint32_t forest__anon_vma(struct forest *f, uint32_t part, const struct anon_vma_fields *k);

/* Is it there?  NONE: no. */
uint32_t forest__find_anon_vma(const struct forest *f, uint32_t part, uint64_t addr);

/* A process by its pid and, when live, its memory. */
uint32_t forest__process(struct forest *f, const struct forest_process *p);

/* The VMA of that start, new if there is none; *found: there was. */
uint32_t forest__vma(struct forest *f, const struct forest_vma *vma, bool *found);

uint32_t forest__avc(struct forest *f, const struct forest_avc *avc);

/* All VMAs of a process are to be forgotten: its memory is read again. */
void forest__forget(struct forest *f, uint32_t process);

/*
 * Joins what was added, in time linear in it; before anything below.  Everything is shown.
 * 0 or -ENOMEM.
 */
int forest__join(struct forest *f);

/* The last page of a VMA, as an offset. */
uint64_t forest_vma__last(const struct forest_vma *vma);

/* Is this AVC that of the VMA's own anon_vma? */
bool forest__active(const struct forest *f, const struct forest_avc *avc);

void forest__free(struct forest *f);

/* ---- which part of it is shown */

/* Nothing. */
void forest__hide(struct forest *f);

/* A VMA and the anon_vmas of its chain. */
void forest__show_vma(struct forest *f, uint32_t vma);

/* Of every tree of which something is shown, all. */
void forest__show_all_of_trees(struct forest *f);

/* Anon_vmas of which no VMA is shown. */
void forest__hide_empty(struct forest *f);

/* What of an anon_vma is not shown: adds what was elsewhere when it was recorded. */
struct forest_elsewhere forest__elsewhere(const struct forest *f, uint32_t anon_vma);

#endif
