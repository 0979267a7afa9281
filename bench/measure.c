// SPDX-License-Identifier: GPL-2.0-only
/* What the guest programs of make bench share: a clock, figures, children, pages. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "measure.h"

void die(const char *what)
{
	perror(what);
	exit(1);
}

void must(bool ok, const char *what)
{
	if (!ok)
		die(what);
}

uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

void report(const char *name, const double values[REPS])
{
	printf("{\"name\":\"%s\",\"values\":[", name);
	for (int i = 0; i < REPS; i++)
		printf("%s%.0f", i ? "," : "", values[i]);
	printf("]}\n");
	fflush(stdout);
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

double time_of(unsigned long rounds, void (*once)(void *arg), void *arg)
{
	double *took = calloc(rounds, sizeof(*took)), median;

	must(took, "memory");
	for (unsigned long i = 0; i < rounds; i++) {
		uint64_t start = now_ns();

		once(arg);
		took[i] = now_ns() - start;
	}
	qsort(took, rounds, sizeof(*took), by_size);
	median = took[rounds / 2];
	free(took);
	return median;
}

void measure(const char *name, unsigned long rounds, double less, void (*once)(void *arg), void *arg)
{
	double values[REPS];

	once(arg);
	for (int i = 0; i < REPS; i++)
		values[i] = time_of(rounds, once, arg) - less;
	report(name, values);
}

pid_t child(void (*act)(void *arg), void *arg)
{
	int done[2];
	char byte;
	pid_t pid;

	must(!pipe(done), "pipe");
	pid = fork();
	must(pid >= 0, "fork");
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
	must(read(done[0], &byte, 1) == 1, "a child ended");
	close(done[0]);
	return pid;
}

char *map_anon(size_t size)
{
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	must(p != MAP_FAILED, "mmap");
	madvise(p, size, MADV_NOHUGEPAGE);
	return p;
}

static uint64_t word_of(const char *file, uint64_t index)
{
	uint64_t word;
	int fd = open(file, O_RDONLY | O_CLOEXEC);

	must(fd >= 0 && pread(fd, &word, sizeof(word), index * sizeof(word)) == sizeof(word), file);
	close(fd);
	return word;
}

uint64_t pfn_of(const void *addr)
{
	uint64_t pfn = word_of("/proc/self/pagemap", (uintptr_t)addr / PAGE) & ((1ULL << 55) - 1);

	must(pfn, "no pfn: not root, or not mapped");
	return pfn;
}

unsigned long mapcount_of(uint64_t pfn)
{
	return word_of("/proc/kpagecount", pfn);
}

struct idle idle_open(uint64_t pfn)
{
	struct idle idle = { .bit = 1ULL << pfn % 64, .at = pfn / 64 * 8 };
	int node = 0, status;
	void *page = NULL;

	/* move_pages() drains before it looks at its pages: here, at none. */
	syscall(SYS_move_pages, 0, 0UL, &page, &node, &status, 0);
	idle.fd = open("/sys/kernel/mm/page_idle/bitmap", O_RDWR | O_CLOEXEC);
	must(idle.fd >= 0, "/sys/kernel/mm/page_idle/bitmap");
	return idle;
}

void idle_ask(void *idle)
{
	const struct idle *i = idle;

	must(pwrite(i->fd, &i->bit, sizeof(i->bit), i->at) == sizeof(i->bit), "bitmap");
}

void idle_measure(const char *name, unsigned long rounds, struct idle *idle)
{
	struct idle nothing = *idle;
	uint64_t bits;

	nothing.bit = 0;
	idle_ask(&nothing);
	measure(name, rounds, time_of(200, idle_ask, &nothing), idle_ask, idle);
	must(pread(idle->fd, &bits, sizeof(bits), idle->at) == sizeof(bits), "bitmap");
	if (!(bits & idle->bit)) {
		fprintf(stderr, "%s: the folio was passed over\n", name);
		exit(1);
	}
}
