// SPDX-License-Identifier: GPL-2.0
/*
 * The rmap tracepoints of the patched kernel tell the truth: every case makes a
 * shape of mappings whose walks can be predicted, has the kernel walk it, and
 * compares what the events say.  Runs as root in a guest with two nodes,
 * prints TAP.  Counts and states are checked, never times.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define INSTANCE	"/sys/kernel/tracing/instances/folioscope-events"
#define PAGE		4096UL
#define HUGE		(2UL << 20)
#define MAX_CHILDREN	64
#define MPOL_MF_MOVE	2
#define MPOL_MF_MOVE_ALL 4
#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT	21
#endif

static int tests, failures;

static void ok(bool good, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	printf("%sok %d - ", good ? "" : "not ", ++tests);
	vprintf(fmt, ap);
	putchar('\n');
	va_end(ap);
	if (!good)
		failures++;
}

static void is(long got, long want, const char *what)
{
	ok(got == want, "%s: %ld", what, want);
	if (got != want)
		printf("# got %ld\n", got);
}

static void skip(const char *what, const char *why)
{
	printf("ok %d - %s # SKIP %s\n", ++tests, what, why);
}

static void die(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(1);
}

static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return good;
}

/* --- what was traced --- */

struct event {
	char name[32];
	char line[512];
	int pid;
};

static struct event *events;
static int nr_events;

static void trace_clear(void)
{
	int fd = open(INSTANCE "/trace", O_WRONLY | O_TRUNC);

	if (fd < 0)
		die("trace");
	close(fd);
}

/* Traces one event, or with NULL all of them. */
static void trace_begin(const char *event)
{
	char path[256];

	trace_clear();
	snprintf(path, sizeof(path), INSTANCE "/events/rmap/%s/enable", event ?: ".");
	if (!write_file(path, "1"))
		die(path);
}

/* Stops tracing and reads what was recorded; the lines of one task are in order. */
static void trace_end(void)
{
	static char line[1024];
	FILE *f;

	write_file(INSTANCE "/events/rmap/enable", "0");
	nr_events = 0;
	f = fopen(INSTANCE "/trace", "r");
	if (!f)
		die("trace");
	while (fgets(line, sizeof(line), f)) {
		struct event *e;
		char *name, *colon, *cpu = strstr(line, " [0");

		if (line[0] == '#' || !cpu)
			continue;
		if (strstr(line, "LOST"))
			die("the trace buffer is too small");
		name = strstr(cpu, ": ");
		colon = name ? strstr(name + 2, ": ") : NULL;
		if (!colon)
			continue;
		events = realloc(events, (nr_events + 1) * sizeof(*events));
		e = &events[nr_events++];
		*colon = '\0';
		snprintf(e->name, sizeof(e->name), "%s", name + 2);
		colon[strcspn(colon + 2, "\n") + 2] = '\0';
		snprintf(e->line, sizeof(e->line), " %s", colon + 2);
		while (cpu > line && cpu[-1] != '-')
			cpu--;
		e->pid = atoi(cpu);
	}
	fclose(f);
	trace_clear();
}

static const char *text(const struct event *e, const char *key)
{
	static char value[128];
	char want[64];
	const char *p;

	snprintf(want, sizeof(want), " %s=", key);
	p = strstr(e->line, want);
	if (!p) {
		printf("# no field %s in %s:%s\n", key, e->name, e->line);
		return "";
	}
	p += strlen(want);
	snprintf(value, sizeof(value), "%.*s", (int)strcspn(p, " "), p);
	return value;
}

static unsigned long number(const struct event *e, const char *key)
{
	return strtoul(text(e, key), NULL, 0);
}

struct walks {
	unsigned long n, vmas, mapped, starts, locked;
	const struct event *last;
	bool odd;	/* something that is never true in any event */
};

/* The walks of one folio, or of all with pfn 0, that called @rmap_one. */
static struct walks walks_of(const char *rmap_one, unsigned long pfn)
{
	struct walks w = { 0 };

	for (int i = 0; i < nr_events; i++) {
		const struct event *e = &events[i];

		if (strncmp(e->name, "rmap_walk_", 10) || e->pid != getpid() ||
		    strcmp(text(e, "rmap_one"), rmap_one) ||
		    (pfn && number(e, "pfn") != pfn))
			continue;
		if (!strcmp(e->name, "rmap_walk_start")) {
			w.starts++;
			w.locked += number(e, "locked");
			continue;
		}
		w.n++;
		w.vmas += number(e, "vmas");
		w.mapped += number(e, "mapped");
		w.last = e;
		w.odd |= number(e, "mapped") > number(e, "vmas") ||
			 number(e, "lock_wait") > number(e, "duration");
	}
	return w;
}

static void dump(const char *rmap_one)
{
	for (int i = 0; i < nr_events; i++)
		if (!rmap_one || strstr(events[i].line, rmap_one))
			printf("# %s%s\n", events[i].name, events[i].line);
}

/* One walk of one folio, with all that can be predicted of it. */
static void walk_is(const char *what, const char *rmap_one, unsigned long pfn,
		    const char *kind, long vmas, long mapped, long before,
		    long after, const char *end)
{
	struct walks w = walks_of(rmap_one, pfn);
	const struct event *e = w.last;
	bool good = w.n == 1 && w.starts == 1 && !w.odd;

	good = good && !strcmp(text(e, "kind"), kind);
	good = good && (vmas < 0 || (long)w.vmas == vmas);
	good = good && (long)w.mapped == mapped;
	good = good && (before < 0 || (long)number(e, "mapcount_before") == before);
	good = good && (after < 0 || (long)number(e, "mapcount_after") == after);
	good = good && !strcmp(text(e, "end"), end);
	ok(good, "%s: %s (%s), mapped %ld, vmas %ld", what, rmap_one, kind, mapped, vmas);
	if (!good) {
		printf("# pfn 0x%lx: %lu walks, %lu starts, %lu vmas, %lu mapped, wanted %ld -> %ld, %s\n",
		       pfn, w.n, w.starts, w.vmas, w.mapped, before, after, end);
		dump(rmap_one);
	}
}

/* --- shapes --- */

static pid_t children[MAX_CHILDREN];
static int nr_children;

/* A child that writes to (or reads) the first @bytes of @area if @touch, and stays. */
static void child(char *area, size_t bytes, int touch)
{
	int pipefd[2];
	char c = 0;
	pid_t pid;

	if (pipe(pipefd))
		die("pipe");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (size_t i = 0; i < bytes; i += PAGE) {
			if (touch == 'w')
				area[i] = 1;
			else if (touch == 'r')
				c += *(volatile char *)(area + i);
		}
		c = 1;
		if (write(pipefd[1], &c, 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	if (read(pipefd[0], &c, 1) != 1)
		die("child");
	close(pipefd[0]);
	close(pipefd[1]);
	children[nr_children++] = pid;
}

static void children_gone(void)
{
	while (nr_children) {
		kill(children[--nr_children], SIGKILL);
		waitpid(children[nr_children], NULL, 0);
	}
}

static unsigned long pfn_of(const void *addr)
{
	int fd = open("/proc/self/pagemap", O_RDONLY);
	uint64_t entry = 0;

	if (fd < 0 || pread(fd, &entry, 8, (uintptr_t)addr / PAGE * 8) != 8)
		die("pagemap");
	close(fd);
	return entry >> 63 ? entry & ((1UL << 55) - 1) : 0;
}

static int node_of(void *addr)
{
	int status = -1;

	if (syscall(SYS_move_pages, 0, 1, &addr, NULL, &status, 0))
		die("move_pages");
	return status;
}

/* Moves one folio to the other node; the unmap walk sees @*from, the restore walk @*to. */
static bool move(void *addr, unsigned long *from, unsigned long *to)
{
	int node = !node_of(addr), status = -1;

	*from = pfn_of(addr);
	if (syscall(SYS_move_pages, 0, 1, &addr, &node, &status, MPOL_MF_MOVE_ALL))
		printf("# move_pages: %s\n", strerror(errno));
	*to = pfn_of(addr);
	if (status != node)
		printf("# move_pages: status %d\n", status);
	return status == node;
}

/* move_pages() of anything empties the per-CPU LRU batches. */
static void drain(void)
{
	static char page[PAGE] __attribute__((aligned(4096)));
	unsigned long from, to;

	page[0]++;
	move(page, &from, &to);
}

static void *map(size_t bytes, int flags, int fd)
{
	char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, fd, 0);

	if (p == MAP_FAILED)
		die("mmap");
	return p;
}

/* --- cases --- */

static void anon_migration(void)
{
	char *area = map(PAGE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	unsigned long from, to;

	madvise(area, PAGE, MADV_NOHUGEPAGE);
	area[0] = 1;
	for (int i = 0; i < 20; i++)
		child(area, PAGE, i < 5 ? 'w' : 0);
	trace_begin(NULL);
	move(area, &from, &to);
	trace_end();
	walk_is("20 children, 5 wrote", "try_to_migrate_one", from, "anon",
		-1, 16, 16, 0, "done");
	walk_is("20 children, 5 wrote", "remove_migration_pte", to, "anon",
		21, 16, 0, 16, "completed");
	children_gone();
	munmap(area, PAGE);
}

static void page_idle(void)
{
	const char *path = "/sys/kernel/mm/page_idle/bitmap";
	char *area = map(PAGE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	unsigned long pfn;
	uint64_t bit;
	int fd;

	madvise(area, PAGE, MADV_NOHUGEPAGE);
	area[0] = 1;
	for (int i = 0; i < 20; i++)
		child(area, PAGE, i < 5 ? 'w' : 0);
	drain();
	pfn = pfn_of(area);
	bit = 1ULL << pfn % 64;
	fd = open(path, O_RDWR);
	if (fd < 0) {
		skip("page idle", "no idle page tracking");
	} else {
		trace_begin(NULL);
		if (pwrite(fd, &bit, 8, pfn / 64 * 8) != 8)
			printf("# %s: %s\n", path, strerror(errno));
		trace_end();
		close(fd);
		walk_is("20 children, 5 wrote", "page_idle_clear_pte_refs_one",
			pfn, "anon", 21, 16, 16, 16, "completed");
	}
	children_gone();
	munmap(area, PAGE);
}

static void shmem(void)
{
	char *area = map(PAGE, MAP_SHARED | MAP_ANONYMOUS, -1);
	unsigned long from, to;

	area[0] = 1;
	for (int i = 0; i < 10; i++)
		child(area, PAGE, i < 4 ? 'r' : 0);
	trace_begin(NULL);
	move(area, &from, &to);
	trace_end();
	walk_is("10 children, 4 read", "try_to_migrate_one", from, "shmem",
		-1, 5, 5, 0, "done");
	walk_is("10 children, 4 read", "remove_migration_pte", to, "shmem",
		11, 5, 0, 5, "completed");
	children_gone();
	munmap(area, PAGE);
}

static void file(void)
{
	const char *dir = "/run/folioscope-events";
	unsigned long from, to, pfn;
	char path[64], *area;
	int fd;

	mkdir(dir, 0700);
	if (system("mke2fs -q -t ext4 /dev/ram0 4m >/dev/null 2>&1") ||
	    mount("/dev/ram0", dir, "ext4", 0, NULL)) {
		skip("file", "no ext4 on a RAM disk");
		return;
	}
	snprintf(path, sizeof(path), "%s/f", dir);
	fd = open(path, O_RDWR | O_CREAT, 0600);
	if (fd < 0 || ftruncate(fd, PAGE))
		die(path);
	area = map(PAGE, MAP_SHARED, fd);
	area[0] = 1;
	for (int i = 0; i < 10; i++)
		child(area, PAGE, i < 4 ? 'w' : 0);
	pfn = pfn_of(area);
	trace_begin(NULL);
	msync(area, PAGE, MS_SYNC);
	trace_end();
	walk_is("10 children, 4 wrote", "page_mkclean_one", pfn, "file",
		11, 5, 5, 5, "completed");
	trace_begin(NULL);
	move(area, &from, &to);
	trace_end();
	walk_is("10 children, 4 wrote", "try_to_migrate_one", from, "file",
		-1, 5, 5, 0, "done");
	walk_is("10 children, 4 wrote", "remove_migration_pte", to, "file",
		11, 5, 0, 5, "completed");
	children_gone();
	munmap(area, PAGE);
	close(fd);
	umount(dir);
}

static void ksm(void)
{
	char *area = map(8 * PAGE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	unsigned long from, to, pfn = 0;
	bool merged = false;

	madvise(area, 8 * PAGE, MADV_NOHUGEPAGE);
	memset(area, 0x5a, 8 * PAGE);
	write_file("/sys/kernel/mm/ksm/merge_across_nodes", "1");
	write_file("/sys/kernel/mm/ksm/sleep_millisecs", "10");
	if (madvise(area, 8 * PAGE, MADV_MERGEABLE) ||
	    !write_file("/sys/kernel/mm/ksm/run", "1")) {
		skip("KSM", "no KSM");
		return;
	}
	for (int i = 0; i < 1000 && !merged; i++) {
		usleep(20000);
		pfn = pfn_of(area);
		merged = pfn;
		for (int j = 1; j < 8; j++)
			merged &= pfn_of(area + j * PAGE) == pfn;
	}
	write_file("/sys/kernel/mm/ksm/run", "0");
	ok(merged, "8 pages are merged");
	child(area, 0, 0);
	child(area, PAGE, 'w');
	trace_begin(NULL);
	move(area, &from, &to);
	trace_end();
	/* The page of the writing child is no longer the merged one: a phantom. */
	walk_is("8 pages, 2 children, 1 wrote", "try_to_migrate_one", from,
		"ksm", -1, 23, 23, 0, "done");
	walk_is("8 pages, 2 children, 1 wrote", "remove_migration_pte", to,
		"ksm", 24, 23, 0, 23, "completed");
	children_gone();
	munmap(area, 8 * PAGE);
}

static bool is_huge(char *area)
{
	unsigned long pfn = pfn_of(area);

	return pfn && !(pfn % 512) && pfn_of(area + HUGE - PAGE) == pfn + 511;
}

static char *map_thp(void)
{
	char *area = map(2 * HUGE, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	area = (char *)(((uintptr_t)area + HUGE - 1) & ~(HUGE - 1));
	madvise(area, HUGE, MADV_HUGEPAGE);
	/* Not zero, or the parts of a split are mapped to the zero page. */
	memset(area, 1, HUGE);
	if (is_huge(area))
		return area;
	skip("THP", "no huge page to be had");
	return NULL;
}

static void thp(void)
{
	char *area = map_thp(), command[128];
	unsigned long from, to;

	if (!area)
		return;
	for (int i = 0; i < 3; i++)
		child(area, 0, 0);
	trace_begin(NULL);
	move(area, &from, &to);
	trace_end();
	walk_is("PMD-mapped THP, 3 children", "try_to_migrate_one", from, "anon",
		4, 4, 4, 0, "done");
	is(number(walks_of("try_to_migrate_one", from).last ?: &events[0], "order"),
	   9, "its order");
	walk_is("PMD-mapped THP, 3 children", "remove_migration_pte", to, "anon",
		4, 4, 0, 4, "completed");

	/* The walk that splits: the PMD is gone before page_vma_mapped_walk(). */
	trace_begin(NULL);
	snprintf(command, sizeof(command), "%d,0x%lx,0x%lx", getpid(),
		 (long)area, (long)area + HUGE);
	if (!write_file("/sys/kernel/debug/split_huge_pages", command)) {
		trace_end();
		skip("split of a THP", "no split_huge_pages in debugfs");
	} else {
		struct walks w;

		trace_end();
		walk_is("THP that is split, 3 children", "try_to_migrate_one", to,
			"anon", 4, 4, 4, 0, "done");
		is(walks_of("try_to_migrate_one", to).locked, 1,
		   "its rmap lock is the caller's");
		w = walks_of("remove_migration_pte", 0);
		is(w.mapped, 4 * 512, "what its restore walks mapped");
		is(w.vmas, w.mapped, "what they visited");
	}
	children_gone();
	munmap(area, HUGE);
}

static void pte_mapped_thp(void)
{
	char *area = map_thp();
	unsigned long from, to;

	if (!area)
		return;
	/* Three VMAs, hence PTEs; the folio stays large. */
	mprotect(area + 16 * PAGE, PAGE, PROT_READ);
	trace_begin(NULL);
	move(area, &from, &to);
	trace_end();
	walk_is("PTE-mapped THP in three VMAs", "try_to_migrate_one", from,
		"anon", 3, 3, 512, 0, "done");
	walk_is("PTE-mapped THP in three VMAs", "remove_migration_pte", to,
		"anon", 3, 3, 0, 512, "completed");
	munmap(area, HUGE);
}

static void hugetlb(void)
{
	unsigned long from, to;
	char *area;

	write_file("/sys/devices/system/node/node0/hugepages/hugepages-2048kB/nr_hugepages", "6");
	write_file("/sys/devices/system/node/node1/hugepages/hugepages-2048kB/nr_hugepages", "6");
	area = mmap(NULL, HUGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
	if (area == MAP_FAILED) {
		skip("hugetlb", "no huge page to be had");
		return;
	}
	area[0] = 1;
	for (int i = 0; i < 3; i++)
		child(area, PAGE, i < 1 ? 'w' : 0);
	trace_begin(NULL);
	move(area, &from, &to);
	trace_end();
	walk_is("hugetlb, 3 children, 1 wrote", "try_to_migrate_one", from,
		"anon", -1, 3, 3, 0, "done");
	walk_is("hugetlb, 3 children, 1 wrote", "remove_migration_pte", to,
		"anon", 4, 3, 0, 3, "completed");
	children_gone();
	munmap(area, HUGE);

	area = mmap(NULL, HUGE, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
	if (area == MAP_FAILED)
		die("shared hugetlb");
	area[0] = 1;
	for (int i = 0; i < 3; i++)
		child(area, PAGE, i < 1 ? 'w' : 0);
	trace_begin(NULL);
	move(area, &from, &to);
	trace_end();
	walk_is("shared hugetlb, 3 children, 1 wrote", "try_to_migrate_one", from,
		"file", -1, 2, 2, 0, "done");
	walk_is("shared hugetlb, 3 children, 1 wrote", "remove_migration_pte", to,
		"file", 4, 2, 0, 2, "completed");
	children_gone();
	munmap(area, HUGE);
}

static void pageout(void)
{
	char *area = map(PAGE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	unsigned long pfn;

	if (!write_file("/sys/block/zram0/disksize", "64M") ||
	    system("mkswap /dev/zram0 >/dev/null 2>&1 && swapon /dev/zram0")) {
		skip("page-out", "no swap on zram");
		return;
	}
	madvise(area, PAGE, MADV_NOHUGEPAGE);
	area[0] = 1;
	for (int i = 0; i < 20; i++)
		child(area, PAGE, 'w');
	drain();
	pfn = pfn_of(area);
	trace_begin(NULL);
	madvise(area, PAGE, MADV_PAGEOUT);
	trace_end();
	walk_is("20 children, all wrote", "try_to_unmap_one", pfn, "anon",
		-1, 1, 1, 0, "done");
	children_gone();
	munmap(area, PAGE);
}

static void reclaim(void)
{
	const char *group = "/sys/fs/cgroup/folioscope-events";
	struct walks w = { 0 };
	char *area;

	mkdir(group, 0755);
	write_file("/sys/fs/cgroup/cgroup.subtree_control", "+memory");
	if (!write_file("/sys/fs/cgroup/folioscope-events/cgroup.procs", "0")) {
		skip("reclaim", "no memory cgroup");
		return;
	}
	area = map(64 * PAGE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	madvise(area, 64 * PAGE, MADV_NOHUGEPAGE);
	memset(area, 1, 64 * PAGE);
	for (int i = 0; i < 20; i++)
		child(area, 64 * PAGE, i < 5 ? 'w' : 0);
	drain();
	trace_begin(NULL);
	for (int i = 0; i < 8; i++)
		write_file("/sys/fs/cgroup/folioscope-events/memory.reclaim", "2M");
	trace_end();
	for (int i = 0; i < nr_events; i++) {
		const struct event *e = &events[i];

		if (strcmp(e->name, "rmap_walk_end") ||
		    strcmp(text(e, "rmap_one"), "folio_referenced_one") ||
		    number(e, "mapcount_before") != 16)
			continue;
		w.n++;
		w.odd |= number(e, "mapped") != 16 || number(e, "vmas") < 16 ||
			 number(e, "vmas") > 21;
		w.odd |= strcmp(text(e, "end"), "stopped");
	}
	ok(w.n && !w.odd, "20 children, 5 wrote: folio_referenced_one (anon), mapped 16");
	if (!w.n || w.odd) {
		printf("# %lu walks\n", w.n);
		dump("folio_referenced_one");
	}
	children_gone();
	munmap(area, 64 * PAGE);
	write_file("/sys/fs/cgroup/cgroup.procs", "0");
	rmdir(group);
}

static volatile bool toggling;

static void *toggle(void *unused)
{
	while (toggling) {
		write_file(INSTANCE "/events/rmap/rmap_walk_end/enable", "1");
		usleep(500);
		write_file(INSTANCE "/events/rmap/rmap_walk_end/enable", "0");
	}
	return unused;
}

/* An event of a walk that was only partly traced must not be. */
static void switching(void)
{
	char *area = map(PAGE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	unsigned long from, to;
	struct walks w;
	pthread_t thread;
	int moves = 0;

	madvise(area, PAGE, MADV_NOHUGEPAGE);
	area[0] = 1;
	for (int i = 0; i < 40; i++)
		child(area, PAGE, i < 10 ? 'w' : 0);
	trace_clear();
	toggling = true;
	if (pthread_create(&thread, NULL, toggle, NULL))
		die("thread");
	for (; moves < 1500; moves++)
		if (!move(area, &from, &to))
			break;
	toggling = false;
	pthread_join(thread, NULL);
	trace_end();
	w = walks_of("remove_migration_pte", 0);
	printf("# %d moves, %lu restore walks traced\n", moves, w.n);
	ok(w.n > 0 && w.n < (unsigned long)moves, "some walks are traced, some are not");
	is(w.vmas, 41 * w.n, "all that are traced visited 41 VMAs");
	is(w.mapped, 31 * w.n, "all that are traced mapped 31");
	children_gone();
	munmap(area, PAGE);
}

/* A tree of processes that fork and exit all the time, @depth generations deep. */
static pid_t fork_storm(char *area, int depth)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	setpgid(0, 0);
	while (depth--) {
		area[0]++;
		if (fork()) {
			wait(NULL);
			_exit(0);
		}
	}
	for (;;) {
		if (!fork())
			_exit(0);
		wait(NULL);
	}
}

/* Waits are counted where there are any, on both sides of the lock. */
static void contention(void)
{
	char *area = map(PAGE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	unsigned long walks = 0, waited = 0, ops = 0, ops_waited = 0, wrong = 0;
	unsigned long from, to;
	time_t end = time(NULL) + 60;
	pid_t storm;

	madvise(area, PAGE, MADV_NOHUGEPAGE);
	area[0] = 1;
	storm = fork_storm(area, 30);
	do {
		trace_begin(NULL);
		for (int i = 0; i < 50; i++)
			move(area, &from, &to);
		trace_end();
		for (int i = 0; i < nr_events; i++) {
			const struct event *e = &events[i];
			unsigned long lock_wait;

			if (!strcmp(e->name, "rmap_walk_start"))
				continue;
			lock_wait = number(e, "lock_wait");
			wrong += lock_wait > number(e, "duration");
			if (!strcmp(e->name, "rmap_walk_end")) {
				walks++;
				waited += !!lock_wait;
			} else {
				ops++;
				ops_waited += !!lock_wait;
			}
		}
	} while ((!waited || !ops_waited) && time(NULL) < end);
	kill(-storm, SIGKILL);
	waitpid(storm, NULL, 0);
	printf("# %lu of %lu walks waited, %lu of %lu operations on anon_vmas\n",
	       waited, walks, ops_waited, ops);
	ok(waited > 0 && waited < walks, "some walks wait for a tree that forks");
	ok(ops_waited > 0 && ops_waited < ops, "some forks and exits wait for walks");
	is(wrong, 0, "events that waited longer than they lasted");
	munmap(area, PAGE);
}

/* --- the life of anon_vmas --- */

struct ops {
	unsigned long n, avcs, anon_vmas, reused, errors;
	const struct event *last;
};

static struct ops ops_of(const char *name, const char *caller, int pid)
{
	struct ops o = { 0 };

	for (int i = 0; i < nr_events; i++) {
		const struct event *e = &events[i];

		if (strcmp(e->name, name) || (pid && e->pid != pid) ||
		    (caller && strcmp(text(e, "caller"), caller)))
			continue;
		o.n++;
		o.avcs += number(e, "avcs");
		o.anon_vmas += number(e, "anon_vmas");
		o.reused += number(e, "reused");
		o.errors += !!number(e, "error");
		o.last = e;
	}
	return o;
}

/* AVCs and anon_vmas of the mms made while tracing: all that was made is unmade. */
static void life(void)
{
	long avcs = 0, anon_vmas = 0, seen = 0;
	char *area = map(3 * PAGE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	struct ops fork_ops, clone_ops;
	char mm[128] = "";
	pid_t pid;

	memset(area, 1, 3 * PAGE);
	trace_begin(NULL);
	pid = fork();
	if (!pid) {
		char *own = map(4 * PAGE, MAP_PRIVATE | MAP_ANONYMOUS, -1);

		own[0] = 1;
		mprotect(own + PAGE, PAGE, PROT_READ);
		mremap(own + 2 * PAGE, 2 * PAGE, 2 * PAGE,
		       MREMAP_MAYMOVE | MREMAP_FIXED, own + 64 * PAGE);
		for (int i = 0; i < 5; i++) {
			if (!fork()) {
				area[PAGE] = 2;
				if (!fork()) {
					own[0] = 3;
					_exit(0);
				}
				wait(NULL);
				_exit(0);
			}
			wait(NULL);
		}
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	trace_end();
	for (int i = 0; i < nr_events; i++) {
		const struct event *e = &events[i];

		/* Our own mm: what is prepared in it is not unlinked here. */
		if (!strcmp(e->name, "anon_vma_prepare") && e->pid == getpid())
			snprintf(mm, sizeof(mm), "%s", text(e, "mm"));
	}
	for (int i = 0; i < nr_events; i++) {
		const struct event *e = &events[i];
		bool linked = strcmp(e->name, "anon_vma_unlink");

		if (strncmp(e->name, "anon_vma_", 9) || !strcmp(text(e, "mm"), mm))
			continue;
		/* The clone within a fork is counted by the fork. */
		if (!strcmp(e->name, "anon_vma_clone") &&
		    !strcmp(text(e, "caller"), "do_anon_vma_fork"))
			continue;
		seen++;
		avcs += linked ? (long)number(e, "avcs") : -(long)number(e, "avcs");
		anon_vmas += linked ? (long)number(e, "anon_vmas") :
				      -(long)number(e, "anon_vmas");
	}
	ok(seen > 20, "forks, clones and unlinks are seen");
	is(avcs, 0, "AVCs linked less AVCs freed");
	is(anon_vmas, 0, "anon_vmas allocated less anon_vmas given up");
	fork_ops = ops_of("anon_vma_fork", NULL, 0);
	clone_ops = ops_of("anon_vma_clone", "do_anon_vma_fork", 0);
	is(clone_ops.n, fork_ops.n, "clones within forks");
	is(fork_ops.avcs - clone_ops.avcs, fork_ops.anon_vmas,
	   "AVCs that forks link besides the clones'");
	is(fork_ops.n - fork_ops.reused, fork_ops.anon_vmas,
	   "forks that do not reuse");
	is(fork_ops.errors + clone_ops.errors, 0, "errors");
	munmap(area, 3 * PAGE);
}

static void causes(void)
{
	char *area = mmap(NULL, 64 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct ops o;

	trace_begin(NULL);
	mprotect(area + 8 * PAGE, 4 * PAGE, PROT_READ | PROT_WRITE);
	area[8 * PAGE] = 1;					/* prepare */
	mprotect(area + 12 * PAGE, 4 * PAGE, PROT_READ | PROT_WRITE | PROT_EXEC);
	area[12 * PAGE] = 1;					/* takes the neighbour's */
	mprotect(area + 9 * PAGE, PAGE, PROT_READ);		/* two splits */
	mremap(area + 8 * PAGE, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
	       area + 40 * PAGE);				/* copy and unlink */
	munmap(area, 64 * PAGE);
	trace_end();
	o = ops_of("anon_vma_prepare", NULL, getpid());
	is(o.n, 2, "prepares");
	is(o.reused, 1, "of which took the neighbour's anon_vma");
	is(o.anon_vmas, 1, "of which allocated one");
	is(o.avcs, 2, "AVCs prepared");
	o = ops_of("anon_vma_clone", "__split_vma", getpid());
	ok(o.n >= 2 && o.avcs == o.n, "clones for splits: %lu", o.n);
	is(ops_of("anon_vma_clone", "copy_vma", getpid()).n, 1, "clones for mremap");
	o = ops_of("anon_vma_unlink", NULL, getpid());
	is(o.anon_vmas, 1, "anon_vmas given up at the end");
	is(ops_of("anon_vma_clone", NULL, getpid()).avcs + 2, o.avcs,
	   "AVCs linked, and freed");
	if (failures)
		dump("anon_vma=");
}

/* Each generation forks the next and exits: the chain must not grow, by reuse. */
static void reuse(void)
{
	char *area = map(PAGE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	unsigned long most = 0;
	struct ops o;
	int done[2];
	char c;

	area[0] = 1;
	if (pipe(done))
		die("pipe");
	trace_begin("anon_vma_fork");
	if (!fork()) {
		close(done[0]);
		for (int i = 0; i < 12; i++) {
			int gone[2];

			if (pipe(gone))
				_exit(1);
			if (fork())
				_exit(0);
			/* until the parent is gone, its end of the pipe is open */
			close(gone[1]);
			if (read(gone[0], &c, 1))
				_exit(1);
			close(gone[0]);
			area[0]++;
		}
		_exit(0);
	}
	close(done[1]);
	while (wait(NULL) > 0)
		;
	if (read(done[0], &c, 1))
		die("generations");
	trace_end();
	o = ops_of("anon_vma_fork", NULL, 0);
	ok(o.reused > 0, "a chain of forks reuses anon_vmas: %lu of %lu", o.reused, o.n);
	for (int i = 0; i < nr_events; i++)
		if (number(&events[i], "avcs") > most)
			most = number(&events[i], "avcs");
	ok(most <= 5, "and no VMA gets more than 5 AVCs: %lu", most);
	munmap(area, PAGE);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	mkdir("/sys/kernel/tracing/instances", 0700);
	rmdir(INSTANCE);
	if (mkdir(INSTANCE, 0700))
		die(INSTANCE);
	if (access(INSTANCE "/events/rmap/rmap_walk_end", F_OK)) {
		printf("1..0 # SKIP this kernel has no rmap events\n");
		return 0;
	}
	write_file(INSTANCE "/buffer_size_kb", "8192");
	write_file("/proc/sys/kernel/numa_balancing", "0");
	write_file("/sys/kernel/mm/transparent_hugepage/khugepaged/defrag", "0");

	anon_migration();
	page_idle();
	shmem();
	file();
	ksm();
	thp();
	pte_mapped_thp();
	hugetlb();
	switching();
	contention();
	life();
	causes();
	reuse();
	pageout();
	reclaim();

	rmdir(INSTANCE);
	printf("1..%d\n", tests);
	return !!failures;
}
