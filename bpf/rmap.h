/* SPDX-License-Identifier: GPL-2.0-only */
/* What rmap.bpf.c and user space share: keys, rows and counters of rmap walks. */
#ifndef FOLIOSCOPE_BPF_RMAP_H
#define FOLIOSCOPE_BPF_RMAP_H

#ifndef __bpf__
#include <linux/types.h> /* in BPF: kernel.h */
#include <stddef.h>
#endif

/* What kind of folio a walk is for. */
enum rmap_kind {
	RMAP_ANON,
	RMAP_FILE,
	RMAP_SHMEM,
	RMAP_KSM,
	RMAP_KINDS,
};

/* rmap_key.flags: the walk unmaps for migration although its rmap_one does not say so. */
#define RMAP_KEY_MIGRATION 1

/*
 * One row of the aggregate.  A thread does one walk at a time, so a row has one
 * writer and needs neither atomics nor a copy per CPU; user space adds threads up.
 */
struct rmap_key {
	__u64 rmap_one; /* rwc->rmap_one, the address of the callback: the cause */
	__u32 tid;
	__u32 tgid;
	__u16 bucket; /* histogram map: bucket of the duration; row map: 0 */
	__u8 kind;    /* enum rmap_kind */
	__u8 flags;   /* RMAP_KEY_* */
	__u32 dev;    /* of a file's owner: the device, as the kernel has it (20 bits minor) */
	/* From here on only where rows are split by it, see RMAP_KEY_SIZE(). */
	__u64 cgroup; /* the walker's, id of the v2 hierarchy; 0: not asked for */
	/*
	 * Whose folio it is, 0: not asked for, or unknown.  Of an anonymous folio the process
	 * (tgid) whose VMA calls the folio's anon_vma its own, of a file's the inode number,
	 * of KSM the address of the stable node.
	 */
	__u64 owner;
};

/* How many bytes of the key the maps of rows and buckets have. */
#define RMAP_KEY_SIZE(by_cgroup_or_owner) \
	((by_cgroup_or_owner) ? sizeof(struct rmap_key) : offsetof(struct rmap_key, cgroup))

/* What an owner is called: a process's name, or a file's path in its file system. */
#define RMAP_OWNER_PARTS 8

struct rmap_owner_key {
	__u64 owner;
	__u32 dev;
	__u32 pad; /* always 0 */
};

struct rmap_owner_name {
	/*
	 * Of a file the components, the last one first; what does not end with the root, "/",
	 * lies deeper, or was never in a directory.
	 */
	char part[RMAP_OWNER_PARTS][40];
};

/* Owner of the folio that a slot's walk is for. */
struct rmap_owner {
	__u64 anon_vma; /* being looked for; 0: no longer, or not an anonymous folio */
	__u64 owner;
	__u32 dev;
	__u32 pad;
};

/*
 * A histogram's buckets in the row itself: the first few that occur, which are those of most walks,
 * and spare a look-up.  The others are in a map.
 */
#define RMAP_ROW_BUCKETS 8
struct rmap_bucket {
	__u32 n; /* 0: free, and so are those behind it */
	__u32 index;
};

struct rmap_row {
	__u64 walks;
	__u64 vmas;    /* visited: calls of rmap_one */
	__u64 mapped;  /* of these, VMAs that mapped the folio */
	__u64 ns;      /* from the start of the walk to its end */
	__u64 lock_ns; /* of these, waiting for the anon_vma or i_mmap lock */
	__u64 ns_max;
	__u32 vmas_max;
	__u32 pad;
	char comm[16];
	struct rmap_bucket bucket[RMAP_ROW_BUCKETS];
};

/* Why a walk that was seen is in no row. */
enum rmap_lost {
	RMAP_LOST_FULL,	     /* no room for another row */
	RMAP_LOST_COLLISION, /* two walking threads share a state slot */
	RMAP_LOST_STALE,     /* its end was never seen */
	RMAP_LOST_RETURNS,   /* the kernel does not tell the task's returns: returns.bpf.h */
	RMAP_LOST_MAX,
};

/* One a CPU; only ever added to, atomically, because a program can be preempted. */
struct rmap_counts {
	__u64 seen;	/* counted first thing when a walk (its end, for tracepoints) is entered */
	__u64 recorded; /* counted where a row was updated */
	__u64 lost[RMAP_LOST_MAX];
	__u64 filtered;	       /* seen, and of fewer VMAs than asked for */
	__u64 hist_full;       /* recorded, but its duration is missing from the histogram */
	__u64 orphans;	       /* ends without a start: begun before tracing, or start missed */
	__u64 outliers_missed; /* recorded, and perhaps missing among the slowest */
	__u64 stacks_missed;   /* recorded, with a stack that is not known */
};

/* The slowest walks of one CPU and interval, none left out. */
#define RMAP_OUTLIERS_MAX   64 /* a power of two; all of them fit into 32 KiB, PCPU_MIN_UNIT_SIZE */
#define RMAP_OUTLIER_FRAMES 40

struct rmap_outlier {
	__u64 ns;
	__u64 lock_ns;
	__u64 end; /* CLOCK_MONOTONIC, ns */
	__u64 rmap_one;
	__u64 folio; /* address of its struct */
	__u32 tid;
	__u32 tgid;
	__u32 vmas;
	__u32 mapped;
	__u8 kind;
	__u8 flags; /* RMAP_KEY_* */
	__u8 order;
	__u8 frames; /* of stack */
	__s16 nid;
	__u16 pad;
	char comm[16];
	__u64 stack[RMAP_OUTLIER_FRAMES]; /* addresses, the innermost first */
};

struct rmap_outliers {
	__u32 n;      /* entries of walk[] in use */
	__u32 busy;   /* somebody is writing; who comes in between is missed */
	__u64 min_ns; /* when all are in use: the quickest of them, */
	__u32 min_at; /* and which it is */
	__u32 pad;
	struct rmap_outlier walk[RMAP_OUTLIERS_MAX];
};

/* Walks by kernel stack. */
#define RMAP_STACK_FRAMES 64
#define RMAP_STACKS_MAX	  8192 /* different stacks of a run, and rows of an interval */

struct rmap_stack_key {
	__u64 rmap_one;
	__u32 tgid;
	__s32 stack; /* id in the map of stacks, below 0: not known */
	__u8 kind;
	__u8 flags;
	__u8 pad[6]; /* always 0 */
};

struct rmap_stack_row {
	__u64 walks;
	__u64 vmas;
	__u64 mapped;
	__u64 ns;
	char comm[16];
};

/*
 * State of a walk between its entry and its exit (fentry and kprobe backends),
 * one cache line, indexed by tid.
 */
#define RMAP_SLOTS 8192 /* a power of two */
struct rmap_slot {
	__u32 tid; /* owner, 0 when free */
	__u8 kind;
	__u8 flags;
	__u8 in_visit;	   /* the next page_vma_mapped_walk() goes on with vma */
	__u8 visit_mapped; /* vma was counted as mapping the folio */
	__u64 start;	   /* CLOCK_MONOTONIC, ns */
	__u64 rmap_one;
	__u64 vma; /* the VMA visited last; light: the mapcount at the start */
	__u32 vmas;
	__u32 mapped;
	__u64 lock_start; /* when the wait began, 0 when not waiting */
	__u64 lock_ns;
	__u64 pvmw; /* kprobe: argument of the page_vma_mapped_walk() under way */
};

#define RMAP_OWNERS_MAX 8192

/* Causes that can be asked for: each has the address of its callback, of some two. */
#define RMAP_CAUSES_MAX 16

/* Rows and histogram buckets of one interval; what does not fit is counted as lost. */
#define RMAP_ROWS_MAX	   16384     /* by default */
#define RMAP_ROWS_LIMIT	   (1 << 20) /* a row takes about 1 KiB of kernel memory, in two halves */
#define RMAP_BUCKETS_A_ROW 2	     /* on the average, besides those in it */

#endif /* FOLIOSCOPE_BPF_RMAP_H */
