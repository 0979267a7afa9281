/* SPDX-License-Identifier: GPL-2.0-only */
/* How a made-up kernel lays out what foliomap reads. */
#ifndef FOLIOSCOPE_UNIT_LAYOUT_H
#define FOLIOSCOPE_UNIT_LAYOUT_H

#include <string.h>
#include "../../bpf/folio.h"

enum {
	BIT_LOCKED,
	BIT_LRU,
	BIT_HEAD,
	BIT_SWAPBACKED,
	BIT_SWAPCACHE,
	BIT_WRITEBACK,
	BIT_HWPOISON,
	BIT_PRIVATE,
	BIT_RESERVED,
	BIT_UNEVICTABLE,
	BIT_ACTIVE,
	BIT_DOUBLE_MAP,
};

/* A layout like that of 6.12, with 16 nodes and 4 zones. */
static inline void layout_init(struct folio_layout *l)
{
	memset(l, 0xff, sizeof(*l));
	l->page_size = 64;
	l->nodes_max = 16;
	l->zones_max = 4;
	l->flags = 0;
	l->compound = 8;
	l->mapping = 24;
	l->index = 32;
	l->private_ = 40;
	l->mapcount = 48;
	l->refcount = 52;
	l->memcg = 56;
	l->order = 64;
	l->large_mapcount = 80;
	l->entire_mapcount = 84;
	l->flag[FOLIO_FLAG_locked] = BIT_LOCKED;
	l->flag[FOLIO_FLAG_lru] = BIT_LRU;
	l->flag[FOLIO_FLAG_head] = BIT_HEAD;
	l->flag[FOLIO_FLAG_swapbacked] = BIT_SWAPBACKED;
	l->flag[FOLIO_FLAG_swapcache] = l->flag[FOLIO_FLAG_owner_priv_1] = BIT_SWAPCACHE;
	l->flag[FOLIO_FLAG_writeback] = BIT_WRITEBACK;
	l->flag[FOLIO_FLAG_hwpoison] = BIT_HWPOISON;
	l->flag[FOLIO_FLAG_private] = BIT_PRIVATE;
	l->flag[FOLIO_FLAG_reserved] = BIT_RESERVED;
	l->flag[FOLIO_FLAG_unevictable] = BIT_UNEVICTABLE;
	l->flag[FOLIO_FLAG_active] = BIT_ACTIVE;
	l->type[FOLIO_TYPE_buddy] = 0xf0;
	l->type[FOLIO_TYPE_table] = 0xf2;
	l->type[FOLIO_TYPE_hugetlb] = 0xf4;
	l->type[FOLIO_TYPE_slab] = 0xf5;
	for (int i = 0; i < FOLIO_ZONE_MAX; i++)
		l->zone[i] = i;
	l->memcg_in_page = l->memcg_by_objcg = 0;
	l->vma_start = 0;
	l->vma_end = 8;
	l->vma_mm = 16;
	l->vma_pgoff = 24;
	l->vma_flags = 32;
	l->vma_anon_vma = 40;
	l->vma_rb = 48;
	l->vma_last = 72;
	l->avc_vma = 0;
	l->avc_anon_vma = 8;
	l->avc_rb = 16;
	l->avc_last = 40;
	l->anon_vma_root = 0;
	l->anon_vma_lock = 8;
	l->anon_vma_tree = 16;
	l->anon_vma_parent = 24;
	l->mapping_lock = 8;
	l->mapping_tree = 16;
}

#endif
