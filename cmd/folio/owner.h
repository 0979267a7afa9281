/* SPDX-License-Identifier: GPL-2.0-only */
/* What a folio belongs to: a file, an anon_vma, the users of a KSM page, a memory cgroup. */
#ifndef FOLIOSCOPE_FOLIO_OWNER_H
#define FOLIOSCOPE_FOLIO_OWNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kmem.h"
#include "page.h"

struct owner_file {
	uint32_t dev; /* as the kernel has it: 20 bits minor */
	uint64_t inode;
	char fs[32];
	const char *a_ops; /* name of the address_space_operations; NULL: unknown */
	char path[4096];   /* below the root of the file system; "": it has no name */
};

/* Of an address_space; 0 or -ENOENT: it is none (any more). */
int owner__file(struct kmem *k, uint64_t mapping, struct owner_file *file);

struct owner_anon {
	uint64_t root, parent;
};

int owner__anon(struct kmem *k, uint64_t anon_vma, struct owner_anon *anon);

/* One of those who have a KSM folio. */
struct owner_ksm {
	uint64_t anon_vma;
	uint64_t mm;
	uint64_t address;
};

struct owner_ksms {
	struct owner_ksm *item;
	size_t n, cap;
	bool torn; /* the list changed while it was read */
};

/* The users that ksmd noted for a stable node; 0 or -errno. */
int owner__ksm(struct kmem *k, uint64_t stable_node, struct owner_ksms *items);

/* The id of the cgroup a folio is charged to, 0: none, or it is gone. */
uint64_t owner__cgroup(struct kmem *k, uint64_t memcg_data);

#endif
