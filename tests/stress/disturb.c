// SPDX-License-Identifier: GPL-2.0-only
/* Processes without memory of their own, which disturb those that have some; see storm.c. */
#include "storm.h"

void run_migrate(void)
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

void run_compact(void)
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
void run_aging(void)
{
	while (!code_is_patchable() && running())
		nap(100);
	while (running()) {
		add(&me->did, write_file("/sys/kernel/mm/lru_gen/enabled", "%u", me->beats % 2 * 7));
		nap(200 + below(500));
	}
	write_file("/sys/kernel/mm/lru_gen/enabled", "0");
}

void run_hotplug(void)
{
	while (running()) {
		nap(500 + below(500));
		add(&me->did, write_file("/sys/devices/system/cpu/cpu1/online", "0"));
		nap(below(200));
		write_file("/sys/devices/system/cpu/cpu1/online", "1");
	}
}

/* Into a cgroup that is removed as soon as its process has exited or left, with what it was charged. */
static void move_to_passing(pid_t pid, unsigned int away)
{
	char procs[96], passing[64];

	snprintf(passing, sizeof(passing), CGROUP "/passing");
	snprintf(procs, sizeof(procs), "%s/cgroup.procs", passing);
	if (mkdir(passing, 0755))
		return wrong("mkdir %s: %s", passing, strerror(errno));
	write_file(procs, "%d", pid);
	nap(below(20));
	snprintf(procs, sizeof(procs), "%s/cgroup.procs", groups[away]);
	write_file(procs, "%d", pid);
	/* Its end may take a while; a child that it has forked meanwhile has to end, too. */
	for (unsigned int i = 0; rmdir(passing); i++) {
		if (errno != EBUSY || i == PATIENCE * 100)
			return wrong("rmdir %s: %s", passing, strerror(errno));
		nap(10);
	}
	add(&me->did, 1);
}

void run_move(void)
{
	char procs[96];

	while (running()) {
		unsigned int i = below(LAST_WITH_MEMORY + 1), away = AWAY_C + below(2);
		pid_t pid = __atomic_load_n(&state->role[i].pid, __ATOMIC_ACQUIRE);
		pid_t child = __atomic_load_n(&state->role[i].child, __ATOMIC_ACQUIRE);

		if (!roles[i].moves || !pid)
			continue;
		if (i == SHORT && below(2)) {
			if (child)
				move_to_passing(child, away);
		} else {
			snprintf(procs, sizeof(procs), "%s/cgroup.procs", groups[away]);
			add(&me->did, write_file(procs, "%d", pid));
		}
		nap(below(50));
	}
}

/* Takes the memory of all in the cgroup along to the nodes that are left to it. */
void run_cpuset(void)
{
	char mems[96];

	snprintf(mems, sizeof(mems), "%s/cpuset.mems", groups[AWAY_C]);
	while (running()) {
		add(&me->did, write_file(mems, "%u", below(2)));
		nap(100 + below(200));
		write_file(mems, "0-1");
		nap(below(300));
	}
	write_file(mems, "0-1");
}
