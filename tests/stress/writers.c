// SPDX-License-Identifier: GPL-2.0-only
/* Processes that write: from threads, from outside, after a fork; see storm.c. */
#include "storm.h"

/*
 * Two threads and another process write words of the same pages, each its own: a word
 * that was written while its page changed places must not be lost.
 */
static void write_own_words(unsigned int who, unsigned int random)
{
	static unsigned int written[2][MOST_PAGES];

	for (unsigned int n = 0; n < pages; n++)
		written[who][n] = generation[n];
	while (running()) {
		unsigned int n = (random = random * 1664525 + 1013904223) / 65536 % pages;
		uint64_t as = (uintptr_t)page_at(n);

		if (random / 64 % 256 == 0)
			pin_to(who);
		check_words(page_at(n), as, written[who][n], who, 4);
		written[who][n] = (written[who][n] + 1) % CHILD;
		write_words(page_at(n), as, written[who][n], who, 4);
		check_words(page_at(n), as, generation[n], 3, 4);
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
			wrong("reading /proc/PID/mem: %s", strerror(errno));
		if (found != word_of(at, *gen))
			wrong_word(at, word_of(at, *gen), found);
		found = word_of(at, *gen + 1);
		if (write && pwrite(mem, &found, 8, at) != 8)
			wrong("writing /proc/PID/mem: %s", strerror(errno));
	}
	*gen += write;
}

void run_remote(void)
{
	unsigned int theirs[MOST_PAGES], n;
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

/* Writes a quarter of what it has got from its parent; both must see their own. */
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

/* Ends at any time, with all that it has written, in the middle of an exchange as it may be. */
static void child_of_short(uint64_t random)
{
	seed = random;
	__atomic_store_n(&me->child, getpid(), __ATOMIC_RELEASE);
	for (unsigned int i = 0; i < pages; i++)
		generation[i] |= CHILD;
	for (unsigned int i = 0; i < pages; i++)
		write_words(page_at(i), (uintptr_t)page_at(i), generation[i], 0, 1);
	for (unsigned int n = below(2 * pages); n; n--)
		check_page(below(pages));
	_exit(0);
}

void run_short(void)
{
	fill_all();
	while (running()) {
		uint64_t random = seed + below(1 << 20);
		pid_t pid = fork();
		int status;

		if (pid < 0)
			die("fork");
		if (!pid)
			child_of_short(random);
		if (waitpid(pid, &status, 0) != pid || status)
			wrong("the child ended with %x", status);
		__atomic_store_n(&me->child, 0, __ATOMIC_RELEASE);
		check_page(below(pages));
		renew_page(below(pages));
		add(&me->did, 1);
	}
	check_all();
}
