// SPDX-License-Identifier: GPL-2.0-only
/*
 * storm [-n EXCHANGES] [-t SECONDS] [-l LIMIT] [-s SEED]: exchange against everything else
 * that moves or maps memory.
 *
 * Processes fill memory with words that say where they are and of which generation, and
 * check them all the time, each while it does one thing to its memory that exchange must
 * live with.  Others exchange pages of all of them at random, migrate, compact, move
 * processes between cgroups, and take a CPU away.  It goes on until so many pairs are
 * exchanged and so many seconds are over, every result has occurred that can be reached
 * from outside, and everybody has done something; after LIMIT seconds that has failed.
 * At the end every word, counter and charge must be what it should be.
 */
#include "storm.h"

#include <linux/loop.h>
#include <sys/resource.h>

static unsigned int wanted = 2000, seconds, limit = 600;
static int state_fd;

/*
 * Results that nothing outside the kernel brings about at will are injected, in
 * tests/exchange/injected.c:
 *  private  anonymous folios have no private data, and others are refused before
 *  unmap    a pin would have to come after the folio was checked and be gone when it is
 *           looked at why it could not be unmapped; counted if it happens
 */
static bool reachable(unsigned int result)
{
	return result != FOLIO_EXCHANGE_PRIVATE && result != FOLIO_EXCHANGE_UNMAP;
}

static void start_role(unsigned int index)
{
	char number[16], procs[64];
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid)
		return;
	setpriority(PRIO_PROCESS, 0, 0);
	snprintf(number, sizeof(number), "%u", index);
	snprintf(procs, sizeof(procs), "%s/cgroup.procs", groups[group_of(index)]);
	if (!write_file(procs, "0") || dup2(state_fd, STATE_FD) < 0)
		die(procs);
	execl("/proc/self/exe", "storm", "--role", number, NULL);
	die("exec");
}

/* ---- while they run ---- */

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

/* Only one CPU, or an emulator that does not bear it. */
static const char *cannot(unsigned int role)
{
	if (role == HOTPLUG && sysconf(_SC_NPROCESSORS_CONF) < 2)
		return "one CPU";
	return role == AGING && !code_is_patchable() ? "the emulator" : NULL;
}

/* What has not occurred yet, except enough exchanges; empty if nothing. */
static const char *not_occurred(void)
{
	static char text[512];
	size_t n = 0;

	text[0] = '\0';
	for (unsigned int i = 0; i < FOLIO_EXCHANGE_NR_RESULTS && n < sizeof(text); i++)
		if (reachable(i) && !state->results[i])
			n += snprintf(text + n, sizeof(text) - n, " %s", result_name(i));
	for (unsigned int i = 0; i < NR_ROLES && n < sizeof(text); i++)
		if (!state->role[i].did && !cannot(i))
			n += snprintf(text + n, sizeof(text) - n, " %s", roles[i].name);
	for (unsigned int i = 0; i < EVENTS && n < sizeof(text); i++)
		if (vm_counter(events[i]) <= 0)
			n += snprintf(text + n, sizeof(text) - n, " %s", events[i]);
	return text;
}

/* What there is still to wait for; empty if nothing. */
static const char *missing(void)
{
	static char text[600];
	unsigned int done = state->results[0];
	size_t n = 0;

	text[0] = '\0';
	if (done < wanted)
		n = snprintf(text, sizeof(text), " %u exchanges", wanted - done);
	snprintf(text + n, sizeof(text) - n, "%s", not_occurred());
	return text;
}

static void show_progress(double since)
{
	const char *what = missing();

	diag("%.0f s: %u exchanged, %.0f a second%s%s", since, state->results[0],
	     state->results[0] / since, *what ? "; still to come:" : "", what);
}

/* False if somebody has died; who has no memory ends when it is quiet. */
static bool all_live(bool until_quiet)
{
	bool good = true;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (status || !(until_quiet || state->wrong)) {
			diag("process %d ended with status %x", pid, status);
			good = false;
		}
	}
	return good;
}

/* Has anybody not moved for so long that it never will? */
static bool all_move(bool until_quiet, unsigned int *quiet)
{
	static unsigned int beats[NR_ROLES], still[NR_ROLES];
	bool good = true;

	*quiet = 0;
	for (unsigned int i = 0; i < NR_ROLES; i++) {
		struct role_state *role = &state->role[i];

		*quiet += __atomic_load_n(&role->quiet, __ATOMIC_ACQUIRE);
		still[i] = beats[i] == role->beats && !role->quiet ? still[i] + 1 : 0;
		beats[i] = role->beats;
		if (still[i] < PATIENCE * 10)
			continue;
		show_stuck(i, until_quiet ? "does not end" : "does not move");
		good = false;
	}
	return good;
}

/* See leave_time(); the kernel's threads are given less to do, too. */
static void leave_time_to_exchanges(void)
{
	write_file("/sys/kernel/mm/ksm/sleep_millisecs", "50");
	__atomic_store_n(&state->only_exchanges, true, __ATOMIC_RELAXED);
}

/* Looks after them until there is nothing more to wait for, or something is wrong. */
static bool watch_running(uint64_t start)
{
	unsigned int quiet;
	bool good = true;
	double since, said = 0;

	while (good && !state->wrong) {
		nap(100);
		since = (now_ns() - start) / 1e9;
		if (since >= seconds && (!*missing() || since >= limit))
			break;
		if (since >= seconds && !state->only_exchanges && !*not_occurred())
			leave_time_to_exchanges();
		if (since - said >= (since < 60 ? 10 : 60)) {
			show_progress(since);
			said = since;
		}
		good = all_live(false) && all_move(false, &quiet);
	}
	return good;
}

static bool watch_quiet(void)
{
	unsigned int quiet = 0;
	bool good = true;

	while (good && quiet < NR_ROLES) {
		nap(100);
		good = all_live(true) && all_move(true, &quiet);
	}
	return good;
}

/* ---- what came of it ---- */

static void test_did(void)
{
	for (unsigned int i = 0; i < NR_ROLES; i++) {
		if (cannot(i))
			skip(cannot(i), "%s", roles[i].name);
		else
			ok(state->role[i].did > 0, "%s: %u %s in %.1f s of processor time",
			   roles[i].name, state->role[i].did, roles[i].did, state->role[i].took);
	}
	for (unsigned int i = 0; i < EVENTS; i++)
		ok(vm_counter(events[i]) > 0, "the kernel counts %s: %ld", events[i],
		   vm_counter(events[i]));
}

/* What the kernel has counted is what the calls have reported. */
static void test_results(void)
{
	char key[64];

	diag("%u calls, %u of them ended early, %u addresses without memory", state->calls,
	     state->ended, state->faults);
	for (unsigned int i = 0; i < FOLIO_EXCHANGE_NR_RESULTS; i++) {
		snprintf(key, sizeof(key), i ? "folio_exchange_fail_%s" : "folio_exchange_success",
			 result_name(i));
		is(vm_counter(key), state->results[i], "%s: %u", key, state->results[i]);
		if (reachable(i))
			ok(state->results[i] > 0, "%s has occurred", result_name(i));
	}
	ok(state->results[0] >= wanted, "%u pairs were to be exchanged, %u were", wanted,
	   state->results[0]);
}

static void show_how_to_repeat(void)
{
	bool debug = !access("/sys/kernel/debug/kmemleak", F_OK);

	diag("once more: make stress SECONDS=%u SEED=%u%s", seconds, state->seed,
	     debug ? " KERNEL=debug" : "");
}

static void summarize(double took)
{
	printf("# storm: seed %u, %.0f s, %u exchanged, %.0f a second, %u words or rights wrong;",
	       state->seed, took, state->results[0], state->results[0] / took, state->wrong);
	for (unsigned int i = 1; i < FOLIO_EXCHANGE_NR_RESULTS; i++)
		if (state->results[i])
			printf(" %s %u", result_name(i), state->results[i]);
	printf("\n");
}

/* ---- before ---- */

/*
 * A second swap area, as zram writes at once, in the task that asks for it: written by
 * somebody else, later, so that pages are met while they are written out.  All its memory
 * is there beforehand, charged to nobody who is looked at.
 */
static bool swap_on_loop(unsigned int mib)
{
	static const char path[] = "/dev/shm/storm-swap", device_path[] = "/dev/loop0";
	int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC), loop, file;
	char command[128];

	file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (control >= 0)
		ioctl(control, LOOP_CTL_ADD, 0);
	loop = open(device_path, O_RDWR | O_CLOEXEC);
	if (file < 0 || loop < 0 || posix_fallocate(file, 0, (off_t)mib << 20) ||
	    ioctl(loop, LOOP_SET_FD, file))
		return false;
	snprintf(command, sizeof(command), "mkswap %s >/dev/null 2>&1 && swapon -p 5 %s",
		 device_path, device_path);
	close(file);
	close(control);
	return !system(command);
}

/*
 * The books of the fair server, a deadline entity of each CPU, are wrong once a CPU has gone
 * away with it active: "dl_rq->running_bw > old" (6.12; fixed in 6.18 by ee6e44dfe6e5,
 * "sched/deadline: Stop dl_server before CPU goes offline").
 */
static void stop_fair_servers(void)
{
	char path[80];

	for (unsigned int cpu = 0; cpu < sysconf(_SC_NPROCESSORS_CONF); cpu++) {
		snprintf(path, sizeof(path), "/sys/kernel/debug/sched/fair_server/cpu%u/runtime",
			 cpu);
		write_file(path, "0");
	}
}

static void prepare(void)
{
	static const char *const settings[][2] = {
		/* PATIENCE is ours: a machine that others share is slow, and nothing else. */
		{ "/proc/sys/kernel/hung_task_timeout_secs", "480" },
		{ "/sys/kernel/debug/sched/numa_balancing/scan_delay_ms", "10" },
		{ "/sys/kernel/debug/sched/numa_balancing/scan_period_min_ms", "50" },
		{ "/sys/kernel/debug/sched/numa_balancing/scan_period_max_ms", "200" },
		{ "/proc/sys/kernel/numa_balancing", "1" },
		{ "/sys/kernel/mm/ksm/sleep_millisecs", "5" },
		{ "/sys/kernel/mm/ksm/pages_to_scan", "100" },
		{ "/sys/kernel/mm/ksm/smart_scan", "0" },
		{ "/sys/kernel/mm/ksm/run", "1" },
		{ "/sys/fs/cgroup/cgroup.subtree_control", "+memory +cpuset" },
		{ CGROUP "/cgroup.subtree_control", "+memory +cpuset" },
	};

	if (!swap_on_zram(256))
		die("zram");
	/* Of one priority, they take turns. */
	if (system("swapoff /dev/zram0 && swapon -p 5 /dev/zram0") || !swap_on_loop(64))
		die("swap");
	if (mkdir(CGROUP, 0755))
		die(CGROUP);
	stop_fair_servers();
	for (unsigned int i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		if (!write_file(settings[i][0], "%s", settings[i][1]))
			die(settings[i][0]);
	for (unsigned int i = 0; i < NR_GROUPS; i++)
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
	start_trace();
}

static void set_phase(enum phase next)
{
	__atomic_store_n(&state->phase, next, __ATOMIC_RELEASE);
}

static void read_options(int argc, char **argv, unsigned int *first_seed)
{
	int option;

	while ((option = getopt(argc, argv, "n:t:l:s:")) != -1) {
		unsigned long value = optarg ? strtoul(optarg, NULL, 0) : 0;

		switch (option) {
		case 'n':
			wanted = value;
			break;
		case 't':
			seconds = value;
			break;
		case 'l':
			limit = value;
			break;
		case 's':
			*first_seed = value;
			break;
		default:
			exit(2);
		}
	}
	/* Who asks for a long run gets it. */
	if (limit < seconds + PATIENCE)
		limit = seconds + PATIENCE;
}

int main(int argc, char **argv)
{
	unsigned int first_seed = 1;
	uint64_t start;
	double took;
	bool moved;
	int failed;

	if (argc == 3 && !strcmp(argv[1], "--role"))
		return run_role(atoi(argv[2]));
	read_options(argc, argv, &first_seed);
	open_device();
	prepare();
	state->seed = first_seed;
	diag("seed %u, %u exchanges, %u s", state->seed, wanted, seconds);
	remember_counters();

	/* Whoever is looked after does not keep who looks after them from it. */
	setpriority(PRIO_PROCESS, 0, -15);
	start = now_ns();
	for (unsigned int i = 0; i < NR_ROLES; i++)
		start_role(i);
	moved = watch_running(start);
	took = (now_ns() - start) / 1e9;
	if (*missing())
		diag("after %.0f s, %.0f exchanges a second, there is missing:%s", took,
		     state->results[0] / took, missing());
	set_phase(QUIET);
	moved = moved && watch_quiet();
	ok(moved, "nobody got stuck, nobody died");
	is(state->wrong, 0, "every word is right, and nothing was allowed that must not be");
	if (!moved || state->wrong) {
		stop_trace();
		show_history();
		show_how_to_repeat();
	}
	/* What follows would wait for them. */
	if (!moved)
		return done_testing();
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
	test_counters();
	failed = done_testing();
	if (failed)
		show_how_to_repeat();
	summarize(took);
	return failed;
}
