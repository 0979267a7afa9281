// SPDX-License-Identifier: GPL-2.0-only
/* Processes whose pages get other frames, or must not: swap, pins, KSM, huge pages; see storm.c. */
#include "storm.h"

#include <linux/io_uring.h>
#include <sys/resource.h>

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

/*
 * Read back at once, while they are still being written out, pages stay in the swap cache,
 * and whoever wants to exchange them meets that.  Those asked for last are written last, and
 * a word of each is enough to have them back: what is checked first is mostly written by then.
 */
static void read_back(int fd, struct history *history, unsigned int from, unsigned int n)
{
	unsigned int all = n;
	uint64_t a[32], b[32];

	n = n / 2 < 32 ? n / 2 : 32;
	for (unsigned int i = 0; i < n; i++) {
		a[i] = (uintptr_t)page_at(from + 2 * i);
		b[i] = (uintptr_t)page_at(from + 2 * i + 1);
	}
	for (unsigned int last = 1; n; n -= last, last = n) {
		for (unsigned int i = n - last; i < n; i++) {
			(void)*(volatile uint64_t *)a[i];
			(void)*(volatile uint64_t *)b[i];
		}
		exchange_pairs(fd, history, 0, a + n - last, 0, b + n - last, last, 0);
	}
	for (unsigned int i = 0; i < all; i++)
		check_page(from + i);
}

void run_pageout(void)
{
	struct history *history = new_history();
	int fd = open_own_device();

	fill_all();
	/* Few of its rounds meet a page that is being written. */
	setpriority(PRIO_PROCESS, 0, -8);
	while (running()) {
		unsigned int from, n = some(&from, below(2) ? 64 : 4);

		if (madvise(page_at(from), n * PAGE, below(4) ? MADV_PAGEOUT : MADV_COLD))
			wrong("MADV_PAGEOUT: %s", strerror(errno));
		if (below(4))
			read_back(fd, history, from, n);
		n = some(&from, 64);
		for (unsigned int i = from; i < from + n; i++) {
			check_page(i);
			if (below(2))
				renew_page(i);
		}
		add(&me->did, 1);
	}
	check_all();
	close(fd);
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

		switch (below(6)) {
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
		case 3: /* a part of it is unmapped, and something else is there */
			if (munmap(page_at(from), n * PAGE))
				wrong("munmap: %s", strerror(errno));
			map_at(page_at(from), n * PAGE);
			madvise(page_at(from), n * PAGE, MADV_HUGEPAGE);
			for (unsigned int i = from; i < from + n; i++)
				renew_page(i);
			break;
		case 4: /* a part of it goes away, and comes back in small pages */
			if (mremap(page_at(from), n * PAGE, n * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
				   page_at(pages + from)) == MAP_FAILED ||
			    mremap(page_at(pages + from), n * PAGE, n * PAGE,
				   MREMAP_MAYMOVE | MREMAP_FIXED, page_at(from)) == MAP_FAILED)
				wrong("mremap: %s", strerror(errno));
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
