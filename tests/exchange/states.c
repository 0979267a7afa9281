// SPDX-License-Identifier: GPL-2.0-only
/*
 * State that an exchange keeps with the address or the owner: protection by
 * userfaultfd, soft-dirty, mlock, MADV_FREE, charges, and the counters of the nodes.
 */
#include "exchange.h"

#include <linux/userfaultfd.h>

enum {
	UFFD_WP = 57,
	SOFT_DIRTY = 55
};

static bool bit(const void *at, int number)
{
	return entry(at) >> number & 1;
}

/* ---- entries ---- */

static void test_uffd_wp(void)
{
	struct pair p = new_pair();
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	struct uffdio_api api = { .api = UFFD_API, .features = UFFD_FEATURE_PAGEFAULT_FLAG_WP };
	struct uffdio_register area = {
		.range = { (uintptr_t)p.b, PAGE },
		.mode = UFFDIO_REGISTER_MODE_WP,
	};
	struct uffdio_writeprotect protect = {
		.range = { (uintptr_t)p.b, PAGE },
		.mode = UFFDIO_WRITEPROTECT_MODE_WP,
	};

	if (fd < 0 || ioctl(fd, UFFDIO_API, &api) || ioctl(fd, UFFDIO_REGISTER, &area) ||
	    ioctl(fd, UFFDIO_WRITEPROTECT, &protect))
		return skip(strerror(errno), "userfaultfd write protection");
	ok(!bit(p.a, UFFD_WP) && bit(p.b, UFFD_WP), "write-protected: only B is");
	is_result(exchange_one(p.a, p.b, 0), FOLIO_EXCHANGE_OK, "write-protected by userfaultfd");
	ok(!bit(p.a, UFFD_WP) && bit(p.b, UFFD_WP), "write-protected: still only B is");
	ok(intact(p.a, PAGE, 1) && intact(p.b, PAGE, 2), "write-protected: contents");
	is_result(exchange_one(p.b, p.a, 0), FOLIO_EXCHANGE_OK, "write-protected: back");
	ok(!bit(p.a, UFFD_WP) && bit(p.b, UFFD_WP), "write-protected: and still");
	protect.mode = 0;
	if (ioctl(fd, UFFDIO_WRITEPROTECT, &protect))
		die("UFFDIO_WRITEPROTECT");
	exchanged(&p, 0, "no longer write-protected");
	close(fd);
	drop_pair(&p);
}

static void test_soft_dirty(void)
{
	struct pair p = new_pair();

	if (!write_file("/proc/self/clear_refs", "4") || bit(p.a, SOFT_DIRTY))
		return skip("no soft-dirty bits", "soft-dirty");
	fill(p.b, PAGE, 2);
	is_result(exchange_one(p.a, p.b, 0), FOLIO_EXCHANGE_OK, "clean with soft-dirty");
	ok(!bit(p.a, SOFT_DIRTY) && bit(p.b, SOFT_DIRTY), "soft-dirty stays with the address");
	fill(p.a, PAGE, 1);
	ok(bit(p.a, SOFT_DIRTY), "and is set again by a write");
	drop_pair(&p);
}

/* ---- many pages ---- */

enum {
	MANY = 512
};

static int exchange_many(char *a, char *b, uint32_t flags)
{
	int32_t status[MANY];
	int bad = 0;

	if (exchange_of(0, a, 0, b, MANY, status, flags))
		die("exchange");
	for (int i = 0; i < MANY; i++)
		bad += status[i] != FOLIO_EXCHANGE_OK;
	return bad;
}

static long absolute(long n)
{
	return n < 0 ? -n : n;
}

/* Others allocate by the way; a page lost with each pair would be 512. */
enum {
	NOISE = 48
};

static void test_counters(void)
{
	static const char *const names[] = {
		"nr_anon_pages",  "nr_active_anon",   "nr_inactive_anon",
		"nr_active_file", "nr_inactive_file", "nr_unevictable",
		"nr_mlock",	  "nr_isolated_anon", "nr_isolated_file",
	};
	enum {
		NR = sizeof(names) / sizeof(*names)
	};
	char *a = map(MANY, 0), *b = map(MANY, 1);
	long before[NR], locked;

	fill(a, MANY * PAGE, 1);
	fill(b, MANY * PAGE, 2);
	if (mlock(a, MANY * PAGE))
		die("mlock");
	locked = counter_in("/proc/self/status", "VmLck");
	/* The first for nothing: all are on their lists then. */
	for (int round = 0; round < 2; round++) {
		is(exchange_many(a, b, 0), 0, "mlocked with others: all are exchanged");
		for (int i = 0; i < NR && !round; i++)
			before[i] = settled_counter(names[i]);
	}
	for (int i = 0; i < NR; i++) {
		long more = settled_counter(names[i]) - before[i];

		if (more)
			diag("%s: %+ld", names[i], more);
		ok(absolute(more) <= NOISE, "%s, all nodes together", names[i]);
	}
	is(counter_in("/proc/self/status", "VmLck"), locked, "VmLck");
	ok(intact(a, MANY * PAGE, 1) && intact(b, MANY * PAGE, 2), "mlocked: contents");
	munmap(a, MANY * PAGE);
	munmap(b, MANY * PAGE);
	ok(absolute(settled_counter("nr_mlock") - (before[6] - MANY)) <= NOISE,
	   "unmapped, nothing of it is counted as mlocked");
}

/*
 * Pages that two processes have mlocked stay so when one of them unlocks: each
 * mapping must have been counted again.
 */
static void test_mlocked_twice(void)
{
	char *a = map(MANY, 0), *b = map(MANY, 1), c = 0;
	int to[2], from[2];
	long before;
	pid_t pid;

	fill(a, MANY * PAGE, 1);
	/* Writable memory would be copied when it is locked. */
	mprotect(a, MANY * PAGE, PROT_READ);
	if (mlock(a, MANY * PAGE) || pipe(to) || pipe(from))
		die("mlock");
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		c = mlock(a, MANY * PAGE) ? 'n' : 'y';
		if (write(from[1], &c, 1) != 1 || read(to[0], &c, 1) != 1)
			_exit(1);
		c = munlock(a, MANY * PAGE) ? 'n' : 'y';
		if (write(from[1], &c, 1) != 1 || read(to[0], &c, 1) != 1)
			_exit(2);
		_exit(!intact(a, MANY * PAGE, 1));
	}
	fill(b, MANY * PAGE, 2);
	ok(read(from[0], &c, 1) == 1 && c == 'y', "mlocked by two: the other has locked it");
	is(exchange_many(a, b, FOLIO_EXCHANGE_MOVE_ALL), 0, "mlocked by two: all are exchanged");
	before = settled_counter("nr_mlock");
	ok(write(to[1], "u", 1) == 1 && read(from[0], &c, 1) == 1 && c == 'y',
	   "mlocked by two: the other unlocks it");
	is(settled_counter("nr_mlock"), before, "mlocked by two: it stays mlocked by the first");
	ok(intact(a, MANY * PAGE, 1) && intact(b, MANY * PAGE, 2), "mlocked by two: contents");
	if (write(to[1], "e", 1) != 1)
		die("the child is gone");
	waitpid(pid, NULL, 0);
	munmap(a, MANY * PAGE);
	munmap(b, MANY * PAGE);
}

static long on_node_isolated(int node)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/devices/system/node/node%d/vmstat", node);
	return resting_counter(path, "nr_isolated_file");
}

/* Both sides' pages become lazyfree; what is left of them is theirs or zeros. */
static void test_lazyfree(void)
{
	char *a = map(MANY, 0), *b = map(MANY, 1);
	bool good = true;

	fill(a, MANY * PAGE, 1);
	fill(b, MANY * PAGE, 2);
	madvise(a, MANY * PAGE, MADV_FREE);
	is(exchange_many(a, b, 0), 0, "MADV_FREE with others: all are exchanged");
	for (int i = 0; i < MANY; i++)
		good &= intact(a + i * PAGE, PAGE, 1) || !a[i * PAGE];
	ok(good && intact(b, MANY * PAGE, 2), "MADV_FREE: contents");
	/* They count as file pages; if those of one node were taken for the other's the sum is right. */
	for (int i = 0; i < 2; i++)
		is(on_node_isolated(i), 0, "MADV_FREE: nr_isolated_file of node %d", i);
	/* Those of B must not have become free to drop. */
	madvise(a, MANY * PAGE, MADV_PAGEOUT);
	madvise(b, MANY * PAGE, MADV_PAGEOUT);
	ok(intact(b, MANY * PAGE, 2), "MADV_FREE: reclaim leaves the others");
	for (int i = 0; i < MANY; i++)
		good &= intact(a + i * PAGE, PAGE, 1) || !a[i * PAGE];
	ok(good, "MADV_FREE: after reclaim");
	munmap(a, MANY * PAGE);
	munmap(b, MANY * PAGE);
}

/* ---- the arrays of the call lie in what is exchanged ---- */

static void test_own_arrays(void)
{
	enum {
		N = 3
	};
	/* Pages: the addresses of A, those of B, the status. */
	char *a = map(N, 0), *b = map(N, 1);
	uint64_t *at[2] = { (uint64_t *)a, (uint64_t *)(a + PAGE) };
	int32_t *status = (int32_t *)(a + 2 * PAGE);
	struct folio_exchange_args args = {
		.size = sizeof(args),
		.count = N,
		.addrs_a = (uintptr_t)at[0],
		.addrs_b = (uintptr_t)at[1],
		.status = (uintptr_t)status,
	};
	uint64_t frame[2][N];
	bool good = true;

	fill(a, N * PAGE, 1);
	fill(b, N * PAGE, 2);
	for (int i = 0; i < N; i++) {
		at[0][i] = (uintptr_t)a + i * PAGE;
		at[1][i] = (uintptr_t)b + i * PAGE;
		status[i] = 12345;
		frame[0][i] = pfn(a + i * PAGE);
		frame[1][i] = pfn(b + i * PAGE);
	}
	is_result(call(&args), 0, "arrays in the pages themselves: the call");
	for (int i = 0; i < N; i++)
		good &= status[i] == FOLIO_EXCHANGE_OK && pfn(a + i * PAGE) == frame[1][i] &&
			pfn(b + i * PAGE) == frame[0][i] && at[0][i] == (uintptr_t)a + i * PAGE;
	ok(good, "arrays in the pages themselves: all are exchanged");
	ok(intact(b, N * PAGE, 2), "arrays in the pages themselves: contents");
	munmap(a, N * PAGE);
	munmap(b, N * PAGE);
}

/* ---- memory cgroups ---- */

#define GROUP "/sys/fs/cgroup/states%d"

static long group_value(int group, const char *file, const char *key)
{
	char path[96];
	long value = -1;
	FILE *f;

	snprintf(path, sizeof(path), GROUP "/%s", group, file);
	if (key)
		return counter_in(path, key);
	f = fopen(path, "re");
	if (!f || fscanf(f, "%ld", &value) != 1)
		die(path);
	fclose(f);
	return value;
}

/* "anon N0=... N1=..." */
static long on_node(int group, int node)
{
	char path[96], key[16], line[512];
	long value = -1;
	FILE *f;

	snprintf(path, sizeof(path), GROUP "/memory.numa_stat", group);
	snprintf(key, sizeof(key), " N%d=", node);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, "anon ", 5) && strstr(line, key))
			value = strtol(strstr(line, key) + strlen(key), NULL, 10);
	if (f)
		fclose(f);
	return value;
}

/* A child in a group of its own with pages on a node, that ends when told. */
static pid_t start_owner(int group, char *area, int *answer, int *stop)
{
	int to[2], from[2];
	char path[96], c;
	pid_t pid;

	snprintf(path, sizeof(path), GROUP, group);
	if (pipe(to) || pipe(from) || mkdir(path, 0755))
		die(path);
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(to[1]);
		close(from[0]);
		snprintf(path, sizeof(path), GROUP "/cgroup.procs", group);
		if (!write_file(path, "0"))
			_exit(2);
		fill(area, MANY * PAGE, group + 1);
		if (write(from[1], "y", 1) != 1 || read(to[0], &c, 1) != 1)
			_exit(3);
		c = intact(area, MANY * PAGE, group + 1) ? 'y' : 'n';
		_exit(write(from[1], &c, 1) != 1);
	}
	close(to[0]);
	close(from[1]);
	if (read(from[0], &c, 1) != 1)
		die("the child is gone");
	*answer = from[0];
	*stop = to[1];
	return pid;
}

static void test_memcg(void)
{
	char *area[2] = { map(MANY, 0), map(MANY, 1) }, path[96], c;
	uint64_t at[2][MANY];
	int32_t status[MANY];
	struct folio_exchange_args args = {
		.size = sizeof(args),
		.count = MANY,
		.addrs_a = (uintptr_t)at[0],
		.addrs_b = (uintptr_t)at[1],
		.status = (uintptr_t)status,
	};
	long current[2], anon[2], there[2];
	int answer[2], stop[2], bad = 0;
	pid_t pid[2];

	if (!write_file("/sys/fs/cgroup/cgroup.subtree_control", "+memory"))
		return skip("no memory cgroups", "memory cgroups");
	for (int i = 0; i < 2; i++)
		pid[i] = start_owner(i, area[i], &answer[i], &stop[i]);
	args.pid_a = pid[0];
	args.pid_b = pid[1];
	for (int i = 0; i < MANY; i++) {
		at[0][i] = (uintptr_t)area[0] + i * PAGE;
		at[1][i] = (uintptr_t)area[1] + i * PAGE;
	}
	/* Sums of the groups are brought up to date every two seconds. */
	sleep(3);
	for (int i = 0; i < 2; i++) {
		current[i] = group_value(i, "memory.current", NULL);
		anon[i] = group_value(i, "memory.stat", "anon");
		there[i] = on_node(i, i);
	}
	is_result(call(&args), 0, "pages of two groups: the call");
	for (int i = 0; i < MANY; i++)
		bad += status[i] != FOLIO_EXCHANGE_OK;
	is(bad, 0, "pages of two groups: all are exchanged");
	sleep(3);
	for (int i = 0; i < 2; i++) {
		diag("group %d: current %ld, anon %ld, on its node %ld; after: %ld, %ld, %ld", i,
		     current[i], anon[i], there[i], group_value(i, "memory.current", NULL),
		     group_value(i, "memory.stat", "anon"), on_node(i, i));
		is(group_value(i, "memory.current", NULL), current[i], "memory.current of group %d",
		   i);
		is(group_value(i, "memory.stat", "anon"), anon[i], "anon of group %d", i);
		is(there[i] - on_node(i, i), (long)(MANY * PAGE),
		   "what group %d has of its node is less by all pages", i);
	}
	for (int i = 0; i < 2; i++) {
		if (write(stop[i], "x", 1) != 1 || read(answer[i], &c, 1) != 1)
			die("the child is gone");
		ok(c == 'y', "group %d: contents", i);
		close(stop[i]);
		close(answer[i]);
		waitpid(pid[i], NULL, 0);
		/* Nothing may be left charged to a group that has no process. */
		snprintf(path, sizeof(path), GROUP, i);
		is(group_value(i, "memory.stat", "anon"), 0, "group %d: nothing is left", i);
		ok(!rmdir(path), "group %d can be removed", i);
	}
}

/* ---- NUMA hints ---- */

static void *hold_still(void *unused)
{
	pause();
	return unused;
}

/* Hint faults that touching all the pages takes. */
static long hints(const char *area)
{
	long before = vm_counter("numa_hint_faults");

	for (int i = 0; i < MANY; i++)
		__atomic_load_n(area + i * PAGE, __ATOMIC_RELAXED);
	return vm_counter("numa_hint_faults") - before;
}

/* The area is one without a policy: only those are hinted. */
static char *map_plain(unsigned int generation)
{
	char *area =
		mmap(NULL, MANY * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (area == MAP_FAILED)
		die("mmap");
	madvise(area, MANY * PAGE, MADV_NOHUGEPAGE);
	fill(area, MANY * PAGE, generation);
	return area;
}

static void test_numa_hints(void)
{
	char *a = map_plain(1), *b = map(MANY, 1), *control = map_plain(3);
	long updates = vm_counter("numa_pte_updates"), control_hints, a_hints;
	struct timespec began, now;
	pthread_t thread;

	fill(b, MANY * PAGE, 2);
	/* With a single thread its own node's pages would be left out. */
	pthread_create(&thread, NULL, hold_still, NULL);
	write_file("/sys/kernel/debug/sched/numa_balancing/scan_delay_ms", "1");
	write_file("/sys/kernel/debug/sched/numa_balancing/scan_period_min_ms", "20");
	write_file("/proc/sys/kernel/numa_balancing", "1");
	clock_gettime(CLOCK_MONOTONIC, &began);
	/* It is running that makes it scan; neither area is touched meanwhile. */
	do {
		for (volatile int i = 0; i < 10000000; i++)
			;
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (vm_counter("numa_pte_updates") - updates < 2 * MANY &&
		 now.tv_sec - began.tv_sec < 20);
	write_file("/proc/sys/kernel/numa_balancing", "0");
	if (vm_counter("numa_pte_updates") - updates < 2 * MANY) {
		skip("not scanned in 20 s", "NUMA hints");
	} else {
		is(exchange_many(a, b, 0), 0, "with NUMA hints: all are exchanged");
		a_hints = hints(a);
		control_hints = hints(control);
		diag("%ld hint faults on what was exchanged, %ld on what was not", a_hints,
		     control_hints);
		ok(control_hints > MANY / 2, "what is not exchanged takes hint faults");
		ok(a_hints < 8, "what is exchanged is accessible");
		ok(intact(a, MANY * PAGE, 1) && intact(b, MANY * PAGE, 2), "with hints: contents");
		fill(a, MANY * PAGE, 4);
		ok(intact(a, MANY * PAGE, 4) && intact(b, MANY * PAGE, 2), "with hints: writable");
	}
	munmap(a, MANY * PAGE);
	munmap(b, MANY * PAGE);
	munmap(control, MANY * PAGE);
}

int main(void)
{
	open_device();
	test_uffd_wp();
	test_soft_dirty();
	test_counters();
	test_mlocked_twice();
	test_lazyfree();
	anon_vmas_go("exchanged");
	test_own_arrays();
	test_memcg();
	test_numa_hints();
	return done_testing();
}
