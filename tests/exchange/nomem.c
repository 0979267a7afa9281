// SPDX-License-Identifier: GPL-2.0-only
/*
 * An exchange allocates nothing: it works while every allocation of the caller fails,
 * and with both nodes so full that migration moves nothing.
 */
#include "exchange.h"
#include "hogs.h"
#include "zones.h"

#include <sys/resource.h>

enum {
	PAIRS = 512,
	LEFT = 128 /* pages that the hogs leave of each node */
};

/* All that a call needs, in memory that is there and stays. */
static struct {
	uint64_t at[2][PAIRS];
	int32_t status[PAIRS];
	void *pages[PAIRS];
	int nodes[PAIRS];
	uint64_t frame[2][PAIRS];
	char *area[2];
} * my;

static void prepare(void)
{
	my = mmap(NULL, sizeof(*my), PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (my == MAP_FAILED)
		die("mmap");
	for (int side = 0; side < 2; side++) {
		my->area[side] = map(PAIRS, side);
		fill(my->area[side], PAIRS * PAGE, side + 1);
		for (int i = 0; i < PAIRS; i++)
			my->at[side][i] = (uintptr_t)my->area[side] + i * PAGE;
	}
	if (mlockall(MCL_CURRENT))
		die("mlockall");
}

/* On which node each page of a side is; -errno where there is none. */
static int count_on(int side, int node)
{
	int found = 0;

	for (int i = 0; i < PAIRS; i++)
		my->pages[i] = (void *)my->at[side][i];
	if (syscall(SYS_move_pages, 0, PAIRS, my->pages, NULL, my->nodes, 0))
		die("move_pages");
	for (int i = 0; i < PAIRS; i++)
		found += my->nodes[i] == node;
	return found;
}

static void note_frames(void)
{
	for (int side = 0; side < 2; side++)
		for (int i = 0; i < PAIRS; i++)
			my->frame[side][i] = pfn((void *)my->at[side][i]);
}

static int exchange(void)
{
	struct folio_exchange_args args = {
		.size = sizeof(args),
		.count = PAIRS,
		.addrs_a = (uintptr_t)my->at[0],
		.addrs_b = (uintptr_t)my->at[1],
		.status = (uintptr_t)my->status,
	};

	return call(&args);
}

/* What became of it. */
struct outcome {
	int err, done, crossed;
	bool intact;
};

static struct outcome look(int err)
{
	struct outcome o = { .err = err };

	for (int i = 0; i < PAIRS; i++) {
		o.done += my->status[i] == FOLIO_EXCHANGE_OK;
		o.crossed += pfn((void *)my->at[0][i]) == my->frame[1][i] &&
			     pfn((void *)my->at[1][i]) == my->frame[0][i];
		if (my->status[i])
			diag("pair %d: %s", i, result_name(my->status[i]));
	}
	o.intact = intact(my->area[0], PAIRS * PAGE, 1) && intact(my->area[1], PAIRS * PAGE, 2);
	return o;
}

static void check(const struct outcome *o, const char *when)
{
	diag("%s: exchange returned %s and moved %d of %d pairs", when, result_name(o->err),
	     o->done, PAIRS);
	is_result(o->err, 0, "%s: the call", when);
	is(o->done, PAIRS, "%s: all pairs are exchanged", when);
	ok(o->intact, "%s: contents", when);
}

/* ---- every allocation fails ---- */

#define FAULTS "/sys/kernel/debug/"

static bool make_all_fail(const char *attribute)
{
	/* Of times there are as many as FAILURES. */
	static const char *const settings[][2] = {
		{ "task-filter", "Y" },	    { "probability", "100" }, { "interval", "1" },
		{ "times", "1000000" },	    { "space", "0" },	      { "verbose", "0" },
		{ "ignore-gfp-wait", "N" }, { "cache-filter", "N" },  { "ignore-gfp-highmem", "N" },
		{ "min-order", "0" },
	};
	char path[128];

	snprintf(path, sizeof(path), FAULTS "%s", attribute);
	if (access(path, F_OK))
		return false;
	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++) {
		snprintf(path, sizeof(path), FAULTS "%s/%s", attribute, settings[i][0]);
		/* Each has one or two of the last four only. */
		if (!access(path, F_OK) && !write_file(path, "%s", settings[i][1]))
			die(path);
	}
	return true;
}

/* How many failures are left to give, of so many. */
enum {
	FAILURES = 1000000
};

static long failed(const char *attribute)
{
	char path[128], text[32] = "";
	int fd;

	snprintf(path, sizeof(path), FAULTS "%s/times", attribute);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		die(path);
	close(fd);
	return FAILURES - strtol(text, NULL, 10);
}

static void set_failing(int fd, bool failing)
{
	if (pwrite(fd, failing ? "1" : "0", 1, 0) != 1)
		die("/proc/self/make-it-fail");
}

static void test_faults(void)
{
	int fd, slab, page, err;
	struct outcome o;
	char *fresh;

	if (!make_all_fail("failslab") || !make_all_fail("fail_page_alloc"))
		return skip("no failslab and fail_page_alloc", "every allocation fails");
	fresh = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	fd = open("/proc/self/make-it-fail", O_WRONLY | O_CLOEXEC);
	if (fresh == MAP_FAILED || fd < 0)
		die("/proc/self/make-it-fail");
	/* A second page here takes nothing but that page. */
	*fresh = 1;
	fresh += PAGE;
	note_frames();
	/* Nothing is printed or opened by the way: that would fail, too. */
	set_failing(fd, true);
	err = exchange();
	set_failing(fd, false);
	o = look(err);
	check(&o, "every allocation fails");
	/* Not where memory is short: compaction may have moved some in between. */
	is(o.crossed, PAIRS, "every allocation fails: all frames have changed places");
	is(failed("failslab"), 0, "no slab memory was asked for");
	is(failed("fail_page_alloc"), 0, "no page was asked for");

	/* The control: it does fail. */
	set_failing(fd, true);
	slab = open("/dev/null", O_RDONLY | O_CLOEXEC) < 0 ? errno : 0;
	page = madvise(fresh, PAGE, MADV_POPULATE_WRITE) ? errno : 0;
	set_failing(fd, false);
	close(fd);
	is(slab, ENOMEM, "slab memory is refused");
	is(page, ENOMEM, "a page is refused");
	ok(failed("failslab") > 0, "failures of slab memory are counted");
	ok(failed("fail_page_alloc") > 0, "failures of pages are counted");
	write_file(FAULTS "failslab/probability", "0");
	write_file(FAULTS "fail_page_alloc/probability", "0");
	munmap(fresh - PAGE, 2 * PAGE);
}

/* ---- both nodes are full ---- */

static int move(int side, int node)
{
	for (int i = 0; i < PAIRS; i++) {
		my->pages[i] = (void *)my->at[side][i];
		my->nodes[i] = node;
	}
	/* In nodes: where to; the results are looked up. */
	return syscall(SYS_move_pages, 0, PAIRS, my->pages, my->nodes, my->status, MPOL_MF_MOVE) < 0 ?
		       -errno :
		       0;
}

#define MIN_FREE "/proc/sys/vm/min_free_kbytes"

/* What a process of its own saw, told by shared memory. */
struct full {
	int room[2]; /* of the pages of side A, moved there and back while there was room */
	long left[2], killed;
	int err[2], moved[2]; /* by move_pages, to node 1 and to node 0 */
	struct outcome exchange;
	int on[2]; /* how many of each side are on the other's node after it */
	bool complete;
};

static void run_full(struct full *f)
{
	long total = counter_in("/proc/meminfo", "MemTotal");
	int reserve = open(MIN_FREE, O_WRONLY | O_CLOEXEC);
	struct hogs hogs;
	char high[32];

	hogs_start(&hogs, LEFT);
	prepare();
	move(0, 1);
	f->room[0] = count_on(0, 1);
	move(0, 0);
	f->room[1] = count_on(0, 0);
	write_file("/proc/sys/vm/drop_caches", "3");
	snprintf(high, sizeof(high), "%ld", total / 6);
	f->killed = vm_counter("oom_kill");
	hogs_fill(&hogs);
	f->left[0] = zones_available(0);
	f->left[1] = zones_available(1);
	/*
	 * The few pages that the hogs have left, those in lists of the CPUs, and what could
	 * be reclaimed, are put out of reach of all but those who may use reserves. As long
	 * as that is so nothing is printed or opened, for that may take memory, and hence
	 * the life of a hog.
	 */
	if (pwrite(reserve, high, strlen(high), 0) < 0)
		die(MIN_FREE);
	for (int side = 0; side < 2; side++) {
		f->err[side] = move(side, !side);
		f->moved[side] = count_on(side, !side);
	}
	f->exchange.err = exchange();
	for (int side = 0; side < 2; side++)
		f->on[side] = count_on(side, !side);
	pwrite(reserve, "2048", 4, 0);
	hogs_end(&hogs);
	f->exchange = look(f->exchange.err);
	f->killed = vm_counter("oom_kill") - f->killed;
	f->complete = true;
}

/*
 * Somebody else may want a page just when there is none, and a hog dies for it: then the
 * nodes were not full. That says nothing of what is tested, so it is done again.
 */
static bool see_full(struct full *f)
{
	for (int tries = 0; tries < 10; tries++) {
		pid_t pid;

		*f = (struct full){ 0 };
		pid = fork();
		if (!pid) {
			run_full(f);
			exit(0);
		}
		waitpid(pid, NULL, 0);
		if (f->complete && !f->killed)
			return true;
		diag("a hog was killed for memory: once more");
	}
	return false;
}

static void test_full(void)
{
	struct full *f =
		mmap(NULL, sizeof(*f), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	ok(see_full(f), "full nodes: nobody is killed for memory");
	is(f->room[0], PAIRS, "room on both nodes: all pages are moved");
	is(f->room[1], PAIRS, "room on both nodes: all pages are moved back");
	diag("full nodes: %ld and %ld pages were left", f->left[0], f->left[1]);
	diag("full nodes: move_pages returned %s and %s and moved %d and %d of %d pages",
	     result_name(f->err[0]), result_name(f->err[1]), f->moved[0], f->moved[1], PAIRS);
	is(f->moved[0], 0, "full nodes: move_pages moves nothing to node 1");
	is(f->moved[1], 0, "full nodes: move_pages moves nothing to node 0");
	check(&f->exchange, "full nodes");
	is(f->on[0], PAIRS, "full nodes: side A has come to node 1");
	is(f->on[1], PAIRS, "full nodes: side B has come to node 0");
	munmap(f, sizeof(*f));
}

/* For people: the same in one small table. Exit status 0 if it is as it should be. */
static int show_table(void)
{
	struct full *f =
		mmap(NULL, sizeof(*f), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (!see_full(f))
		return 1;
	printf("%-40s %10s %10s\n", "", "asked", "moved");
	printf("%-40s %10d %10d\n", "move_pages(2) from node 0 to node 1", PAIRS, f->moved[0]);
	printf("%-40s %10d %10d\n", "move_pages(2) from node 1 to node 0", PAIRS, f->moved[1]);
	printf("%-40s %10d %10d\n", "exchange of the same pages, both ways", 2 * PAIRS,
	       f->on[0] + f->on[1]);
	return f->moved[0] || f->moved[1] || f->on[0] + f->on[1] != 2 * PAIRS || !f->exchange.intact;
}

int main(int argc, char **argv)
{
	bool table = argc > 1 && !strcmp(argv[1], "table");

	open_device();
	write_file("/proc/self/oom_score_adj", "-1000");
	/* Its scan of this task's VMAs allocates (task_numa_work(), kernel/sched/fair.c). */
	write_file("/proc/sys/kernel/numa_balancing", "0");
	write_file("/proc/sys/vm/overcommit_memory", "1");
	write_file(MIN_FREE, "2048");
	/* Watermarks stay where they are, and as little as can be is in the lists of the CPUs. */
	write_file("/proc/sys/vm/watermark_boost_factor", "0");
	write_file("/proc/sys/vm/percpu_pagelist_high_fraction", "1000000");
	if (access("/sys/devices/system/node/node1", F_OK)) {
		skip("one node only", "all");
		return done_testing();
	}
	if (table)
		return show_table();
	test_full();
	prepare();
	test_faults();
	return done_testing();
}
