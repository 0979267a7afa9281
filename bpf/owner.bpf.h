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

static const struct rmap_owner_name nameless; /* too large for the stack */

/* Where an owner's name is to be written; NULL when it is known. */
static __always_inline struct rmap_owner_name *owner_name(const struct rmap_owner *o)
{
	struct rmap_owner_key key = { .owner = o->owner, .dev = o->dev };

	if (bpf_map_lookup_elem(&owner_names, &key))
		return NULL;
	bpf_map_update_elem(&owner_names, &key, &nameless, BPF_NOEXIST);
	return bpf_map_lookup_elem(&owner_names, &key);
}

static __always_inline void owner_process(const struct rmap_owner *o, const void *comm)
{
	struct rmap_owner_name *name = owner_name(o);

	if (name)
		bpf_probe_read_kernel_str(name->part[0], sizeof(name->part[0]), comm);
}

static __always_inline void owner_file(const struct rmap_owner *o, const struct dentry *dentry)
{
	struct rmap_owner_name *name = owner_name(o);

	if (!name)
		return;
	for (int i = 0; i < RMAP_OWNER_PARTS; i++) {
		const struct dentry *parent = BPF_CORE_READ(dentry, d_parent);

		bpf_probe_read_kernel_str(name->part[i], sizeof(name->part[i]),
					  BPF_CORE_READ(dentry, d_name.name));
		if (!parent || parent == dentry)
			break;
		dentry = parent;
	}
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
		owner_file(o, dentry);
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
	owner_process(o, &task->comm);
}

#endif /* FOLIOSCOPE_OWNER_BPF_H */
