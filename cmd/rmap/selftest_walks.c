// SPDX-License-Identifier: GPL-2.0-only
/*
 * Making the kernel walk.  A folio that was not moved, or not reclaimed, would have been
 * walked for another number of times: every page is looked at before and after.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/mempolicy.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "selftest_pages.h"
#include "selftest_stage.h"
#include "selftest_walks.h"

#define IDLE_BITMAP "/sys/kernel/mm/page_idle/bitmap"
#define KSM_RUN	    "/sys/kernel/mm/ksm/run"
#define KSM_WAIT_MS 2000
#define NODES_MAX   1024 /* MAX_NUMNODES of x86-64 */

/* Where the walker is, and with what. */
struct scene {
	int nodes[2];	 /* with memory and allowed; -1: none */
	const char *dir; /* on a disk's file system, NULL: none */
	int idle_fd;
	struct stage stage;
	struct walk_report *report;
};

static int say(struct scene *scene, enum walk_outcome outcome, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Notes why the trial was not made; returns -1. */
static int say(struct scene *scene, enum walk_outcome outcome, const char *fmt, ...)
{
	va_list ap;

	scene->report->outcome = outcome;
	va_start(ap, fmt);
	vsnprintf(scene->report->why, WALK_WHY, fmt, ap);
	va_end(ap);
	return -1;
}

/* ----------------------------------------------------------- preparations */

/* The first two nodes this process may have memory on. */
static void find_nodes(int nodes[2])
{
	unsigned long mask[NODES_MAX / 64] = { 0 };
	unsigned int found = 0;

	nodes[0] = nodes[1] = -1;
	if (syscall(SYS_get_mempolicy, NULL, mask, (unsigned long)NODES_MAX, NULL,
		    MPOL_F_MEMS_ALLOWED))
		return; /* CONFIG_NUMA is off */
	for (int node = 0; node < NODES_MAX && found < 2; node++)
		if (mask[node / 64] >> node % 64 & 1)
			nodes[found++] = node;
}

/*
 * Memory bound to a node is left alone by NUMA balancing (vma_policy_mof() in
 * mm/mempolicy.c, 6.12), on one CPU no other one's batches hold our folios back from the
 * LRU lists.  Children inherit both.
 */
static void settle(struct scene *scene)
{
	unsigned long mask[NODES_MAX / 64] = { 0 };
	cpu_set_t here;
	int cpu = sched_getcpu();

	find_nodes(scene->nodes);
	if (scene->nodes[0] >= 0) {
		mask[scene->nodes[0] / 64] = 1UL << scene->nodes[0] % 64;
		syscall(SYS_set_mempolicy, MPOL_BIND, mask, (unsigned long)NODES_MAX);
	}
	CPU_ZERO(&here);
	CPU_SET(cpu < 0 ? 0 : cpu, &here);
	sched_setaffinity(0, sizeof(here), &here);
}

/* Puts the folios that this CPU's batches hold on their LRU lists: madvise_cold() does. */
static void drain_batches(void)
{
	size_t size = sysconf(_SC_PAGESIZE);
	void *any = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (any == MAP_FAILED)
		return;
	madvise(any, size, MADV_COLD);
	munmap(any, size);
}

/* Where a file is on ext2 to ext4: what others do when is not known. */
static const char *find_dir(void)
{
	const char *wish = getenv("TMPDIR");
	const char *const dirs[] = { wish && *wish ? wish : "/tmp",
				     wish && *wish ? NULL : "/var/tmp" };
	struct statfs fs;

	for (unsigned int i = 0; i < 2; i++)
		if (dirs[i] && !statfs(dirs[i], &fs) && fs.f_type == EXT4_SUPER_MAGIC)
			return dirs[i];
	return NULL;
}

/* The first character of a file, 0: there is none. */
static char first_of(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char c = 0;

	if (fd >= 0 && read(fd, &c, 1) != 1)
		c = 0;
	if (fd >= 0)
		close(fd);
	return c;
}

/* What the trial needs of the machine.  0, or -1 said why not. */
static int check_machine(struct scene *scene, const struct trial *trial)
{
	struct sysinfo info = { 0 };

	if (trial->kind == RMAP_FILE && !scene->dir)
		return say(scene, WALK_NEVER, "%s on ext4 (set TMPDIR)",
			   getenv("TMPDIR") ? "TMPDIR is not" : "neither /tmp nor /var/tmp is");
	if (trial->kind == RMAP_KSM && !first_of(KSM_RUN))
		return say(scene, WALK_NEVER, "CONFIG_KSM is off");
	if (trial->kind == RMAP_KSM && first_of(KSM_RUN) != '1')
		return say(scene, WALK_NEVER, "ksmd does not run (" KSM_RUN ")");
	switch (trial->trigger) {
	case TRIAL_MOVE:
		if (scene->nodes[0] < 0)
			return say(scene, WALK_NEVER, "CONFIG_NUMA is off");
		if (scene->nodes[1] < 0)
			return say(scene, WALK_NEVER, "one memory node only");
		break;
	case TRIAL_PAGEOUT:
		sysinfo(&info);
		if (trial->kind != RMAP_FILE && !info.totalswap)
			return say(scene, WALK_NEVER, "no swap");
		scene->report->pageout_looks = pages__pageout_looks();
		break;
	case TRIAL_IDLE:
		if (scene->idle_fd < 0)
			scene->idle_fd = open(IDLE_BITMAP, O_RDWR | O_CLOEXEC);
		if (scene->idle_fd < 0 && errno == ENOENT)
			return say(scene, WALK_NEVER, "CONFIG_IDLE_PAGE_TRACKING is off");
		if (scene->idle_fd < 0)
			return say(scene, WALK_NEVER, IDLE_BITMAP ": %s", strerror(errno));
		break;
	case TRIAL_MSYNC:
		break;
	}
	return 0;
}

/* ------------------------------------------------------------ ksmd's part */

/* How many pages are not one folio in all copies, or -errno. */
static int unmerged(const struct stage *stage)
{
	uint64_t pfns[SELFTEST_COPIES][SELFTEST_PAGES];
	int err = 0, n = 0;

	for (unsigned int c = 0; !err && c < SELFTEST_COPIES; c++)
		err = pages__pfns(getpid(), stage->copy[c], SELFTEST_PAGES, pfns[c]);
	for (unsigned int i = 0; !err && i < SELFTEST_PAGES; i++) {
		bool same = pfns[0][i];

		for (unsigned int c = 1; c < SELFTEST_COPIES; c++)
			same &= pfns[c][i] == pfns[0][i];
		n += !same;
	}
	return err ? err : n;
}

static int merged(const struct stage *stage, void *arg)
{
	const struct timespec pause = { .tv_nsec = 20000000 };
	int left = unmerged(stage);

	for (int ms = 0; left > 0 && ms < KSM_WAIT_MS; ms += 20) {
		nanosleep(&pause, NULL);
		left = unmerged(stage);
	}
	if (left > 0)
		return say(arg, WALK_NEVER, "ksmd did not merge %d of %d pages within 2 s", left,
			   SELFTEST_PAGES);
	return left;
}

/* ---------------------------------------------------------------- looking */

/* The pfns of the folios that are to be walked for.  0, or -1 said why not. */
static int find_folios(struct scene *scene, uint64_t pfns[SELFTEST_PAGES])
{
	int err = pages__pfns(stage__keeper(&scene->stage), scene->stage.addr, SELFTEST_PAGES, pfns);

	if (err == -EPERM)
		return say(scene, WALK_NEVER, "not permitted to see pfns (CAP_SYS_ADMIN)");
	if (err)
		return say(scene, WALK_NEVER, "/proc/PID/pagemap: %s", strerror(-err));
	return 0;
}

/* Is the stage as planned?  Then every walk is known beforehand. */
static int check_stage(struct scene *scene, const uint64_t pfns[SELFTEST_PAGES])
{
	struct page_facts facts;

	for (unsigned int i = 0; i < SELFTEST_PAGES; i++) {
		unsigned int planned = trial__mapcount(scene->stage.trial, i);
		int err = pfns[i] ? pages__facts(pfns[i], &facts) : -ENOENT;

		if (err == -ENOENT && !pfns[i])
			return say(scene, WALK_AGAIN, "page %u was not in memory any more", i);
		if (err)
			return say(scene, WALK_NEVER, "/proc/kpagecount, kpageflags: %s",
				   strerror(-err));
		if (facts.large)
			return say(scene, WALK_AGAIN, "page %u is part of a large folio", i);
		if (facts.mapcount != planned)
			return say(scene, WALK_AGAIN, "page %u is mapped %llu times, not %u", i,
				   (unsigned long long)facts.mapcount, planned);
		if (!facts.lru)
			return say(scene, WALK_AGAIN, "page %u is on no LRU list", i);
	}
	return 0;
}

/* --------------------------------------------------------------- triggers */

static int move(struct scene *scene)
{
	void *addrs[SELFTEST_PAGES];
	int nodes[SELFTEST_PAGES], status[SELFTEST_PAGES], left = 0;
	long ret;

	for (unsigned int i = 0; i < SELFTEST_PAGES; i++) {
		addrs[i] = scene->stage.addr + i * scene->stage.page_size;
		nodes[i] = scene->nodes[1];
		status[i] = -EBUSY;
	}
	ret = syscall(SYS_move_pages, 0, (unsigned long)SELFTEST_PAGES, addrs, NULL, status, 0);
	for (unsigned int i = 0; !ret && i < SELFTEST_PAGES; i++)
		left += status[i] != scene->nodes[0];
	if (left)
		return say(scene, WALK_AGAIN, "%d of %d folios were not on node %d", left,
			   SELFTEST_PAGES, scene->nodes[0]);
	if (!ret)
		ret = syscall(SYS_move_pages, 0, (unsigned long)SELFTEST_PAGES, addrs, nodes,
			      status, MPOL_MF_MOVE_ALL);
	if (ret < 0 && errno == EPERM)
		return say(scene, WALK_NEVER, "not permitted to move folios (CAP_SYS_NICE)");
	if (ret < 0)
		return say(scene, WALK_NEVER, "move_pages: %s", strerror(errno));
	for (unsigned int i = 0; i < SELFTEST_PAGES; i++)
		left += status[i] != scene->nodes[1];
	if (left)
		return say(scene, WALK_AGAIN, "the kernel did not move %d of %d folios", left,
			   SELFTEST_PAGES);
	return 0;
}

static int page_out(struct scene *scene)
{
	struct iovec range = { scene->stage.addr, scene->stage.bytes };
	pid_t keeper = stage__keeper(&scene->stage);
	int pidfd = syscall(SYS_pidfd_open, keeper, 0), left;
	long done = pidfd < 0 ? -1 :
				syscall(SYS_process_madvise, pidfd, &range, 1UL, MADV_PAGEOUT, 0U);
	int err = errno;

	if (pidfd >= 0)
		close(pidfd);
	if (done < 0)
		return say(scene, WALK_NEVER, "process_madvise: %s", strerror(err));
	left = pages__present(keeper, scene->stage.addr, SELFTEST_PAGES);
	if (left < 0)
		return say(scene, WALK_NEVER, "/proc/PID/pagemap: %s", strerror(-left));
	if (left)
		return say(scene, WALK_AGAIN, "the kernel did not reclaim %d of %d folios", left,
			   SELFTEST_PAGES);
	return 0;
}

static int write_back(struct scene *scene, const uint64_t pfns[SELFTEST_PAGES])
{
	struct page_facts facts;

	for (unsigned int i = 0; i < SELFTEST_PAGES; i++)
		*(volatile char *)(scene->stage.addr + i * scene->stage.page_size + 128) = 1;
	for (unsigned int i = 0; i < SELFTEST_PAGES; i++)
		if (pages__facts(pfns[i], &facts) || !facts.dirty)
			return say(scene, WALK_AGAIN, "page %u was written back by somebody else", i);
	if (msync(scene->stage.addr, scene->stage.bytes, MS_SYNC))
		return say(scene, WALK_NEVER, "msync: %s", strerror(errno));
	return 0;
}

/* A word of the bitmap is 64 folios, of which only ours is marked. */
static int mark_idle(struct scene *scene, const uint64_t pfns[SELFTEST_PAGES])
{
	struct page_facts facts;
	int left = 0;

	for (unsigned int i = 0; i < SELFTEST_PAGES; i++) {
		uint64_t word = 1ULL << pfns[i] % 64;

		if (pwrite(scene->idle_fd, &word, sizeof(word), pfns[i] / 64 * 8) != sizeof(word))
			return say(scene, WALK_NEVER, IDLE_BITMAP ": %s", strerror(errno));
	}
	for (unsigned int i = 0; i < SELFTEST_PAGES; i++)
		left += pages__facts(pfns[i], &facts) || !facts.idle;
	if (left)
		return say(scene, WALK_AGAIN, "the kernel did not mark %d of %d folios", left,
			   SELFTEST_PAGES);
	return 0;
}

static int trigger(struct scene *scene, const uint64_t pfns[SELFTEST_PAGES])
{
	switch (scene->stage.trial->trigger) {
	case TRIAL_MOVE:
		return move(scene);
	case TRIAL_PAGEOUT:
		return page_out(scene);
	case TRIAL_MSYNC:
		return write_back(scene, pfns);
	case TRIAL_IDLE:
		return mark_idle(scene, pfns);
	}
	return -1;
}

/* -------------------------------------------------------------- the walker */

static void make(struct scene *scene, const struct trial *trial)
{
	uint64_t pfns[SELFTEST_PAGES];
	int err;

	if (check_machine(scene, trial))
		return;
	err = stage__build(&scene->stage, trial, scene->dir, merged, scene);
	if (err && !scene->report->why[0])
		say(scene, WALK_NEVER, "cannot set it up: %s", strerror(-err));
	drain_batches();
	if (!err)
		err = find_folios(scene, pfns);
	if (!err)
		err = check_stage(scene, pfns);
	if (!err)
		trigger(scene, pfns);
	stage__clear(&scene->stage);
}

static void __attribute__((noreturn)) serve(int orders, int reports, pid_t parent)
{
	struct scene scene = { .idle_fd = -1, .dir = find_dir() };
	size_t order;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "rmaptop-walker");
	if (getppid() != parent)
		_exit(1);
	settle(&scene);
	while (read(orders, &order, sizeof(order)) == sizeof(order)) {
		struct walk_report report = { .outcome = WALK_DONE, .pageout_looks = -1 };

		scene.report = &report;
		make(&scene, &trials[order]);
		if (write(reports, &report, sizeof(report)) != sizeof(report))
			break;
	}
	_exit(0);
}

enum status walker__start(struct walker *walker)
{
	pid_t parent = getpid();
	int orders[2], reports[2];

	if (pipe2(orders, O_CLOEXEC))
		return fail(ST_FAIL, "cannot make a pipe: %s", strerror(errno));
	if (pipe2(reports, O_CLOEXEC)) {
		close(orders[0]);
		close(orders[1]);
		return fail(ST_FAIL, "cannot make a pipe: %s", strerror(errno));
	}
	walker->pid = fork();
	if (!walker->pid) {
		close(orders[1]);
		close(reports[0]);
		serve(orders[0], reports[1], parent);
	}
	close(orders[0]);
	close(reports[1]);
	walker->orders = orders[1];
	walker->reports = reports[0];
	if (walker->pid > 0)
		return ST_OK;
	close(walker->orders);
	close(walker->reports);
	walker->pid = 0;
	return fail(ST_FAIL, "cannot fork: %s", strerror(errno));
}

bool walker__order(const struct walker *walker, size_t trial)
{
	return write(walker->orders, &trial, sizeof(trial)) == sizeof(trial);
}

bool walker__report(const struct walker *walker, struct walk_report *report)
{
	return read(walker->reports, report, sizeof(*report)) == sizeof(*report);
}

void walker__stop(struct walker *walker)
{
	if (!walker->pid)
		return;
	/* Its children go with it. */
	kill(walker->pid, SIGKILL);
	waitpid(walker->pid, NULL, 0);
	close(walker->orders);
	close(walker->reports);
	walker->pid = 0;
}
