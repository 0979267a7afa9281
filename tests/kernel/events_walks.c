// SPDX-License-Identifier: GPL-2.0
/* What rmap_walk_start and rmap_walk_end tell of walks that can be predicted. */
#include "events.h"

void anon_migration(void)
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
	walk_is("20 children, 5 wrote", "try_to_migrate_one", from, "anon", -1, 16, 16, 0, "done");
	walk_is("20 children, 5 wrote", "remove_migration_pte", to, "anon", 21, 16, 0, 16,
		"completed");
	children_gone();
	munmap(area, PAGE);
}

void page_idle(void)
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
		walk_is("20 children, 5 wrote", "page_idle_clear_pte_refs_one", pfn, "anon", 21, 16,
			16, 16, "completed");
	}
	children_gone();
	munmap(area, PAGE);
}

void shmem(void)
{
	char *area = map(PAGE, MAP_SHARED | MAP_ANONYMOUS, -1);
	unsigned long from, to;

	area[0] = 1;
	for (int i = 0; i < 10; i++)
		child(area, PAGE, i < 4 ? 'r' : 0);
	trace_begin(NULL);
	move(area, &from, &to);
	trace_end();
	walk_is("10 children, 4 read", "try_to_migrate_one", from, "shmem", -1, 5, 5, 0, "done");
	walk_is("10 children, 4 read", "remove_migration_pte", to, "shmem", 11, 5, 0, 5, "completed");
	children_gone();
	munmap(area, PAGE);
}

void file(void)
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
	walk_is("10 children, 4 wrote", "page_mkclean_one", pfn, "file", 11, 5, 5, 5, "completed");
	trace_begin(NULL);
	move(area, &from, &to);
	trace_end();
	walk_is("10 children, 4 wrote", "try_to_migrate_one", from, "file", -1, 5, 5, 0, "done");
	walk_is("10 children, 4 wrote", "remove_migration_pte", to, "file", 11, 5, 0, 5, "completed");
	children_gone();
	munmap(area, PAGE);
	close(fd);
	umount(dir);
}

void ksm(void)
{
	char *area = map(8 * PAGE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	unsigned long from, to, pfn = 0;
	bool merged = false;

	madvise(area, 8 * PAGE, MADV_NOHUGEPAGE);
	memset(area, 0x5a, 8 * PAGE);
	write_file("/sys/kernel/mm/ksm/merge_across_nodes", "1");
	write_file("/sys/kernel/mm/ksm/sleep_millisecs", "10");
	if (madvise(area, 8 * PAGE, MADV_MERGEABLE) || !write_file("/sys/kernel/mm/ksm/run", "1")) {
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
	walk_is("8 pages, 2 children, 1 wrote", "try_to_migrate_one", from, "ksm", -1, 23, 23, 0,
		"done");
	walk_is("8 pages, 2 children, 1 wrote", "remove_migration_pte", to, "ksm", 24, 23, 0, 23,
		"completed");
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

void thp(void)
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
	walk_is("PMD-mapped THP, 3 children", "try_to_migrate_one", from, "anon", 4, 4, 4, 0, "done");
	is(number(walks_of("try_to_migrate_one", from).last ?: &events[0], "order"), 9, "its order");
	walk_is("PMD-mapped THP, 3 children", "remove_migration_pte", to, "anon", 4, 4, 0, 4,
		"completed");

	/* The walk that splits: the PMD is gone before page_vma_mapped_walk(). */
	trace_begin(NULL);
	snprintf(command, sizeof(command), "%d,0x%lx,0x%lx", getpid(), (long)area, (long)area + HUGE);
	if (!write_file("/sys/kernel/debug/split_huge_pages", command)) {
		trace_end();
		skip("split of a THP", "no split_huge_pages in debugfs");
	} else {
		struct walks w;

		trace_end();
		walk_is("THP that is split, 3 children", "try_to_migrate_one", to, "anon", 4, 4, 4,
			0, "done");
		is(walks_of("try_to_migrate_one", to).locked, 1, "its rmap lock is the caller's");
		w = walks_of("remove_migration_pte", 0);
		is(w.mapped, 4 * 512, "what its restore walks mapped");
		is(w.vmas, w.mapped, "what they visited");
	}
	children_gone();
	munmap(area, HUGE);
}

void pte_mapped_thp(void)
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
	walk_is("PTE-mapped THP in three VMAs", "try_to_migrate_one", from, "anon", 3, 3, 512, 0,
		"done");
	walk_is("PTE-mapped THP in three VMAs", "remove_migration_pte", to, "anon", 3, 3, 0, 512,
		"completed");
	munmap(area, HUGE);
}

void hugetlb(void)
{
	unsigned long from, to;
	char *area;

	write_file("/sys/devices/system/node/node0/hugepages/hugepages-2048kB/nr_hugepages", "6");
	write_file("/sys/devices/system/node/node1/hugepages/hugepages-2048kB/nr_hugepages", "6");
	area = mmap(NULL, HUGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB,
		    -1, 0);
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
	walk_is("hugetlb, 3 children, 1 wrote", "try_to_migrate_one", from, "anon", -1, 3, 3, 0,
		"done");
	walk_is("hugetlb, 3 children, 1 wrote", "remove_migration_pte", to, "anon", 4, 3, 0, 3,
		"completed");
	children_gone();
	munmap(area, HUGE);

	area = mmap(NULL, HUGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_HUGETLB,
		    -1, 0);
	if (area == MAP_FAILED)
		die("shared hugetlb");
	area[0] = 1;
	for (int i = 0; i < 3; i++)
		child(area, PAGE, i < 1 ? 'w' : 0);
	trace_begin(NULL);
	move(area, &from, &to);
	trace_end();
	walk_is("shared hugetlb, 3 children, 1 wrote", "try_to_migrate_one", from, "file", -1, 2, 2,
		0, "done");
	walk_is("shared hugetlb, 3 children, 1 wrote", "remove_migration_pte", to, "file", 4, 2, 0,
		2, "completed");
	children_gone();
	munmap(area, HUGE);
}

void pageout(void)
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
	walk_is("20 children, all wrote", "try_to_unmap_one", pfn, "anon", -1, 1, 1, 0, "done");
	children_gone();
	munmap(area, PAGE);
}

void reclaim(void)
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
void switching(void)
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
void contention(void)
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
	printf("# %lu of %lu walks waited, %lu of %lu operations on anon_vmas\n", waited, walks,
	       ops_waited, ops);
	ok(waited > 0 && waited < walks, "some walks wait for a tree that forks");
	ok(ops_waited > 0 && ops_waited < ops, "some forks and exits wait for walks");
	is(wrong, 0, "events that waited longer than they lasted");
	munmap(area, PAGE);
}
