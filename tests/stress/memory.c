// SPDX-License-Identifier: GPL-2.0-only
/* Processes with memory, each with something that it does to it; see storm.c. */
#include "storm.h"

#include <linux/io_uring.h>
#include <setjmp.h>
#include <sys/uio.h>

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

struct state *state;
enum role_index self;
struct role_state *me;
uint64_t base;
unsigned int pages;
uint64_t seed;

static unsigned int generation[1024];

enum phase phase(void)
{
	return __atomic_load_n(&state->phase, __ATOMIC_ACQUIRE);
}

void add(unsigned int *counter, unsigned int n)
{
	__atomic_add_fetch(counter, n, __ATOMIC_RELAXED);
}

bool running(void)
{
	add(&me->beats, 1);
	return phase() == RUN;
}

unsigned int below(unsigned int n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (seed >> 20) % n;
}

void nap(unsigned int ms)
{
	usleep(ms * 1000);
}

void wrong(const char *fmt, ...)
{
	char text[200];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (__atomic_add_fetch(&state->wrong, 1, __ATOMIC_RELAXED) <= 20)
		diag("WRONG: %s (pid %d, seed %u): %s", roles[self].name, getpid(), state->seed,
		     text);
}
/* ---- words ---- */

#define ODD 0x9e3779b97f4a7c15ULL

static uint64_t word_of(uint64_t at, unsigned int gen)
{
	return (at + ((uint64_t)gen << 48)) * ODD;
}

static void wrong_word(uint64_t at, uint64_t want, uint64_t found)
{
	uint64_t inverse = ODD, w, f;

	for (int i = 0; i < 5; i++)
		inverse *= 2 - ODD * inverse;
	w = want * inverse;
	f = found * inverse;
	wrong("at %lx: expected %lx (generation %lx of %lx), found %lx (generation %lx of %lx)", at,
	      want, w >> 48, w & (-1UL >> 16), found, f >> 48, f & (-1UL >> 16));
}

uint64_t *page_at(unsigned int i)
{
	return (uint64_t *)(base + i * PAGE);
}

/* Every @step-th word from @first on, as of the page at @as. */
static bool check_words(const uint64_t *page, uint64_t as, unsigned int gen, unsigned int first,
			unsigned int step)
{
	for (unsigned int i = first; i < WORDS; i += step) {
		uint64_t found = __atomic_load_n(&page[i], __ATOMIC_RELAXED);

		if (found != word_of(as + i * 8, gen)) {
			wrong_word((uintptr_t)&page[i], word_of(as + i * 8, gen), found);
			return false;
		}
	}
	return true;
}

static void write_words(uint64_t *page, uint64_t as, unsigned int gen, unsigned int first,
			unsigned int step)
{
	for (unsigned int i = first; i < WORDS; i += step)
		__atomic_store_n(&page[i], word_of(as + i * 8, gen), __ATOMIC_RELAXED);
}

bool check_page(unsigned int i)
{
	return check_words(page_at(i), (uintptr_t)page_at(i), generation[i], 0, 1);
}

static void renew_page(unsigned int i)
{
	generation[i] = (generation[i] + 1) % CHILD;
	write_words(page_at(i), (uintptr_t)page_at(i), generation[i], 0, 1);
}

void check_all(void)
{
	for (unsigned int i = 0; i < pages; i++)
		check_page(i);
}

static bool is_zero(const uint64_t *page)
{
	for (unsigned int i = 0; i < WORDS; i++)
		if (__atomic_load_n(&page[i], __ATOMIC_RELAXED))
			return false;
	return true;
}

static void map_at(void *at, size_t size)
{
	if (mmap(at, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
	    MAP_FAILED)
		die("mmap");
	madvise(at, size, MADV_NOHUGEPAGE);
}

void fill_all(void)
{
	map_at(page_at(0), pages * PAGE);
	for (unsigned int i = 0; i < pages; i++)
		renew_page(i);
	__atomic_store_n(&me->ready, true, __ATOMIC_RELEASE);
}

/* Some pages in a row, up to @most. */
static unsigned int some(unsigned int *from, unsigned int most)
{
	*from = below(pages);
	most = pages - *from < most ? pages - *from : most;
	return 1 + below(most);
}

void pin_to(unsigned int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu % 2, &set);
	/* Fails while that CPU is away, and going away it loses what is bound to it. */
	sched_setaffinity(0, sizeof(set), &set);
}
/* ---- those with memory ---- */

/*
 * Two threads and another process write words of the same pages, each its own: a word
 * that was written while its page changed places must not be lost.
 */
static void write_own_words(unsigned int who, unsigned int random)
{
	static unsigned int written[2][1024];

	for (unsigned int n = 0; n < pages; n++)
		written[who][n] = generation[n];
	while (phase() == RUN) {
		unsigned int n = (random = random * 1664525 + 1013904223) / 65536 % pages;
		uint64_t as = (uintptr_t)page_at(n);

		if (random / 64 % 256 == 0)
			pin_to(who);
		check_words(page_at(n), as, written[who][n], who, 4);
		written[who][n] = (written[who][n] + 1) % CHILD;
		write_words(page_at(n), as, written[who][n], who, 4);
		check_words(page_at(n), as, generation[n], 3, 4);
		add(&me->beats, 1);
		add(&me->did, 1);
	}
	for (unsigned int n = 0; n < pages; n++) {
		check_words(page_at(n), (uintptr_t)page_at(n), written[who][n], who, 4);
		check_words(page_at(n), (uintptr_t)page_at(n), generation[n], 3, 4);
	}
}

static void *writer_thread(void *random)
{
	write_own_words(1, (uintptr_t)random);
	return NULL;
}

void run_writer(void)
{
	pthread_t thread;

	fill_all();
	if (pthread_create(&thread, NULL, writer_thread, (void *)(uintptr_t)below(1 << 20)))
		die("pthread_create");
	write_own_words(0, below(1 << 20));
	pthread_join(thread, NULL);
}

/* Some of the words that the writer's threads leave alone, by /proc/PID/mem. */
static void rewrite_remote(int mem, unsigned int n, unsigned int *gen, bool write)
{
	uint64_t at, found;

	for (unsigned int i = 2; i < WORDS; i += 32) {
		at = AREA_BASE + WRITER * AREA_STRIDE + n * PAGE + i * 8;
		if (pread(mem, &found, 8, at) != 8)
			wrong("/proc/PID/mem: %s", strerror(errno));
		if (found != word_of(at, *gen))
			wrong_word(at, word_of(at, *gen), found);
		found = word_of(at, *gen + 1);
		if (write && pwrite(mem, &found, 8, at) != 8)
			wrong("/proc/PID/mem: %s", strerror(errno));
	}
	*gen += write;
}

void run_remote(void)
{
	unsigned int theirs[1024], n;
	char path[32];
	int mem;

	fill_all();
	for (n = 0; n < roles[WRITER].pages; n++)
		theirs[n] = 1;
	while (!__atomic_load_n(&state->role[WRITER].ready, __ATOMIC_ACQUIRE) && phase() == RUN)
		nap(1);
	snprintf(path, sizeof(path), "/proc/%d/mem", state->role[WRITER].pid);
	mem = open(path, O_RDWR);
	if (mem < 0)
		die(path);
	while (running()) {
		n = below(roles[WRITER].pages);
		rewrite_remote(mem, n, &theirs[n], true);
		n = below(pages);
		check_page(n);
		renew_page(n);
		add(&me->did, 1);
	}
	check_all();
	for (n = 0; n < roles[WRITER].pages; n++)
		rewrite_remote(mem, n, &theirs[n], false);
	close(mem);
}

/* Writes half of what it has got from its parent; both must see their own. */
static void child_of_fork(void)
{
	for (unsigned int round = 0; round < 2; round++) {
		for (unsigned int i = 0; i < pages; i++) {
			check_page(i);
			if (below(4) || generation[i] >= CHILD)
				continue;
			generation[i] |= CHILD;
			write_words(page_at(i), (uintptr_t)page_at(i), generation[i], 0, 1);
		}
	}
	check_all();
	_exit(0);
}

void run_fork(void)
{
	fill_all();
	while (running()) {
		unsigned int n;
		pid_t pid = fork();
		int status;

		if (pid < 0)
			die("fork");
		if (!pid)
			child_of_fork();
		__atomic_store_n(&me->child, pid, __ATOMIC_RELEASE);
		for (unsigned int i = 0; i < pages / 2; i++) {
			n = below(pages);
			check_page(n);
			if (below(2))
				renew_page(n);
		}
		if (waitpid(pid, &status, 0) != pid || status)
			wrong("the child ended with %x", status);
		__atomic_store_n(&me->child, 0, __ATOMIC_RELEASE);
		check_all();
		add(&me->did, 1);
	}
	check_all();
}

void run_unmap(void)
{
	fill_all();
	while (running()) {
		unsigned int from, n = some(&from, 64);

		for (unsigned int i = from; i < from + n; i++)
			check_page(i);
		if (munmap(page_at(from), n * PAGE))
			wrong("munmap: %s", strerror(errno));
		if (below(2))
			nap(1);
		map_at(page_at(from), n * PAGE);
		for (unsigned int i = from; i < from + n; i++) {
			if (below(2) && !is_zero(page_at(i)))
				wrong("%p is not zero when mapped anew", (void *)page_at(i));
			renew_page(i);
		}
		add(&me->did, 1);
	}
	check_all();
}

static sigjmp_buf after_fault;
static void *volatile fault_at;

static void on_fault(int sig, siginfo_t *info, void *context)
{
	(void)context;
	if (info->si_addr != fault_at) {
		wrong("signal %d at %p", sig, info->si_addr);
		_exit(1);
	}
	siglongjmp(after_fault, 1);
}

static bool does_fault(volatile uint64_t *at, bool write)
{
	bool faulted;

	fault_at = (void *)at;
	faulted = sigsetjmp(after_fault, 1);
	if (!faulted) {
		if (write)
			*at = 0;
		else
			(void)*at;
	}
	fault_at = NULL;
	return faulted;
}

void run_protect(void)
{
	struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };

	sigaction(SIGSEGV, &action, NULL);
	fill_all();
	while (running()) {
		unsigned int from, n = some(&from, 64), what = below(4);
		size_t size = n * PAGE;

		if (!what) {
			/* Pages that are mlocked are on a list of their own. */
			if (mlock(page_at(from), size))
				wrong("mlock: %s", strerror(errno));
			nap(below(3));
		}
		if (mprotect(page_at(from), size, what == 1 ? PROT_NONE : PROT_READ))
			wrong("mprotect: %s", strerror(errno));
		for (unsigned int i = from; i < from + n; i++) {
			uint64_t *at = page_at(i) + below(WORDS);

			if (what != 1)
				check_page(i);
			if (below(4))
				continue;
			if (!does_fault(at, what != 1))
				wrong("%p could be %s", (void *)at, what == 1 ? "read" : "written");
			else
				add(&me->did, 1);
		}
		if (mprotect(page_at(from), size, PROT_READ | PROT_WRITE))
			wrong("mprotect: %s", strerror(errno));
		for (unsigned int i = from; i < from + n; i++) {
			check_page(i);
			renew_page(i);
		}
		if (!what)
			munlock(page_at(from), size);
	}
	check_all();
}

/* Blocks of pages that go between two places; their words are of where they were written. */
void run_remap(void)
{
	enum {
		BLOCK = 16
	};
	size_t distance = pages * PAGE;
	unsigned int blocks = pages / BLOCK;
	bool away[1024 / BLOCK] = {}, written_away[1024 / BLOCK] = {};

	fill_all();
	while (running()) {
		unsigned int block = below(blocks), gen = generation[block * BLOCK];
		uint64_t here = base + block * BLOCK * PAGE;
		uint64_t from = here + away[block] * distance, to;

		away[block] ^= 1;
		to = here + away[block] * distance;
		if (mremap((void *)from, BLOCK * PAGE, BLOCK * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
			   to) == MAP_FAILED)
			wrong("mremap: %s", strerror(errno));
		for (unsigned int i = 0; i < BLOCK; i++)
			check_words((uint64_t *)(to + i * PAGE),
				    here + written_away[block] * distance + i * PAGE, gen, 0, 1);
		if (below(2)) {
			written_away[block] = away[block];
			generation[block * BLOCK] = ++gen % CHILD;
			for (unsigned int i = 0; i < BLOCK; i++)
				write_words((uint64_t *)(to + i * PAGE), to + i * PAGE, gen % CHILD,
					    0, 1);
		}
		add(&me->did, 1);
	}
	for (unsigned int i = 0; i < pages; i++) {
		uint64_t at = base + i * PAGE;
		unsigned int b = i / BLOCK;

		check_words((uint64_t *)(at + away[b] * distance), at + written_away[b] * distance,
			    generation[b * BLOCK], 0, 1);
	}
}

/* What a pipe holds of a page must be what the page was. */
static void through_pipe(unsigned int i, int fd[2])
{
	struct iovec iov = { page_at(i), PAGE };
	uint64_t buffer[WORDS];

	if (vmsplice(fd[1], &iov, 1, 0) != (ssize_t)PAGE)
		die("vmsplice");
	nap(below(5));
	if (read(fd[0], buffer, PAGE) != (ssize_t)PAGE)
		die("pipe");
	check_words(buffer, (uintptr_t)page_at(i), generation[i], 0, 1);
}

/* Freed at leisure: as it was, and once it is gone it does not come back. */
static void check_until_gone(unsigned int page)
{
	uint64_t *words = page_at(page), want, found;
	bool gone = false;

	for (unsigned int i = 0; i < WORDS; i++) {
		want = word_of((uintptr_t)&words[i], generation[page]);
		found = __atomic_load_n(&words[i], __ATOMIC_RELAXED);
		if (!found) {
			gone = true;
		} else if (gone || found != want) {
			wrong_word((uintptr_t)&words[i], gone ? 0 : want, found);
			return;
		}
	}
}

void run_discard(void)
{
	int fd[2];

	if (pipe(fd))
		die("pipe");
	fill_all();
	while (running()) {
		unsigned int from, n = some(&from, 64);
		bool later = below(2);

		for (unsigned int i = from; i < from + n; i++)
			check_page(i);
		through_pipe(from, fd);
		if (madvise(page_at(from), n * PAGE, later ? MADV_FREE : MADV_DONTNEED))
			wrong("madvise: %s", strerror(errno));
		for (unsigned int i = from; i < from + n; i++) {
			if (later)
				check_until_gone(i);
			else if (!is_zero(page_at(i)))
				wrong("%p is not zero when discarded", (void *)page_at(i));
			if (below(2))
				renew_page(i);
		}
		if (later)
			nap(below(3));
		for (unsigned int i = from; i < from + n; i++)
			renew_page(i);
		add(&me->did, 1);
	}
	check_all();
}

void run_pageout(void)
{
	fill_all();
	while (running()) {
		unsigned int from, n = some(&from, 64);

		if (madvise(page_at(from), n * PAGE, below(4) ? MADV_PAGEOUT : MADV_COLD))
			wrong("MADV_PAGEOUT: %s", strerror(errno));
		n = some(&from, 64);
		for (unsigned int i = from; i < from + n; i++) {
			check_page(i);
			if (below(2))
				renew_page(i);
		}
		add(&me->did, 1);
	}
	check_all();
}

/* Pinned pages, as a device would write to them, must stay where they are. */
void run_pin(void)
{
	struct io_uring_params params = {};
	uint64_t frame[32];
	int ring;

	fill_all();
	ring = syscall(SYS_io_uring_setup, 1, &params);
	if (ring < 0)
		die("io_uring_setup");
	while (running()) {
		unsigned int from, n = some(&from, 32);
		struct iovec iov = { page_at(from), n * PAGE };

		/* Fails while a page cannot be moved out of a movable area, say. */
		if (syscall(SYS_io_uring_register, ring, IORING_REGISTER_BUFFERS, &iov, 1))
			continue;
		for (unsigned int i = 0; i < n; i++)
			frame[i] = pfn(page_at(from + i));
		nap(below(10));
		for (unsigned int i = 0; i < n; i++) {
			check_page(from + i);
			renew_page(from + i);
			if (frame[i] != pfn(page_at(from + i)))
				wrong("%p is pinned, and has moved", (void *)page_at(from + i));
		}
		if (syscall(SYS_io_uring_register, ring, IORING_UNREGISTER_BUFFERS, NULL, 0))
			wrong("io_uring_register: %s", strerror(errno));
		check_page(from);
		nap(below(3));
		add(&me->did, 1);
	}
	check_all();
	close(ring);
}

/* Pages of few kinds, over and over the same for ksmd; generation[] is the kind. */
void run_merge(void)
{
	long sharing;

	map_at(page_at(0), pages * PAGE);
	madvise(page_at(0), pages * PAGE, MADV_MERGEABLE);
	for (unsigned int i = 0; i < pages; i++)
		write_words(page_at(i), AREA_BASE, generation[i] = i % 8, 0, 1);
	while (running()) {
		unsigned int from, n = some(&from, 8);

		for (unsigned int i = from; i < from + n; i++) {
			check_words(page_at(i), AREA_BASE, generation[i], 0, 1);
			generation[i] = below(8);
			write_words(page_at(i), AREA_BASE, generation[i], 0, 1);
		}
		from = below(pages);
		check_words(page_at(from), AREA_BASE, generation[from], 0, 1);
		/* ksmd takes only what stayed the same for a while. */
		nap(20);
		sharing = counter_in("/proc/vmstat", "cow_ksm");
		if (sharing > 0)
			__atomic_store_n(&me->did, sharing, __ATOMIC_RELAXED);
	}
	for (unsigned int i = 0; i < pages; i++)
		check_words(page_at(i), AREA_BASE, generation[i], 0, 1);
}

void run_collapse(void)
{
	size_t huge = 512 * PAGE;

	map_at(page_at(0), pages * PAGE);
	if (madvise(page_at(0), pages * PAGE, MADV_HUGEPAGE))
		die("MADV_HUGEPAGE");
	for (unsigned int i = 0; i < pages; i++)
		renew_page(i);
	while (running()) {
		unsigned int part = below(pages / 512) * 512, from = part + below(512);
		unsigned int n = part + 512 - from < 64 ? part + 512 - from : 64;

		switch (below(4)) {
		case 0:
			madvise(page_at(from), n * PAGE, MADV_PAGEOUT);
			break;
		case 1:
			if (madvise(page_at(from), PAGE, MADV_DONTNEED) || !is_zero(page_at(from)))
				wrong("%p is not zero when discarded", (void *)page_at(from));
			renew_page(from);
			break;
		case 2:
			write_file("/sys/kernel/debug/split_huge_pages", "%d,0x%lx,0x%lx", getpid(),
				   (uintptr_t)page_at(part), (uintptr_t)page_at(part) + huge);
			break;
		}
		for (unsigned int i = from; i < from + n; i++) {
			check_page(i);
			if (!below(4))
				renew_page(i);
		}
		/* Refused as long as others hold some of its pages. */
		if (!madvise(page_at(part), huge, MADV_COLLAPSE))
			add(&me->did, 1);
	}
	check_all();
}
