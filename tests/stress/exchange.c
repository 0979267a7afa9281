// SPDX-License-Identifier: GPL-2.0-only
/* Processes that exchange, and those that disturb; see storm.c. */
#include "storm.h"

/* ---- exchange ---- */

static int open_own_device(void)
{
	int fd = open("/dev/folio_exchange", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		die("/dev/folio_exchange");
	return fd;
}

/* One call, counted; how many pairs were exchanged. */
static unsigned int exchange_pairs(int fd, pid_t pid_a, const uint64_t *a, pid_t pid_b,
				   const uint64_t *b, unsigned int n, uint32_t flags)
{
	int32_t status[MAX_PAIRS];
	struct folio_exchange_args args = {
		.size = sizeof(args),
		.flags = flags,
		.pid_a = pid_a,
		.pid_b = pid_b,
		.count = n,
		.addrs_a = (uintptr_t)a,
		.addrs_b = (uintptr_t)b,
		.status = (uintptr_t)status,
	};
	unsigned int done = 0;

	add(&state->calls, 1);
	if (ioctl(fd, FOLIO_EXCHANGE_IOC_EXCHANGE, &args)) {
		/* The child of FORK has exited, or is about to. */
		if (errno != ESRCH && errno != EINVAL)
			wrong("exchange: %s", strerror(errno));
		add(&state->ended, 1);
		return 0;
	}
	for (unsigned int i = 0; i < n; i++) {
		if (status[i] >= 0 && status[i] < FOLIO_EXCHANGE_NR_RESULTS)
			add(&state->results[status[i]], 1);
		else if (status[i] == -EFAULT)
			add(&state->faults, 1);
		else
			wrong("exchange: status %d", status[i]);
		done += !status[i];
	}
	return done;
}

/* Somebody's memory: the process, and where it begins. */
static pid_t somebody(uint64_t *at, unsigned int *size)
{
	unsigned int i = below(LAST_WITH_MEMORY + 1);
	pid_t child = __atomic_load_n(&state->role[i].child, __ATOMIC_ACQUIRE);

	*at = AREA_BASE + i * AREA_STRIDE;
	/* The second place of the blocks, too. */
	*size = roles[i].pages * (i == REMAP ? 2 : 1);
	return child && below(2) ? child : __atomic_load_n(&state->role[i].pid, __ATOMIC_ACQUIRE);
}

static void run_exchange(void)
{
	uint64_t addr[2][MAX_PAIRS], at[2];
	unsigned int size[2], n;
	pid_t pid[2];
	int fd = open_own_device();

	while (running()) {
		n = 1 + below(below(4) ? 32 : MAX_PAIRS);
		if (!below(16))
			pin_to(below(2));
		for (unsigned int side = 0; side < 2; side++) {
			unsigned int at_random = below(2), from;

			pid[side] = somebody(&at[side], &size[side]);
			from = below(size[side]);
			for (unsigned int i = 0; i < n; i++) {
				unsigned int page = at_random ? below(size[side]) : from + i;

				addr[side][i] = at[side] + page % size[side] * PAGE;
			}
		}
		if (!pid[0] || !pid[1])
			nap(1);
		else
			add(&me->did, exchange_pairs(fd, pid[0], addr[0], pid[1], addr[1], n,
						     below(4) ? 0 : FOLIO_EXCHANGE_MOVE_ALL));
	}
	close(fd);
}

/*
 * The same pairs in opposite order, and with opposite sides, on two CPUs: who waited for
 * one folio with another locked would wait for ever.
 */
static void exchange_opposite(bool backwards)
{
	uint64_t addr[2][MAX_PAIRS];
	unsigned int n = pages / 2;
	int fd = open_own_device();

	for (unsigned int i = 0; i < n; i++) {
		addr[backwards][backwards ? n - 1 - i : i] = (uintptr_t)page_at(i);
		addr[!backwards][backwards ? n - 1 - i : i] = (uintptr_t)page_at(n + i);
	}
	while (phase() == RUN) {
		pin_to(backwards);
		if (exchange_pairs(fd, 0, addr[0], 0, addr[1], n, 0))
			add(&me->did, 1);
		for (unsigned int i = backwards; i < pages; i += 8)
			check_page(i);
		add(&me->beats, 1);
	}
	close(fd);
}

static void *opposite_thread(void *unused)
{
	exchange_opposite(true);
	return unused;
}

static void run_opposite(void)
{
	pthread_t thread;

	fill_all();
	if (pthread_create(&thread, NULL, opposite_thread, NULL))
		die("pthread_create");
	exchange_opposite(false);
	pthread_join(thread, NULL);
	check_all();
}

/* ---- those that only disturb ---- */

static void run_migrate(void)
{
	void *page[64];
	int node[64], status[64];

	while (running()) {
		unsigned int size, n = 1 + below(64);
		uint64_t at;
		pid_t pid = somebody(&at, &size);

		for (unsigned int i = 0; i < n; i++) {
			page[i] = (void *)(at + below(size) * PAGE);
			node[i] = below(2);
		}
		if (!pid)
			continue;
		if (!below(16)) {
			unsigned long from = 1 + below(2), to = 3 - from;

			syscall(SYS_migrate_pages, pid, 8 * sizeof(from), &from, &to);
		} else {
			syscall(SYS_move_pages, pid, n, page, node, status,
				below(2) ? MPOL_MF_MOVE : MPOL_MF_MOVE_ALL);
		}
		add(&me->did, 1);
		nap(below(3));
	}
}

static void run_compact(void)
{
	while (running()) {
		add(&me->did, write_file("/proc/sys/vm/compact_memory", "1"));
		nap(100 + below(200));
	}
}

/*
 * An emulator before QEMU 8.1 that was told to run the CPUs at the same time dies of code
 * that the kernel patches, as it does for such a switch (vm/run).
 */
bool code_is_patchable(void)
{
	const char *thread = getenv("FOLIOSCOPE_TCG_THREAD");

	return !thread || strcmp(thread, "multi");
}

/* The flags that say how old a page is change their meaning. */
static void run_aging(void)
{
	while (!code_is_patchable() && running())
		nap(100);
	while (running()) {
		add(&me->did, write_file("/sys/kernel/mm/lru_gen/enabled", "%u", me->beats % 2 * 7));
		nap(200 + below(500));
	}
	write_file("/sys/kernel/mm/lru_gen/enabled", "0");
}

static void run_hotplug(void)
{
	while (running()) {
		nap(500 + below(500));
		add(&me->did, write_file("/sys/devices/system/cpu/cpu1/online", "0"));
		nap(below(200));
		write_file("/sys/devices/system/cpu/cpu1/online", "1");
	}
}

const struct role roles[NR_ROLES] = {
	[WRITER] = { "writer", "pages written by two threads", run_writer, 300 },
	[REMOTE] = { "remote", "pages written from outside", run_remote, 200 },
	[FORK] = { "fork", "children", run_fork, 300 },
	[UNMAP] = { "unmap", "munmap() and mmap()", run_unmap, 300 },
	[PROTECT] = { "protect", "faults on protected pages", run_protect, 300 },
	[REMAP] = { "remap", "mremap()", run_remap, 320 },
	[DISCARD] = { "discard", "MADV_DONTNEED and MADV_FREE", run_discard, 300 },
	[PAGEOUT] = { "pageout", "MADV_PAGEOUT", run_pageout, 300 },
	[PIN] = { "pin", "pages pinned", run_pin, 200 },
	[MERGE] = { "merge", "copies of KSM pages", run_merge, 256 },
	[COLLAPSE] = { "collapse", "huge pages made", run_collapse, 1024 },
	[OPPOSITE] = { "opposite", "batches against each other", run_opposite, 256 },
	[EXCHANGE_A] = { "exchange", "pairs", run_exchange, 0 },
	[EXCHANGE_B] = { "exchange", "pairs", run_exchange, 0 },
	[EXCHANGE_C] = { "exchange", "pairs", run_exchange, 0 },
	[MIGRATE] = { "migrate", "move_pages() and migrate_pages()", run_migrate, 0 },
	[COMPACT] = { "compact", "compactions", run_compact, 0 },
	[AGING] = { "aging", "switches of MGLRU", run_aging, 0 },
	[HOTPLUG] = { "hotplug", "CPU 1 taken away", run_hotplug, 0 },
};

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
	__atomic_store_n(&me->quiet, true, __ATOMIC_RELEASE);
	while (index <= LAST_WITH_MEMORY && phase() != EXIT)
		nap(10);
	return 0;
}
