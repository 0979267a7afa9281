/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of storm share: the state of all processes, words, pages. */
#ifndef FOLIOSCOPE_TEST_STORM_H
#define FOLIOSCOPE_TEST_STORM_H

#include "exchange.h"

#define AREA_BASE   0x100000000000UL
#define AREA_STRIDE 0x100000000UL
#define WORDS	    (PAGE / sizeof(uint64_t))
#define MAX_PAIRS   300
#define STATE_FD    100
/* The generations of a forked child, so that nobody takes its words for the parent's. */
#define CHILD	    0x8000u
/* How long anybody may take for one round of what it does, in seconds. */
#define PATIENCE    60

/* ---- what all processes share ---- */

enum phase {
	RUN,
	QUIET,
	EXIT
};

enum role_index {
	WRITER,
	REMOTE,
	FORK,
	UNMAP,
	PROTECT,
	REMAP,
	DISCARD,
	PAGEOUT,
	PIN,
	MERGE,
	COLLAPSE,
	OPPOSITE,
	LAST_WITH_MEMORY = OPPOSITE,
	EXCHANGE_A,
	EXCHANGE_B,
	EXCHANGE_C,
	MIGRATE,
	COMPACT,
	AGING,
	HOTPLUG,
	NR_ROLES,
};

struct role_state {
	pid_t pid;
	pid_t child;	    /* of FORK, with memory at the same addresses */
	unsigned int beats; /* rounds of what it does */
	unsigned int did;   /* and what came of them */
	bool ready, quiet;
};

struct state {
	enum phase phase;
	unsigned int seed;
	unsigned int wrong; /* words, and what else must not be */
	unsigned int results[FOLIO_EXCHANGE_NR_RESULTS];
	unsigned int faults;	   /* pairs with -EFAULT */
	unsigned int calls, ended; /* ended: with an errno that a vanished process explains */
	struct role_state role[NR_ROLES];
};

struct role {
	const char *name;
	const char *did;
	void (*run)(void);
	unsigned int pages;
};

/* By role; in storm_exchange.c. */
extern const struct role roles[NR_ROLES];

/* ---- of this process ---- */

extern struct state *state;
extern enum role_index self;
extern struct role_state *me;
extern uint64_t base;
extern unsigned int pages;
extern uint64_t seed;

enum phase phase(void);
void add(unsigned int *counter, unsigned int n);
/* Called every round: is there to be another? */
bool running(void);
unsigned int below(unsigned int n);
void nap(unsigned int ms);
/* What must not be, by whom. */
void wrong(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* ---- its memory ---- */

uint64_t *page_at(unsigned int i);
bool check_page(unsigned int i);
void check_all(void);
/* Maps it and writes every word. */
void fill_all(void);
void pin_to(unsigned int cpu);

void run_writer(void);
void run_remote(void);
void run_fork(void);
void run_unmap(void);
void run_protect(void);
void run_remap(void);
void run_discard(void);
void run_pageout(void);
void run_pin(void);
void run_merge(void);
void run_collapse(void);

bool code_is_patchable(void);

/* The main function of a role's process. */
int run_role(unsigned int index);

#endif
