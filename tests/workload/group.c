// SPDX-License-Identifier: GPL-2.0
/* The memory cgroup that --cause reclaim takes its folios from. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "group.h"
#include "pageinfo.h"
#include "util.h"

static char group_dir[128];
static int inside_fd = -1, outside_fd = -1;

static int open_procs(const char *dir, int *fd)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/cgroup.procs", dir);
	*fd = open(path, O_WRONLY | O_CLOEXEC);
	return *fd < 0 ? fail_errno("%s", path) : 0;
}

/* The cgroup2 directory the calling process is in, on the mount that @dir is on. */
static int current_dir(const char *dir, char *out, size_t size)
{
	char line[256];
	size_t mount_len = strrchr(dir, '/') - dir;
	FILE *file = fopen("/proc/self/cgroup", "re");
	int ret = EXIT_LACKS;

	if (!file)
		return fail_errno("/proc/self/cgroup");
	while (fgets(line, sizeof(line), file)) {
		if (strncmp(line, "0::", 3))
			continue;
		line[strcspn(line, "\n")] = '\0';
		snprintf(out, size, "%.*s%s", (int)mount_len, dir, line + 3);
		ret = 0;
	}
	fclose(file);
	return ret ? fail(ret, "/proc/self/cgroup names no cgroup2") : 0;
}

int group_open(const char *dir)
{
	char before[400];
	int ret;

	if (!dir)
		return 0;
	snprintf(group_dir, sizeof(group_dir), "%s", dir);
	ret = current_dir(dir, before, sizeof(before));
	if (!ret)
		ret = open_procs(dir, &inside_fd);
	if (!ret)
		ret = open_procs(before, &outside_fd);
	return ret;
}

void group_close(void)
{
	if (inside_fd >= 0)
		close(inside_fd);
	if (outside_fd >= 0)
		close(outside_fd);
	inside_fd = -1;
	outside_fd = -1;
}

static int move_self(int fd)
{
	if (fd >= 0 && write(fd, "0", 1) != 1)
		return fail_errno("cannot move between cgroups");
	return 0;
}

int group_enter(void)
{
	return move_self(inside_fd);
}

int group_leave(void)
{
	return move_self(outside_fd);
}

int group_add(pid_t pid)
{
	char text[32];
	int len = snprintf(text, sizeof(text), "%d", pid);

	if (write(inside_fd, text, len) != len)
		return fail_errno("cannot move process %d to %s", pid, group_dir);
	return 0;
}

static void group_path(char *path, size_t size, const char *file)
{
	snprintf(path, size, "%s/%s", group_dir, file);
}

/* How many mapped LRU pages of all memory are charged to the cgroup with this inode number. */
static int count_charged(uint64_t inode, unsigned long *count)
{
	static uint64_t owner[8192], flags[8192];
	int owner_fd = open("/proc/kpagecgroup", O_RDONLY | O_CLOEXEC);
	int flags_fd = open("/proc/kpageflags", O_RDONLY | O_CLOEXEC);
	int ret = 0;
	off_t at = 0;
	ssize_t got;

	*count = 0;
	if (owner_fd < 0 || flags_fd < 0)
		ret = fail(EXIT_LACKS, "this kernel lacks /proc/kpagecgroup");
	while (!ret && (got = pread(owner_fd, owner, sizeof(owner), at)) > 0) {
		bool ours = false;

		for (unsigned int i = 0; i < got / sizeof(*owner); i++)
			ours |= owner[i] == inode;
		if (ours && pread(flags_fd, flags, got, at) != got)
			ret = fail_errno("/proc/kpageflags");
		for (unsigned int i = 0; ours && !ret && i < got / sizeof(*owner); i++)
			*count += owner[i] == inode && (flags[i] & PF_LRU) && (flags[i] & PF_MMAP);
		at += got;
	}
	if (owner_fd >= 0)
		close(owner_fd);
	if (flags_fd >= 0)
		close(flags_fd);
	return ret;
}

int group_check(unsigned long folios)
{
	unsigned long count;
	struct stat st;
	int ret;

	if (stat(group_dir, &st))
		return fail_errno("%s", group_dir);
	/* Not memory.stat, which leaves small changes unaccounted for a while. */
	ret = count_charged(st.st_ino, &count);
	if (!ret && count != folios)
		ret = fail(EXIT_FAILED,
			   "%s has %lu mapped pages, not %lu: others would be walked "
			   "too",
			   group_dir, count, folios);
	return ret;
}

int group_reclaim(unsigned long bytes)
{
	char path[192], text[32];
	int ret;

	snprintf(text, sizeof(text), "%lu", bytes);
	group_path(path, sizeof(path), "memory.reclaim");
	ret = file_write(path, text);
	if (ret == -ENOENT) {
		/* Lowering the limit reclaims in the writer, too. */
		group_path(path, sizeof(path), "memory.high");
		ret = file_write(path, "0");
		if (!ret)
			ret = file_write(path, "max");
	}
	if (!ret || ret == -EAGAIN)
		return 0;
	errno = -ret;
	return ret == -ENOENT ? fail(EXIT_LACKS, "this kernel lacks memory.reclaim and memory.high") :
				fail_errno("%s", path);
}
