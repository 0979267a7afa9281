// SPDX-License-Identifier: GPL-2.0-only
/*
 * Refusals that can be provoked from outside: each for its reason, with everything
 * left as it was, and none once the cause is gone.  What only error injection reaches
 * is in injected.c.
 */
#include "exchange.h"

#include <linux/io_uring.h>
#include <sys/uio.h>

#ifndef MADV_HWPOISON
#define MADV_HWPOISON 100
#endif
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif
#define MAP_DROPPABLE_FLAG 0x08
#define HUGE		   (2UL << 20)
#define MOVE_ALL	   FOLIO_EXCHANGE_MOVE_ALL

/* From lib/test_hmm_uapi.h, which is not exported. */
struct hmm_dmirror_cmd {
	uint64_t addr, ptr, npages, cpages, faults;
};
#define HMM_DMIRROR_MIGRATE_TO_DEV _IOWR('H', 0x02, struct hmm_dmirror_cmd)
#define HMM_DMIRROR_EXCLUSIVE	   _IOWR('H', 0x05, struct hmm_dmirror_cmd)

static char peek(const char *at)
{
	return __atomic_load_n(at, __ATOMIC_RELAXED);
}

static struct pair swapped(const struct pair *p)
{
	return (struct pair){ p->b, p->a };
}

/* Refused whichever side it is on.  The sides differ in their generation: no contents. */
static void refused_on_both(const struct pair *p, int reason, uint32_t flags, unsigned int may,
			    const char *what)
{
	struct pair other = swapped(p);
	char text[128];

	refused(p, reason, flags, may, what);
	snprintf(text, sizeof(text), "%s, on the other side", what);
	refused(&other, reason, flags, 0, text);
}

/* ---- a child that holds still ---- */

struct child {
	pid_t pid;
	int ask, answer;
};

/* Does what `serve` does each time that it is told a byte. */
static struct child start(char (*serve)(char *at, char what), char *at)
{
	int to[2], from[2];
	struct child c;
	char byte;

	if (pipe(to) || pipe(from))
		die("pipe");
	c.pid = fork();
	if (c.pid < 0)
		die("fork");
	if (!c.pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(to[1]);
		close(from[0]);
		while (read(to[0], &byte, 1) == 1) {
			byte = serve(at, byte);
			if (write(from[1], &byte, 1) != 1)
				break;
		}
		_exit(0);
	}
	close(to[0]);
	close(from[1]);
	c.ask = to[1];
	c.answer = from[0];
	return c;
}

static char ask(const struct child *c, char what)
{
	char byte = 0;

	if (write(c->ask, &what, 1) != 1 || read(c->answer, &byte, 1) != 1)
		die("the child is gone");
	return byte;
}

static void stop(const struct child *c)
{
	close(c->ask);
	close(c->answer);
	waitpid(c->pid, NULL, 0);
}

/* '1': is generation 1 there? */
static char serve(char *at, char what)
{
	return intact(at, PAGE, what - '0') ? 'y' : 'n';
}

/* ---- not there, or nothing to exchange with ---- */

static void test_same_folio(void)
{
	struct pair p = new_pair(), same = { p.a, p.a };
	struct child c = start(serve, p.a);
	int32_t status;
	int err;

	refused(&same, FOLIO_EXCHANGE_SAME_FOLIO, MOVE_ALL, READ_A, "one address twice");
	err = exchange_of(0, p.a, c.pid, p.a, 1, &status, 0);
	is_result(err ? err : status, FOLIO_EXCHANGE_SAME_FOLIO,
		  "one folio, mapped here and in a child");
	ok(intact(p.a, PAGE, 1) && ask(&c, '1') == 'y', "and both still read it");
	stop(&c);
	exchanged(&p, 0, "once the child is gone");
	drop_pair(&p);
}

static void test_not_present(void)
{
	struct pair p = new_pair(), b = { p.a, map(1, 1) };

	refused_on_both(&b, FOLIO_EXCHANGE_NOT_PRESENT, 0, READ_A | WRITE_A, "never touched");
	fill(b.b, PAGE, 2);
	exchanged(&b, 0, "touched");
	munmap(b.b, PAGE);
	madvise(p.b, PAGE, MADV_DONTNEED);
	refused_on_both(&p, FOLIO_EXCHANGE_NOT_PRESENT, 0, READ_A | WRITE_A, "MADV_DONTNEED");
	fill(p.b, PAGE, 2);
	exchanged(&p, 0, "written again");
	drop_pair(&p);
}

static void test_zero_page(void)
{
	struct pair p = new_pair();

	madvise(p.b, PAGE, MADV_DONTNEED);
	peek(p.b);
	refused_on_both(&p, FOLIO_EXCHANGE_UNSUPPORTED, 0, READ_A | WRITE_A, "the zero page");
	ok(!peek(p.b), "the zero page still reads zeros");
	fill(p.b, PAGE, 2);
	exchanged(&p, 0, "the zero page replaced");
	drop_pair(&p);
}

static void test_droppable(void)
{
	struct pair p = new_pair(), d = { p.a, NULL };

	d.b = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_DROPPABLE_FLAG | MAP_ANONYMOUS, -1, 0);
	if (d.b == MAP_FAILED)
		return skip("no MAP_DROPPABLE", "droppable");
	fill(d.b, PAGE, 2);
	refused_on_both(&d, FOLIO_EXCHANGE_UNSUPPORTED, 0, ALL, "droppable");
	munmap(d.b, PAGE);
	drop_pair(&p);
}

/* ---- kinds ---- */

static void test_file(void)
{
	struct pair p = new_pair(), f = { p.a, NULL };
	int fd = syscall(SYS_memfd_create, "exchange", 0);

	if (fd < 0 || ftruncate(fd, 2 * PAGE))
		die("memfd");
	f.b = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	fill(f.b, PAGE, 2);
	peek(f.b + PAGE);
	refused_on_both(&f, FOLIO_EXCHANGE_TYPE, 0, ALL, "anonymous with shmem");
	f.a = f.b + PAGE;
	refused(&f, FOLIO_EXCHANGE_UNSUPPORTED, 0, READ_B | WRITE_B, "shmem with shmem");
	f.a = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, open("/proc/self/exe", O_RDONLY), 0);
	peek(f.a);
	refused_on_both(&f, FOLIO_EXCHANGE_TYPE, MOVE_ALL, READ_B | WRITE_B, "file with shmem");
	munmap(f.b, 2 * PAGE);
	f.b = p.b;
	refused_on_both(&f, FOLIO_EXCHANGE_TYPE, MOVE_ALL, READ_B | WRITE_B, "file with anonymous");
	munmap(f.a, PAGE);
	close(fd);
	exchanged(&p, 0, "anonymous with anonymous");
	drop_pair(&p);
}

/* An aligned area that may be huge; what is around it is left to the end of the test. */
static char *map_huge(void)
{
	char *area = mmap(NULL, 2 * HUGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (area == MAP_FAILED)
		die("mmap");
	area = (char *)(((uintptr_t)area + HUGE - 1) & ~(HUGE - 1));
	madvise(area, HUGE, MADV_HUGEPAGE);
	return area;
}

static void test_huge(void)
{
	char *huge = map_huge(), *other = map_huge(), *zero = map_huge();
	struct pair p = new_pair(), h = { p.a, huge }, both = { huge, other };
	struct pair z = { p.a, zero };

	fill(huge, HUGE, 2);
	fill(other, HUGE, 2);
	if (!frame_is(huge, KPF_THP) || !frame_is(other, KPF_THP)) {
		skip("no huge page to be had", "huge pages");
	} else {
		refused_on_both(&h, FOLIO_EXCHANGE_ORDER, 0, ALL, "4 KiB with 2 MiB");
		h.b = huge + 5 * PAGE;
		refused_on_both(&h, FOLIO_EXCHANGE_ORDER, 0, ALL, "with the middle of 2 MiB");
		refused(&both, FOLIO_EXCHANGE_UNSUPPORTED, 0, READ_B | WRITE_B, "2 MiB with 2 MiB");
		/* Other rights for one page: mapped in small pieces, and still one folio. */
		mprotect(huge + 5 * PAGE, PAGE, PROT_READ);
		refused_on_both(&h, FOLIO_EXCHANGE_ORDER, MOVE_ALL, READ_A | READ_B | WRITE_A,
				"with a piece of 2 MiB");
		mprotect(huge + 5 * PAGE, PAGE, PROT_READ | PROT_WRITE);
		ok(intact(huge, HUGE, 2) && intact(other, HUGE, 2), "huge pages: contents");
	}
	/* Without MADV_HUGEPAGE no huge page is made of it again. */
	madvise(huge, HUGE, MADV_NOHUGEPAGE);
	madvise(huge, HUGE, MADV_DONTNEED);
	fill(huge, HUGE, 2);
	exchanged(&h, 0, "no longer huge");
	peek(zero);
	refused_on_both(&z, FOLIO_EXCHANGE_UNSUPPORTED, 0, READ_A | WRITE_A, "the huge zero page");
	munmap(huge, HUGE);
	munmap(other, HUGE);
	munmap(zero, HUGE);
	drop_pair(&p);
}

static void test_hugetlb(void)
{
	struct pair p = new_pair(), h = { p.a, NULL };

	write_file("/proc/sys/vm/nr_hugepages", "4");
	h.b = mmap(NULL, HUGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB,
		   -1, 0);
	if (h.b == MAP_FAILED) {
		skip("no hugetlb page to be had", "hugetlb");
	} else {
		fill(h.b, PAGE, 2);
		refused_on_both(&h, FOLIO_EXCHANGE_UNSUPPORTED, 0, ALL, "hugetlb");
		munmap(h.b, HUGE);
	}
	write_file("/proc/sys/vm/nr_hugepages", "0");
	drop_pair(&p);
}

static void test_ksm(void)
{
	struct pair p = new_pair();
	char *twins = map(2, 1);
	struct pair k = { p.a, twins };
	bool merged = false;

	/* Contents that say where they are would differ. */
	memset(twins, 'k', 2 * PAGE);
	madvise(twins, 2 * PAGE, MADV_MERGEABLE);
	write_file("/sys/kernel/mm/ksm/pages_to_scan", "1000");
	write_file("/sys/kernel/mm/ksm/sleep_millisecs", "10");
	write_file("/sys/kernel/mm/ksm/run", "1");
	for (int i = 0; i < 300 && !merged; i++) {
		usleep(50000);
		merged = pfn(twins) == pfn(twins + PAGE);
	}
	/* It stands still while its page is looked at. */
	write_file("/sys/kernel/mm/ksm/run", "0");
	if (!merged) {
		skip("not merged in 15 s", "KSM");
	} else {
		refused_on_both(&k, FOLIO_EXCHANGE_UNSUPPORTED, MOVE_ALL, READ_A | WRITE_A,
				"a KSM page");
		ok(twins[0] == 'k' && twins[PAGE] == 'k', "a KSM page: contents");
	}
	write_file("/sys/kernel/mm/ksm/run", "2");
	fill(twins, PAGE, 2);
	exchanged(&k, 0, "unmerged");
	munmap(twins, 2 * PAGE);
	drop_pair(&p);
}

/* Entries of memory that only a device may touch are not present. */
static void test_device_memory(void)
{
	static const struct {
		unsigned long request;
		const char *what;
	} kinds[] = {
		{ HMM_DMIRROR_MIGRATE_TO_DEV, "memory of a device" },
		{ HMM_DMIRROR_EXCLUSIVE, "exclusively a device's" },
	};
	int fd = open("/dev/hmm_dmirror0", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return skip("no /dev/hmm_dmirror0", "device memory");
	for (int i = 0; i < 2; i++) {
		struct pair p = new_pair();
		char *bounce = map(1, 0);
		struct hmm_dmirror_cmd cmd = {
			.addr = (uintptr_t)p.b,
			.ptr = (uintptr_t)bounce,
			.npages = 1,
		};

		memset(bounce, 0, PAGE);
		if (ioctl(fd, kinds[i].request, &cmd) || cmd.cpages != 1) {
			skip("the device did not take it", "%s", kinds[i].what);
		} else {
			diag("%s: its entry is %#lx", kinds[i].what, entry(p.b));
			refused_on_both(&p, FOLIO_EXCHANGE_NOT_PRESENT, 0, READ_A | WRITE_A,
					kinds[i].what);
		}
		/* Touching it brings it back. */
		ok(intact(p.b, PAGE, 2), "%s: contents", kinds[i].what);
		exchanged(&p, 0, "brought back");
		munmap(bounce, PAGE);
		drop_pair(&p);
	}
	close(fd);
}

/* ---- in somebody else's hands ---- */

static void test_pinned(void)
{
	struct io_uring_params params = {};
	struct pair p = new_pair();
	struct iovec iov = { p.b, PAGE };
	int ring = syscall(SYS_io_uring_setup, 4, &params);

	if (ring < 0)
		return skip("no io_uring", "pinned");
	if (syscall(SYS_io_uring_register, ring, IORING_REGISTER_BUFFERS, &iov, 1))
		die("IORING_REGISTER_BUFFERS");
	refused_on_both(&p, FOLIO_EXCHANGE_PINNED, 0, ALL, "pinned by io_uring");
	if (syscall(SYS_io_uring_register, ring, IORING_UNREGISTER_BUFFERS, NULL, 0))
		die("IORING_UNREGISTER_BUFFERS");
	exchanged(&p, 0, "unpinned");
	close(ring);
	drop_pair(&p);
}

static void test_extra_refs(void)
{
	struct pair p = new_pair();
	struct iovec iov = { p.b, PAGE };
	int pipes[2];

	if (pipe(pipes) || vmsplice(pipes[1], &iov, 1, 0) != (ssize_t)PAGE)
		die("vmsplice");
	refused_on_both(&p, FOLIO_EXCHANGE_EXTRA_REFS, 0, ALL, "in a pipe");
	close(pipes[0]);
	close(pipes[1]);
	exchanged(&p, 0, "out of the pipe");
	drop_pair(&p);
}

static void test_shared(void)
{
	struct pair p = new_pair();
	struct child c = start(serve, p.a);

	/* Written to after the fork: only A is shared. */
	fill(p.b, PAGE, 2);
	refused_on_both(&p, FOLIO_EXCHANGE_SHARED, 0, READ_A | READ_B | WRITE_B, "shared by fork");
	ok(ask(&c, '1') == 'y', "shared by fork: the child reads it");
	is_result(exchange_one(p.a, p.b, MOVE_ALL), FOLIO_EXCHANGE_OK, "shared, with MOVE_ALL");
	ok(intact(p.a, PAGE, 1) && intact(p.b, PAGE, 2) && ask(&c, '1') == 'y',
	   "shared, with MOVE_ALL: contents");
	stop(&c);
	exchanged(&p, 0, "no longer shared");
	drop_pair(&p);
}

/* ---- swap ---- */

static void test_swap(void)
{
	struct pair p = new_pair();
	struct child c;

	if (!swap_on_zram(64))
		return skip("no swap on zram", "swapped out, and in the swap cache");
	madvise(p.b, PAGE, MADV_PAGEOUT);
	refused_on_both(&p, FOLIO_EXCHANGE_NOT_PRESENT, 0, READ_A | WRITE_A, "swapped out");
	fill(p.b, PAGE, 2);
	exchanged(&p, 0, "swapped in");

	/* Read by one of two that refer to its slot, a page stays in the swap cache. */
	madvise(p.b, PAGE, MADV_PAGEOUT);
	c = start(serve, p.b);
	fill(p.a, PAGE, 1);
	ok(intact(p.b, PAGE, 2), "swapped in by one of two");
	refused_on_both(&p, FOLIO_EXCHANGE_SWAPCACHE, MOVE_ALL, READ_A | WRITE_A | READ_B,
			"in the swap cache");
	ok(ask(&c, '2') == 'y', "in the swap cache: the other reads it, too");
	stop(&c);
	fill(p.b, PAGE, 2);
	exchanged(&p, MOVE_ALL, "out of the swap cache");
	drop_pair(&p);
	ok(zram_gone(), "swap is off again");
}

/* ---- cpusets ---- */

#define CGROUP "/sys/fs/cgroup/refusals"

static void test_cpuset(void)
{
	struct pair p = new_pair();
	struct pair home = { p.a, map(1, 0) };
	struct iovec iov = { p.b, PAGE };
	int pipes[2];

	fill(home.b, PAGE, 2);
	if (!write_file("/sys/fs/cgroup/cgroup.subtree_control", "+cpuset") ||
	    mkdir(CGROUP, 0755) || !write_file(CGROUP "/cgroup.procs", "0"))
		return skip("no cpusets", "cpuset");
	/* A narrower cpuset takes its memory along, but for what somebody refers to. */
	if (pipe(pipes) || vmsplice(pipes[1], &iov, 1, 0) != (ssize_t)PAGE)
		die("vmsplice");
	if (!write_file(CGROUP "/cpuset.mems", "0"))
		die("cpuset.mems");
	close(pipes[0]);
	close(pipes[1]);
	refused_on_both(&p, FOLIO_EXCHANGE_CPUSET, MOVE_ALL, ALL, "a node outside the cpuset");
	exchanged(&home, 0, "both in the cpuset");
	if (!write_file(CGROUP "/cpuset.mems", "0-1"))
		die("cpuset.mems");
	exchanged(&p, 0, "in a wider cpuset");
	write_file("/sys/fs/cgroup/cgroup.procs", "0");
	rmdir(CGROUP);
	drop_pair(&p);
	munmap(home.b, PAGE);
}

static char serve_in_cpuset(char *at, char what)
{
	if (what == 'j')
		return write_file(CGROUP "/cgroup.procs", "0") ? 'y' : 'n';
	if (what == 'f')
		fill(at, PAGE, 1);
	return intact(at, PAGE, 1) ? 'y' : 'n';
}

/* It is the owner's cpuset that counts, not that of the caller. */
static void test_cpuset_of_owner(void)
{
	struct pair p = new_pair();
	struct child c = start(serve_in_cpuset, p.a);
	int32_t status[2];

	/* Written to after the fork, for a folio of its own. */
	fill(p.b, PAGE, 2);
	if (mkdir(CGROUP, 0755) || !write_file(CGROUP "/cpuset.mems", "0") || ask(&c, 'j') != 'y' ||
	    ask(&c, 'f') != 'y') {
		skip("no cpusets", "another process's cpuset");
	} else {
		exchange_of(c.pid, p.a, 0, p.b, 1, &status[0], 0);
		exchange_of(0, p.b, c.pid, p.a, 1, &status[1], 0);
		is_result(status[0], FOLIO_EXCHANGE_CPUSET, "another process's cpuset, A");
		is_result(status[1], FOLIO_EXCHANGE_CPUSET, "another process's cpuset, B");
		write_file(CGROUP "/cpuset.mems", "0-1");
		exchange_of(c.pid, p.a, 0, p.b, 1, &status[0], 0);
		is_result(status[0], FOLIO_EXCHANGE_OK, "another process's cpuset, once wider");
		ok(ask(&c, '1') == 'y' && intact(p.b, PAGE, 2), "another process's cpuset: contents");
	}
	stop(&c);
	rmdir(CGROUP);
	drop_pair(&p);
}

/* ---- several pairs ---- */

/* What is refused before the others are tried does not shift their results. */
static void test_order_of_results(void)
{
	static const int want[] = {
		FOLIO_EXCHANGE_OK,	   FOLIO_EXCHANGE_NOT_PRESENT, FOLIO_EXCHANGE_OK,
		FOLIO_EXCHANGE_EXTRA_REFS, FOLIO_EXCHANGE_OK,
	};
	enum {
		N = sizeof(want) / sizeof(*want)
	};
	char *a = map(N, 0), *b = map(N, 1);
	struct iovec iov = { b + 3 * PAGE, PAGE };
	int32_t status[N];
	int pipes[2];

	fill(a, N * PAGE, 1);
	fill(b, N * PAGE, 2);
	madvise(a + PAGE, PAGE, MADV_DONTNEED);
	if (pipe(pipes) || vmsplice(pipes[1], &iov, 1, 0) != (ssize_t)PAGE)
		die("vmsplice");
	is_result(exchange_of(0, a, 0, b, N, status, 0), 0, "some refused early: the call");
	for (int i = 0; i < N; i++)
		is_result(status[i], want[i], "some refused early: pair %d", i);
	close(pipes[0]);
	close(pipes[1]);
	munmap(a, N * PAGE);
	munmap(b, N * PAGE);
}

/* ---- the same folio in several pairs ---- */

/* -1: on any. */
static void run_on(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	for (int i = 0; i < 16; i++)
		if (cpu < 0 || cpu == i)
			CPU_SET(i, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("sched_setaffinity");
}

static void test_repeated(void)
{
	enum {
		CHUNK = 128,
		N = 2 * CHUNK
	};
	uint64_t at[2][N], frame[2];
	char *a = map(N, 0), *b = map(N, 1);
	int32_t status[N];
	struct folio_exchange_args args = {
		.size = sizeof(args),
		.count = N,
		.addrs_a = (uintptr_t)at[0],
		.addrs_b = (uintptr_t)at[1],
		.status = (uintptr_t)status,
	};
	long isolated = vm_counter("folio_exchange_fail_isolate");
	bool good = true;

	/* Pages on their way to the LRU in another CPU's batch have a test of their own. */
	run_on(0);
	fill(a, N * PAGE, 1);
	fill(b, N * PAGE, 2);
	for (int i = 0; i < N; i++) {
		at[0][i] = (uintptr_t)a + i * PAGE;
		at[1][i] = (uintptr_t)b + i * PAGE;
	}
	/* Pair 1 repeats A of pair 0; in the next chunk the last repeats pair 0. */
	at[0][1] = at[0][0];
	at[0][N - 1] = at[0][0];
	at[1][N - 1] = at[1][0];
	frame[0] = pfn(a);
	frame[1] = pfn(b);
	is_result(call(&args), 0, "repeated folios: the call");
	is_result(status[1], FOLIO_EXCHANGE_ISOLATE, "again in the same chunk");
	is_result(status[N - 1], FOLIO_EXCHANGE_OK, "again in the next chunk");
	status[1] = 0;
	for (int i = 0; i < N; i++) {
		if (status[i])
			diag("pair %d: %s", i, result_name(status[i]));
		good &= status[i] == FOLIO_EXCHANGE_OK;
	}
	ok(good, "repeated folios: all others are exchanged");
	ok(pfn(a) == frame[0] && pfn(b) == frame[1], "exchanged twice is as before");
	ok(intact(a, N * PAGE, 1) && intact(b, N * PAGE, 2), "repeated folios: contents");
	is(vm_counter("folio_exchange_fail_isolate") - isolated, 1, "isolate is counted once");
	is_result(exchange_one(a + PAGE, b + PAGE, 0), FOLIO_EXCHANGE_OK, "alone it is exchanged");
	munmap(a, N * PAGE);
	munmap(b, N * PAGE);
	run_on(-1);
}

/* Not on the LRU yet when they are first looked for; the first pair has it even so. */
static void test_repeated_fresh(void)
{
	char *a = map(1, 0), *b = map(2, 1);
	uint64_t at[2][2] = { { (uintptr_t)a, (uintptr_t)a }, { (uintptr_t)b, (uintptr_t)b + PAGE } };
	int32_t status[2];
	struct folio_exchange_args args = {
		.size = sizeof(args),
		.count = 2,
		.addrs_a = (uintptr_t)at[0],
		.addrs_b = (uintptr_t)at[1],
		.status = (uintptr_t)status,
	};

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		return skip("one CPU only", "repeated, and in a batch of another CPU");
	run_on(1);
	fill(a, PAGE, 1);
	fill(b, 2 * PAGE, 2);
	run_on(0);
	is_result(call(&args), 0, "in a batch of another CPU: the call");
	is_result(status[0], FOLIO_EXCHANGE_OK, "in a batch of another CPU: the first pair");
	is_result(status[1], FOLIO_EXCHANGE_ISOLATE, "in a batch of another CPU: the second");
	ok(intact(a, PAGE, 1) && intact(b, 2 * PAGE, 2), "in a batch of another CPU: contents");
	munmap(a, PAGE);
	munmap(b, 2 * PAGE);
	run_on(-1);
}

/* ---- somebody exchanges the same pages all the time ---- */

enum {
	BUSY = 128,
	STEP = 16
};

static struct {
	char *a, *b;
	bool stop;
	long result[FOLIO_EXCHANGE_NR_RESULTS];
} busy;

static void *exchange_all_the_time(void *unused)
{
	int own = open("/dev/folio_exchange", O_RDWR | O_CLOEXEC);
	uint64_t at[2][BUSY];
	int32_t status[BUSY];
	struct folio_exchange_args args = {
		.size = sizeof(args),
		.count = BUSY,
		.addrs_a = (uintptr_t)at[0],
		.addrs_b = (uintptr_t)at[1],
		.status = (uintptr_t)status,
	};

	for (int i = 0; i < BUSY; i++) {
		at[0][i] = (uintptr_t)busy.a + i * PAGE;
		at[1][i] = (uintptr_t)busy.b + i * PAGE;
	}
	/* A descriptor of its own: one serves one call at a time. */
	while (!__atomic_load_n(&busy.stop, __ATOMIC_RELAXED)) {
		if (ioctl(own, FOLIO_EXCHANGE_IOC_EXCHANGE, &args))
			die("ioctl");
		for (int i = 0; i < BUSY; i++)
			if (status[i] >= 0)
				busy.result[status[i]]++;
	}
	close(own);
	return unused;
}

/*
 * Who comes between finds folios off the LRU, or migration entries.  Ends when both
 * have been seen.
 */
static void test_busy(void)
{
	long seen[FOLIO_EXCHANGE_NR_RESULTS] = {}, locked, isolate, tries = 0;
	struct timespec began, now;
	int32_t status[STEP];
	pthread_t thread;
	char *mine = map(BUSY, 0);

	busy.a = map(BUSY, 0);
	busy.b = map(BUSY, 1);
	fill(busy.a, BUSY * PAGE, 1);
	fill(busy.b, BUSY * PAGE, 2);
	fill(mine, BUSY * PAGE, 3);
	locked = vm_counter("folio_exchange_fail_locked");
	isolate = vm_counter("folio_exchange_fail_isolate");
	pthread_create(&thread, NULL, exchange_all_the_time, NULL);
	clock_gettime(CLOCK_MONOTONIC, &began);
	do {
		size_t at = tries++ * STEP % BUSY * PAGE;

		if (exchange_of(0, mine + at, 0, busy.a + at, STEP, status, 0))
			die("exchange");
		for (int i = 0; i < STEP; i++)
			if (status[i] >= 0)
				seen[status[i]]++;
		/* Emulated processors take turns: this one meets the other at any point. */
		usleep(tries % 10 * 50);
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while ((!seen[FOLIO_EXCHANGE_LOCKED] || !seen[FOLIO_EXCHANGE_ISOLATE] || tries < 300) &&
		 now.tv_sec - began.tv_sec < 30);
	__atomic_store_n(&busy.stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	for (int i = 0; i < FOLIO_EXCHANGE_NR_RESULTS; i++)
		if (seen[i] || busy.result[i])
			diag("busy: %ld and %ld times %s", seen[i], busy.result[i], result_name(i));
	ok(seen[FOLIO_EXCHANGE_LOCKED], "a migration entry: locked");
	ok(seen[FOLIO_EXCHANGE_ISOLATE], "isolated by somebody else: isolate");
	is(vm_counter("folio_exchange_fail_locked") - locked,
	   seen[FOLIO_EXCHANGE_LOCKED] + busy.result[FOLIO_EXCHANGE_LOCKED], "locked is counted");
	is(vm_counter("folio_exchange_fail_isolate") - isolate,
	   seen[FOLIO_EXCHANGE_ISOLATE] + busy.result[FOLIO_EXCHANGE_ISOLATE], "isolate is counted");
	ok(intact(busy.a, BUSY * PAGE, 1) && intact(busy.b, BUSY * PAGE, 2) &&
		   intact(mine, BUSY * PAGE, 3),
	   "contents, however that went");
	is_result(exchange_one(mine, busy.a, 0), FOLIO_EXCHANGE_OK, "at rest again: exchanged");
	munmap(busy.a, BUSY * PAGE);
	munmap(busy.b, BUSY * PAGE);
	munmap(mine, BUSY * PAGE);
}

/* ---- broken memory ---- */

static void ignore(int signal)
{
	(void)signal;
}

/* Last: the frame is lost for good. */
static void test_hwpoison(void)
{
	struct pair p = new_pair();

	/* Comes at once, and not only to who touches the page. */
	signal(SIGBUS, ignore);
	if (madvise(p.b, PAGE, MADV_HWPOISON))
		return skip("no MADV_HWPOISON", "broken memory");
	refused_on_both(&p, FOLIO_EXCHANGE_NOT_PRESENT, 0, READ_A | WRITE_A, "broken memory");
	munmap(p.b, PAGE);
	p.b = map(1, 1);
	fill(p.b, PAGE, 2);
	exchanged(&p, 0, "with other memory");
	drop_pair(&p);
}

int main(void)
{
	open_device();
	test_same_folio();
	test_not_present();
	test_zero_page();
	test_droppable();
	test_file();
	test_huge();
	test_hugetlb();
	test_ksm();
	test_device_memory();
	test_pinned();
	test_extra_refs();
	test_shared();
	test_swap();
	test_cpuset();
	test_cpuset_of_owner();
	test_order_of_results();
	test_repeated();
	test_repeated_fresh();
	test_busy();
	test_hwpoison();
	return done_testing();
}
