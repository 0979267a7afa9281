/* SPDX-License-Identifier: GPL-2.0-only */
/* What anonvma's programs and user space say to each other. */
#ifndef FOLIOSCOPE_BPF_ANONVMA_H
#define FOLIOSCOPE_BPF_ANONVMA_H

/*
 * Records come in this order: a task's process, before the first VMA of it; the AVCs of a VMA;
 * the VMA, which says that they are complete.  What is followed by another process or VMA's AVCs
 * without it was torn: the memory was freed while it was read.
 */
enum anonvma_type {
	ANONVMA_PROCESS,
	ANONVMA_AVC,
	ANONVMA_VMA,
	ANONVMA_TORN,
};

#define ANONVMA_UNKNOWN (~0ULL) /* this kernel has no such counter */

struct anonvma_process {
	__u64 mm;
	__u64 cgroup; /* of the default hierarchy */
	__u32 pid;    /* tgid, and its parent's, in the reader's PID namespace; 0: not in it */
	__u32 ppid;
	__u32 tid;    /* whose memory is read, likewise */
	__u32 shared; /* others use this memory, too */
	char comm[16];
};

struct anonvma_avc {
	__u64 avc; /* 0: there is none, it is the VMA's own anon_vma that is not in its chain */
	__u64 anon_vma;
	__u64 root;
	__u64 parent;
	__u64 num_children;
	__u64 num_active_vmas;
	__u64 last; /* rb_subtree_last: what of the file's offsets the interval tree knows, pages */
	__u32 refcount;
	__u32 pad;
};

struct anonvma_vma {
	__u64 vma;
	__u64 start;
	__u64 end;
	__u64 pgoff;
	__u64 own; /* vma->anon_vma */
	__u64 mm;
};

struct anonvma_record {
	__u64 type; /* enum anonvma_type */
	union {
		struct anonvma_process process;
		struct anonvma_avc avc;
		struct anonvma_vma vma;
	};
};

/* An AVC as the interval tree of an anon_vma has it. */
struct anonvma_leaf {
	__u64 avc;
	__u64 vma;
	__u64 own;    /* vma->anon_vma */
	__u64 locked; /* the memory the VMA belongs to is being changed */
};

#define ANONVMA_LEAVES 32 /* found in one run of the program, at most */

/* Walking an anon_vma's interval tree, step by step over several runs. */
struct anonvma_tree {
	__u64 anon_vma; /* set by user space, with node and from 0, to begin */
	__u64 node;	/* where the walk is, 0: at its end */
	__u64 from;	/* where it came from */
	__u64 begun;
	__u64 root; /* anon_vma->root, and its counters at the time of this run */
	__u64 num_children;
	__u64 num_active_vmas;
	__u64 locked; /* somebody holds the root's lock to change the tree */
	__u64 n;
	struct anonvma_leaf leaf[ANONVMA_LEAVES];
};

#endif
