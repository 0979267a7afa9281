// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a walk over the reverse map costs: a folio in so many VMAs, of which so many do not
 * map it (phantoms), is asked through page idle tracking whether it was used.  That is
 * one walk, which visits all VMAs; what asking costs without one is taken off.
 *
 * usage: walk KIND:VMAS:PHANTOMS:ROUNDS...
 *
 * KIND: anon, file, shmem, ksm (even numbers, and no other shape beside it).  Makes all shapes, then
 * for each line on standard input, a label, prints the figures "walk/KIND/VMAS/PHANTOMS/LABEL",
 * nanoseconds a walk, and "done": tools may come and go meanwhile, the processes stay.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include "measure.h"

/* ------------------------------------------------------------------- shapes */

static void touch(void *page)
{
	(void)*(volatile char *)page;
}

static void overwrite(void *page)
{
	*(volatile char *)page = 2;
}

/* Written by its children, it is theirs no more. */
static char *make_anon(long vmas, long phantoms)
{
	char *page = map_anon(PAGE);

	*page = 1;
	for (long i = 1; i < vmas; i++)
		child(i <= phantoms ? overwrite : touch, page);
	return page;
}

/* Of files a fork copies no page tables: who does not look has a phantom. */
static char *make_mapped(int fd, unsigned int index, int flags, long vmas, long phantoms)
{
	char *page = mmap(NULL, PAGE, PROT_READ, flags, fd, index * PAGE);

	must(fd >= 0 && page != MAP_FAILED, "a file");
	touch(page);
	for (long i = 1; i < vmas; i++)
		child(i <= phantoms ? NULL : touch, page);
	return page;
}

static char *make_shmem(long vmas, long phantoms)
{
	int fd = memfd_create("walk", MFD_CLOEXEC);

	must(fd >= 0 && write(fd, "walk", 4) == 4, "memfd");
	return make_mapped(fd, 0, MAP_SHARED, vmas, phantoms);
}

static void put(const char *file, const char *value)
{
	int fd = open(file, O_WRONLY | O_CLOEXEC);

	must(fd >= 0 && write(fd, value, strlen(value)) == (ssize_t)strlen(value), file);
	close(fd);
}

static void overwrite_both(void *pages)
{
	overwrite(pages);
	overwrite((char *)pages + PAGE);
}

/*
 * ksmd merges two pages of one VMA: each process, which is one of @vmas / 2, is visited for
 * either.
 */
static char *make_ksm(long vmas, long phantoms)
{
	const struct timespec a_bit = { .tv_nsec = 20000000 };
	char *pages = map_anon(2 * PAGE);

	memset(pages, 7, 2 * PAGE);
	must(!madvise(pages, 2 * PAGE, MADV_MERGEABLE), "MADV_MERGEABLE");
	put("/sys/kernel/mm/ksm/pages_to_scan", "1000");
	put("/sys/kernel/mm/ksm/sleep_millisecs", "1");
	put("/sys/kernel/mm/ksm/run", "1");
	for (int i = 0; pfn_of(pages) != pfn_of(pages + PAGE); i++) {
		must(i < 500, "ksmd does not merge");
		nanosleep(&a_bit, NULL);
	}
	put("/sys/kernel/mm/ksm/run", "0");
	for (long i = 1; i < vmas / 2; i++)
		child(i <= phantoms / 2 ? overwrite_both : touch, pages);
	return pages;
}

/* ------------------------------------------------------------------- figures */

struct shape {
	char kind[8];
	long vmas, phantoms, rounds;
	struct idle idle;
};

static void make_shape(struct shape *s)
{
	static unsigned int files; /* each has a page of its own */
	char *page;
	uint64_t pfn;

	if (!strcmp(s->kind, "anon"))
		page = make_anon(s->vmas, s->phantoms);
	else if (!strcmp(s->kind, "file")) /* one that nobody else maps */
		page = make_mapped(open("LICENSE", O_RDONLY | O_CLOEXEC), files++, MAP_PRIVATE,
				   s->vmas, s->phantoms);
	else if (!strcmp(s->kind, "shmem"))
		page = make_shmem(s->vmas, s->phantoms);
	else
		page = make_ksm(s->vmas, s->phantoms);
	/* The processes of other shapes shall not have it. */
	must(!madvise(page, PAGE, MADV_DONTFORK), "MADV_DONTFORK");
	pfn = pfn_of(page);
	s->idle = idle_open(pfn);
	if (mapcount_of(pfn) != (unsigned long)(s->vmas - s->phantoms)) {
		fprintf(stderr, "walk: %s of %ld: mapped %lu times, not %ld\n", s->kind, s->vmas,
			mapcount_of(pfn), s->vmas - s->phantoms);
		exit(1);
	}
}

static void measure_shape(struct shape *s, const char *label)
{
	char name[128];

	snprintf(name, sizeof(name), "walk/%s/%ld/%ld/%s", s->kind, s->vmas, s->phantoms, label);
	idle_measure(name, s->rounds, &s->idle);
}

int main(int argc, char **argv)
{
	struct shape *shapes = calloc(argc, sizeof(*shapes));
	char label[64];

	must(shapes, "memory");
	for (int i = 1; i < argc; i++) {
		struct shape *s = &shapes[i];

		if (sscanf(argv[i], "%7[a-z]:%ld:%ld:%ld", s->kind, &s->vmas, &s->phantoms,
			   &s->rounds) != 4) {
			fprintf(stderr, "walk: KIND:VMAS:PHANTOMS:ROUNDS, not '%s'\n", argv[i]);
			return 2;
		}
		make_shape(s);
	}
	while (fgets(label, sizeof(label), stdin)) {
		label[strcspn(label, "\n")] = 0;
		for (int i = 1; i < argc; i++)
			measure_shape(&shapes[i], label);
		printf("done\n");
		fflush(stdout);
	}
	return 0; /* and with us the children */
}
