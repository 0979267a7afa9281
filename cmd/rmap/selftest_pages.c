// SPDX-License-Identifier: GPL-2.0-only
/* What /proc tells of single pages (Documentation/admin-guide/mm/pagemap.rst). */
#include <errno.h>
#include <fcntl.h>
#include <linux/kernel-page-flags.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>
#include "selftest_pages.h"

#define PM_PRESENT (1ULL << 63)
#define PM_PFN	   ((1ULL << 55) - 1)

static int read_at(const char *path, void *buf, size_t size, off_t at)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		return -errno;
	got = pread(fd, buf, size, at);
	if (got < 0)
		got = -errno;
	close(fd);
	if (got < 0)
		return got;
	return (size_t)got == size ? 0 : -EIO;
}

static int pagemap(pid_t pid, const void *addr, size_t n, uint64_t *entries)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/pagemap", pid);
	return read_at(path, entries, n * sizeof(*entries),
		       (uintptr_t)addr / sysconf(_SC_PAGESIZE) * sizeof(*entries));
}

int pages__pfns(pid_t pid, const void *addr, size_t n, uint64_t *pfns)
{
	int err = pagemap(pid, addr, n, pfns);

	for (size_t i = 0; !err && i < n; i++) {
		bool present = pfns[i] & PM_PRESENT;

		pfns[i] = present ? pfns[i] & PM_PFN : 0;
		if (present && !pfns[i])
			return -EPERM;
	}
	return err;
}

int pages__present(pid_t pid, const void *addr, size_t n)
{
	uint64_t entries[n];
	int present = 0, err = pagemap(pid, addr, n, entries);

	for (size_t i = 0; !err && i < n; i++)
		present += entries[i] & PM_PRESENT ? 1 : 0;
	return err ? err : present;
}

int pages__facts(uint64_t pfn, struct page_facts *facts)
{
	const uint64_t large = 1ULL << KPF_COMPOUND_HEAD | 1ULL << KPF_COMPOUND_TAIL;
	uint64_t flags;
	int err = read_at("/proc/kpagecount", &facts->mapcount, sizeof(facts->mapcount),
			  pfn * sizeof(facts->mapcount));

	if (!err)
		err = read_at("/proc/kpageflags", &flags, sizeof(flags), pfn * sizeof(flags));
	if (err)
		return err;
	facts->large = flags & large;
	facts->lru = flags >> KPF_LRU & 1;
	facts->dirty = flags >> KPF_DIRTY & 1;
	facts->idle = flags >> KPF_IDLE & 1;
	return 0;
}

int pages__referenced(FILE *smaps, unsigned long addr)
{
	char *line = NULL, begin[32];
	bool ours = false;
	size_t size = 0;
	int used = -1;

	snprintf(begin, sizeof(begin), "%lx-", addr);
	/* Whole lines: the name of a file may be long, and look like anything. */
	while (used < 0 && getline(&line, &size, smaps) > 0) {
		unsigned long kib;

		ours |= !strncmp(line, begin, strlen(begin));
		if (ours && sscanf(line, "Referenced: %lu kB", &kib) == 1)
			used = kib > 0;
	}
	free(line);
	return used;
}

static int referenced(const void *addr)
{
	FILE *smaps = fopen("/proc/self/smaps", "re");
	int used = smaps ? pages__referenced(smaps, (unsigned long)addr) : -1;

	if (smaps)
		fclose(smaps);
	return used;
}

/*
 * Where it looks for references it first takes the accessed bits away, which a page tells
 * that it must leave alone otherwise: one of a locked shared memory segment.
 */
int pages__pageout_looks(void)
{
	size_t size = sysconf(_SC_PAGESIZE);
	int id = shmget(IPC_PRIVATE, size, 0600), before = -1, after = -1;
	char *page = id < 0 ? (void *)-1 : shmat(id, NULL, 0);

	/* It lives on while it is attached, and does not outlive us. */
	if (id >= 0)
		shmctl(id, IPC_RMID, NULL);
	if (page != (void *)-1 && !shmctl(id, SHM_LOCK, NULL)) {
		*(volatile char *)page = 1;
		before = referenced(page);
		if (!madvise(page, size, MADV_PAGEOUT))
			after = referenced(page);
	}
	if (page != (void *)-1)
		shmdt(page);
	return before == 1 && after >= 0 ? !after : -ENODATA;
}
