// SPDX-License-Identifier: GPL-2.0
/* The steward: prepares the machine in a process of its own and puts it back. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "steward.h"
#include "undo.h"
#include "util.h"

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif

#define MIN_DEVICE_BYTES (32UL << 20)

/* What the steward tells when it has prepared everything, and again when all is undone. */
struct answer {
	int code;
	char error[256];
	char dir[128];
	char cgroup[128];
	bool pageout_refs;
};

struct setting {
	const char *path;
	const char *value;
};

/* Others that walk the reverse map or move folios, and what else would change counts. */
static const struct setting quiet[] = {
	{ "/proc/sys/kernel/numa_balancing", "0" },
	{ "/proc/sys/vm/compaction_proactiveness", "0" },
	{ "/proc/sys/vm/dirty_writeback_centisecs", "0" },
	{ "/proc/sys/vm/swappiness", "100" },
	{ "/sys/kernel/mm/ksm/run", "0" },
	{ "/sys/kernel/mm/numa/demotion_enabled", "false" },
	{ "/sys/module/damon_stat/parameters/enabled", "N" },
	{ "/sys/module/damon_reclaim/parameters/enabled", "N" },
	{ "/sys/module/damon_lru_sort/parameters/enabled", "N" },
	{ "/sys/module/zswap/parameters/enabled", "N" },
	/* The multi-generational LRU looks for references in page tables too. */
	{ "/sys/kernel/mm/lru_gen/enabled", "0x0000" },
};

static const struct setting ksm[] = {
	{ "/sys/kernel/mm/ksm/sleep_millisecs", "1" },
	{ "/sys/kernel/mm/ksm/pages_to_scan", "10000" },
	{ "/sys/kernel/mm/ksm/use_zero_pages", "0" },
	{ "/sys/kernel/mm/ksm/smart_scan", "0" },
	{ "/sys/kernel/mm/ksm/merge_across_nodes", "1" },
};

static int set_all(const struct setting *settings, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		int ret = undo_set(settings[i].path, settings[i].value);

		if (ret)
			return ret;
	}
	return 0;
}

static size_t device_bytes(const struct steward_wants *wants)
{
	/* Metadata, and the swap slots that per-CPU caches hold back. */
	return MIN_DEVICE_BYTES + 2 * wants->bytes;
}

static int prepare_swap(const struct steward_wants *wants)
{
	char device[64];
	int ret = undo_zram(device_bytes(wants), device, sizeof(device));

	return ret ? ret : undo_swapon(device);
}

static int prepare_filesystem(const struct steward_wants *wants, struct answer *answer)
{
	char device[64];
	int ret = undo_zram(device_bytes(wants), device, sizeof(device));

	if (ret)
		return ret;
	/* Without a journal no kernel thread holds on to the file's folios. */
	ret = run_quietly((const char *const[]){ "mkfs.ext4", "-q", "-F", "-b", "4096", "-O",
						 "^has_journal", device, NULL });
	if (ret)
		return ret;
	snprintf(answer->dir, sizeof(answer->dir), "/tmp/forktree.%d.ext4", getpid());
	ret = undo_mkdir(answer->dir);
	return ret ? ret : undo_mount(device, answer->dir, "ext4");
}

/* The first mounted cgroup2, in @path. */
static int find_cgroup2(char *path, size_t size)
{
	char line[512], type[32];
	FILE *mounts = fopen("/proc/self/mounts", "re");

	if (!mounts)
		return fail_errno("/proc/self/mounts");
	while (fgets(line, sizeof(line), mounts)) {
		char target[64];

		if (sscanf(line, "%*s %63s %31s", target, type) == 2 && !strcmp(type, "cgroup2")) {
			snprintf(path, size, "%s", target);
			fclose(mounts);
			return 0;
		}
	}
	fclose(mounts);
	return fail(EXIT_LACKS, "no cgroup2 is mounted");
}

static int prepare_cgroup(struct answer *answer)
{
	char root[64], path[128], text[256];
	int ret = find_cgroup2(root, sizeof(root));

	if (ret)
		return ret;
	snprintf(path, sizeof(path), "%s/cgroup.controllers", root);
	if (file_read(path, text, sizeof(text)) || !strstr(text, "memory"))
		return fail(EXIT_LACKS, "cgroup2 on %s lacks the memory controller (CONFIG_MEMCG)",
			    root);
	snprintf(path, sizeof(path), "%s/cgroup.subtree_control", root);
	if (!file_read(path, text, sizeof(text)) && !strstr(text, "memory")) {
		ret = undo_write(path, "+memory", "-memory");
		if (ret)
			return ret;
	}
	snprintf(answer->cgroup, sizeof(answer->cgroup), "%s/forktree.%d", root, getpid());
	return undo_mkdir(answer->cgroup);
}

/* Is any page of the mapping at @addr marked as referenced? -1: cannot tell. */
static int smaps_referenced(const void *addr)
{
	char line[256], begin[32];
	FILE *smaps = fopen("/proc/self/smaps", "re");
	int referenced = -1;
	bool ours = false;

	if (!smaps)
		return -1;
	snprintf(begin, sizeof(begin), "%lx-", (unsigned long)addr);
	while (fgets(line, sizeof(line), smaps)) {
		unsigned long kib;

		if (!strncmp(line, begin, strlen(begin)))
			ours = true;
		if (ours && sscanf(line, "Referenced: %lu kB", &kib) == 1) {
			referenced = kib > 0;
			break;
		}
	}
	fclose(smaps);
	return referenced;
}

/*
 * Since commit 2864f3d0f583 ("mm: madvise: pageout: ignore references rather
 * than clearing young", Linux 6.9) MADV_PAGEOUT reclaims without looking at references, so
 * without a walk for them, and no longer clears the accessed bit beforehand.
 * The bit of a page that it must leave alone tells which it is: ramfs pages
 * are never evictable.
 */
static int probe_pageout(struct answer *answer)
{
	char dir[64], path[96];
	long page_size = sysconf(_SC_PAGESIZE);
	int before = -1, after = -1, ret, fd;
	char *page;

	snprintf(dir, sizeof(dir), "/tmp/forktree.%d.ramfs", getpid());
	ret = undo_mkdir(dir);
	if (!ret)
		ret = undo_mount("none", dir, "ramfs");
	if (ret)
		return ret;
	snprintf(path, sizeof(path), "%s/probe", dir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, page_size))
		return fail_errno("cannot write %s", path);
	page = mmap(NULL, page_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (page == MAP_FAILED)
		return fail_errno("cannot map %s", path);
	*(volatile char *)page = 1;
	before = smaps_referenced(page);
	/* The first call's lru_add_drain() comes before its look at the page's LRU flag. */
	if (madvise(page, page_size, MADV_PAGEOUT)) {
		munmap(page, page_size);
		return errno == EINVAL ? fail(EXIT_LACKS, "this kernel lacks MADV_PAGEOUT") :
					 fail_errno("MADV_PAGEOUT");
	}
	after = smaps_referenced(page);
	munmap(page, page_size);
	if (before != 1 || after < 0)
		return fail(EXIT_LACKS, "cannot find out how MADV_PAGEOUT treats references");
	answer->pageout_refs = !after;
	return 0;
}

/* Two at once would put back each other's settings. The kernel lets go when we end. */
static int be_alone(void)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX, .sun_path = "\0forktree" };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return fail_errno("cannot make a socket");
	if (!bind(fd, (struct sockaddr *)&name, sizeof(name)))
		return 0;
	if (errno == EADDRINUSE)
		return fail(EXIT_FAILED, "another forktree is running");
	return fail_errno("cannot bind a socket");
}

static int prepare(const struct steward_wants *wants, struct answer *answer)
{
	int ret = be_alone();

	if (!ret)
		ret = set_all(quiet, ARRAY_SIZE(quiet));
	if (!ret && wants->ksm)
		ret = set_all(ksm, ARRAY_SIZE(ksm));
	if (!ret && wants->pageout_refs)
		ret = probe_pageout(answer);
	if (!ret && wants->swap)
		ret = prepare_swap(wants);
	if (!ret && wants->filesystem)
		ret = prepare_filesystem(wants, answer);
	if (!ret && wants->cgroup)
		ret = prepare_cgroup(answer);
	return ret;
}

static void serve(int fd, const struct steward_wants *wants)
{
	struct answer answer = { 0 };
	char byte;

	/* A terminal's signals go to the whole group; only the end of forktree ends the term. */
	for (int sig = SIGHUP; sig <= SIGTERM; sig++)
		if (sig != SIGCHLD)
			signal(sig, SIG_IGN);
	prctl(PR_SET_NAME, "forktree-setup");
	fail_capture(answer.error, sizeof(answer.error));
	answer.code = prepare(wants, &answer);
	fail_capture(NULL, 0);
	if (send(fd, &answer, sizeof(answer), MSG_NOSIGNAL) == sizeof(answer) && !answer.code)
		while (read(fd, &byte, 1) < 0 && errno == EINTR)
			;
	_exit(undo_all());
}

int steward_start(struct steward *steward, const struct steward_wants *wants)
{
	struct answer answer;
	int pair[2];
	ssize_t got;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return fail_errno("cannot make a socket pair");
	steward->pid = fork();
	if (steward->pid < 0)
		return fail_errno("cannot fork");
	if (!steward->pid) {
		close(pair[0]);
		serve(pair[1], wants);
	}
	close(pair[1]);
	steward->fd = pair[0];
	do {
		got = recv(steward->fd, &answer, sizeof(answer), MSG_WAITALL);
	} while (got < 0 && errno == EINTR && !stop_signal);
	if (got == sizeof(answer) && !answer.code) {
		memcpy(steward->dir, answer.dir, sizeof(steward->dir));
		memcpy(steward->cgroup, answer.cgroup, sizeof(steward->cgroup));
		steward->pageout_refs = answer.pageout_refs;
		return 0;
	}
	steward_stop(steward);
	if (got == sizeof(answer))
		return fail(answer.code, "%s", answer.error);
	return fail(EXIT_FAILED, stop_signal ? "interrupted" : "the set-up process died");
}

int steward_stop(struct steward *steward)
{
	int status;

	if (!steward->pid)
		return 0;
	close(steward->fd);
	while (waitpid(steward->pid, &status, 0) < 0)
		if (errno != EINTR)
			return fail_errno("cannot wait for the set-up process");
	steward->pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILED;
}
