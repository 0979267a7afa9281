// SPDX-License-Identifier: GPL-2.0
/* Changes to the machine, each remembered with what takes it back. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "undo.h"
#include "util.h"

#define ZRAM_CONTROL "/sys/class/zram-control/"
#define PATIENCE_MS  3000 /* for what is still busy when it is to be removed */

enum undo_what {
	UNDO_WRITE,
	UNDO_RMDIR,
	UNDO_UMOUNT,
	UNDO_SWAPOFF,
	UNDO_ZRAM,
	UNDO_UNLINK
};

struct change {
	enum undo_what what;
	char path[160];
	char value[160];
};

static struct change changes[64];
static unsigned int change_count;

static int remember(enum undo_what what, const char *path, const char *value)
{
	struct change *change = &changes[change_count];

	if (change_count == ARRAY_SIZE(changes))
		return fail(EXIT_FAILED, "too many changes to remember");
	change->what = what;
	snprintf(change->path, sizeof(change->path), "%s", path);
	snprintf(change->value, sizeof(change->value), "%s", value);
	change_count++;
	return 0;
}

int undo_set(const char *path, const char *value)
{
	char old[160];
	int ret = file_read(path, old, sizeof(old));

	if (ret == -ENOENT)
		return 0;
	if (ret) {
		errno = -ret;
		return fail_errno("cannot read %s", path);
	}
	if (!strcmp(old, value))
		return 0;
	return undo_write(path, value, old);
}

int undo_write(const char *path, const char *text, const char *opposite)
{
	int ret = file_write(path, text);

	if (ret) {
		errno = -ret;
		return fail_errno("cannot write %s to %s", text, path);
	}
	return remember(UNDO_WRITE, path, opposite);
}

int undo_mkdir(const char *path)
{
	if (mkdir(path, 0700))
		return fail_errno("cannot make directory %s", path);
	return remember(UNDO_RMDIR, path, "");
}

int undo_mount(const char *source, const char *target, const char *type)
{
	if (mount(source, target, type, MS_NOATIME, NULL)) {
		if (errno == ENODEV)
			return fail(EXIT_LACKS, "this kernel lacks the file system %s", type);
		return fail_errno("cannot mount %s on %s", type, target);
	}
	return remember(UNDO_UMOUNT, target, "");
}

/* What mkswap writes: include/linux/swap.h, union swap_header. */
static int make_swap(const char *device)
{
	long page_size = sysconf(_SC_PAGESIZE);
	char page[page_size];
	int fd = open(device, O_RDWR | O_CLOEXEC);
	off_t bytes;
	uint32_t *info = (uint32_t *)(page + 1024);

	if (fd < 0)
		return fail_errno("cannot open %s", device);
	bytes = lseek(fd, 0, SEEK_END);
	memset(page, 0, page_size);
	info[0] = 1;			 /* version */
	info[1] = bytes / page_size - 1; /* last page */
	memcpy(page + page_size - 10, "SWAPSPACE2", 10);
	if (pwrite(fd, page, page_size, 0) != page_size || fsync(fd)) {
		close(fd);
		return fail_errno("cannot write %s", device);
	}
	close(fd);
	return 0;
}

int undo_swapon(const char *device)
{
	int ret = make_swap(device);

	if (ret)
		return ret;
	/* Before any swap there may be already. */
	if (swapon(device, SWAP_FLAG_PREFER | SWAP_FLAG_PRIO_MASK)) {
		if (errno == ENOSYS)
			return fail(EXIT_LACKS, "this kernel lacks CONFIG_SWAP");
		return fail_errno("cannot swap to %s", device);
	}
	return remember(UNDO_SWAPOFF, device, "");
}

int run_quietly(const char *const argv[])
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		return fail_errno("cannot fork");
	if (!pid) {
		int null = open("/dev/null", O_RDWR);
		const char *path = getenv("PATH");
		char longer[1024];

		dup2(null, 0);
		dup2(null, 1);
		dup2(null, 2);
		snprintf(longer, sizeof(longer), "%s:/usr/sbin:/usr/bin:/sbin:/bin",
			 path ? path : "");
		setenv("PATH", longer, 1);
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return fail_errno("cannot wait for %s", argv[0]);
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return fail(EXIT_FAILED, "%s is not installed", argv[0]);
	return fail(EXIT_FAILED, "%s failed", argv[0]);
}

/* Where devtmpfs is not mounted, make the node ourselves. */
static int device_node(long id, char *device, size_t size)
{
	char path[64], text[32];
	unsigned int major, minor;
	struct stat st;

	snprintf(device, size, "/dev/zram%ld", id);
	if (!stat(device, &st))
		return 0;
	snprintf(path, sizeof(path), "/sys/block/zram%ld/dev", id);
	if (file_read(path, text, sizeof(text)) || sscanf(text, "%u:%u", &major, &minor) != 2)
		return fail(EXIT_FAILED, "%s tells no device number", path);
	snprintf(device, size, "/tmp/forktree.%d.zram%ld", getpid(), id);
	if (mknod(device, S_IFBLK | 0600, makedev(major, minor)))
		return fail_errno("cannot make %s", device);
	return remember(UNDO_UNLINK, device, "");
}

int undo_zram(size_t bytes, char *device, size_t size)
{
	char path[64], text[32];
	int ret;
	long id;

	if (access(ZRAM_CONTROL "hot_add", F_OK))
		run_quietly((const char *const[]){ "modprobe", "zram", NULL });
	id = file_number(ZRAM_CONTROL "hot_add", -1);
	if (id < 0)
		return fail(EXIT_LACKS, "this kernel lacks zram (CONFIG_ZRAM, or its module)");
	snprintf(text, sizeof(text), "%ld", id);
	ret = remember(UNDO_ZRAM, ZRAM_CONTROL "hot_remove", text);
	if (ret)
		return ret;
	snprintf(path, sizeof(path), "/sys/block/zram%ld/disksize", id);
	snprintf(text, sizeof(text), "%zu", bytes);
	ret = file_write(path, text);
	if (ret) {
		errno = -ret;
		return fail_errno("cannot write %s to %s", text, path);
	}
	return device_node(id, device, size);
}

static int take_back(const struct change *change)
{
	switch (change->what) {
	case UNDO_WRITE:
	case UNDO_ZRAM:
		return file_write(change->path, change->value);
	case UNDO_RMDIR:
		return rmdir(change->path) ? -errno : 0;
	case UNDO_UMOUNT:
		return umount(change->path) ? -errno : 0;
	case UNDO_SWAPOFF:
		return swapoff(change->path) ? -errno : 0;
	case UNDO_UNLINK:
		return unlink(change->path) ? -errno : 0;
	}
	return -EINVAL;
}

int undo_all(void)
{
	int first = 0;

	while (change_count) {
		const struct change *change = &changes[--change_count];
		unsigned int waited = 0;
		int ret;

		/* Processes and files may be on their way out still. */
		while ((ret = take_back(change)) == -EBUSY && waited < PATIENCE_MS) {
			sleep_ms(20);
			waited += 20;
		}
		if (!ret)
			continue;
		errno = -ret;
		ret = fail_errno("cannot put back %s%s%s", change->path,
				 change->value[0] ? " to " : "", change->value);
		if (!first)
			first = ret;
	}
	return first;
}
