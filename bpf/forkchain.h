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

/* Why an operation that was seen is not told. */
enum chain_lost {
	CHAIN_LOST_FULL,   /* the ring buffer had no room */
	CHAIN_LOST_TASKS,  /* no room for the state of another task */
	CHAIN_LOST_NESTED, /* ends were missed */
	CHAIN_LOST_MAX,
};

/* One a CPU; only ever added to, atomically, because a program can be preempted. */
struct chain_counts {
	__u64 seen;	/* counted first thing when an operation with something to tell begins */
	__u64 recorded; /* counted when its event is in the ring buffer */
	__u64 lost[CHAIN_LOST_MAX];
	__u64 orphans;	/* ends without a start */
	__u64 unjoined; /* tasks born whose CHAIN_BORN had no room */
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
	__u32 reused;
};

/* A task's operations: a fork, in it a clone, in it, if it fails, an unlink. */
#define CHAIN_NESTED 4 /* a power of two */
struct chain_task {
	struct chain_open open[CHAIN_NESTED];
	__u64 waits; /* for the lock since then, 0: does not */
	__u64 stack[CHAIN_STACK];
	__u16 frames;
	__u8 empty;	  /* unlinks a VMA without AVCs: its end is not another's */
	__u8 passed_over; /* is in a clone that is not told: nor is its end */
	__u32 depth;
};

#define CHAIN_TASKS 8192
#define CHAIN_RING  (4 << 20) /* bytes, by default */

#endif /* FOLIOSCOPE_BPF_FORKCHAIN_H */
