// SPDX-License-Identifier: GPL-2.0-only
/*
 * storm [SECONDS [SEED]]: exchange against everything else that moves or maps memory.
 *
 * Processes fill memory with words that say where they are and of which generation, and
 * check them all the time, each while it does one thing to its memory that exchange must
 * live with.  Others exchange pages of all of them at random, migrate, compact, and take
 * a CPU away.  At the end every word, counter and charge must be what it should be.
 */
#include "storm.h"

#define CGROUP "/sys/fs/cgroup/storm"

static const char *const groups[] = { CGROUP "/a", CGROUP "/b" };
static int state_fd;

static void start_role(unsigned int index)
{
	char number[16], procs[64];
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid)
		return;
	snprintf(number, sizeof(number), "%u", index);
	snprintf(procs, sizeof(procs), "%s/cgroup.procs", groups[index % 2]);
	if (!write_file(procs, "0") || dup2(state_fd, STATE_FD) < 0)
		die(procs);
	execl("/proc/self/exe", "storm", "--role", number, NULL);
	die("exec");
}

static void show_stuck(unsigned int i, const char *what)
{
	char command[160];

	diag("STUCK: %s (pid %d) after %u rounds: %s", roles[i].name, state->role[i].pid,
	     state->role[i].beats, what);
	snprintf(command, sizeof(command),
		 "for t in /proc/%d/task/*; do sed 's/^/# /' $t/stack $t/syscall; done",
		 state->role[i].pid);
	if (system(command))
		diag("its stack cannot be read");
}

/* What the kernel must have counted of it, too. */
static const char *const events[] = {
	"pswpout",
	"pswpin",
	"pgmigrate_success",
	"compact_isolated",
	"numa_hint_faults",
	"cow_ksm",
	"thp_collapse_alloc",
	"thp_split_page",
	"unevictable_pgs_mlocked",
};
#define EVENTS (sizeof(events) / sizeof(events[0]))
#define ENOUGH 2000

/* Only one CPU, or an emulator that does not bear it. */
static const char *cannot(unsigned int role)
{
	if (role == HOTPLUG && sysconf(_SC_NPROCESSORS_CONF) < 2)
		return "one CPU";
	return role == AGING && !code_is_patchable() ? "the emulator" : NULL;
}

static bool has_done_all(void)
{
	bool all = state->results[0] > ENOUGH;

	for (unsigned int i = 0; i < NR_ROLES; i++)
		all = all && (state->role[i].did || cannot(i));
	for (unsigned int i = 0; i < EVENTS; i++)
		all = all && vm_counter(events[i]) > 0;
	return all;
}

/*
 * Looks after them until the time is over, or all are quiet.  False if anybody has not
 * moved for so long that it never will, or has died.
 */
static bool watch(bool until_quiet, unsigned int seconds)
{
	unsigned int beats[NR_ROLES] = {}, still[NR_ROLES] = {};
	unsigned int quiet = 0, most = seconds + PATIENCE;
	bool good = true;
	int status;
	pid_t pid;

	for (unsigned int tick = 0; good; tick++) {
		/* A slow machine gets more time, so that it is not taken for a failure. */
		if (until_quiet ? quiet == NR_ROLES :
				  tick >= seconds * 10 && (has_done_all() || tick >= most * 10))
			break;
		nap(100);
		quiet = 0;
		while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
			if (status || !until_quiet) {
				diag("process %d ended with status %x", pid, status);
				good = false;
			}
		}
		for (unsigned int i = 0; i < NR_ROLES; i++) {
			struct role_state *role = &state->role[i];

			quiet += __atomic_load_n(&role->quiet, __ATOMIC_ACQUIRE);
			still[i] = beats[i] == role->beats && !role->quiet ? still[i] + 1 : 0;
			beats[i] = role->beats;
			if (still[i] < PATIENCE * 10)
				continue;
			show_stuck(i, until_quiet ? "does not end" : "does not move");
			good = false;
		}
	}
	return good;
}

/* A file's line of that name, or its only number. */
static long number_in(const char *path, const char *key)
{
	long number = -1;
	FILE *f;

	if (*key)
		return counter_in(path, key);
	f = fopen(path, "re");
	if (f && fscanf(f, "%ld", &number) != 1)
		number = -1;
	if (f)
		fclose(f);
	return number;
}

/* Counters are gathered from the CPUs now and then: gives them the time. */
static long settled(const char *path, const char *key, long low, long high)
{
	long found = 0;

	for (unsigned int i = 0; i < 100; i++) {
		if (i)
			nap(100);
		write_file("/proc/sys/vm/stat_refresh", "1");
		found = number_in(path, key);
		if (found >= low && found <= high)
			break;
	}
	return found;
}

static void test_did(void)
{
	for (unsigned int i = 0; i < NR_ROLES; i++) {
		if (cannot(i))
			skip(cannot(i), "%s", roles[i].name);
		else
			ok(state->role[i].did > 0, "%s: %u %s", roles[i].name, state->role[i].did,
			   roles[i].did);
	}
	for (unsigned int i = 0; i < EVENTS; i++)
		ok(vm_counter(events[i]) > 0, "the kernel counts %s: %ld", events[i],
		   vm_counter(events[i]));
}

/* What the kernel has counted is what the calls have reported. */
static void test_results(void)
{
	unsigned int reasons = 0;
	char key[64];

	diag("%u calls, %u of them ended early, %u addresses without memory", state->calls,
	     state->ended, state->faults);
	for (unsigned int i = 0; i < FOLIO_EXCHANGE_NR_RESULTS; i++) {
		snprintf(key, sizeof(key), i ? "folio_exchange_fail_%s" : "folio_exchange_success",
			 result_name(i));
		is(vm_counter(key), state->results[i], "%s: %u", key, state->results[i]);
		reasons += i && state->results[i];
	}
	ok(state->results[0] > ENOUGH, "thousands were exchanged");
	ok(reasons >= 5, "others were refused, for %u reasons", reasons);
}

/* How many anonymous pages the page tables of a process map; the zero page is none. */
static long present_anon(pid_t pid)
{
	char *zero = map(1, 0), path[64], line[512];
	uint64_t zero_pfn, entries[1024];
	unsigned long from, to;
	FILE *maps;
	long n = 0;
	int fd;

	if (*(volatile char *)zero)
		die("zero page");
	zero_pfn = pfn(zero);
	munmap(zero, PAGE);
	snprintf(path, sizeof(path), "/proc/%d/pagemap", pid);
	fd = open(path, O_RDONLY);
	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	maps = fopen(path, "re");
	if (fd < 0 || !maps)
		die(path);
	while (fgets(line, sizeof(line), maps)) {
		/* [vvar], [vdso], [vsyscall] are no memory of its own. */
		if (sscanf(line, "%lx-%lx", &from, &to) != 2 || strstr(line, "[v"))
			continue;
		for (from /= PAGE, to /= PAGE; from < to; from += 1024) {
			size_t nr = to - from < 1024 ? to - from : 1024;

			if (pread(fd, entries, nr * 8, from * 8) != (ssize_t)nr * 8)
				die("pagemap");
			for (size_t i = 0; i < nr; i++)
				n += entries[i] >> 63 && !(entries[i] >> 61 & 1) &&
				     (entries[i] & ((1UL << 55) - 1)) != zero_pfn;
		}
	}
	fclose(maps);
	close(fd);
	return n;
}

static void test_rss(void)
{
	long sum[2] = {}, anon, rss, present, found;
	char path[64];

	for (unsigned int i = 0; i <= LAST_WITH_MEMORY; i++) {
		pid_t pid = state->role[i].pid;

		snprintf(path, sizeof(path), "/proc/%d/status", pid);
		rss = counter_in(path, "RssAnon") / 4;
		snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", pid);
		anon = counter_in(path, "Anonymous") / 4;
		present = present_anon(pid);
		sum[i % 2] += anon;
		ok(rss == anon && rss == present && rss > 0,
		   "%s: %ld anonymous pages by its counter, %ld by smaps, %ld by pagemap",
		   roles[i].name, rss, anon, present);
	}
	for (unsigned int i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/memory.stat", groups[i]);
		found = settled(path, "anon", sum[i] * (long)PAGE, sum[i] * (long)PAGE);
		is(found / (long)PAGE, sum[i], "%s is charged for its processes' pages", groups[i]);
	}
}

static const char *const node_counters[] = { "nr_anon_pages",	 "nr_active_anon",
					     "nr_inactive_anon", "nr_isolated_anon",
					     "nr_unevictable",	 "nr_mlock" };
#define NODE_COUNTERS (sizeof(node_counters) / sizeof(node_counters[0]))

static void node_file(char *path, size_t size, unsigned int node)
{
	snprintf(path, size, "/sys/devices/system/node/node%u/vmstat", node);
}

/* Of what is left, some is ours and the system's own, of any node and age. */
static void test_nodes(long before[2][NODE_COUNTERS])
{
	char path[64];

	for (unsigned int node = 0; node < 2; node++) {
		node_file(path, sizeof(path), node);
		for (unsigned int i = 0; i < NODE_COUNTERS; i++) {
			long slack = i < 3 ? 512 : 0, was = before[node][i];
			long now = settled(path, node_counters[i], was - slack, was + slack);

			ok(now >= was - slack && now <= was + slack, "node %u: %s was %ld, is %ld",
			   node, node_counters[i], was, now);
		}
	}
	ok(write_file("/proc/sys/vm/stat_refresh", "1"), "no counter is negative");
}

static void test_charges(void)
{
	char path[64];
	long found;

	/* Free entries are kept for a while, and charged. */
	ok(!system("swapoff /dev/zram0"), "swap is empty and can be taken away");
	for (unsigned int i = 0; i < 2; i++) {
		/* Makes it give back what it has charged in advance. */
		snprintf(path, sizeof(path), "%s/memory.high", groups[i]);
		write_file(path, "0");
		snprintf(path, sizeof(path), "%s/memory.stat", groups[i]);
		is(settled(path, "anon", 0, 0), 0, "%s: no anonymous memory is left", groups[i]);
		is(settled(path, "swapcached", 0, 0), 0, "%s: nor in the swap cache", groups[i]);
		snprintf(path, sizeof(path), "%s/memory.current", groups[i]);
		found = settled(path, "", 0, 256 << 10);
		ok(found >= 0 && found <= 256 << 10, "%s: %ld KiB are charged at the end",
		   groups[i], found >> 10);
		snprintf(path, sizeof(path), "%s/memory.swap.current", groups[i]);
		is(settled(path, "", 0, 0), 0, "%s: no swap is", groups[i]);
	}
}

static void prepare(void)
{
	static const char *const settings[][2] = {
		{ "/sys/kernel/debug/sched/numa_balancing/scan_delay_ms", "10" },
		{ "/sys/kernel/debug/sched/numa_balancing/scan_period_min_ms", "50" },
		{ "/sys/kernel/debug/sched/numa_balancing/scan_period_max_ms", "200" },
		{ "/proc/sys/kernel/numa_balancing", "1" },
		{ "/sys/kernel/mm/ksm/sleep_millisecs", "5" },
		{ "/sys/kernel/mm/ksm/pages_to_scan", "100" },
		{ "/sys/kernel/mm/ksm/smart_scan", "0" },
		{ "/sys/kernel/mm/ksm/run", "1" },
		{ "/sys/fs/cgroup/cgroup.subtree_control", "+memory" },
		{ CGROUP "/cgroup.subtree_control", "+memory" },
	};

	if (!swap_on_zram(256))
		die("zram");
	if (mkdir(CGROUP, 0755))
		die(CGROUP);
	for (unsigned int i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		if (!write_file(settings[i][0], "%s", settings[i][1]))
			die(settings[i][0]);
	for (unsigned int i = 0; i < 2; i++)
		if (mkdir(groups[i], 0755))
			die(groups[i]);
	state_fd = memfd_create("storm", 0);
	if (state_fd < 0 || ftruncate(state_fd, sizeof(*state)))
		die("memfd");
	state = mmap(NULL, sizeof(*state), PROT_READ | PROT_WRITE, MAP_SHARED, state_fd, 0);
	if (state == MAP_FAILED)
		die("state");
	/* All of it is ours, whoever writes to it first. */
	memset(state, 0, sizeof(*state));
}

static void set_phase(enum phase next)
{
	__atomic_store_n(&state->phase, next, __ATOMIC_RELEASE);
}

int main(int argc, char **argv)
{
	unsigned int seconds = argc > 1 ? atoi(argv[1]) : 15;
	long before[2][NODE_COUNTERS];
	char path[64];
	bool moved;

	if (argc == 3 && !strcmp(argv[1], "--role"))
		return run_role(atoi(argv[2]));
	open_device();
	prepare();
	state->seed = argc > 2 ? strtoul(argv[2], NULL, 0) : 1;
	diag("seed %u, %u s", state->seed, seconds);
	write_file("/proc/sys/vm/stat_refresh", "1");
	for (unsigned int node = 0; node < 2; node++) {
		node_file(path, sizeof(path), node);
		for (unsigned int i = 0; i < NODE_COUNTERS; i++)
			before[node][i] = counter_in(path, node_counters[i]);
	}

	for (unsigned int i = 0; i < NR_ROLES; i++)
		start_role(i);
	moved = watch(false, seconds);
	set_phase(QUIET);
	moved = moved && watch(true, 0);
	ok(moved, "nobody got stuck, nobody died");
	/* What follows would wait for them. */
	if (!moved)
		return done_testing();
	is(state->wrong, 0, "every word is right, and nothing was allowed that must not be");
	if (code_is_patchable())
		write_file("/proc/sys/kernel/numa_balancing", "0");
	write_file("/sys/kernel/mm/ksm/run", "2");
	is(settled("/proc/vmstat", "nr_isolated_anon", 0, 0), 0, "nothing is isolated any more");
	test_rss();
	test_did();
	test_results();
	set_phase(EXIT);
	while (wait(NULL) > 0)
		;
	test_charges();
	test_nodes(before);
	return done_testing();
}
