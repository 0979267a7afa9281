// SPDX-License-Identifier: GPL-2.0
/*
 * The rmap tracepoints of the patched kernel tell the truth: every case makes a
 * shape of mappings whose walks can be predicted, has the kernel walk it, and
 * compares what the events say.  Runs as root in a guest with two nodes,
 * prints TAP.  Counts and states are checked, never times.
 */
#include "events.h"

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	mkdir("/sys/kernel/tracing/instances", 0700);
	rmdir(INSTANCE);
	if (mkdir(INSTANCE, 0700))
		die(INSTANCE);
	if (access(INSTANCE "/events/rmap/rmap_walk_end", F_OK)) {
		printf("1..0 # SKIP this kernel has no rmap events\n");
		return 0;
	}
	write_file(INSTANCE "/buffer_size_kb", "8192");
	write_file("/proc/sys/kernel/numa_balancing", "0");
	write_file("/sys/kernel/mm/transparent_hugepage/khugepaged/defrag", "0");

	anon_migration();
	page_idle();
	shmem();
	file();
	ksm();
	thp();
	pte_mapped_thp();
	hugetlb();
	switching();
	contention();
	life();
	causes();
	reuse();
	pageout();
	reclaim();

	rmdir(INSTANCE);
	printf("1..%d\n", tests);
	return !!failures;
}
