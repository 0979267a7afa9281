/* SPDX-License-Identifier: GPL-2.0-only */
/* What exchange.bpf.c and user space share: the cells of what exchanges and migrations took. */
#ifndef FOLIOSCOPE_BPF_EXCHANGE_H
#define FOLIOSCOPE_BPF_EXCHANGE_H

#ifndef __bpf__
#include <linux/types.h> /* in BPF: kernel.h */
#endif

enum lat_op {
	LAT_EXCHANGE,
	LAT_MIGRATE,
	LAT_OPS,
};

/*
 * Phases of either: those of the kernel patch in the order of a batch (the phases of
 * file folios are not built yet), and the two of migration that can be seen.
 */
enum lat_phase {
	LAT_DRAIN,
	LAT_ISOLATE,
	LAT_LOCK,
	LAT_UNMAP, /* of both */
	LAT_FLUSH,
	LAT_PREPARE,
	LAT_MAPPING,
	LAT_PRIVATE,
	LAT_DATA,
	LAT_FLAGS,
	LAT_FINISH,
	LAT_REMAP,
	LAT_PUTBACK,
	LAT_MOVE, /* of migration: mapping, data and flags of one folio */
	LAT_PHASES,
};

/* What a cell measures. */
enum lat_measure {
	LAT_RESULT,  /* no time: bucket is the result, n counts */
	LAT_TOTAL,   /* a batch, or a call of migrate_pages(), ns */
	LAT_EACH,    /* the same by the number of its pairs or pages, ns, each of them counted */
	LAT_BLOCKED, /* a pair, from unmapping to unlocking, ns */
	LAT_PHASE,   /* + enum lat_phase: a batch's time in it; of migration a folio's; ns */
	LAT_MEASURES = LAT_PHASE + LAT_PHASES,
};

/*
 * Results of a migration as mm_migrate_pages counts them.  Of an exchange: enum
 * folio_exchange_result of the patch, and for what was refused with an errno the one
 * after the last.
 */
enum lat_migrate_result {
	LAT_SUCCEEDED, /* pages, as pgmigrate_success in /proc/vmstat */
	LAT_FAILED,    /* pages, as pgmigrate_fail */
	LAT_THP_SUCCEEDED,
	LAT_THP_FAILED,
	LAT_THP_SPLIT,
	LAT_LARGE_FOLIO_SPLIT, /* in 6.12, not in 6.1 */
	LAT_MIGRATE_RESULTS,
};

/* enum migrate_reason in an order of its own: the kernel's numbers changed. */
enum lat_reason {
	LAT_COMPACTION,
	LAT_MEMORY_FAILURE,
	LAT_MEMORY_HOTPLUG,
	LAT_SYSCALL,
	LAT_MEMPOLICY_MBIND,
	LAT_NUMA_MISPLACED,
	LAT_CONTIG_RANGE,
	LAT_LONGTERM_PIN,
	LAT_DEMOTION,
	LAT_DAMON,
	LAT_REASON_OTHER, /* one that these tools do not know */
	LAT_REASONS,
};

#define LAT_NID_UNKNOWN	  (-1) /* no folio was found, or the kernel does not tell */
#define LAT_NID_MIXED	  (-2) /* a batch of several */
#define LAT_ORDER_UNKNOWN 0xff
#define LAT_ORDER_MIXED	  0xfe

/*
 * A cell counts the values of one bucket.  Dimensions that are not asked for are 0.
 * CPUs are spread over shards, so that they rarely write the same cell; user space
 * adds them up.
 */
struct lat_key {
	__u32 pid;    /* tgid */
	__s16 nid_a;  /* or where a migrating folio comes from */
	__s16 nid_b;  /* or where it goes */
	__u16 bucket; /* hist_index() of the value */
	__u8 op;      /* enum lat_op */
	__u8 measure; /* enum lat_measure */
	__u8 order;
	__u8 reason; /* enum lat_reason */
	__u8 shard;
	__u8 pad; /* always 0 */
};

#define LAT_SHARDS 16 /* a power of two */

struct lat_cell {
	__u64 n;
	__u64 sum; /* ns; of LAT_EACH those of the batches */
	__u64 max; /* ns */
};

/* The name of a process that has cells. */
struct lat_comm {
	char comm[16];
};

/* Why an event that was seen is in no cell. */
enum lat_lost {
	LAT_LOST_FULL,	  /* no room for another cell */
	LAT_LOST_TASKS,	  /* no room for the state of another task */
	LAT_LOST_NESTED,  /* a call in a call in a call, or ends that were missed */
	LAT_LOST_RETURNS, /* the kernel does not tell the task's returns: returns.bpf.h */
	LAT_LOST_MAX,
};

/* One a CPU; only ever added to, atomically, because a program can be preempted. */
struct lat_counts {
	__u64 seen;	/* counted first thing when a program is entered for what it records */
	__u64 recorded; /* counted when it is in its cells */
	__u64 lost[LAT_LOST_MAX];
	__u64 unsplit; /* batches whose nodes and order are not known for lack of room */
	__u64 untimed; /* batches that began before tracing: only their pairs are counted */
	__u64 orphans; /* ends without a start, for the same reason, or because it was missed */
};

/* Nodes and order of a folio or a pair, where -N or -O ask for them. */
struct lat_folios {
	__s16 nid_a, nid_b;
	__u8 order;
	__u8 known; /* 0: nothing of this was seen */
	__u16 pad;
};

/* State of a task between a start and its end. */
#define LAT_DEPTH 2 /* an allocation for a migration may compact, which migrates */
struct lat_task {
	__u64 call[LAT_DEPTH];	 /* CLOCK_MONOTONIC, ns */
	__u64 unmap, move;	 /* when it began, 0: not in it */
	struct lat_folios batch; /* of all folios so far */
	struct lat_folios folio; /* of the one that is unmapped or moved */
	__u32 depth;
	__u32 reason; /* enum lat_reason */
};

#define LAT_TASKS     8192
#define LAT_CELLS     65536 /* by default */
#define LAT_CELLS_MAX (1 << 24)

#endif /* FOLIOSCOPE_BPF_EXCHANGE_H */
