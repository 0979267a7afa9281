/* SPDX-License-Identifier: GPL-2.0-only */
/* What forkchain's programs and user space say to each other. */
#ifndef FOLIOSCOPE_BPF_FORKCHAIN_H
#define FOLIOSCOPE_BPF_FORKCHAIN_H

#ifndef __bpf__
#include <linux/types.h> /* in BPF: kernel.h */
#endif

enum chain_type {
	CHAIN_PREPARE,
	CHAIN_CLONE,
	CHAIN_FORK,
	CHAIN_UNLINK,
	CHAIN_TYPES,
	/* No event: a task was born of what the CHAIN_FORKs before it, with its mm, made. */
	CHAIN_BORN = CHAIN_TYPES,
};

/* Why a VMA's chain was cloned. */
enum chain_cause {
	CHAIN_CAUSE_NONE, /* not a clone, or the program does not know: see stack */
	CHAIN_CAUSE_FORK,
	CHAIN_CAUSE_SPLIT,
	CHAIN_CAUSE_MREMAP,
	CHAIN_CAUSE_MERGE,
	CHAIN_CAUSES,
};

#define CHAIN_STACK    8
#define CHAIN_NO_DEPTH 0xffffffffu /* the VMA has no anon_vma of its own, or it may be gone */
#define CHAIN_COMM     16

/* Who had a lock that somebody waits for. */
struct chain_holder {
	__u32 tgid, tid; /* in the initial PID namespace; 0: not known */
	__u32 reader;	 /* one of those that read; else who writes */
	__u32 pad;
	char comm[CHAIN_COMM]; /* of the thread */
};

/* One operation on the anon_vmas of a VMA, when it has ended. */
struct chain_event {
	__u64 ktime;   /* CLOCK_MONOTONIC, ns */
	__u64 ns;      /* duration */
	__u64 lock_ns; /* of it waiting for the root's lock */
	__u64 mm, vma; /* addresses */
	__u64 start, end;
	__u64 anon_vma, parent, root; /* the VMA's own; of an unlink what it was */
	__u64 caller;		      /* return address, 0: see stack */
	__u64 stack[CHAIN_STACK];     /* of a clone whose cause is not known yet */
	__u32 frames;
	__u32 type;	 /* enum chain_type */
	__u32 cause;	 /* enum chain_cause */
	__u32 tgid, tid; /* who did it, in the initial PID namespace */
	__u32 child;	 /* CHAIN_BORN: its tgid */
	__u32 avcs;	 /* linked, or freed */
	__u32 chain;	 /* AVCs of the VMA now */
	__u32 depth;	 /* ancestors of its own anon_vma, or CHAIN_NO_DEPTH */
	__s32 error;	 /* -errno */
	__u32 reused;
	__u32 owner; /* tgid of whose memory it is, 0: not known; of a fork the parent's */
	char comm[CHAIN_COMM];
	struct chain_holder holder; /* if lock_ns is not 0 */
};

/*
 * A row: what a thread did in an interval to the anon_vmas of a memory, where operations are added
 * up and not told one by one.  A thread does one at a time, so that a row has one writer and needs no
 * atomics.  What is held follows: what all rows of a memory add up to.
 */
struct chain_row_key {
	__u64 mm;
	__u32 tid;
	__u32 pad; /* always 0 */
};

struct chain_row {
	__u64 ops;		     /* operations in it */
	__u64 since;		     /* CLOCK_MONOTONIC, ns: when the thread did the first of it, */
	__u64 owned;		     /* and when owner was written last, 0: never */
	__u64 linked, freed;	     /* AVCs */
	__s64 vmas;		     /* with AVCs: so many more than before */
	__u64 forked, reused;	     /* VMAs copied by forks, of them with an anon_vma reused */
	__u64 fork_ns, fork_lock_ns; /* in fork; of it waiting for the root's lock */
	__u64 lock_ns;		     /* the same of everything */
	__u64 holder_ns;	     /* the longest wait for somebody who is known, */
	struct chain_holder holder;  /* and who that was */
	__u32 tgid;		     /* the thread's */
	__u32 owner;		     /* tgid of whose memory it is, 0: nobody's yet, or not known */
	__u32 depth, longest;	     /* of what was linked: the most ancestors, and AVCs of a VMA */
	char comm[CHAIN_COMM];	     /* of the thread */
};

/*
 * The row that a thread is at, by tid, in each half: looking it up for every VMA of a fork would cost more
 * than all else.  Another's that needs the place puts it into the map.
 */
#define CHAIN_MEMOS 1024 /* a power of two */
struct chain_memo {
	__u32 busy; /* somebody is writing */
	__u32 tid;  /* 0: free */
	__u64 mm;
	struct chain_row row;
};

/* Why an operation that was seen is not told. */
enum chain_lost {
	CHAIN_LOST_FULL,    /* the ring buffer had no room, nor another row */
	CHAIN_LOST_TASKS,   /* no room for the state of another task */
	CHAIN_LOST_NESTED,  /* ends were missed */
	CHAIN_LOST_RETURNS, /* the kernel does not tell the task's returns: returns.bpf.h */
	CHAIN_LOST_MAX,
};

/* One a CPU; only ever added to, atomically, because a program can be preempted. */
struct chain_counts {
	__u64 seen; /* counted first thing when an operation with something to tell begins */
	__u64 recorded; /* counted when its event is in the ring buffer; what is in rows is counted there */
	__u64 lost[CHAIN_LOST_MAX];
	__u64 orphans;	/* ends without a start */
	__u64 unjoined; /* tasks born of which there was no room to tell */
};

/* An operation under way. */
struct chain_open {
	__u64 vma, src;
	__u64 begun; /* CLOCK_MONOTONIC, ns */
	__u64 lock_ns;
	__u64 anon_vma, parent, root; /* of an unlink: afterwards they may be gone */
	__u32 type;
	__u32 cause;
	__u32 before; /* AVCs of the VMA when it began */
	__u32 undone; /* unlinked again within it */
	__u32 depth;
};

/* A task's operations, by tid: a fork, in it a clone, in it, if it fails, an unlink. */
#define CHAIN_NESTED 4 /* a power of two */
struct chain_task {
	__u32 tid;   /* whose this is, 0: nobody's */
	__u32 depth; /* of open[] in use */
	__u64 since; /* CLOCK_MONOTONIC, ns; 0 between taking and filling in */
	struct chain_open open[CHAIN_NESTED];
	__u64 waits; /* for the lock since then, 0: does not */
	__u64 stack[CHAIN_STACK];
	__u8 frames;
	__u8 empty;	  /* unlinks a VMA without AVCs: its end is not another's */
	__u8 passed_over; /* is in a clone that is not told: nor is its end */
	__u8 displaced;	  /* is not in its first place */
};

/* What a thread unlinked last, by tid, where unlinking has no end: see brief.bpf.h. */
#define CHAIN_UNLINKED 4096 /* a power of two */
struct chain_unlinked {
	__u64 vma;
	__u32 tid;
	__u32 avcs;
};

/* A stretch of the kernel's code; {}: none. */
struct chain_code {
	__u64 start, bytes;
};
#define CHAIN_CODES 8

#define CHAIN_TASKS	2048 /* a power of two */
#define CHAIN_HOLDERS	8192
#define CHAIN_RING	(4 << 20) /* bytes, by default */
#define CHAIN_ROW_BYTES 256	  /* of that, of each half of the rows: with the map's own */

#endif /* FOLIOSCOPE_BPF_FORKCHAIN_H */
