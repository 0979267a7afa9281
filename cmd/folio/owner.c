// SPDX-License-Identifier: GPL-2.0-only
/* What a folio belongs to. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "../lib/grow.h"
#include "owner.h"

#define PAGE_MASK (~0xfffULL)

/* Puts "/name" in front of what is in @path already. */
static bool prepend(char *path, size_t size, const char *name)
{
	size_t len = strlen(name), has = strlen(path);

	if (len + 1 + has >= size)
		return false;
	memmove(path + len + 1, path, has + 1);
	path[0] = '/';
	memcpy(path + 1, name, len);
	return true;
}

/* From a name up to the root, which is its own parent. */
static void read_path(struct kmem *k, uint64_t dentry, char *path, size_t size)
{
	const struct folio_layout *l = &k->layout;
	char name[256]; /* NAME_MAX and its end */

	path[0] = 0;
	for (int depth = 0; dentry && depth < 2048; depth++) {
		uint64_t parent = kmem__word(k, dentry, l->dentry_parent);

		kmem__string(k, kmem__word(k, dentry, l->dentry_name), name, sizeof(name));
		if (parent == dentry) {
			/* What is in no directory is its own root: pipe:, memfd, /dev/zero. */
			if (!path[0] && strcmp(name, "/"))
				prepend(path, size, name);
			return;
		}
		if (!name[0] || !prepend(path, size, name))
			break;
		dentry = parent;
	}
	path[0] = 0;
}

int owner__file(struct kmem *k, uint64_t mapping, struct owner_file *file)
{
	const struct folio_layout *l = &k->layout;
	uint64_t inode = kmem__word(k, mapping, l->mapping_host), sb, alias;

	memset(file, 0, sizeof(*file));
	sb = kmem__word(k, inode, l->inode_sb);
	if (!sb)
		return -ENOENT;
	file->inode = kmem__word(k, inode, l->inode_ino);
	file->dev = kmem__word(k, sb, l->sb_dev);
	kmem__string(k, kmem__word(k, kmem__word(k, sb, l->sb_type), l->fs_name), file->fs,
		     sizeof(file->fs));
	file->a_ops = k->symbol(k, kmem__word(k, mapping, l->mapping_a_ops));
	alias = kmem__word(k, inode, l->inode_dentry);
	if (alias)
		read_path(k, alias - l->dentry_alias, file->path, sizeof(file->path));
	return 0;
}

int owner__anon(struct kmem *k, uint64_t anon_vma, struct owner_anon *anon)
{
	anon->root = kmem__word(k, anon_vma, k->layout.anon_vma_root);
	anon->parent = kmem__word(k, anon_vma, k->layout.anon_vma_parent);
	return anon->root ? 0 : -ENOENT;
}

int owner__ksm(struct kmem *k, uint64_t stable_node, struct owner_ksms *items)
{
	const size_t most = 1 << 22;
	const struct folio_layout *l = &k->layout;
	uint64_t node = kmem__word(k, stable_node, l->stable_hlist);

	while (node) {
		uint64_t item = node - l->item_hlist;
		struct owner_ksm *slot =
			grow__add((void **)&items->item, &items->n, &items->cap, sizeof(*slot));

		if (!slot)
			return -ENOMEM;
		slot->anon_vma = kmem__word(k, item, l->item_anon_vma);
		slot->mm = kmem__word(k, item, l->item_mm);
		slot->address = kmem__word(k, item, l->item_address) & PAGE_MASK;
		/* A rmap_item belongs to one list only: what leads elsewhere was freed. */
		if (!slot->anon_vma || !slot->mm || items->n > most) {
			items->n--;
			items->torn = true;
			break;
		}
		node = kmem__word(k, node, 0);
	}
	return 0;
}

uint64_t owner__cgroup(struct kmem *k, uint64_t memcg_data)
{
	/* enum page_memcg_data_flags: of a slab's objects, of the kernel by an obj_cgroup */
	const uint64_t objects = 1, kernel = 2, tags = 7;
	const struct folio_layout *l = &k->layout;
	uint64_t memcg = memcg_data & ~tags;

	if (!memcg || memcg_data & objects)
		return 0;
	if (l->memcg_by_objcg || (!l->memcg_in_page && memcg_data & kernel))
		memcg = kmem__word(k, memcg, l->objcg_memcg);
	return kmem__word(k, kmem__word(k, kmem__word(k, memcg, l->memcg_cgroup), l->cgroup_kn),
			  l->kn_id);
}
