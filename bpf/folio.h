/* SPDX-License-Identifier: GPL-2.0-only */
/* What foliomap's programs and user space say to each other. */
#ifndef FOLIOSCOPE_BPF_FOLIO_H
#define FOLIOSCOPE_BPF_FOLIO_H

#ifndef __bpf__
#include <linux/types.h> /* in BPF: kernel.h */
#endif

/* Bits of a folio's flags, as they are called: the names of enum pageflags. */
#define FOLIO_FLAGS(X)                                                 \
	X(locked)                                                      \
	X(writeback)                                                   \
	X(referenced)                                                  \
	X(uptodate)                                                    \
	X(dirty)                                                       \
	X(lru)                                                         \
	X(head)                                                        \
	X(waiters)                                                     \
	X(active)                                                      \
	X(workingset)                                                  \
	X(error)                                                       \
	X(owner_priv_1)                                                \
	X(owner_2)                                                     \
	X(arch_1)                                                      \
	X(reserved)                                                    \
	X(private)                                                     \
	X(private_2)                                                   \
	X(mappedtodisk)                                                \
	X(reclaim)                                                     \
	X(swapbacked)                                                  \
	X(unevictable)                                                 \
	X(dropbehind)                                                  \
	X(mlocked)                                                     \
	X(uncached)                                                    \
	X(hwpoison)                                                    \
	X(young)                                                       \
	X(idle)                                                        \
	X(arch_2)                                                      \
	/* other names of some of the above, for folios of one kind */ \
	X(swapcache)                                                   \
	X(anon_exclusive)                                              \
	X(double_map)                                                  \
	X(slab)                                                        \
	X(partially_mapped)

enum folio_flag {
#define X(name) FOLIO_FLAG_##name,
	FOLIO_FLAGS(X)
#undef X
	FOLIO_FLAG_MAX,
};

/* What a struct page says it is when it is no folio of a user's: the names of enum pagetype. */
#define FOLIO_TYPES(X) \
	X(buddy)       \
	X(offline)     \
	X(table)       \
	X(guard)       \
	X(hugetlb)     \
	X(slab)        \
	X(zsmalloc)    \
	X(unaccepted)  \
	X(large_kmalloc)

enum folio_type {
#define X(name) FOLIO_TYPE_##name,
	FOLIO_TYPES(X)
#undef X
	FOLIO_TYPE_MAX,
};

#define FOLIO_ZONES(X) X(DMA) X(DMA32) X(NORMAL) X(MOVABLE) X(DEVICE)

enum folio_zone {
#define X(name) FOLIO_ZONE_##name,
	FOLIO_ZONES(X)
#undef X
	FOLIO_ZONE_MAX,
};

/*
 * How this kernel lays things out, from its BTF.  Offsets in bytes, numbers of bits, values of
 * enums; below 0: it has no such thing.
 */
struct folio_layout {
	__u32 page_size; /* of struct page */
	__u32 nodes_max;
	__u32 zones_max;
	__s32 flags, mapping, index, private_, mapcount, refcount, memcg, compound;
	__s32 order;			       /* from the head; of one byte */
	__s32 entire_mapcount, large_mapcount; /* from the head */
	__s32 compound_dtor;		       /* likewise, up to 6.1 */
	__s32 hugetlb_dtor;
	__s8 flag[FOLIO_FLAG_MAX];
	__s16 type[FOLIO_TYPE_MAX]; /* in the uppermost byte of the mapcount */
	__s8 zone[FOLIO_ZONE_MAX];
	__s8 memcg_in_page;  /* struct page has mem_cgroup, no memcg_data: up to 5.10 */
	__s8 memcg_by_objcg; /* memcg_data is always an obj_cgroup */

	__s32 vma_start, vma_end, vma_mm, vma_pgoff, vma_flags, vma_anon_vma, vma_rb, vma_last;
	__s32 avc_vma, avc_anon_vma, avc_rb, avc_last;
	__s32 anon_vma_root, anon_vma_parent, anon_vma_tree, anon_vma_lock;
	__s32 mapping_host, mapping_tree, mapping_lock, mapping_a_ops;
	__s32 inode_sb, inode_ino, inode_dentry;
	__s32 sb_dev, sb_type, fs_name;
	__s32 dentry_parent, dentry_name, dentry_alias;
	__s32 stable_hlist, item_anon_vma, item_mm, item_address, item_hlist;
	__s32 pgdat_zones, zone_start, zone_spanned;
	__u32 zone_size;
	__s32 objcg_memcg, memcg_cgroup, cgroup_kn, kn_id;
};

/* Reading: as many addresses at a time. */
#define FOLIO_SLOTS	128
#define FOLIO_SLOT_SIZE 4096

struct folio_want {
	__u64 addr;
	__u32 len; /* at most FOLIO_SLOT_SIZE */
	__s32 err; /* answer: 0 or -EFAULT */
};

struct folio_slot {
	__u8 data[FOLIO_SLOT_SIZE];
};

/* A thread, as the iterator tells it. */
struct folio_task {
	__u64 mm;
	__u32 pid; /* tgid in the reader's PID namespace; 0: not in it */
	__u32 pad;
	char comm[16]; /* of the process */
};

#endif /* FOLIOSCOPE_BPF_FOLIO_H */
