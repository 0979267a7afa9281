// SPDX-License-Identifier: GPL-2.0-only
/* The memory and the processes of one trial of a self-test. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "selftest_stage.h"

static char *page(const struct stage *stage, unsigned int n)
{
	return stage->addr + n * stage->page_size;
}

/* ----------------------------------------------------------------- memory */

/* A page of no access on either side: no VMA or anon_vma is shared with a neighbour. */
static int map(struct stage *stage, unsigned int slot)
{
	int flags = stage->trial->trigger == TRIAL_MSYNC ? MAP_SHARED : MAP_PRIVATE;
	char *space = mmap(NULL, stage->bytes + 2 * stage->page_size, PROT_NONE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *addr;

	if (space == MAP_FAILED)
		return -errno;
	stage->reserved[slot] = space;
	addr = mmap(space + stage->page_size, stage->bytes, PROT_READ | PROT_WRITE,
		    flags | MAP_FIXED | (stage->fd < 0 ? MAP_ANONYMOUS : 0), stage->fd, 0);
	if (addr == MAP_FAILED)
		return -errno;
	stage->copy[slot] = addr;
	/* Walks for small folios are what was foretold.  EINVAL: there are no others. */
	madvise(addr, stage->bytes, MADV_NOHUGEPAGE);
	if (stage->trial->kind == RMAP_KSM && madvise(addr, stage->bytes, MADV_MERGEABLE))
		return -errno;
	return 0;
}

static int open_file(struct stage *stage, const char *dir)
{
	if (stage->trial->kind == RMAP_SHMEM)
		stage->fd = memfd_create("rmaptop", MFD_CLOEXEC);
	else if (stage->trial->kind == RMAP_FILE)
		stage->fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	else
		return 0;
	return stage->fd < 0 || ftruncate(stage->fd, stage->bytes) ? -errno : 0;
}

/* Contents that no other page of the machine has: KSM is to merge our copies only. */
static void compose(uint64_t words[4], unsigned int n)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	words[0] = getpid();
	words[1] = t.tv_sec;
	words[2] = t.tv_nsec;
	words[3] = n;
}

static int fill(const struct stage *stage)
{
	uint64_t words[4];
	char whole[stage->page_size];

	memset(whole, 0, sizeof(whole));
	for (unsigned int n = 0; n < SELFTEST_PAGES; n++) {
		compose(words, n);
		memcpy(whole, words, sizeof(words));
		/* A page at a time: longer writes may make large folios. */
		if (stage->fd >= 0 && pwrite(stage->fd, whole, sizeof(whole), n * sizeof(whole)) !=
					      (ssize_t)sizeof(whole))
			return errno ? -errno : -EIO;
		for (unsigned int i = 0; stage->fd < 0 && i < trial__copies(stage->trial); i++)
			memcpy(stage->copy[i] + n * stage->page_size, words, sizeof(words));
	}
	/* What is dirty could not be reclaimed. */
	return stage->fd >= 0 && fsync(stage->fd) ? -errno : 0;
}

static void read_all(const struct stage *stage)
{
	for (unsigned int n = 0; n < SELFTEST_PAGES; n++)
		(void)*(volatile char *)page(stage, n);
}

static int map_all(struct stage *stage, const char *dir)
{
	int err = open_file(stage, dir);

	for (unsigned int i = 0; !err && i < trial__copies(stage->trial); i++)
		err = map(stage, i);
	stage->addr = stage->copy[0];
	return err;
}

/* -------------------------------------------------------------- processes */

/* Gives a page up: its VMA becomes a phantom for the walker's folio. */
static int leave(const struct stage *stage, unsigned int n)
{
	if (stage->trial->trigger == TRIAL_MSYNC)
		return madvise(page(stage, n), stage->page_size, MADV_DONTNEED);
	*(volatile char *)(page(stage, n) + 128) = 1; /* a copy of one's own */
	return 0;
}

static void __attribute__((noreturn))
child(const struct stage *stage, unsigned int me, int ready, pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	read_all(stage);
	for (unsigned int n = 0; n < SELFTEST_PAGES; n++)
		if (!trial__keeps(stage->trial, me, n) && leave(stage, n))
			_exit(1);
	if (write(ready, "r", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

/* The next child is forked when this one stands: walks meet them in this order. */
static int grow(struct stage *stage, unsigned int me)
{
	pid_t parent = getpid();
	int ready[2];
	char byte;
	ssize_t got;

	if (pipe2(ready, O_CLOEXEC))
		return -errno;
	stage->child[me] = fork();
	if (!stage->child[me])
		child(stage, me, ready[1], parent);
	close(ready[1]);
	got = stage->child[me] < 0 ? -1 : read(ready[0], &byte, 1);
	close(ready[0]);
	if (got == 1)
		return 0;
	if (stage->child[me] < 0)
		stage->child[me] = 0;
	return -ECHILD;
}

int stage__build(struct stage *stage, const struct trial *trial, const char *dir,
		 int (*merged)(const struct stage *stage, void *arg), void *arg)
{
	int err;

	*stage = (struct stage){
		.trial = trial,
		.page_size = sysconf(_SC_PAGESIZE),
		.bytes = SELFTEST_PAGES * sysconf(_SC_PAGESIZE),
		.fd = -1,
	};
	err = map_all(stage, dir);
	if (!err)
		err = fill(stage);
	if (!err && trial->kind == RMAP_KSM)
		err = merged(stage, arg);
	if (err)
		return err;
	read_all(stage);
	for (unsigned int i = 0; !err && i < trial__children(trial); i++)
		err = grow(stage, i);
	for (unsigned int n = 0; !err && n < SELFTEST_PAGES && !trial__walker_keeps(trial); n++)
		leave(stage, n);
	return err;
}

void stage__clear(struct stage *stage)
{
	for (unsigned int i = 0; i < SELFTEST_CHILDREN; i++) {
		if (stage->child[i] <= 0)
			continue;
		kill(stage->child[i], SIGKILL);
		waitpid(stage->child[i], NULL, 0);
	}
	for (unsigned int slot = 0; slot < SELFTEST_COPIES; slot++)
		if (stage->reserved[slot])
			munmap(stage->reserved[slot], stage->bytes + 2 * stage->page_size);
	if (stage->fd >= 0)
		close(stage->fd);
	*stage = (struct stage){ .fd = -1 };
}

pid_t stage__keeper(const struct stage *stage)
{
	return trial__walker_keeps(stage->trial) ? getpid() : stage->child[SELFTEST_KEEPER];
}
