/* SPDX-License-Identifier: GPL-2.0-only */
/* The walks a self-test makes, and how many they are: numbers that follow from a shape. */
#ifndef FOLIOSCOPE_RMAP_SELFTEST_PLAN_H
#define FOLIOSCOPE_RMAP_SELFTEST_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "../../bpf/rmap.h"
#include "cause.h"

/*
 * A walker fills SELFTEST_PAGES pages, then forks its children one after the other.  Of
 * page P child C has a copy of its own, or has dropped it, when bit C of P is set: every
 * set of children occurs, and their VMAs are phantoms then.  With KSM it has no children
 * but as many copies of its own: ksmd, which runs all the time, would make rmap_items for
 * children, now or later.
 */
#define SELFTEST_CHILDREN 4
#define SELFTEST_PAGES	  32
#define SELFTEST_COPIES	  (1 + SELFTEST_CHILDREN)

/* For TRIAL_PAGEOUT this child alone keeps the pages, as only folios mapped once are taken. */
#define SELFTEST_KEEPER 1

/* What makes the kernel walk. */
enum trial_trigger {
	TRIAL_MOVE,    /* move_pages(2) to another memory node */
	TRIAL_PAGEOUT, /* process_madvise(2) with MADV_PAGEOUT */
	TRIAL_MSYNC,   /* msync(2) of a shared mapping that was written */
	TRIAL_IDLE,    /* /sys/kernel/mm/page_idle/bitmap */
};

struct trial {
	enum trial_trigger trigger;
	enum rmap_kind kind;
};

extern const struct trial trials[];
extern const size_t trials_count;

#define TRIAL_CAUSES 2

/* The causes of a trial's walks; returns their number. */
unsigned int trial__causes(const struct trial *trial, enum cause causes[TRIAL_CAUSES]);

/* How many children the walker forks; how many copies it has itself. */
unsigned int trial__children(const struct trial *trial);
unsigned int trial__copies(const struct trial *trial);

/* Does child @child leave page @page alone, so that it goes on mapping the walker's? */
bool trial__keeps(const struct trial *trial, unsigned int child, unsigned int page);

/* Does the walker itself go on mapping its pages? */
bool trial__walker_keeps(const struct trial *trial);

/* How often the folio of @page is mapped when the walks begin. */
unsigned int trial__mapcount(const struct trial *trial, unsigned int page);

struct trial_numbers {
	uint64_t walks;
	uint64_t vmas;	 /* visited */
	uint64_t mapped; /* of these, VMAs that mapped the folio */
};

/* What the walks for @cause come to when every folio was walked for. */
struct trial_numbers trial__expect(const struct trial *trial, enum cause cause);

enum trial_verdict {
	TRIAL_EXACT,   /* all numbers are as expected */
	TRIAL_PARTIAL, /* something was seen, but not that */
	TRIAL_MISSED,  /* nothing was seen */
	TRIAL_NOT,     /* there was nothing to be seen */
};

/* "exact", "partial", "missed", "not tried", as in JSON. */
const char *trial__verdict_name(enum trial_verdict verdict);

/* @expected may be {}: no such walk, then any is TRIAL_PARTIAL and none TRIAL_NOT. */
enum trial_verdict trial__judge(const struct trial_numbers *expected,
				const struct trial_numbers *seen);

#endif
