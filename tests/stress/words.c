// SPDX-License-Identifier: GPL-2.0-only
/* Words that say where they belong, of which generation they are, and whether they are whole. */
#include "storm.h"

unsigned int generation[MOST_PAGES];

/*
 * From bit 0 on: which word of its area, whose area, its generation, and 23 bits that
 * follow from these.  A word that was put together from two is told from one that is
 * whole, and in the wrong place.  None is 0.
 */
enum {
	PLACE_BITS = 20, /* 2,048 pages */
	AREA_BITS = 5,
	GEN_BITS = 16,
	SAID_BITS = PLACE_BITS + AREA_BITS + GEN_BITS,
};

static uint64_t with_checksum(uint64_t said)
{
	return said | ((said + 1) * 0x9e3779b97f4a7c15ULL) >> SAID_BITS << SAID_BITS;
}

uint64_t word_of(uint64_t at, unsigned int gen)
{
	uint64_t area = (at - AREA_BASE) / AREA_STRIDE, place = (at - AREA_BASE) % AREA_STRIDE / 8;

	return with_checksum(place | area << PLACE_BITS | (uint64_t)gen << (PLACE_BITS + AREA_BITS));
}

static void say(char *text, size_t size, uint64_t word)
{
	uint64_t said = word & ((1UL << SAID_BITS) - 1);
	unsigned int area = said >> PLACE_BITS & ((1 << AREA_BITS) - 1);
	uint64_t at = AREA_BASE + area * AREA_STRIDE + (said & ((1 << PLACE_BITS) - 1)) * 8;
	unsigned int gen = said >> (PLACE_BITS + AREA_BITS);

	if (!word)
		snprintf(text, size, "0");
	else if (word != with_checksum(said) || area >= NR_ROLES)
		snprintf(text, size, "torn or no word at all (generation %x of %lx by its bits)",
			 gen, at);
	else
		snprintf(text, size, "generation %x of %s's %lx", gen, roles[area].name, at);
}

void wrong_word(uint64_t at, uint64_t want, uint64_t found)
{
	char wanted[128], got[128];
	uint64_t none = 0;

	__atomic_compare_exchange_n(&state->wrong_at, &none, at, false, __ATOMIC_RELAXED,
				    __ATOMIC_RELAXED);
	say(wanted, sizeof(wanted), want);
	say(got, sizeof(got), found);
	wrong("at %lx: should be %016lx, %s; is %016lx, %s; differs in %016lx", at, want, wanted,
	      found, got, want ^ found);
}

uint64_t *page_at(unsigned int i)
{
	return (uint64_t *)(base + i * PAGE);
}

bool check_words(const uint64_t *page, uint64_t as, unsigned int gen, unsigned int first,
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

void write_words(uint64_t *page, uint64_t as, unsigned int gen, unsigned int first, unsigned int step)
{
	for (unsigned int i = first; i < WORDS; i += step)
		__atomic_store_n(&page[i], word_of(as + i * 8, gen), __ATOMIC_RELAXED);
}

bool check_page(unsigned int i)
{
	return check_words(page_at(i), (uintptr_t)page_at(i), generation[i], 0, 1);
}

void renew_page(unsigned int i)
{
	generation[i] = (generation[i] + 1) % CHILD;
	write_words(page_at(i), (uintptr_t)page_at(i), generation[i], 0, 1);
}

void check_all(void)
{
	for (unsigned int i = 0; i < pages; i++)
		check_page(i);
}

bool is_zero(const uint64_t *page)
{
	for (unsigned int i = 0; i < WORDS; i++)
		if (__atomic_load_n(&page[i], __ATOMIC_RELAXED))
			return false;
	return true;
}

void map_at(void *at, size_t size)
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

unsigned int some(unsigned int *from, unsigned int most)
{
	*from = below(pages);
	most = pages - *from < most ? pages - *from : most;
	return 1 + below(most);
}
