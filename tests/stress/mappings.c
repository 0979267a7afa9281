// SPDX-License-Identifier: GPL-2.0-only
/* Processes that change what is mapped, where, and with what rights; see storm.c. */
#include "storm.h"

#include <setjmp.h>
#include <sys/uio.h>

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
	bool away[MOST_PAGES / BLOCK] = {}, written_away[MOST_PAGES / BLOCK] = {};

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
