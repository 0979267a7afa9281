// SPDX-License-Identifier: GPL-2.0-only
/*
 * Looking at folios and what they belong to: how this kernel lays them out, and what is in
 * its memory.  User space, which asks for batches of addresses, puts the two together
 * (cmd/folio/); nothing is attached, no lock is taken.
 */
#include "kernel.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "folio.h"
#include "page.bpf.h"
#include "pid.bpf.h"

char LICENSE[] SEC("license") = "GPL";

struct folio_layout layout;

/* ----------------------------------------------------------------- layout */

#define OFFSET(type, field)                                         \
	(bpf_core_field_exists(((struct type *)0)->field) ?         \
		 (__s32)bpf_core_field_offset(struct type, field) : \
		 -1)

#define VALUE(type, name) \
	(bpf_core_enum_value_exists(type, name) ? (__s32)bpf_core_enum_value(type, name) : -1)

/* Where the newer of two names is unknown the older one counts. */
#define EITHER(a, b) ((a) >= 0 ? (a) : (b))

/* In the second struct page of a large folio. */
static __always_inline __s32 second(__s32 offset)
{
	return offset < 0 ? -1 : offset + (__s32)bpf_core_type_size(struct page);
}

static __always_inline void layout_of_pages(void)
{
	layout.page_size = bpf_core_type_size(struct page);
	layout.nodes_max = nodes_max();
	layout.zones_max = VALUE(enum zone_type, __MAX_NR_ZONES);
	layout.pgdat_zones = OFFSET(pglist_data, node_zones);
	layout.zone_size = bpf_core_type_size(struct zone);
	layout.zone_start = OFFSET(zone, zone_start_pfn);
	layout.zone_spanned = OFFSET(zone, spanned_pages);
	layout.flags = EITHER(OFFSET(page, flags), OFFSET(page___6_18, flags.f));
	layout.mapping = EITHER(OFFSET(folio, mapping), OFFSET(page___5_10, mapping));
	layout.index = EITHER(OFFSET(folio, index), OFFSET(page___5_10, index));
	layout.private_ = OFFSET(page, private);
	layout.mapcount = OFFSET(page, _mapcount);
	layout.refcount = OFFSET(page, _refcount);
	layout.memcg = EITHER(OFFSET(page, memcg_data), OFFSET(page___5_10, mem_cgroup));
	layout.memcg_in_page = OFFSET(page, memcg_data) < 0;
	layout.memcg_by_objcg = OFFSET(obj_cgroup___7_2, is_root) >= 0;
	layout.compound = EITHER(OFFSET(page, compound_head), OFFSET(page___7_2, compound_info));
	layout.order = EITHER(second(OFFSET(page___5_10, compound_order)), OFFSET(folio, _flags_1));
	layout.entire_mapcount = EITHER(second(OFFSET(page___5_10, compound_mapcount)),
					OFFSET(folio, _entire_mapcount));
	layout.large_mapcount = OFFSET(folio, _large_mapcount);
	layout.compound_dtor = second(OFFSET(page___5_10, compound_dtor));
	layout.hugetlb_dtor = VALUE(enum compound_dtor_id, HUGETLB_PAGE_DTOR);
}

static __always_inline void layout_of_bits(void)
{
#define X(name) layout.flag[FOLIO_FLAG_##name] = VALUE(enum pageflags, PG_##name);
	FOLIO_FLAGS(X)
#undef X
#define X(name) layout.type[FOLIO_TYPE_##name] = VALUE(enum pagetype, PGTY_##name);
	FOLIO_TYPES(X)
#undef X
#define X(name) layout.zone[FOLIO_ZONE_##name] = VALUE(enum zone_type, ZONE_##name);
	FOLIO_ZONES(X)
#undef X
}

static __always_inline void layout_of_trees(void)
{
	layout.vma_start = OFFSET(vm_area_struct, vm_start);
	layout.vma_end = OFFSET(vm_area_struct, vm_end);
	layout.vma_mm = OFFSET(vm_area_struct, vm_mm);
	layout.vma_pgoff = OFFSET(vm_area_struct, vm_pgoff);
	layout.vma_flags = OFFSET(vm_area_struct, vm_flags);
	layout.vma_anon_vma = OFFSET(vm_area_struct, anon_vma);
	layout.vma_rb = OFFSET(vm_area_struct, shared.rb);
	layout.vma_last = OFFSET(vm_area_struct, shared.rb_subtree_last);
	layout.avc_vma = OFFSET(anon_vma_chain, vma);
	layout.avc_anon_vma = OFFSET(anon_vma_chain, anon_vma);
	layout.avc_rb = OFFSET(anon_vma_chain, rb);
	layout.avc_last = OFFSET(anon_vma_chain, rb_subtree_last);
	layout.anon_vma_root = OFFSET(anon_vma, root);
	layout.anon_vma_parent = OFFSET(anon_vma, parent);
	layout.anon_vma_tree = OFFSET(anon_vma, rb_root);
	layout.anon_vma_lock = OFFSET(anon_vma, rwsem.count);
	layout.mapping_host = OFFSET(address_space, host);
	layout.mapping_tree = OFFSET(address_space, i_mmap);
	layout.mapping_lock = OFFSET(address_space, i_mmap_rwsem.count);
	layout.mapping_a_ops = OFFSET(address_space, a_ops);
}

static __always_inline void layout_of_owners(void)
{
	layout.inode_sb = OFFSET(inode, i_sb);
	layout.inode_ino = OFFSET(inode, i_ino);
	layout.inode_dentry = OFFSET(inode, i_dentry);
	layout.sb_dev = OFFSET(super_block, s_dev);
	layout.sb_type = OFFSET(super_block, s_type);
	layout.fs_name = OFFSET(file_system_type, name);
	layout.dentry_parent = OFFSET(dentry, d_parent);
	layout.dentry_name = OFFSET(dentry, d_name.name);
	layout.dentry_alias = EITHER(OFFSET(dentry, d_u.d_alias), OFFSET(dentry___7_2, d_alias));
	layout.stable_hlist = EITHER(OFFSET(ksm_stable_node, hlist), OFFSET(stable_node, hlist));
	layout.item_anon_vma = EITHER(OFFSET(ksm_rmap_item, anon_vma), OFFSET(rmap_item, anon_vma));
	layout.item_mm = EITHER(OFFSET(ksm_rmap_item, mm), OFFSET(rmap_item, mm));
	layout.item_address = EITHER(OFFSET(ksm_rmap_item, address), OFFSET(rmap_item, address));
	layout.item_hlist = EITHER(OFFSET(ksm_rmap_item, hlist), OFFSET(rmap_item, hlist));
	layout.objcg_memcg = OFFSET(obj_cgroup, memcg);
	layout.memcg_cgroup = OFFSET(mem_cgroup, css.cgroup);
	layout.cgroup_kn = OFFSET(cgroup, kn);
	layout.kn_id = OFFSET(kernfs_node, id);
}

/* Run once by user space. */
SEC("raw_tp")
int tell_layout(void *ctx)
{
	layout_of_pages();
	layout_of_bits();
	layout_of_trees();
	layout_of_owners();
	return 0;
}

/* ---------------------------------------------------------------- reading */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, FOLIO_SLOTS);
	__type(key, __u32);
	__type(value, struct folio_slot);
} slots SEC(".maps");

struct folio_want want[FOLIO_SLOTS];
__u32 wants;

/* Run by user space whenever it wants something: the i-th of want[] comes into the i-th slot. */
SEC("raw_tp")
int peek(void *ctx)
{
	for (__u32 i = 0; i < FOLIO_SLOTS; i++) {
		__u32 key = i, len;
		struct folio_slot *slot;

		if (i >= wants)
			break;
		slot = bpf_map_lookup_elem(&slots, &key);
		if (!slot)
			break;
		len = *(volatile __u32 *)&want[i].len;
		if (len > FOLIO_SLOT_SIZE)
			len = FOLIO_SLOT_SIZE;
		want[i].err = bpf_probe_read_kernel(slot->data, len, (void *)want[i].addr);
	}
	return 0;
}

/* ------------------------------------------------------------------ tasks */

/* Every thread that has memory: whose a VMA's memory is. */
SEC("iter/task")
int each_task(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct folio_task t = {};
	struct seq_file *seq;

	if (!task)
		return 0;
	t.mm = (__u64)BPF_CORE_READ(task, mm);
	if (!t.mm)
		return 0;
	t.pid = tgid_number(task);
	BPF_CORE_READ_STR_INTO(&t.comm, task, group_leader, comm);
	seq = ctx->meta->seq;
	bpf_seq_write(seq, &t, sizeof(t));
	return 0;
}
