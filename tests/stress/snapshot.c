// SPDX-License-Identifier: GPL-2.0-only
/* A process that is saved as it was at one moment, while it goes on writing; see storm.c. */
#include "storm.h"

#include <linux/userfaultfd.h>
#include <poll.h>

static int uffd;
/* Of the pages at the moment of the snapshot, and whether each has been saved. */
static unsigned int snapshot[MOST_PAGES];
static bool saved[MOST_PAGES];
static bool done;

static void protect_pages(unsigned int from, unsigned int n, bool protect)
{
	struct uffdio_writeprotect wp = {
		.range = { (uintptr_t)page_at(from), n * PAGE },
		.mode = protect ? UFFDIO_WRITEPROTECT_MODE_WP : 0,
	};
	int err;

	do {
		err = ioctl(uffd, UFFDIO_WRITEPROTECT, &wp) ? errno : 0;
	} while (err == EAGAIN);
	if (err)
		wrong("UFFDIO_WRITEPROTECT: %s", strerror(err));
}

/* The old contents, before the first write to a page is let through. */
static void *save_thread(void *unused)
{
	struct pollfd ready = { .fd = uffd, .events = POLLIN };
	struct uffd_msg msg;
	unsigned int n;

	while (!__atomic_load_n(&done, __ATOMIC_ACQUIRE)) {
		if (poll(&ready, 1, 100) < 1 || read(uffd, &msg, sizeof(msg)) != sizeof(msg))
			continue;
		if (msg.event != UFFD_EVENT_PAGEFAULT) {
			wrong("userfaultfd: event %x", msg.event);
			continue;
		}
		n = (msg.arg.pagefault.address - base) / PAGE;
		if (n >= pages || !(msg.arg.pagefault.flags & UFFD_PAGEFAULT_FLAG_WP)) {
			wrong("userfaultfd: at %llx, flags %llx", msg.arg.pagefault.address,
			      msg.arg.pagefault.flags);
			continue;
		}
		check_words(page_at(n), (uintptr_t)page_at(n), snapshot[n], 0, 1);
		__atomic_store_n(&saved[n], true, __ATOMIC_RELEASE);
		protect_pages(n, 1, false);
		add(&me->did, 1);
	}
	return unused;
}

static void open_uffd(void)
{
	struct uffdio_api api = { .api = UFFD_API, .features = UFFD_FEATURE_PAGEFAULT_FLAG_WP };
	struct uffdio_register area = {
		.range = { base, pages * PAGE },
		.mode = UFFDIO_REGISTER_MODE_WP,
	};

	uffd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	if (uffd < 0 || ioctl(uffd, UFFDIO_API, &api) || ioctl(uffd, UFFDIO_REGISTER, &area))
		die("userfaultfd");
}

/* What is written was saved first; what was not written is as it was. */
static void take_snapshot(void)
{
	memcpy(snapshot, generation, sizeof(snapshot));
	memset(saved, 0, sizeof(saved));
	protect_pages(0, pages, true);
	for (unsigned int i = below(pages); i; i--) {
		unsigned int n = below(pages);

		if (below(4)) {
			check_page(n);
			continue;
		}
		renew_page(n);
		if (!__atomic_load_n(&saved[n], __ATOMIC_ACQUIRE))
			wrong("%p could be written before it was saved", (void *)page_at(n));
	}
	if (!below(4))
		madvise(page_at(0), pages * PAGE, MADV_PAGEOUT);
	for (unsigned int i = 0; i < pages; i++) {
		check_page(i);
		if (!saved[i] && generation[i] != snapshot[i])
			wrong("%p was never saved", (void *)page_at(i));
	}
	protect_pages(0, pages, false);
	renew_page(below(pages));
}

void run_snapshot(void)
{
	pthread_t thread;

	fill_all();
	open_uffd();
	if (pthread_create(&thread, NULL, save_thread, NULL))
		die("pthread_create");
	while (running())
		take_snapshot();
	check_all();
	__atomic_store_n(&done, true, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
}
