// SPDX-License-Identifier: GPL-2.0
/* The memory that the tree shares. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "region.h"
#include "util.h"

/* Contents no other program has, different on every page: KSM must merge just our pairs. */
static void page_contents(const struct region *region, unsigned char *buf, size_t page)
{
	uint64_t words[4] = { 0x666f726b74726565ULL, region->cookie, page, ~page };

	memcpy(buf, words, sizeof(words));
}

static unsigned int page_count(const struct region *region)
{
	return region->bytes / region->page_size;
}

/* Reserve one page more on either side; returns the middle or NULL. */
static char *reserve(struct region *region, int slot)
{
	size_t bytes = region->bytes + 2 * region->page_size;
	char *addr = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (addr == MAP_FAILED)
		return NULL;
	region->reserved[slot] = addr;
	return addr + region->page_size;
}

static int map_anon(struct region *region, int slot, char **where)
{
	char *addr = reserve(region, slot);

	if (!addr)
		return fail_errno("cannot reserve %zu bytes", region->bytes);
	addr = mmap(addr, region->bytes, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	if (addr == MAP_FAILED)
		return fail_errno("cannot map %zu bytes", region->bytes);
	*where = addr;
	return 0;
}

static int open_file(struct region *region, const struct shape *shape, const char *dir)
{
	if (shape->kind == KIND_SHMEM) {
		region->fd = memfd_create("forktree", MFD_CLOEXEC);
	} else {
		char path[256];

		snprintf(path, sizeof(path), "%s/forktree.%d", dir, getpid());
		region->fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (region->fd < 0)
			return fail_errno("cannot create %s", path);
		unlink(path);
	}
	if (region->fd < 0 || ftruncate(region->fd, region->bytes))
		return fail_errno("cannot make a file of %zu bytes", region->bytes);
	return 0;
}

int region_map(struct region *region, const struct shape *shape, const char *dir)
{
	int ret;

	*region = (struct region){
		.fd = -1,
		.page_size = sysconf(_SC_PAGESIZE),
		.cookie = getpid(),
	};
	region->bytes = region->page_size * shape->pages;

	if (shape->kind == KIND_FILE || shape->kind == KIND_SHMEM) {
		char *addr = reserve(region, 0);

		if (!addr)
			return fail_errno("cannot reserve %zu bytes", region->bytes);
		ret = open_file(region, shape, dir);
		if (ret)
			return ret;
		addr = mmap(addr, region->bytes, PROT_READ | PROT_WRITE,
			    (shape->shared ? MAP_SHARED : MAP_PRIVATE) | MAP_FIXED, region->fd, 0);
		if (addr == MAP_FAILED)
			return fail_errno("cannot map %zu bytes of a file", region->bytes);
		region->addr = addr;
		return 0;
	}

	ret = map_anon(region, 0, &region->addr);
	if (ret || shape->kind != KIND_KSM)
		return ret;
	if (madvise(region->addr, region->bytes, MADV_MERGEABLE))
		return errno == EINVAL ? fail(EXIT_LACKS, "this kernel lacks CONFIG_KSM") :
					 fail_errno("MADV_MERGEABLE");
	if (shape->merge_after)
		return 0;
	ret = map_anon(region, 1, &region->twin);
	if (ret)
		return ret;
	if (madvise(region->twin, region->bytes, MADV_MERGEABLE) ||
	    madvise(region->twin, region->bytes, MADV_DONTFORK))
		return fail_errno("MADV_MERGEABLE, MADV_DONTFORK");
	return 0;
}

int region_fill(const struct region *region)
{
	unsigned char start[32];
	unsigned int pages = page_count(region);

	for (unsigned int page = 0; page < pages; page++) {
		page_contents(region, start, page);
		if (region->fd < 0) {
			memcpy(region->addr + page * region->page_size, start, sizeof(start));
			if (region->twin)
				memcpy(region->twin + page * region->page_size, start, sizeof(start));
			continue;
		}
		/* A page at a time: longer writes may make large folios. */
		unsigned char buf[region->page_size];

		memset(buf, 0, sizeof(buf));
		memcpy(buf, start, sizeof(start));
		if (pwrite(region->fd, buf, sizeof(buf), page * region->page_size) !=
		    (ssize_t)sizeof(buf))
			return fail_errno("cannot write page %u of the file", page);
	}
	if (region->fd >= 0 && fsync(region->fd))
		return fail_errno("cannot sync the file");
	return 0;
}

void region_read(const struct region *region)
{
	for (size_t at = 0; at < region->bytes; at += region->page_size)
		(void)*(volatile char *)(region->addr + at);
}

void region_dirty(const struct region *region, unsigned char value)
{
	for (size_t at = 0; at < region->bytes; at += region->page_size)
		*(volatile unsigned char *)(region->addr + at + 64) = value;
}

/*
 * A process's own contents. Where KSM merges afterwards they are everyone's
 * again: writing them makes the copy, ksmd undoes it.
 */
static void write_page(const struct region *region, unsigned int proc, unsigned int page)
{
	*(volatile unsigned int *)(region->addr + page * region->page_size + 128) = proc;
}

/*
 * Zapping a file's page that was used marks its folio accessed, and the second
 * such mark makes it active (zap_present_folio_ptes() in mm/memory.c). Take
 * the mark away first, so that all folios stay as they were filled.
 */
static int forget_references(void)
{
	int ret = file_write("/proc/self/clear_refs", "1");

	if (ret) {
		errno = -ret;
		return fail_errno("/proc/self/clear_refs");
	}
	return 0;
}

static int write_and_drop(const struct region *region, const struct shape *shape, unsigned int proc)
{
	unsigned int pages = page_count(region);
	int ret;

	for (unsigned int page = 0; page < pages; page++)
		if (shape_writes(shape, proc, page))
			write_page(region, proc, page);
	if (!shape->dropped || proc < shape->first || proc > shape->last)
		return 0;
	ret = forget_references();
	for (unsigned int page = 0; !ret && page < pages; page++)
		if (shape_drops(shape, proc, page) && madvise(region->addr + page * region->page_size,
							      region->page_size, MADV_DONTNEED))
			ret = fail_errno("MADV_DONTNEED");
	return ret;
}

int region_birth(const struct region *region, const struct shape *shape, unsigned int proc)
{
	if (region->fd >= 0)
		region_read(region);
	for (unsigned int page = 0; shape->merge_after && page < page_count(region); page++)
		write_page(region, 0, page);
	return shape->late ? 0 : write_and_drop(region, shape, proc);
}

int region_late(const struct region *region, const struct shape *shape, unsigned int proc)
{
	return shape->late ? write_and_drop(region, shape, proc) : 0;
}

int region_drop_all(const struct region *region)
{
	int ret = forget_references();

	if (!ret && madvise(region->addr, region->bytes, MADV_DONTNEED))
		ret = fail_errno("MADV_DONTNEED");
	return ret;
}

void region_unmap(struct region *region)
{
	for (unsigned int slot = 0; slot < ARRAY_SIZE(region->reserved); slot++)
		if (region->reserved[slot])
			munmap(region->reserved[slot], region->bytes + 2 * region->page_size);
	if (region->fd >= 0)
		close(region->fd);
	*region = (struct region){ .fd = -1 };
}
