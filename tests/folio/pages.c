// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages of every kind, of which is known beforehand what they are and who maps them where.
 *
 * usage: pages FILE THOUSAND | pages --churn | pages --flicker | pages --hold PAGES CHILDREN |
 *        pages --map FILE | pages --swap | pages --range
 *
 * FILE: a file to be made, on the file system to be tested.  THOUSAND: how many processes map
 * one page.  Prints a line of JSON for each page and, at last, an empty one.  A byte on standard
 * input ends those many, which make every look at all processes a long one, and is answered by
 * another empty line; then waits until standard input ends.  Each page begins with its own name, so that who reads it at an address
 * knows which it is.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096UL
#define HUGE (2UL << 20)
#define HERE 0x200000000000UL /* nothing else is there */

static void die(const char *what)
{
	fprintf(stderr, "pages: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void sleep_ms(unsigned int ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

	nanosleep(&t, NULL);
}

static char *map_at(char *at, size_t size, int flags, int fd, off_t offset)
{
	char *p = mmap(at, size, PROT_READ | PROT_WRITE, flags | (at ? MAP_FIXED : 0), fd, offset);

	if (p == MAP_FAILED)
		die("mmap");
	return p;
}

static char *map_anon(size_t size)
{
	return map_at(NULL, size, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void must(int ret, const char *what)
{
	if (ret)
		die(what);
}

/* A child that does something, says that it has, and stays. */
static pid_t child(void (*act)(void *arg), void *arg)
{
	int done[2];
	char byte;
	pid_t pid;

	must(pipe(done), "pipe");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(done[0]);
		if (act)
			act(arg);
		if (write(done[1], "x", 1) != 1)
			_exit(1);
		close(done[1]);
		for (;;)
			pause();
	}
	close(done[1]);
	if (read(done[0], &byte, 1) != 1)
		die("a child ended");
	close(done[0]);
	return pid;
}

/* ------------------------------------------------------------------ telling */

/* Where a page is, or would be. */
struct place {
	pid_t pid;
	const char *addr;
};

static void print_places(const char *key, const struct place *places, size_t n)
{
	printf(",\"%s\":[", key);
	for (size_t i = 0; i < n; i++)
		printf("%s{\"pid\":%d,\"address\":\"0x%lx\"}", i ? "," : "", places[i].pid,
		       (unsigned long)places[i].addr);
	printf("]");
}

/* A page of the first of @mappers; @more: further members of the object. */
static void tell(const char *name, const char *kind, unsigned int order, const struct place *mappers,
		 size_t n, const struct place *phantoms, size_t m, const char *more)
{
	printf("{\"name\":\"%s\",\"kind\":\"%s\",\"order\":%u,\"pid\":%d,\"address\":\"%lx\"", name,
	       kind, order, mappers[0].pid, (unsigned long)mappers[0].addr);
	print_places("mappers", mappers, n);
	print_places("phantoms", phantoms, m);
	printf("%s}\n", more ? more : "");
	fflush(stdout);
}

static void tell_own(const char *name, const char *kind, unsigned int order, const char *addr,
		     const char *more)
{
	const struct place me = { getpid(), addr };

	tell(name, kind, order, &me, 1, NULL, 0, more);
}

/* ------------------------------------------------------------------- kinds */

static void plain(void)
{
	char *p = map_anon(PAGE);

	strcpy(p, "anon");
	tell_own("anon", "anon", 0, p, ",\"own\":true");
}

static void locked(void)
{
	char *p = map_anon(PAGE);

	strcpy(p, "mlocked");
	must(mlock(p, PAGE), "mlock");
	tell_own("mlocked", "anon", 0, p, ",\"flags\":[\"mlocked\"]");
}

static void zero(void)
{
	volatile char *p = map_anon(PAGE);

	(void)p[0];
	tell_own("zero", "zero_page", 0, (char *)p, NULL);
}

static void write_second(void *arg)
{
	strcpy((char *)arg + PAGE, "copied");
}

/* Four processes, one of which has written the second of two pages. */
static void cow(void)
{
	char *p = map_anon(2 * PAGE);
	struct place all[4], second[3], wrote = { 0 };
	pid_t pid;

	strcpy(p, "cow-0");
	strcpy(p + PAGE, "cow-1");
	for (int i = 0; i < 4; i++) {
		pid = i == 0 ? getpid() : child(i == 1 ? write_second : NULL, p);
		all[i] = (struct place){ pid, p };
		if (i == 1)
			wrote = (struct place){ pid, p + PAGE };
		else
			second[i ? i - 1 : 0] = (struct place){ pid, p + PAGE };
	}
	tell("cow-0", "anon", 0, all, 4, NULL, 0, ",\"own\":true");
	tell("cow-1", "anon", 0, second, 3, &wrote, 1, ",\"own\":true");
	tell("copied", "anon", 0, &wrote, 1, NULL, 0, ",\"own\":true");
	/* The same page as a child sees it, which inherited the anon_vma. */
	all[0] = all[2];
	all[2] = (struct place){ getpid(), p };
	tell("cow-0", "anon", 0, all, 4, NULL, 0, ",\"own\":false");
}

/* ------------------------------------------- VMAs that are not where they were */

static void move_it(void *arg)
{
	char **where = arg;

	if (mremap(where[0], 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, where[1]) != where[1])
		die("mremap");
}

static void moved(void)
{
	char *where[2] = { map_anon(4 * PAGE), (char *)HERE };
	struct place both[2];

	for (int i = 0; i < 4; i++)
		strcpy(where[0] + i * PAGE, "moved");
	both[0] = (struct place){ getpid(), where[0] + 3 * PAGE };
	both[1] = (struct place){ child(move_it, where), where[1] + 3 * PAGE };
	tell("moved", "anon", 0, both, 2, NULL, 0, NULL);
	both[0] = (struct place){ both[1].pid, where[1] + 3 * PAGE };
	both[1] = (struct place){ getpid(), where[0] + 3 * PAGE };
	tell("moved", "anon", 0, both, 2, NULL, 0, ",\"own\":false");
}

/* A page behind two others that were unmapped and made read-only, so in the third VMA. */
static void split(void)
{
	char *p = map_anon(8 * PAGE), *merged = map_anon(8 * PAGE);

	for (int i = 0; i < 8; i++) {
		strcpy(p + i * PAGE, "split");
		strcpy(merged + i * PAGE, "merged");
	}
	must(munmap(p + 2 * PAGE, PAGE), "munmap");
	must(mprotect(p + 4 * PAGE, PAGE, PROT_READ), "mprotect");
	tell_own("split", "anon", 0, p + 6 * PAGE, NULL);
	must(mprotect(merged + 4 * PAGE, PAGE, PROT_READ), "mprotect");
	must(mprotect(merged + 4 * PAGE, PAGE, PROT_READ | PROT_WRITE), "mprotect");
	tell_own("merged", "anon", 0, merged + 6 * PAGE, NULL);
}

/* ---------------------------------------------------------- page cache, shared */

struct elsewhere {
	int fd;
	char *at;
	char *inherited;
};

static void map_elsewhere(void *arg)
{
	const struct elsewhere *e = arg;
	volatile char *p = map_at(e->at, 2 * PAGE, MAP_SHARED, e->fd, 2 * PAGE);

	(void)p[PAGE]; /* page 3 of the file; page 2 may have come with it */
	must(madvise((char *)p, PAGE, MADV_DONTNEED), "madvise");
	must(munmap(e->inherited, 4 * PAGE), "munmap");
}

/* A file that two processes map from different offsets at different addresses. */
static void cached(const char *name, const char *kind, int fd, char *at, const char *more)
{
	struct elsewhere e = { fd, at, NULL };
	struct place all[2], rest[1];
	char *p;

	must(ftruncate(fd, 4 * PAGE), "ftruncate");
	p = map_at(NULL, 4 * PAGE, MAP_SHARED, fd, 0);
	e.inherited = p;
	strcpy(p + 2 * PAGE, name);
	strcpy(p + 3 * PAGE, name);
	all[0] = (struct place){ getpid(), p + 3 * PAGE };
	all[1] = (struct place){ child(map_elsewhere, &e), at + PAGE };
	tell(name, kind, 0, all, 2, NULL, 0, more);
	rest[0] = (struct place){ all[1].pid, at };
	all[0] = (struct place){ getpid(), p + 2 * PAGE };
	tell(name, kind, 0, all, 1, rest, 1, more);
}

static void shmem(void)
{
	int fd = memfd_create("pages-shmem", 0);

	if (fd < 0)
		die("memfd_create");
	cached("shmem", "shmem", fd, (char *)HERE, ",\"a_ops\":\"shmem_aops\"");
}

static void file(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);

	if (fd < 0)
		die(path);
	cached("file", "file", fd, (char *)HERE, NULL);
}

/* A page of a file that somebody mapped privately and wrote: a copy, and a phantom. */
static void private_copy(void)
{
	int fd = memfd_create("pages-private", 0);
	struct place shared, copy;
	char *p, *q;

	if (fd < 0 || ftruncate(fd, 8 * PAGE))
		die("memfd_create");
	q = map_at(NULL, PAGE, MAP_SHARED, fd, 3 * PAGE);
	strcpy(q, "behind");
	p = map_at(NULL, 4 * PAGE, MAP_PRIVATE, fd, 2 * PAGE);
	strcpy(p + PAGE, "private");
	shared = (struct place){ getpid(), q };
	copy = (struct place){ getpid(), p + PAGE };
	tell("private", "anon", 0, &copy, 1, NULL, 0, ",\"own\":true");
	tell("behind", "shmem", 0, &shared, 1, &copy, 1, NULL);
}

/* ------------------------------------------------------------- large folios */

/* Room for a large folio of @size bytes, at its place; NULL: this kernel has none. */
static char *room_for(size_t size, int flags, int fd)
{
	char *p = map_at(NULL, 2 * size, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	p = (char *)(((uintptr_t)p + size - 1) & ~(size - 1));
	p = map_at(p, size, flags, fd, 0);
	return madvise(p, size, MADV_HUGEPAGE) ? NULL : p;
}

static void write_all(char *p, size_t size, const char *name)
{
	for (size_t i = 0; i < size / PAGE; i++)
		strcpy(p + i * PAGE, name);
}

static char *map_huge(void)
{
	char *p = room_for(HUGE, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	if (p)
		write_all(p, HUGE, "thp");
	return p;
}

/* What is there before the first write, as large. */
static void huge_zero(void)
{
	volatile char *p = room_for(HUGE, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	if (!p)
		return;
	(void)p[0];
	tell_own("huge_zero", "zero_page", 9, (char *)p + 5 * PAGE, ",\"place\":5");
}

/* Between a page and a page table's worth: since 6.8 (19eaf44954df). */
static void mthp(void)
{
	const size_t size = 16 * PAGE;
	char *whole = room_for(size, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	char *part = room_for(size, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	if (!whole || !part || access("/sys/kernel/mm/transparent_hugepage/hugepages-64kB", F_OK))
		return;
	write_all(whole, size, "mthp");
	write_all(part, size, "mthp");
	tell_own("mthp", "anon", 4, whole + 11 * PAGE, ",\"pages\":16,\"place\":11");
	must(munmap(part, 5 * PAGE), "munmap");
	tell_own("mthp", "anon", 4, part + 11 * PAGE, ",\"pages\":11,\"place\":11");
}

static void read_second_half(void *arg)
{
	must(munmap(arg, HUGE / 2), "munmap");
	(void)*(volatile char *)((char *)arg + 300 * PAGE);
}

/* One of shared memory, of which a child maps only some of the second half. */
static void shmem_huge(void)
{
	int fd = memfd_create("pages-shmem-huge", 0);
	struct place both[2];
	char *p;

	if (fd < 0 || ftruncate(fd, HUGE))
		die("memfd_create");
	p = room_for(HUGE, MAP_SHARED, fd);
	if (!p)
		return;
	write_all(p, HUGE, "shmem_huge");
	both[0] = (struct place){ getpid(), p + 300 * PAGE };
	both[1] = (struct place){ child(read_second_half, p), p + 300 * PAGE };
	tell("shmem_huge", "shmem", 9, both, 2, NULL, 0,
	     ",\"pages\":512,\"place\":300,\"a_ops\":\"shmem_aops\"");
}

static int wait_forever(void *arg)
{
	(void)arg;
	for (;;)
		pause();
	return 0;
}

/* Two processes with one memory are one mapper. */
static void shared_mm(void)
{
	const size_t stack = 16 * PAGE;
	char *p = map_anon(PAGE), more[64];
	int pid = clone(wait_forever, map_anon(stack) + stack, CLONE_VM | SIGCHLD, NULL);

	if (pid < 0)
		die("clone");
	strcpy(p, "shared_mm");
	snprintf(more, sizeof(more), ",\"shared_with\":[%d]", pid);
	tell_own("shared_mm", "anon", 0, p, more);
}

static void unmap_half(void *arg)
{
	must(munmap(arg, HUGE / 2), "munmap");
}

static void thp(void)
{
	char *p = map_huge(), *part = map_huge();

	if (!p || !part)
		return;
	tell_own("thp", "anon", 9, p + 77 * PAGE, ",\"pages\":512,\"place\":77");
	must(munmap(part + HUGE / 2, HUGE / 2), "munmap");
	tell_own("thp", "anon", 9, part + 100 * PAGE, ",\"pages\":256,\"place\":100");
}

/* A child maps only the second half. */
static void thp_shared(void)
{
	char *p = map_huge();
	struct place both[2];

	if (!p)
		return;
	both[0] = (struct place){ getpid(), p + 300 * PAGE };
	both[1] = (struct place){ child(unmap_half, p), p + 300 * PAGE };
	tell("thp", "anon", 9, both, 2, NULL, 0, ",\"pages\":512,\"place\":300");
	/* Of the other half the child has nothing, but it still maps the folio. */
	both[0].addr = p + 3 * PAGE;
	both[1].addr = p + HUGE / 2;
	tell("thp", "anon", 9, both, 2, NULL, 0, ",\"pages\":512,\"place\":3,\"mapped\":1");
}

static void read_first(void *arg)
{
	(void)*(volatile char *)arg;
}

static void hugetlb(void)
{
	int fd = memfd_create("pages-hugetlb", MFD_HUGETLB);
	struct place both[2];
	char *p;

	if (fd < 0 || ftruncate(fd, 2 * HUGE))
		return; /* none are set aside */
	p = mmap(NULL, 2 * HUGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return;
	strcpy(p + HUGE + 5 * PAGE, "hugetlb");
	both[0] = (struct place){ getpid(), p + HUGE + 5 * PAGE };
	both[1] = (struct place){ child(read_first, p + HUGE), p + HUGE + 5 * PAGE };
	tell("hugetlb", "hugetlb", 9, both, 2, NULL, 0,
	     ",\"pages\":512,\"place\":5,\"a_ops\":\"hugetlbfs_aops\"");
	p = mmap(NULL, HUGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1,
		 0);
	if (p == MAP_FAILED)
		return;
	strcpy(p + 6 * PAGE, "hugetlb");
	tell_own("hugetlb", "hugetlb", 9, p + 6 * PAGE, ",\"pages\":512,\"place\":6");
}

/* -------------------------------------------------------------------- KSM */

static bool set(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY);
	bool done = fd >= 0 && write(fd, value, strlen(value)) == (ssize_t)strlen(value);

	if (fd >= 0)
		close(fd);
	return done;
}

static uint64_t frame(const void *addr)
{
	int fd = open("/proc/self/pagemap", O_RDONLY);
	uint64_t entry = 0;

	if (fd < 0 || pread(fd, &entry, sizeof(entry), (uintptr_t)addr / PAGE * 8) != 8)
		die("pagemap");
	close(fd);
	/* An entry for swap has other things there. */
	return entry >> 63 ? entry & ((1ULL << 55) - 1) : 0;
}

/* Two equal pages of this process, and a child that has them since they were merged. */
static void ksm(void)
{
	char *p = map_anon(4 * PAGE);
	struct place all[4];
	pid_t pid;

	for (int i = 0; i < 3; i += 2) {
		memset(p + i * PAGE, 0x5a, PAGE);
		strcpy(p + i * PAGE, "ksm");
	}
	if (madvise(p, 4 * PAGE, MADV_MERGEABLE) ||
	    !set("/sys/kernel/mm/ksm/sleep_millisecs", "10") || !set("/sys/kernel/mm/ksm/run", "1"))
		return;
	for (int i = 0; i < 1000 && frame(p) != frame(p + 2 * PAGE); i++)
		sleep_ms(20);
	set("/sys/kernel/mm/ksm/run", "0");
	if (frame(p) != frame(p + 2 * PAGE))
		die("ksmd has not merged");
	pid = child(NULL, NULL);
	for (int i = 0; i < 4; i++)
		all[i] = (struct place){ i / 2 ? pid : getpid(), p + i % 2 * 2 * PAGE };
	tell("ksm", "ksm", 0, all, 4, NULL, 0, NULL);
}

/* ---------------------------------------------------------------- many */

static void many(unsigned int n)
{
	struct place *all = calloc(n, sizeof(*all));
	char *p = map_anon(PAGE);

	strcpy(p, "many");
	for (unsigned int i = 0; i < n; i++)
		all[i] = (struct place){ i ? child(NULL, NULL) : getpid(), p };
	tell("many", "anon", 0, all, n, NULL, 0, NULL);
	free(all);
}

/* ------------------------------------------------------- what never stays */

/* One page that children come to share, write, move, unmap and leave behind, without end. */
static void churn(void)
{
	char *p = map_anon(PAGE);

	strcpy(p, "churn");
	tell_own("churn", "anon", 0, p, NULL);
	for (unsigned int i = 0;; i++) {
		pid_t pid = fork();

		if (!pid) {
			if (i % 4 == 1)
				strcpy(p, "written");
			else if (i % 4 == 2)
				mremap(p, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, (char *)HERE);
			else if (i % 4 == 3)
				munmap(p, PAGE);
			_exit(0);
		}
		if (i % 8 == 7)
			strcpy(p, "churn");
		while (waitpid(-1, NULL, i % 16 == 15 ? 0 : WNOHANG) > 0)
			;
	}
}

/* One page at a place, mapped, written, unmapped and freed, without end. */
static void flicker(void)
{
	printf("{\"pid\":%d,\"address\":\"%lx\"}\n", getpid(), HERE);
	fflush(stdout);
	for (;;) {
		char *p = map_at((char *)HERE, PAGE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		strcpy(p, "flicker");
		sched_yield();
		must(munmap(p, PAGE), "munmap");
	}
}

static bool next_byte(void)
{
	char byte;

	return read(0, &byte, 1) > 0;
}

static void wait_for_end(void)
{
	while (next_byte())
		;
}

/* The beginning of a file, shared, and written to. */
static void map_file(const char *path)
{
	int fd = open(path, O_RDWR);
	char *p;

	if (fd < 0)
		die(path);
	p = map_at(NULL, PAGE, MAP_SHARED, fd, 0);
	p[0] = 'm';
	printf("{\"pid\":%d,\"address\":\"%lx\"}\n", getpid(), (unsigned long)p);
	fflush(stdout);
	wait_for_end();
}

/*
 * Pages that go to swap.  The first stays there; the second comes back for reading, so it is
 * in the swap cache, and a child that has it too has an entry for swap.
 */
static void swapped(void)
{
	const size_t n = 64;
	char *p = map_anon(n * PAGE);
	pid_t pid;

	madvise(p, n * PAGE, MADV_NOHUGEPAGE);
	write_all(p, n * PAGE, "swapped");
	/* What two processes map is not paged out for one of them: the child comes after. */
	for (int i = 0; i < 100 && frame(p + (n - 1) * PAGE); i++) {
		must(madvise(p, n * PAGE, MADV_PAGEOUT), "MADV_PAGEOUT");
		sleep_ms(50);
	}
	pid = child(NULL, NULL);
	(void)*(volatile char *)(p + PAGE);
	printf("{\"pid\":%d,\"child\":%d,\"away\":\"%lx\",\"back\":\"%lx\"}\n", getpid(), pid,
	       (unsigned long)(p + (n - 1) * PAGE), (unsigned long)(p + PAGE));
	fflush(stdout);
	wait_for_end();
}

/* A run of pages as foliomap should tell it. */
static void tell_run(const char *at, unsigned int pages, const char *kind, int order, int sharers)
{
	printf("{\"start\":\"0x%lx\",\"pages\":%u,\"kind\":\"%s\"", (unsigned long)at, pages, kind);
	if (order >= 0)
		printf(",\"order\":%d,\"sharers\":%d", order, sharers);
	puts("}");
}

/*
 * Runs of pages, of which a child shares some: anonymous ones, some never used and some only
 * read, a gap, shared memory, and a large folio.
 */
static void range(void)
{
	char *p = map_at((char *)HERE, 7 * PAGE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *q;
	int fd = memfd_create("pages-range", 0);

	if (fd < 0 || ftruncate(fd, 4 * PAGE))
		die("memfd_create");
	write_all(p, 3 * PAGE, "range");
	(void)*(volatile char *)(p + 5 * PAGE);
	(void)*(volatile char *)(p + 6 * PAGE);
	q = map_at(p + 8 * PAGE, 4 * PAGE, MAP_SHARED, fd, 0);
	write_all(q, 2 * PAGE, "range");
	child(NULL, NULL);
	strcpy(p + PAGE, "written");
	printf("%d %lx\n", getpid(), HERE);
	tell_run(p, 1, "anon", 0, 2);
	tell_run(p + PAGE, 1, "anon", 0, 1);
	tell_run(p + 2 * PAGE, 1, "anon", 0, 2);
	tell_run(p + 3 * PAGE, 2, "none", -1, 0);
	tell_run(p + 5 * PAGE, 2, "zero_page", 0, 0);
	tell_run(q, 2, "shmem", 0, 1);
	tell_run(q + 2 * PAGE, 2, "none", -1, 0);
	q = map_at(p + HUGE, HUGE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (!madvise(q, HUGE, MADV_HUGEPAGE)) {
		write_all(q, HUGE, "range");
		tell_run(q, HUGE / PAGE, "anon", 9, 1);
	}
	puts("");
	fflush(stdout);
	wait_for_end();
}

/* So many anonymous pages, and so many processes that share them. */
static void hold(unsigned int pages, unsigned int children)
{
	char *p = map_anon((pages + 1) * PAGE);

	madvise(p, (pages + 1) * PAGE, MADV_NOHUGEPAGE);
	for (unsigned int i = 0; i < pages; i++)
		p[i * PAGE] = 1;
	for (unsigned int i = 0; i < children; i++)
		child(NULL, NULL);
	printf("%d %lx\n", getpid(), (unsigned long)p);
	fflush(stdout);
	wait_for_end();
	exit(0);
}

/* Each in a process of its own, so that children of one are not mappers of another. */
static pid_t apart(void (*act)(void))
{
	int done[2];
	char byte;
	pid_t pid;

	must(pipe(done), "pipe");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(done[0]);
		act();
		if (write(done[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(done[1]);
	if (read(done[0], &byte, 1) != 1)
		die("a process ended");
	close(done[0]);
	return pid;
}

static const char *path;
static unsigned int thousand;

static void of_one(void)
{
	plain();
	locked();
	zero();
}

static void of_file(void)
{
	file(path);
}

static void of_many(void)
{
	many(thousand);
}

int main(int argc, char **argv)
{
	void (*const acts[])(void) = { of_one,	     cow,   moved,	split,	 shared_mm,
				       private_copy, shmem, of_file,	thp,	 thp_shared,
				       huge_zero,    mthp,  shmem_huge, hugetlb, ksm };
	pid_t many_pid;

	if (argc == 2 && !strcmp(argv[1], "--churn"))
		churn();
	if (argc == 2 && !strcmp(argv[1], "--flicker"))
		flicker();
	if (argc == 2 && !strcmp(argv[1], "--swap")) {
		swapped();
		return 0;
	}
	if (argc == 2 && !strcmp(argv[1], "--range")) {
		range();
		return 0;
	}
	if (argc == 3 && !strcmp(argv[1], "--map")) {
		map_file(argv[2]);
		return 0;
	}
	if (argc == 4 && !strcmp(argv[1], "--hold"))
		hold(atoi(argv[2]), atoi(argv[3]));
	if (argc != 3) {
		fputs("usage: pages FILE THOUSAND | pages --churn | pages --flicker | pages --swap | "
		      "pages --map FILE | pages --range | pages --hold PAGES CHILDREN\n",
		      stderr);
		return 2;
	}
	path = argv[1];
	thousand = atoi(argv[2]);
	for (size_t i = 0; i < sizeof(acts) / sizeof(*acts); i++)
		apart(acts[i]);
	many_pid = apart(of_many);
	puts("");
	fflush(stdout);
	if (!next_byte())
		return 0;
	/* Its children die with it; those of others are ours only when these end. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	kill(many_pid, SIGKILL);
	for (unsigned int i = 0; i < thousand; i++)
		if (wait(NULL) < 0)
			die("wait");
	puts("");
	fflush(stdout);
	wait_for_end();
	return 0;
}
