/* SPDX-License-Identifier: GPL-2.0-only */
/* Whose a folio is: the process, file or KSM node that brought it about. */
#ifndef FOLIOSCOPE_OWNER_BPF_H
#define FOLIOSCOPE_OWNER_BPF_H

#include <bpf/bpf_core_read.h>
#include "page.bpf.h"
#include "rmap.h"

#define MAPPING_FLAGS 3 /* PAGE_MAPPING_FLAGS, include/linux/page-flags.h */

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, RMAP_OWNERS_MAX);
	__type(key, struct rmap_owner_key);
	__type(value, struct rmap_owner_name);
} owner_names SEC(".maps");

static __always_inline void owner_named(const struct rmap_owner *o, const void *name)
{
	struct rmap_owner_key key = { .owner = o->owner, .dev = o->dev };
	struct rmap_owner_name value = {};

	if (bpf_map_lookup_elem(&owner_names, &key))
		return;
	bpf_probe_read_kernel_str(value.name, sizeof(value.name), name);
	bpf_map_update_elem(&owner_names, &key, &value, BPF_ANY);
}

/* Where in a dentry the list of an inode's names goes on. */
static __always_inline __u64 dentry_alias_offset(void)
{
	const struct dentry___7_2 *new = NULL;
	const struct dentry *old = NULL;

	if (bpf_core_field_exists(old->d_u.d_alias))
		return bpf_core_field_offset(old->d_u.d_alias);
	return bpf_core_field_offset(new->d_alias);
}

static __always_inline void owner_of_file(struct rmap_owner *o, struct address_space *mapping)
{
	struct inode *inode = BPF_CORE_READ(mapping, host);
	struct hlist_node *alias = BPF_CORE_READ(inode, i_dentry.first);
	struct dentry *dentry = (void *)alias - dentry_alias_offset();

	o->owner = BPF_CORE_READ(inode, i_ino);
	o->dev = BPF_CORE_READ(inode, i_sb, s_dev);
	if (alias)
		owner_named(o, BPF_CORE_READ(dentry, d_name.name));
}

/* At a walk's beginning: what the folio tells.  Of an anonymous one only its anon_vma. */
static __always_inline void owner_begin(struct rmap_owner *o, enum rmap_kind kind, const void *folio)
{
	__u64 mapping = folio_mapping_raw(folio) & ~(__u64)MAPPING_FLAGS;

	o->anon_vma = o->owner = o->dev = 0;
	if (kind == RMAP_ANON)
		o->anon_vma = mapping;
	else if (kind == RMAP_KSM)
		o->owner = mapping;
	else
		owner_of_file(o, (void *)mapping);
}

/* At each VMA visited: is it the one whose own anon_vma this is?  One at most is. */
static __always_inline void owner_visit(struct rmap_owner *o, struct vm_area_struct *vma)
{
	struct task_struct *task;
	struct mm_struct *mm;

	if (!o->anon_vma || (__u64)BPF_CORE_READ(vma, anon_vma) != o->anon_vma)
		return;
	o->anon_vma = 0;
	mm = BPF_CORE_READ(vma, vm_mm);
	if (!bpf_core_field_exists(mm->owner))
		return;
	task = BPF_CORE_READ(mm, owner);
	if (!task)
		return;
	o->owner = BPF_CORE_READ(task, tgid);
	owner_named(o, &task->comm);
}

#endif /* FOLIOSCOPE_OWNER_BPF_H */
