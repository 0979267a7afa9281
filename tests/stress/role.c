// SPDX-License-Identifier: GPL-2.0-only
/* The process of a role: its clock, its chance, and what it does when something is wrong. */
#include "storm.h"

#include <sys/resource.h>

struct state *state;
enum role_index self;
struct role_state *me;
uint64_t base;
unsigned int pages;
uint64_t seed;

const char *const groups[NR_GROUPS] = {
	[HOME_A] = CGROUP "/a",
	[HOME_B] = CGROUP "/b",
	[AWAY_C] = CGROUP "/c",
	[AWAY_D] = CGROUP "/d",
};

const struct role roles[NR_ROLES] = {
	[WRITER] = { "writer", "pages written by two threads", run_writer, 300 },
	[REMOTE] = { "remote", "pages written from outside", run_remote, 200 },
	[FORK] = { "fork", "children", run_fork, 300 },
	[SHORT] = { "short", "processes that exit at any time", run_short, 200, true },
	[UNMAP] = { "unmap", "munmap() and mmap()", run_unmap, 300, true },
	[PROTECT] = { "protect", "faults on protected pages", run_protect, 300 },
	[REMAP] = { "remap", "mremap()", run_remap, 320 },
	[DISCARD] = { "discard", "MADV_DONTNEED and MADV_FREE", run_discard, 300 },
	[PAGEOUT] = { "pageout", "MADV_PAGEOUT", run_pageout, 300, true },
	[SNAPSHOT] = { "snapshot", "pages saved as they were", run_snapshot, 200 },
	[PIN] = { "pin", "pages pinned", run_pin, 200 },
	[MERGE] = { "merge", "copies of KSM pages", run_merge, 256 },
	[COLLAPSE] = { "collapse", "huge pages made", run_collapse, 1024 },
	[POISON] = { "poison", "pages said to be broken", run_poison, 64 },
	[FILES] = { "files", "pages of files written", run_files, 64 },
	[OPPOSITE] = { "opposite", "batches against each other", run_opposite, 256 },
	[EXCHANGE_A] = { "exchange", "pairs", run_exchange },
	[EXCHANGE_B] = { "exchange", "pairs", run_exchange },
	[EXCHANGE_C] = { "exchange", "pairs", run_exchange },
	[EXCHANGE_D] = { "exchange", "pairs", run_exchange },
	[MIGRATE] = { "migrate", "move_pages() and migrate_pages()", run_migrate },
	[COMPACT] = { "compact", "compactions", run_compact },
	[AGING] = { "aging", "switches of MGLRU", run_aging },
	[HOTPLUG] = { "hotplug", "CPU 1 taken away", run_hotplug },
	[MOVE] = { "move", "processes moved to another cgroup", run_move },
	[CPUSET] = { "cpuset", "changes of a cpuset", run_cpuset },
};

unsigned int group_of(unsigned int role)
{
	return (roles[role].moves ? AWAY_C : HOME_A) + role % 2;
}

enum phase phase(void)
{
	return __atomic_load_n(&state->phase, __ATOMIC_ACQUIRE);
}

void add(unsigned int *counter, unsigned int n)
{
	__atomic_add_fetch(counter, n, __ATOMIC_RELAXED);
}

/*
 * When nothing but exchanges is waited for, two that exchange get most of the time (more of
 * them are mostly in each other's way): all others rest for nine times what they took.
 */
static void leave_time(void)
{
	static __thread uint64_t since;
	uint64_t took;

	if (!__atomic_load_n(&state->only_exchanges, __ATOMIC_RELAXED) ||
	    (self >= EXCHANGE_A && self <= EXCHANGE_B)) {
		since = 0;
		return;
	}
	took = since ? (now_ns() - since) / 1000000 : 0;
	if (since && took < 10)
		return;
	nap(took < 200 ? 9 * took : 1800);
	since = now_ns();
}

bool running(void)
{
	add(&me->beats, 1);
	leave_time();
	return phase() == RUN;
}

unsigned int below(unsigned int n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (seed >> 20) % n;
}

void nap(unsigned int ms)
{
	usleep(ms * 1000);
}

uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000UL + now.tv_nsec;
}

/* Nothing is exchanged any more then, so that what led to it is still there to be shown. */
void wrong(const char *fmt, ...)
{
	unsigned int before = __atomic_fetch_add(&state->wrong, 1, __ATOMIC_RELAXED);
	enum phase run = RUN;
	char text[400];
	va_list args;

	if (!before) {
		stop_trace();
		state->wrong_at_ns = now_ns();
	}
	__atomic_compare_exchange_n(&state->phase, &run, QUIET, false, __ATOMIC_RELEASE,
				    __ATOMIC_RELAXED);
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (before < 20)
		diag("WRONG: %s (pid %d, seed %u): %s", roles[self].name, getpid(), state->seed,
		     text);
}

void pin_to(unsigned int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu % 2, &set);
	/* Fails while that CPU is away, and going away it loses what is bound to it. */
	sched_setaffinity(0, sizeof(set), &set);
}

static double processor_time(int who)
{
	struct rusage used;

	if (getrusage(who, &used))
		return 0;
	return used.ru_utime.tv_sec + used.ru_stime.tv_sec +
	       (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

/* A process of its own program: none of its memory is charged to where it came from. */
int run_role(unsigned int index)
{
	state = mmap(NULL, sizeof(*state), PROT_READ | PROT_WRITE, MAP_SHARED, STATE_FD, 0);
	if (state == MAP_FAILED || index >= NR_ROLES)
		die("state");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	self = index;
	me = &state->role[index];
	base = AREA_BASE + index * AREA_STRIDE;
	pages = roles[index].pages;
	seed = (state->seed + 1) * 0x9e3779b97f4a7c15ULL + index * 0x2545f4914f6cdd1dULL;
	__atomic_store_n(&me->pid, getpid(), __ATOMIC_RELEASE);
	roles[index].run();
	me->took = processor_time(RUSAGE_SELF) + processor_time(RUSAGE_CHILDREN);
	__atomic_store_n(&me->quiet, true, __ATOMIC_RELEASE);
	while (index <= LAST_WITH_MEMORY && phase() != EXIT)
		nap(10);
	return 0;
}
