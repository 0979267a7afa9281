/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading a struct page or folio: flags, node, order. */
#ifndef FOLIOSCOPE_PAGE_BPF_H
#define FOLIOSCOPE_PAGE_BPF_H

#include <bpf/bpf_core_read.h>

/* The first word of a struct page or folio. */
static __always_inline __u64 folio_flags(const void *folio)
{
	const struct page___6_18 *new = folio;
	const struct page *old = folio;
	__u64 flags = 0;

	if (bpf_core_field_exists(new->flags.f))
		bpf_core_read(&flags, sizeof(flags), &new->flags.f);
	else
		bpf_core_read(&flags, sizeof(flags), &old->flags);
	return flags;
}

/*
 * The node is in the topmost CONFIG_NODES_SHIFT bits of the flags
 * (include/linux/page-flags-layout.h, 64-bit with SPARSEMEM_VMEMMAP).  No type tells
 * this number, but a zonelist has room for the zones of all possible nodes.
 */
static __always_inline __u32 nodes_max(void)
{
	__u32 refs = bpf_core_field_size(((struct zonelist *)0)->_zonerefs) /
		     bpf_core_type_size(struct zoneref);
	__u32 zones = bpf_core_field_size(((struct pglist_data *)0)->node_zones) /
		      bpf_core_type_size(struct zone);

	return zones ? (refs - 1) / zones : 1;
}

static __always_inline __s16 folio_nid(const void *folio)
{
	__u64 flags = folio_flags(folio);
	__u32 nodes = nodes_max();

	/* flags / 2^(64 - NODES_SHIFT): 2^NODES_SHIFT is nodes, a constant once loaded. */
	return nodes > 1 ? flags / (~0ULL / nodes + 1) : 0;
}

static __always_inline bool folio_large(const void *folio)
{
	return folio_flags(folio) >> bpf_core_enum_value(enum pageflags, PG_head) & 1;
}

static __always_inline __u8 folio_order(const void *folio)
{
	const struct page___5_10 *second = folio + bpf_core_type_size(struct page);
	const struct folio___6_1 *old = folio;
	const struct folio *new = folio;
	__u64 flags_1 = 0;
	__u8 order = 0;

	if (!folio_large(folio))
		return 0;
	if (bpf_core_field_exists(old->_folio_order))
		bpf_core_read(&order, sizeof(order), &old->_folio_order);
	else if (bpf_core_field_exists(second->compound_order))
		bpf_core_read(&order, sizeof(order), &second->compound_order);
	else if (!bpf_core_read(&flags_1, sizeof(flags_1), &new->_flags_1))
		order = flags_1;
	return order;
}

/* How many page tables map it; of a folio of one page only. */
static __always_inline __u32 folio_mapcount_small(const void *folio)
{
	const struct page *page = folio;

	return BPF_CORE_READ(page, _mapcount.counter) + 1;
}

/* folio->mapping with its tag bits. */
static __always_inline __u64 folio_mapping_raw(const void *folio)
{
	const struct page___5_10 *old = folio;
	const struct folio *new = folio;
	void *mapping = NULL;

	if (bpf_core_field_exists(new->mapping))
		bpf_core_read(&mapping, sizeof(mapping), &new->mapping);
	else
		bpf_core_read(&mapping, sizeof(mapping), &old->mapping);
	return (__u64)mapping;
}

#endif /* FOLIOSCOPE_PAGE_BPF_H */
