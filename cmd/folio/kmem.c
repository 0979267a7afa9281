// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's memory by address. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "../lib/grow.h"
#include "kmem.h"

int kmem__bytes(struct kmem *k, uint64_t addr, void *to, uint32_t len)
{
	struct kmem_read r = { .addr = addr, .len = len, .to = to };
	int err = k->read(k, &r, 1);

	return err ? err : r.err;
}

uint64_t kmem__word(struct kmem *k, uint64_t addr, int32_t offset)
{
	uint64_t word = 0;

	if (!addr || offset < 0 || kmem__bytes(k, addr + offset, &word, sizeof(word)))
		return 0;
	return word;
}

void kmem__string(struct kmem *k, uint64_t addr, char *to, uint32_t size)
{
	uint32_t len = size - 1;

	memset(to, 0, size);
	/* It may end right before memory that is not there. */
	while (addr && len && kmem__bytes(k, addr, to, len))
		len /= 2;
	to[len] = 0;
}

int kmem_tasks__add(struct kmem_tasks *tasks, const struct kmem_task *task)
{
	struct kmem_task *t =
		grow__add((void **)&tasks->task, &tasks->n, &tasks->cap, sizeof(*tasks->task));

	if (!t)
		return -ENOMEM;
	*t = *task;
	return 0;
}

static int by_mm(const void *a, const void *b)
{
	const struct kmem_task *x = a, *y = b;

	if (x->mm != y->mm)
		return x->mm < y->mm ? -1 : 1;
	return x->pid < y->pid ? -1 : x->pid > y->pid;
}

void kmem_tasks__sort(struct kmem_tasks *tasks)
{
	size_t n = 0;

	if (tasks->n)
		qsort(tasks->task, tasks->n, sizeof(*tasks->task), by_mm);
	for (size_t i = 0; i < tasks->n; i++)
		if (!n || by_mm(&tasks->task[n - 1], &tasks->task[i]))
			tasks->task[n++] = tasks->task[i];
	tasks->n = n;
}

const struct kmem_task *kmem_tasks__of(const struct kmem_tasks *tasks, uint64_t mm, size_t *n)
{
	size_t low = 0, high = tasks->n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (tasks->task[middle].mm < mm)
			low = middle + 1;
		else
			high = middle;
	}
	for (*n = 0; low + *n < tasks->n && tasks->task[low + *n].mm == mm; (*n)++)
		;
	return *n ? tasks->task + low : NULL;
}

void kmem_tasks__free(struct kmem_tasks *tasks)
{
	free(tasks->task);
	*tasks = (struct kmem_tasks){ 0 };
}
