// SPDX-License-Identifier: GPL-2.0
/* What /proc tells about single pages (Documentation/admin-guide/mm/pagemap.rst). */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "pageinfo.h"
#include "util.h"

#define PM_PRESENT (1ULL << 63)
#define PM_PFN	   ((1ULL << 55) - 1)

static int count_fd = -1, flags_fd = -1;

static int open_one(const char *path, int *fd)
{
	if (*fd >= 0)
		return 0;
	*fd = open(path, O_RDONLY | O_CLOEXEC);
	if (*fd >= 0)
		return 0;
	if (errno == ENOENT)
		return fail(EXIT_LACKS, "this kernel lacks CONFIG_PROC_PAGE_MONITOR (%s)", path);
	return fail_errno("%s", path);
}

int pageinfo_open(void)
{
	int ret = open_one("/proc/kpagecount", &count_fd);

	return ret ? ret : open_one("/proc/kpageflags", &flags_fd);
}

int pageinfo_pfns(pid_t pid, const void *addr, unsigned int count, uint64_t *pfns)
{
	long page_size = sysconf(_SC_PAGESIZE);
	size_t bytes = count * sizeof(*pfns);
	char path[64];
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/pagemap", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fail_errno("%s", path);
	got = pread(fd, pfns, bytes, (uintptr_t)addr / page_size * sizeof(*pfns));
	close(fd);
	if (got != (ssize_t)bytes)
		return got < 0 ? fail_errno("%s", path) : fail(EXIT_FAILED, "%s: too short", path);
	for (unsigned int i = 0; i < count; i++) {
		bool present = pfns[i] & PM_PRESENT;

		pfns[i] &= PM_PFN;
		if (present && !pfns[i])
			return fail(EXIT_DENIED, "%s hides pfns: needs CAP_SYS_ADMIN", path);
		if (!present)
			pfns[i] = 0;
	}
	return 0;
}

static int read_one(int fd, const char *path, uint64_t pfn, uint64_t *value)
{
	if (pread(fd, value, sizeof(*value), pfn * sizeof(*value)) == sizeof(*value))
		return 0;
	return fail_errno("%s: pfn 0x%llx", path, (unsigned long long)pfn);
}

int pageinfo_mapcount(uint64_t pfn, uint64_t *mapcount)
{
	return read_one(count_fd, "/proc/kpagecount", pfn, mapcount);
}

int pageinfo_flags(uint64_t pfn, uint64_t *flags)
{
	return read_one(flags_fd, "/proc/kpageflags", pfn, flags);
}
