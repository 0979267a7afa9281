/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's memory, as far as foliomap reads it: by address, in batches, with the layout
 * of the kernel that has it.  Who reads does not know whether it is the running kernel's
 * (live.c) or made up for a test.
 */
#ifndef FOLIOSCOPE_FOLIO_KMEM_H
#define FOLIOSCOPE_FOLIO_KMEM_H

#include <stddef.h>
#include <stdint.h>
#include "../../bpf/folio.h"

/* Something to be read. */
struct kmem_read {
	uint64_t addr;
	uint32_t len; /* at most FOLIO_SLOT_SIZE */
	void *to;     /* zeroed where it cannot be read */
	int err;      /* answer: 0, -EFAULT */
};

/* A process's memory, and whose it is. */
struct kmem_task {
	uint64_t mm;
	uint32_t pid; /* 0: of none that is seen from here */
	char comm[16];
};

struct kmem_tasks {
	struct kmem_task *task; /* by mm, then pid; each pair once */
	size_t n, cap;
};

struct kmem {
	struct folio_layout layout;
	uint64_t vmemmap;  /* address of the first struct page */
	uint64_t zero_pfn; /* UINT64_MAX: not known */
	uint64_t huge_zero_pfn;
	uint64_t node_data; /* address of the array of nodes, 0: not known */
	/* Up to 6.6 the index of a hugetlb folio counts huge pages (a08c7193e4f1). */
	int hugetlb_index_is_huge;
	/* Folios are in generations; PG_active is not what it was (ec1c86b25f4b, 6.1). */
	int multi_gen_lru;
	/* We are in a PID namespace: there may be processes that tasks() does not tell. */
	int in_pidns;

	/* Reads what may be another since: zero_pfn and huge_zero_pfn. */
	void (*refresh)(struct kmem *k);
	/* 0 or -errno: then nothing was read. */
	int (*read)(struct kmem *k, struct kmem_read *reads, size_t n);
	/* All processes, sorted; 0 or -errno. */
	int (*tasks)(struct kmem *k, struct kmem_tasks *tasks);
	/* Name of a kernel's variable by its exact address; NULL: unknown. */
	const char *(*symbol)(struct kmem *k, uint64_t addr);
};

/* One thing; 0 or -errno. */
int kmem__bytes(struct kmem *k, uint64_t addr, void *to, uint32_t len);

/* A word there, or 0 where nothing can be read or @offset is below 0. */
uint64_t kmem__word(struct kmem *k, uint64_t addr, int32_t offset);

/* A string of at most @size - 1 bytes, cut where memory ends; "" where there is none. */
void kmem__string(struct kmem *k, uint64_t addr, char *to, uint32_t size);

/* The processes that have a memory: the first in the list, *n of them. */
const struct kmem_task *kmem_tasks__of(const struct kmem_tasks *tasks, uint64_t mm, size_t *n);

/* To be sorted; 0 or -ENOMEM. */
int kmem_tasks__add(struct kmem_tasks *tasks, const struct kmem_task *task);
void kmem_tasks__sort(struct kmem_tasks *tasks);
void kmem_tasks__free(struct kmem_tasks *tasks);

#endif
