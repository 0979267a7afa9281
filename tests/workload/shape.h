/* SPDX-License-Identifier: GPL-2.0 */
/* What is to be built and walked: the command line's answer, and nothing of the kernel. */
#ifndef FORKTREE_SHAPE_H
#define FORKTREE_SHAPE_H

#include <stdbool.h>
#include <stdint.h>

#define MAX_PROCS  4096
#define MAX_PAGES  65536
#define MAX_ROUNDS 10000
#define MAX_MERGED 256 /* ksmd's max_page_sharing: more get a second folio */

enum kind {
	KIND_ANON,
	KIND_FILE,
	KIND_SHMEM,
	KIND_KSM,
	KIND_COUNT
};

/* What forktree does to make the kernel walk. One trigger may have several causes. */
enum trigger {
	TRIGGER_NONE,
	TRIGGER_MOVE_PAGES,
	TRIGGER_PAGEOUT,
	TRIGGER_RECLAIM,
	TRIGGER_MSYNC,
	TRIGGER_IDLE,
	TRIGGER_DEVICE,
	TRIGGER_COUNT
};

/* Why the kernel walks, in the tools' names. */
enum cause {
	CAUSE_RECLAIM_REF,
	CAUSE_UNMAP,
	CAUSE_MIGRATE_UNMAP,
	CAUSE_MIGRATE_RESTORE,
	CAUSE_MKCLEAN,
	CAUSE_IDLE,
	CAUSE_DEVICE,
	CAUSE_COUNT
};

extern const char *const kind_names[KIND_COUNT];
extern const char *const trigger_names[TRIGGER_COUNT];
extern const char *const cause_names[CAUSE_COUNT];

/* Processes are numbered in the order of their creation; the root is 0. */
struct shape {
	enum kind kind;
	enum trigger trigger;
	bool shared;	    /* MAP_SHARED (file and shmem only) */
	unsigned int depth; /* generations below the root */
	unsigned int width; /* children of each process that has any */
	unsigned int pages;
	unsigned int written; /* pages that each process of [first, last] writes */
	unsigned int dropped; /* pages that it then drops with MADV_DONTNEED */
	unsigned int shift;   /* process n starts n * shift pages further on, in a circle */
	unsigned int first, last;
	bool late;	  /* write and drop once the whole tree stands, not at birth */
	int only;	  /* in the end only this process keeps its pages; -1: all do */
	bool merge_after; /* KSM merges every process's own copy, not two of the root's */
	bool all_targets; /* walk the processes' own copies too, not only the root's folios */
	unsigned int rounds;
};

/* The tree as numbers. A process's descendants are number + 1 to last, without a gap. */
struct layout {
	unsigned int procs;
	struct {
		unsigned int parent;
		unsigned int depth;
		unsigned int last;
	} proc[MAX_PROCS];
};

/* How many processes @depth and @width make; MAX_PROCS + 1 when that is too many. */
unsigned int shape_procs(unsigned int depth, unsigned int width);

void layout_init(struct layout *layout, unsigned int depth, unsigned int width);

/* What process @proc does to @page of its own region, not counting @only. */
bool shape_writes(const struct shape *shape, unsigned int proc, unsigned int page);
bool shape_drops(const struct shape *shape, unsigned int proc, unsigned int page);

/* Refuse, with EXIT_USAGE and the reason, what makes no sense or cannot be predicted. */
int shape_check(const struct shape *shape, const struct layout *layout);

#endif
