// SPDX-License-Identifier: GPL-2.0
/*
 * Families of thousands.  A chain of N AVCs needs N processes with 1 to N AVCs in each VMA that
 * is forked, as an anon_vma that nobody calls his own is used again: so there must be one such
 * VMA only.  Its processes run with their stack in it and nothing else that can be written.
 */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/rseq.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "actor.h"
#include "shapes.h"

#define CROWD_VMAS 50

static pid_t *pids;
static int n_pids;
static volatile int *stand; /* how many generations stand; shared */

void big__end(void)
{
	if (!n_pids)
		return;
	for (int i = 0; i < n_pids; i++)
		if (pids[i] > 0)
			kill(pids[i], SIGKILL);
	while (waitpid(-1, NULL, 0) > 0)
		;
}

static void make_room(int n)
{
	const struct rlimit many = { 1 << 20, 1 << 20 };
	size_t len = (n + 2) * sizeof(*pids);

	setrlimit(RLIMIT_NPROC, &many);
	pids = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	stand = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (pids == MAP_FAILED || stand == MAP_FAILED)
		die("no memory for %d processes", n);
	n_pids = n + 1;
}

/* Wait until @n stand. */
static void wait_for(int n)
{
	for (int i = 0; *stand < n; i++) {
		if (i > 60000)
			die("%d of %d processes stand after ten minutes", *stand, n);
		usleep(10000);
	}
}

/* ------------------------------------------------------------------- deep */

static inline long raw(long nr, long a, long b)
{
	register long r10 __asm__("r10") = 0;
	register long r8 __asm__("r8") = 0;
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "0"(nr), "D"(a), "S"(b), "d"(0L), "r"(r10), "r"(r8)
			 : "rcx", "r11", "memory");
	return ret;
}

/*
 * On the stack in the region, for good: no library from here on, its data are not there.  What
 * it needs is handed over.
 */
__attribute__((noinline, noreturn)) static void generations(pid_t *to, volatile int *count, int n)
{
	for (int i = 0;; i++) {
		to[i] = raw(SYS_getpid, 0, 0);
		*count = i + 1;
		if (i + 1 < n && !raw(SYS_clone, SIGCHLD, 0))
			continue;
		for (;;)
			raw(SYS_pause, 0, 0);
	}
}

/* Everything that can be written, but the region, is not forked. */
static void forbid_all_but(uint64_t start)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	struct {
		uint64_t start, end;
	} vma[256];
	char line[512], perms[8];
	int n = 0;

	while (maps && n < 256 && fgets(line, sizeof(line), maps))
		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %7s", &vma[n].start, &vma[n].end, perms) ==
			    3 &&
		    perms[3] == 'p' && vma[n].start != start && !strstr(line, "[v"))
			n += perms[1] == 'w' || strstr(line, "[heap]") || strstr(line, "[stack]") ||
			     !strstr(perms, "x");
	if (maps)
		fclose(maps);
	for (int i = 0; i < n; i++)
		madvise((void *)vma[i].start, vma[i].end - vma[i].start, MADV_DONTFORK);
}

void deep(int n)
{
	size_t len = 4 << 12, guard = 1 << 16;
	char *p = mmap(NULL, len + 2 * guard, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *region = p + guard;
	pid_t pid;

	make_room(n);
	if (p == MAP_FAILED || mprotect(region, len, PROT_READ | PROT_WRITE))
		die("cannot map: %s", strerror(errno));
	pid = fork();
	if (pid < 0)
		die("cannot fork: %s", strerror(errno));
	if (!pid) {
		void *top = region + len - 64;

		madvise(p, len + 2 * guard, MADV_NOHUGEPAGE);
		memset(region, 1, len);
		forbid_all_but((uint64_t)region);
		/* The kernel would write to it in every child, where it is not. */
		syscall(SYS_rseq, (char *)__builtin_thread_pointer() + __rseq_offset, 32,
			RSEQ_FLAG_UNREGISTER, RSEQ_SIG);
		__asm__ volatile("mov %0, %%rsp\n\txor %%ebp, %%ebp\n\tcall *%1" ::"r"(top),
				 "r"(generations), "D"(pids), "S"(stand), "d"(n)
				 : "memory");
		__builtin_unreachable();
	}
	wait_for(n);
	printf("{\"type\":\"deep\",\"avcs\":%d,\"pid\":%d,\"first\":%d,\"start\":\"0x%" PRIx64
	       "\"}\n",
	       n, pids[n - 1], pids[0], (uint64_t)region);
	fflush(stdout);
}

/* ------------------------------------------------------------------ crowd */

void crowd(int n)
{
	char *vmas[CROWD_VMAS];

	make_room(n);
	for (int i = 0; i < CROWD_VMAS; i++) {
		char *p = mmap(NULL, 3 << 12, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		vmas[i] = p + 4096;
		if (p == MAP_FAILED || mprotect(vmas[i], 4096, PROT_READ | PROT_WRITE))
			die("cannot map: %s", strerror(errno));
		*vmas[i] = 1;
	}
	for (int i = 0; i < n; i++) {
		pid_t pid = fork();

		if (!pid) {
			__atomic_add_fetch(stand, 1, __ATOMIC_SEQ_CST);
			for (;;)
				pause();
		}
		if (pid < 0)
			die("cannot fork: %s", strerror(errno));
		pids[i] = pid; /* not in the child, whose memory it is, too */
	}
	wait_for(n);
	printf("{\"type\":\"crowd\",\"pid\":%d,\"children\":%d,\"vmas\":%d,\"starts\":[", getpid(),
	       n, CROWD_VMAS);
	for (int i = 0; i < CROWD_VMAS; i++)
		printf("%s\"0x%" PRIx64 "\"", i ? "," : "", (uint64_t)vmas[i]);
	printf("]}\n");
	fflush(stdout);
}

/* ------------------------------------------------------------------- race */

#define RACERS 4

static char **tracks;
static int n_tracks, standing;

/* All begin to write to a VMA at the same moment, one VMA after the other. */
static void *racer(void *arg)
{
	(void)arg;
	for (int i = 0; i < n_tracks; i++) {
		__atomic_add_fetch(&standing, 1, __ATOMIC_SEQ_CST);
		while (__atomic_load_n(&standing, __ATOMIC_SEQ_CST) < (i + 1) * RACERS)
			;
		((volatile char *)tracks[i])[0] = 1;
	}
	return NULL;
}

void race(int n)
{
	pthread_t thread[RACERS];

	tracks = calloc(n, sizeof(*tracks));
	n_tracks = n;
	for (int i = 0; i < n; i++) {
		char *p = mmap(NULL, 3 << 12, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		tracks[i] = p + 4096;
		if (p == MAP_FAILED || mprotect(tracks[i], 4096, PROT_READ | PROT_WRITE))
			die("cannot map: %s", strerror(errno));
	}
	for (int i = 0; i < RACERS; i++)
		if (pthread_create(&thread[i], NULL, racer, NULL))
			die("cannot make threads");
	for (int i = 0; i < RACERS; i++)
		pthread_join(thread[i], NULL);
	printf("{\"type\":\"race\",\"pid\":%d,\"vmas\":%d}\n", getpid(), n);
	fflush(stdout);
}

/* ----------------------------------------------------------------- absorb */

/* Is there a VMA from here to there, by /proc/self/maps? */
static bool has_vma(const char *from, const char *to)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512];
	bool found = false;

	while (maps && !found && fgets(line, sizeof(line), maps)) {
		uintptr_t start, end;

		found = sscanf(line, "%" SCNxPTR "-%" SCNxPTR, &start, &end) == 2 &&
			start == (uintptr_t)from && end == (uintptr_t)to;
	}
	if (maps)
		fclose(maps);
	return found;
}

/*
 * What is mapped between two VMAs makes them one: the first, without anon_vma, is extended over the
 * last, and gets its AVCs.  Tells how many were, by what is mapped then: 6.1 extends the last
 * instead, because a VMA without any AVC is not mergeable with one that has (list_is_singular()
 * in is_mergeable_anon_vma(), mm/mmap.c, where mmap_region() asks with the last one's anon_vma).
 */
void absorb(int n)
{
	int absorbed = 0;

	const size_t part = 4 << 12, guard = 1 << 12;

	for (int i = 0; i < n; i++) {
		char *p = mmap(NULL, 3 * part + 2 * guard, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
			       -1, 0);
		char *left = p + guard, *between = left + part, *right = between + part;

		if (p == MAP_FAILED || mprotect(left, part, PROT_READ | PROT_WRITE) ||
		    mprotect(right, part, PROT_READ | PROT_WRITE))
			die("cannot map: %s", strerror(errno));
		*right = 1;
		if (mmap(between, part, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != between)
			die("cannot map between: %s", strerror(errno));
		absorbed += has_vma(left, right + part);
	}
	printf("{\"type\":\"absorb\",\"pid\":%d,\"vmas\":%d,\"absorbed\":%d}\n", getpid(), n,
	       absorbed);
	fflush(stdout);
}

/* ------------------------------------------------------------------ queue */

/* At the end of a chain of N that stay, two fork all the time: long, with the same lock. */
void queue(int n)
{
	size_t len = 4 << 12;
	char *region = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pid_t pid = 0;

	if (region == MAP_FAILED)
		die("cannot map: %s", strerror(errno));
	make_room(n + 2);
	for (int i = 0; i < n + 2 && !pid; i++) {
		memset(region, 1, len);
		/* The last but one and the last work both. */
		pid = fork();
		if (pid < 0)
			die("cannot fork: %s", strerror(errno));
		if (!pid || i <= n)
			pids[i] = pid ? pid : getpid();
		if (!pid)
			__atomic_add_fetch(stand, 1, __ATOMIC_SEQ_CST);
		if (!i && pid) {
			wait_for(n + 2);
			printf("{\"type\":\"queue\",\"pid\":%d,\"workers\":[%d,%d]}\n", getpid(),
			       pids[n], pids[n + 1]);
			fflush(stdout);
			return;
		}
		if (pid && i <= n)
			for (;;)
				pause();
	}
	for (;;) {
		pid = fork();
		if (!pid)
			_exit(0);
		waitpid(pid, NULL, 0);
	}
}

/* ----------------------------------------------------------------- scarce */

#define SCARCE_AVC 64 /* bytes that one takes of failslab's budget, 6.12 */

static void put(const char *file, int value)
{
	FILE *f = fopen(file, "we");

	if (!f || fprintf(f, "%d", value) < 0 || fclose(f))
		die("cannot write to %s: %s", file, strerror(errno));
}

/* How many of n splits fail, each of which gets one AVC further. */
static int scarce_splits(char *region, int n)
{
	int failed = 0;

	for (int i = 0; i < n; i++) {
		int err;

		put("/sys/kernel/debug/failslab/space", i * SCARCE_AVC + 1);
		put("/proc/self/make-it-fail", 1);
		err = mprotect(region + (1 << 12), 1 << 12, PROT_READ);
		put("/proc/self/make-it-fail", 0);
		if (err && errno != ENOMEM)
			die("cannot split: %s", strerror(errno));
		failed += !!err;
		if (!err && mprotect(region + (1 << 12), 1 << 12, PROT_READ | PROT_WRITE))
			die("cannot merge: %s", strerror(errno));
	}
	return failed;
}

#define SCARCE_GENERATIONS 5

/* The same where a VMA has an AVC for each of some generations, all of which stand. */
static int scarce_generations(int n)
{
	char *region =
		mmap(NULL, 3 << 12, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (region == MAP_FAILED)
		die("cannot map: %s", strerror(errno));
	for (int i = 1;; i++) {
		int status;
		pid_t pid;

		memset(region, i, 3 << 12);
		pid = i < SCARCE_GENERATIONS ? fork() : -1;
		if (i < SCARCE_GENERATIONS && pid < 0)
			die("fork: %s", strerror(errno));
		if (!pid)
			continue;
		if (pid < 0)
			_exit(scarce_splits(region, n));
		if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
			die("a generation has not ended");
		if (i > 1)
			_exit(WEXITSTATUS(status));
		munmap(region, 3 << 12);
		return WEXITSTATUS(status);
	}
}

/* Fault injection is set up; each fork gets one AVC further, and each split of a descendant. */
void scarce(int n)
{
	int failed = 0, splits;

	for (int i = 0; i < n; i++) {
		pid_t pid;

		put("/sys/kernel/debug/failslab/space", i * SCARCE_AVC + 1);
		put("/proc/self/make-it-fail", 1);
		pid = fork();
		if (!pid)
			_exit(0);
		put("/proc/self/make-it-fail", 0);
		if (pid > 0)
			waitpid(pid, NULL, 0);
		else if (errno == ENOMEM)
			failed++;
		else
			die("fork: %s", strerror(errno));
	}
	splits = scarce_generations(n);
	printf("{\"type\":\"scarce\",\"pid\":%d,\"forks\":%d,\"failed\":%d,\"splits\":%d,\"unsplit\":%d}\n",
	       getpid(), n, failed, n, splits);
	fflush(stdout);
}

/* ------------------------------------------------------------------ storm */

/* A child writes, changes its VMAs, forks one that does, too, and exits at once. */
static void storm_child(char *region, unsigned int turn)
{
	memset(region, turn, 4 << 12);
	switch (turn % 4) {
	case 0:
		munmap(region + (4 << 12), 4 << 12);
		break;
	case 1:
		mprotect(region + (4 << 12), 4 << 12, PROT_READ);
		break;
	case 2:
		mremap(region, 8 << 12, 4 << 12, 0);
		break;
	default:
		mmap(NULL, 1 << 16, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	}
	if (turn & 4 && !fork()) {
		region[0]++;
		_exit(0);
	}
	_exit(0);
}

void storm(int n)
{
	char *region =
		mmap(NULL, 16 << 12, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (region == MAP_FAILED)
		die("cannot map: %s", strerror(errno));
	make_room(n);
	memset(region, 1, 16 << 12);
	signal(SIGCHLD, SIG_IGN); /* children's children become ours, and would stay as zombies */
	for (int i = 0; i < n; i++) {
		pid_t worker = fork();

		if (worker < 0)
			die("cannot fork: %s", strerror(errno));
		if (worker) {
			pids[i] = worker;
			continue;
		}
		signal(SIGCHLD, SIG_DFL);
		for (unsigned int turn = 0;; turn++) {
			pid_t pid = fork();

			if (!pid)
				storm_child(region, turn);
			if (pid > 0)
				waitpid(pid, NULL, 0);
			if (!turn)
				__atomic_add_fetch(stand, 1, __ATOMIC_SEQ_CST);
		}
	}
	wait_for(n);
	printf("{\"type\":\"storm\",\"pid\":%d,\"workers\":%d}\n", getpid(), n);
	fflush(stdout);
}
