// SPDX-License-Identifier: GPL-2.0-only
/* /proc/PID/pagemap. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "pagemap.h"

#define PAGE_SHIFT 12

int pagemap__open(pid_t pid)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/pagemap", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

ssize_t pagemap__read(int fd, uint64_t addr, uint64_t *entries, size_t n)
{
	size_t want = n * sizeof(*entries), got = 0;

	memset(entries, 0, want);
	while (got < want) {
		ssize_t r = pread(fd, (char *)entries + got, want - got,
				  (off_t)((addr >> PAGE_SHIFT) * sizeof(*entries) + got));

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -errno;
		if (!r)
			break;
		got += r;
	}
	return got / sizeof(*entries);
}

enum status pagemap__fail(pid_t pid, int err)
{
	if (err == -ENOENT || err == -ESRCH)
		return fail(ST_FAIL, "no process with pid %d", pid);
	/* ptrace_may_access(), which /proc asks */
	if (err == -EACCES || err == -EPERM)
		return fail(ST_PERM,
			    "not permitted: the memory of process %d may not be looked at; needs "
			    "CAP_SYS_PTRACE",
			    pid);
	return fail(ST_FAIL, "cannot read /proc/%d/pagemap: %s", pid, strerror(-err));
}

bool pagemap__maps(uint64_t entry, uint64_t pfn)
{
	return entry & PAGEMAP_PRESENT && (entry & PAGEMAP_PFN) == pfn;
}
