// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interval trees of VMAs, read level by level: all nodes of a level in one batch.
 *
 * Nodes of an anon_vma's tree are AVCs, which point to VMAs; of a file's they are in the VMAs
 * (include/linux/rmap.h, mm/interval_tree.c; 5.10 to 7.2).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "../lib/grow.h"
#include "tree.h"

#define PAGE_SHIFT	    12
#define NODE_BYTES	    512 /* of an AVC or a VMA, as much as is wanted of it */
#define LEVELS_MAX	    128 /* a red-black tree of 2^64 nodes has no more */
#define NODES_MAX	    (1 << 22)
#define RWSEM_WRITER_LOCKED 1 /* kernel/locking/rwsem.c, 5.10 to 7.2 */

/* Where in a node things are. */
struct shape {
	int32_t rb, last; /* from the node's beginning */
	int32_t vma;	  /* its pointer to the VMA, below 0: it is the VMA */
	int32_t owner;	  /* its pointer to the tree's owner, below 0: it has none */
};

struct walk {
	struct kmem *k;
	struct shape shape;
	uint64_t owner;
	uint64_t first, last;
	struct tree_vmas *vmas;
	size_t nodes; /* seen */
};

/* The nodes of a level. */
struct level {
	uint64_t *node; /* addresses of rb_nodes */
	size_t n, cap;
};

uint64_t tree_vma__last(const struct tree_vma *vma)
{
	return vma->pgoff + ((vma->end - vma->start) >> PAGE_SHIFT) - 1;
}

uint64_t tree_vma__address(const struct tree_vma *vma, uint64_t pgoff)
{
	return vma->start + ((pgoff - vma->pgoff) << PAGE_SHIFT);
}

void tree_vmas__free(struct tree_vmas *vmas)
{
	free(vmas->vma);
	*vmas = (struct tree_vmas){ 0 };
}

static uint64_t word(const uint8_t *raw, int32_t offset)
{
	uint64_t v;

	memcpy(&v, raw + offset, sizeof(v));
	return v;
}

static int add_node(struct level *level, uint64_t node)
{
	uint64_t *slot;

	if (!node)
		return 0;
	slot = grow__add((void **)&level->node, &level->n, &level->cap, sizeof(*slot));
	if (!slot)
		return -ENOMEM;
	*slot = node;
	return 0;
}

/* Of a struct, up to and with the last field that is wanted. */
static uint32_t bytes(const int32_t *offsets, size_t n)
{
	int32_t most = 0;

	for (size_t i = 0; i < n; i++)
		if (offsets[i] > most)
			most = offsets[i];
	return most + sizeof(uint64_t);
}

static uint32_t vma_bytes(const struct folio_layout *l)
{
	const int32_t offsets[] = { l->vma_start, l->vma_end,	   l->vma_mm,	l->vma_pgoff,
				    l->vma_flags, l->vma_anon_vma, l->vma_last, l->vma_rb + 16 };

	return bytes(offsets, sizeof(offsets) / sizeof(*offsets));
}

static uint32_t avc_bytes(const struct folio_layout *l)
{
	const int32_t offsets[] = { l->avc_vma, l->avc_anon_vma, l->avc_last, l->avc_rb + 16 };

	return bytes(offsets, sizeof(offsets) / sizeof(*offsets));
}

static void decode_vma(const struct folio_layout *l, struct tree_vma *vma, uint64_t addr,
		       const uint8_t *raw)
{
	vma->addr = addr;
	vma->start = word(raw, l->vma_start);
	vma->end = word(raw, l->vma_end);
	vma->mm = word(raw, l->vma_mm);
	vma->pgoff = word(raw, l->vma_pgoff);
	vma->flags = word(raw, l->vma_flags);
	vma->anon_vma = word(raw, l->vma_anon_vma);
}

/* Takes a node and its VMA; its children, as far as they can have what is wanted, into @next. */
static int take_node(struct walk *w, const uint8_t *node, uint64_t vma_addr, const uint8_t *raw_vma,
		     struct level *next)
{
	/* include/linux/rbtree_types.h: __rb_parent_color, rb_right, rb_left */
	uint64_t right = word(node, w->shape.rb + 8), left = word(node, w->shape.rb + 16);
	struct tree_vma vma, *slot;
	int err;

	decode_vma(&w->k->layout, &vma, vma_addr, raw_vma);
	if (vma.start >= vma.end || !vma.mm ||
	    (w->shape.owner >= 0 && word(node, w->shape.owner) != w->owner)) {
		w->vmas->torn = true;
		return 0;
	}
	/* Nothing below goes as far. */
	if (word(node, w->shape.last) < w->first)
		return 0;
	err = add_node(next, left);
	if (!err && vma.pgoff <= w->last)
		err = add_node(next, right);
	if (err || vma.pgoff > w->last || tree_vma__last(&vma) < w->first)
		return err;
	slot = grow__add((void **)&w->vmas->vma, &w->vmas->n, &w->vmas->cap, sizeof(*slot));
	if (!slot)
		return -ENOMEM;
	*slot = vma;
	return 0;
}

/* Reads @n structs of @len bytes. */
static int read_all(struct kmem *k, struct kmem_read *reads, size_t n, uint32_t len, uint8_t *to)
{
	for (size_t i = 0; i < n; i++) {
		reads[i].len = len;
		reads[i].to = to + i * NODE_BYTES;
	}
	return k->read(k, reads, n);
}

static int take_level(struct walk *w, const struct level *level, struct level *next)
{
	const struct folio_layout *l = &w->k->layout;
	struct kmem_read *reads = calloc(level->n, sizeof(*reads));
	uint8_t *nodes = malloc(level->n * NODE_BYTES), *vmas = malloc(level->n * NODE_BYTES);
	int err = reads && nodes && vmas ? 0 : -ENOMEM;

	for (size_t i = 0; !err && i < level->n; i++)
		reads[i].addr = level->node[i] - w->shape.rb;
	if (!err)
		err = read_all(w->k, reads, level->n,
			       w->shape.vma < 0 ? vma_bytes(l) : avc_bytes(l), nodes);
	for (size_t i = 0; !err && i < level->n; i++) {
		w->vmas->torn |= reads[i].err != 0;
		if (w->shape.vma >= 0)
			reads[i].addr = word(nodes + i * NODE_BYTES, w->shape.vma);
	}
	if (!err && w->shape.vma >= 0)
		err = read_all(w->k, reads, level->n, vma_bytes(l), vmas);
	for (size_t i = 0; !err && i < level->n; i++) {
		const uint8_t *node = nodes + i * NODE_BYTES;

		err = take_node(w, node, reads[i].addr,
				w->shape.vma < 0 ? node : vmas + i * NODE_BYTES, next);
	}
	free(reads);
	free(nodes);
	free(vmas);
	return err;
}

static int walk(struct walk *w, uint64_t root)
{
	struct level level = { 0 }, next = { 0 };
	int err = add_node(&level, root);

	for (int i = 0; !err && level.n; i++) {
		struct level empty = { 0 };

		w->nodes += level.n;
		if (i == LEVELS_MAX || w->nodes > NODES_MAX) {
			w->vmas->torn = true;
			break;
		}
		err = take_level(w, &level, &next);
		free(level.node);
		level = next;
		next = empty;
	}
	free(level.node);
	free(next.node);
	return err;
}

/* Somebody changes a tree whose rw_semaphore's count is @count. */
static bool is_locked(uint64_t count)
{
	return count & RWSEM_WRITER_LOCKED;
}

int tree__of_anon_vma(struct kmem *k, uint64_t anon_vma, uint64_t first, uint64_t last,
		      struct tree_vmas *vmas)
{
	const struct folio_layout *l = &k->layout;
	struct walk w = {
		.k = k,
		.shape = { l->avc_rb, l->avc_last, l->avc_vma, l->avc_anon_vma },
		.owner = anon_vma,
		.first = first,
		.last = last,
		.vmas = vmas,
	};
	uint64_t root = kmem__word(k, anon_vma, l->anon_vma_root);
	int err;

	vmas->torn |= is_locked(kmem__word(k, root, l->anon_vma_lock));
	err = walk(&w, kmem__word(k, anon_vma, l->anon_vma_tree));
	vmas->torn |= is_locked(kmem__word(k, root, l->anon_vma_lock));
	return err;
}

int tree__of_mapping(struct kmem *k, uint64_t mapping, uint64_t first, uint64_t last,
		     struct tree_vmas *vmas)
{
	const struct folio_layout *l = &k->layout;
	struct walk w = {
		.k = k,
		.shape = { l->vma_rb, l->vma_last, -1, -1 },
		.first = first,
		.last = last,
		.vmas = vmas,
	};
	int err;

	vmas->torn |= is_locked(kmem__word(k, mapping, l->mapping_lock));
	err = walk(&w, kmem__word(k, mapping, l->mapping_tree));
	vmas->torn |= is_locked(kmem__word(k, mapping, l->mapping_lock));
	return err;
}
