// SPDX-License-Identifier: GPL-2.0-only
/* Processes whose pages are of another kind than most: said to be broken, or of files; see storm.c. */
#include "storm.h"

#ifndef MADV_HWPOISON
#define MADV_HWPOISON 100
#endif

static unsigned int target;

/* It is told of a page that it replaces anyway. */
static void on_bus_error(int sig, siginfo_t *info, void *context)
{
	uint64_t at = (uintptr_t)info->si_addr;

	(void)context;
	if (at < base || at >= base + pages * PAGE) {
		wrong("signal %d at %p", sig, info->si_addr);
		_exit(1);
	}
}

/* Memory failure marks a folio first, and locks it later: this is what it meets then. */
static void *exchange_target(void *unused)
{
	struct history *history = new_history();
	int fd = open_own_device();

	while (phase() == RUN) {
		unsigned int at = __atomic_load_n(&target, __ATOMIC_RELAXED);
		uint64_t a[2] = { (uintptr_t)page_at(at), (uintptr_t)page_at((at + 1) % pages) };
		uint64_t b[2] = { (uintptr_t)page_at((at + 2) % pages),
				  (uintptr_t)page_at((at + 3) % pages) };

		exchange_pairs(fd, history, 0, a, 0, b, 2, 0);
		if (history->made % 16 == 0)
			nap(1);
	}
	close(fd);
	return unused;
}

/*
 * Each time a frame is lost for good: few, once the result has been seen.  EBUSY: the
 * frame was off the LRU just then, and is still mapped.
 */
void run_poison(void)
{
	struct sigaction action = { .sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO };
	pthread_t thread;

	sigaction(SIGBUS, &action, NULL);
	fill_all();
	if (pthread_create(&thread, NULL, exchange_target, NULL))
		die("pthread_create");
	while (running()) {
		unsigned int at = below(pages);

		check_page(at);
		__atomic_store_n(&target, at, __ATOMIC_RELAXED);
		nap(1);
		if (!madvise(page_at(at), PAGE, MADV_HWPOISON) || errno == EBUSY) {
			add(&state->poisoned, 1);
			add(&me->did, 1);
		} else if (errno != EHWPOISON) {
			wrong("MADV_HWPOISON: %s", strerror(errno));
		}
		if (munmap(page_at(at), PAGE))
			wrong("munmap: %s", strerror(errno));
		map_at(page_at(at), PAGE);
		renew_page(at);
		for (unsigned int i = 0; i < 8; i++)
			check_page(below(pages));
		nap(state->results[FOLIO_EXCHANGE_HWPOISON] ? 2000 : 20);
	}
	pthread_join(thread, NULL);
	check_all();
}

/* Half of it shared memory, the rest its own program's file: never exchanged, and never changed. */
void run_files(void)
{
	unsigned int shared = pages / 2;
	int memory = memfd_create("storm", 0), program = open("/proc/self/exe", O_RDONLY);
	char *copy = malloc(shared * PAGE);

	if (memory < 0 || ftruncate(memory, shared * PAGE) || program < 0 || !copy ||
	    pread(program, copy, shared * PAGE, 0) != (ssize_t)(shared * PAGE))
		die("files");
	if (mmap(page_at(0), shared * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, memory,
		 0) == MAP_FAILED ||
	    mmap(page_at(shared), shared * PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, program, 0) ==
		    MAP_FAILED)
		die("mmap");
	for (unsigned int i = 0; i < shared; i++)
		renew_page(i);
	while (running()) {
		unsigned int at = below(shared);

		check_page(at);
		renew_page(at);
		if (memcmp(page_at(shared + at), copy + at * PAGE, PAGE))
			wrong("page %u of a file has changed", at);
		add(&me->did, 1);
		nap(below(5));
	}
	for (unsigned int i = 0; i < shared; i++)
		check_page(i);
	close(memory);
	close(program);
	free(copy);
}
