// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages that are unlocked while they are exchanged.
 *
 * munlock() takes VM_LOCKED off the VMA first, and looks for its pages after that (mm/mlock.c,
 * 6.12: mlock_vma_pages_range()).  A page that is unmapped in between is not found, and stays
 * PG_mlocked.  After a migration its frame is freed, which clears that; after an exchange the
 * frame has others' contents, which must not become unevictable by it.
 */
#include "exchange.h"

enum {
	PAGES = 1024,
	/* Of locking and unlocking; between two of them all is at rest, and looked at. */
	BOUTS = 64,
	ROUNDS = 8
};

static char *locked, *other;
static int stop;
static long exchanged_pages;

static unsigned int frames_that_are(unsigned int flag, const char *area)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < PAGES; i++)
		n += frame_is(area + i * PAGE, flag);
	return n;
}

/* What is locked is the first side of each pair, and the second one the next time. */
static unsigned int exchange_all(void)
{
	static bool turned;
	int32_t status[PAGES];
	unsigned int n = 0;

	turned = !turned;
	if (exchange_of(0, turned ? other : locked, 0, turned ? locked : other, PAGES, status, 0))
		die("exchange");
	for (unsigned int i = 0; i < PAGES; i++)
		n += status[i] == FOLIO_EXCHANGE_OK;
	return n;
}

static void *exchange_on(void *unused)
{
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED))
		exchanged_pages += exchange_all();
	return unused;
}

/* How many frames of what is never locked stay mlocked if the other area is while both are exchanged. */
static unsigned int one_bout(void)
{
	pthread_t thread;

	stop = 0;
	if (pthread_create(&thread, NULL, exchange_on, NULL))
		die("pthread_create");
	for (unsigned int i = 0; i < ROUNDS; i++)
		if (mlock(locked, PAGES * PAGE) || munlock(locked, PAGES * PAGE))
			die("mlock");
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	return frames_that_are(KPF_MLOCKED, other);
}

int main(void)
{
	long cleared = vm_counter("unevictable_pgs_cleared"), mlocked = settled_counter("nr_mlock");
	unsigned int stayed = 0;

	open_device();
	locked = map(PAGES, 0);
	other = map(PAGES, 1);
	fill(locked, PAGES * PAGE, 1);
	fill(other, PAGES * PAGE, 2);
	for (unsigned int i = 0; i < BOUTS; i++)
		stayed += one_bout();
	cleared = vm_counter("unevictable_pgs_cleared") - cleared;
	diag("%ld pages exchanged, %ld of them unlocked between", exchanged_pages, cleared);

	ok(cleared > 0, "pages were unlocked while they were being exchanged");
	is(stayed, 0, "frames of what was never locked that are mlocked, at the end of each bout");
	/*
	 * What could not be exchanged was mapped again as it was, as after a migration that fails.
	 * CPUs may still hold some of it for mlock(): this drains them (fs/drop_caches.c).
	 */
	write_file("/proc/sys/vm/drop_caches", "1");
	is(exchange_all(), PAGES, "all are exchanged once more");
	is(frames_that_are(KPF_MLOCKED, locked), 0, "then none of what was locked is mlocked");
	is(frames_that_are(KPF_MLOCKED, other), 0, "nor of the other");
	is(settled_counter("nr_mlock"), mlocked, "nr_mlock is what it was");
	is(frames_that_are(KPF_UNEVICTABLE, locked) + frames_that_are(KPF_UNEVICTABLE, other), 0,
	   "all can be evicted");
	ok(intact(locked, PAGES * PAGE, 1) && intact(other, PAGES * PAGE, 2), "contents");
	return done_testing();
}
