/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * Exchange the memory of two folios in place, by /dev/folio_exchange.
 *
 * See Documentation/mm/folio_exchange.rst.
 */
#ifndef _UAPI_LINUX_FOLIO_EXCHANGE_H
#define _UAPI_LINUX_FOLIO_EXCHANGE_H

#include <linux/ioctl.h>
#include <linux/types.h>

/*
 * What became of a pair.  A status below 0 is a negated errno instead: -EFAULT
 * (no such address), -ECANCELED (not attempted, because the call ended early).
 * Refusals are checked for in this order.
 */
enum folio_exchange_result {
	FOLIO_EXCHANGE_OK,		/* the contents have changed places */
	FOLIO_EXCHANGE_NOT_PRESENT,	/* nothing is mapped at an address */
	FOLIO_EXCHANGE_SAME_FOLIO,	/* both addresses map the same folio */
	FOLIO_EXCHANGE_UNSUPPORTED,	/* a kind of memory that stays where it is */
	FOLIO_EXCHANGE_TYPE,		/* anonymous with file memory, or the like */
	FOLIO_EXCHANGE_ORDER,		/* folios of different size */
	FOLIO_EXCHANGE_SHARED,		/* mapped more than once, and no MOVE_ALL */
	FOLIO_EXCHANGE_CPUSET,		/* a node is not in the cpuset of its new owner */
	FOLIO_EXCHANGE_ISOLATE,		/* could not be taken off the LRU */
	FOLIO_EXCHANGE_LOCKED,		/* somebody else holds the folio lock */
	FOLIO_EXCHANGE_HWPOISON,	/* the memory is broken */
	FOLIO_EXCHANGE_WRITEBACK,	/* is being written back */
	FOLIO_EXCHANGE_SWAPCACHE,	/* is in the swap cache */
	FOLIO_EXCHANGE_PRIVATE,		/* has private data */
	FOLIO_EXCHANGE_PINNED,		/* pinned for DMA */
	FOLIO_EXCHANGE_EXTRA_REFS,	/* somebody else holds a reference */
	FOLIO_EXCHANGE_UNMAP,		/* could not be unmapped */
	FOLIO_EXCHANGE_GONE,		/* nothing maps it any more */
	FOLIO_EXCHANGE_NR_RESULTS,
};

/* folio_exchange_args.flags */
#define FOLIO_EXCHANGE_MOVE_ALL		(1 << 0) /* shared folios too; needs CAP_SYS_NICE */
#define FOLIO_EXCHANGE_FLAGS_ALL	FOLIO_EXCHANGE_MOVE_ALL

/**
 * struct folio_exchange_args - argument of FOLIO_EXCHANGE_IOC_EXCHANGE
 * @size: sizeof(struct folio_exchange_args); what a kernel does not know must be 0
 * @flags: FOLIO_EXCHANGE_MOVE_ALL or 0
 * @pid_a: process of the addresses in @addrs_a, 0 for the caller
 * @pid_b: process of the addresses in @addrs_b, 0 for the caller
 * @count: number of pairs, 1 or more
 * @addrs_a: user pointer to @count page-aligned addresses (__u64)
 * @addrs_b: user pointer to @count page-aligned addresses (__u64)
 * @status: user pointer to @count results (__s32), filled in
 */
struct folio_exchange_args {
	__u32 size;
	__u32 flags;
	__s32 pid_a;
	__s32 pid_b;
	__u64 count;
	__u64 addrs_a;
	__u64 addrs_b;
	__u64 status;
};

/**
 * struct folio_exchange_info - answer of FOLIO_EXCHANGE_IOC_INFO
 * @size: in: sizeof(struct folio_exchange_info); out: what the kernel filled in
 * @flags: the folio_exchange_args.flags this kernel knows
 * @kinds: FOLIO_EXCHANGE_KIND_* that can be exchanged
 * @chunk: pairs that are worked on at a time
 */
struct folio_exchange_info {
	__u32 size;
	__u32 flags;
	__u32 kinds;
	__u32 chunk;
};

/* folio_exchange_info.kinds */
#define FOLIO_EXCHANGE_KIND_ANON	(1 << 0) /* anonymous folios of one page */

#define FOLIO_EXCHANGE_IOC_MAGIC	0xFC
#define FOLIO_EXCHANGE_IOC_EXCHANGE	\
	_IOWR(FOLIO_EXCHANGE_IOC_MAGIC, 1, struct folio_exchange_args)
#define FOLIO_EXCHANGE_IOC_INFO		\
	_IOWR(FOLIO_EXCHANGE_IOC_MAGIC, 2, struct folio_exchange_info)

#endif /* _UAPI_LINUX_FOLIO_EXCHANGE_H */
