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
	SHORT,
	UNMAP,
	PROTECT,
	REMAP,
	DISCARD,
	PAGEOUT,
	SNAPSHOT,
	PIN,
	MERGE,
	COLLAPSE,
	POISON,
	FILES,
	OPPOSITE,
	LAST_WITH_MEMORY = OPPOSITE,
	EXCHANGE_A,
	EXCHANGE_B,
	EXCHANGE_C,
	EXCHANGE_D,
	MIGRATE,
	COMPACT,
	AGING,
	HOTPLUG,
	MOVE,
	CPUSET,
	NR_ROLES,
};

/* One call of the device, kept in case that something is wrong afterwards. */
struct batch {
	uint64_t at_ns; /* on the monotonic clock, when it came back */
	pid_t pid[2];
	uint32_t flags;
	unsigned int n;
	uint64_t addr[2][MAX_PAIRS];
	int32_t status[MAX_PAIRS];
};

/* Of a thread that exchanges: its last batches, the latest at made - 1. */
#define KEPT 4
struct history {
	unsigned int role, made;
	struct batch batch[KEPT];
};
#define HISTORIES 8

struct role_state {
	pid_t pid;
	pid_t child;	    /* of FORK and SHORT, with memory at the same addresses */
	unsigned int beats; /* rounds of what it does */
	unsigned int did;   /* and what came of them */
	double took;	    /* of processor time, with its children, in seconds */
	bool ready, quiet;
};

struct state {
	enum phase phase;
	bool only_exchanges; /* all else that is waited for has occurred */
	unsigned int seed;
	unsigned int wrong;   /* words, and what else must not be */
	uint64_t wrong_at;    /* the first of them that is a word */
	uint64_t wrong_at_ns; /* when, on the monotonic clock */
	unsigned int results[FOLIO_EXCHANGE_NR_RESULTS];
	unsigned int faults;	   /* pairs with -EFAULT */
	unsigned int calls, ended; /* ended: with an errno that a vanished process explains */
	unsigned int poisoned;	   /* frames that are lost for good */
	struct role_state role[NR_ROLES];
	unsigned int histories;
	struct history history[HISTORIES];
};

struct role {
	const char *name;
	const char *did;
	void (*run)(void);
	unsigned int pages;
	bool moves; /* between cgroups, all the time */
};

/* By role; in roles.c. */
extern const struct role roles[NR_ROLES];

/* ---- cgroups ---- */

#define CGROUP "/sys/fs/cgroup/storm"
enum {
	HOME_A,
	HOME_B,
	AWAY_C, /* its cpuset changes */
	AWAY_D,
	NR_GROUPS
};
extern const char *const groups[NR_GROUPS];
/* Where a role begins, and stays unless it is one that moves. */
unsigned int group_of(unsigned int role);

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
uint64_t now_ns(void);
/* What must not be, by whom; ends the run. */
void wrong(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void pin_to(unsigned int cpu);

/* ---- words, and pages of them ---- */

/* The generation of each page of this process. */
#define MOST_PAGES 2048
extern unsigned int generation[MOST_PAGES];

uint64_t word_of(uint64_t at, unsigned int gen);
void wrong_word(uint64_t at, uint64_t want, uint64_t found);
uint64_t *page_at(unsigned int i);
/* Every @step-th word from @first on, as of the page at @as. */
bool check_words(const uint64_t *page, uint64_t as, unsigned int gen, unsigned int first,
		 unsigned int step);
void write_words(uint64_t *page, uint64_t as, unsigned int gen, unsigned int first,
		 unsigned int step);
bool check_page(unsigned int i);
void renew_page(unsigned int i);
void check_all(void);
bool is_zero(const uint64_t *page);
void map_at(void *at, size_t size);
/* Maps it and writes every word. */
void fill_all(void);
/* Some pages in a row, up to @most. */
unsigned int some(unsigned int *from, unsigned int most);

/* ---- exchange ---- */

int open_own_device(void);
/* For each thread that exchanges one, whose calls it keeps. */
struct history *new_history(void);
/* One call, counted; how many pairs were exchanged. */
unsigned int exchange_pairs(int fd, struct history *history, pid_t pid_a, const uint64_t *a,
			    pid_t pid_b, const uint64_t *b, unsigned int n, uint32_t flags);
/* Somebody's memory: the process, and where it begins. */
pid_t somebody(uint64_t *at, unsigned int *size);

/* ---- roles ---- */

void run_writer(void);
void run_remote(void);
void run_fork(void);
void run_short(void);
void run_unmap(void);
void run_protect(void);
void run_remap(void);
void run_discard(void);
void run_pageout(void);
void run_snapshot(void);
void run_pin(void);
void run_merge(void);
void run_collapse(void);
void run_poison(void);
void run_files(void);
void run_opposite(void);
void run_exchange(void);
void run_migrate(void);
void run_compact(void);
void run_aging(void);
void run_hotplug(void);
void run_move(void);
void run_cpuset(void);

bool code_is_patchable(void);
/* The main function of a role's process. */
int run_role(unsigned int index);

/* ---- the end: history.c, counters.c ---- */

/* The exchange events go to a ring of their own, whose end is shown with a failure. */
void start_trace(void);
void stop_trace(void);
/* What was exchanged last, and by which phases. */
void show_history(void);

/* A file's line of that name, or its only number; waits until it lies between them. */
long settled(const char *path, const char *key, long low, long high);
void remember_counters(void);
void test_counters(void);
void test_rss(void);
void test_charges(void);

#endif
