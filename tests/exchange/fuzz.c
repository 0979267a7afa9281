// SPDX-License-Identifier: GPL-2.0-only
/*
 * fuzz [-n CALLS] [-t SECONDS] [-p TASKS] [-s SEED]: random calls of the device, of which
 * most are broken in some way, until so many are made and so many seconds are over.
 *
 * Every second task has all privileges, the others have dropped them with the device already
 * open; each has a child, and asks for the memory of all.  It says beforehand what a call
 * must return, and checks that nothing else has happened: statuses, its arrays, and its own
 * memory.
 */
#include "exchange.h"

#include <grp.h>
#include <limits.h>
#include <linux/capability.h>

#define MEMORY	     0x100000000000UL /* what is exchanged, 64 pages */
#define ARRAYS	     0x200000000000UL /* four places, far apart */
#define APART	     0x001000000000UL
#define ARRAY_SIZE   (4 * PAGE) /* and nothing behind it */
#define MEMORY_SIZE  (64 * PAGE)
#define CHECKED	     64 /* so many pairs of a call are looked at */
#define NOBODY	     65534
#define SENTINEL     0x5a5a5a5a
/* It might also have been another errno. */
#define EITHER(a, b) ((struct want){ { -(a), -(b) } })

enum place {
	ARRAY_A,
	ARRAY_B,
	STATUS,
	STRUCT,
	PLACES
};

/* Of the target pages, those that are special. */
enum special {
	READ_ONLY,
	NO_ACCESS,
	UNTOUCHED,
	ZERO,
	SHARED,
	SPECIALS
};

struct task {
	pid_t pid, child;
	bool privileged, child_ready, finished;
	unsigned long calls, right;
	unsigned int wrong;
	unsigned long returned[256];
	unsigned long statuses[FOLIO_EXCHANGE_NR_RESULTS], broken;
};

#define MOST_TASKS 16

struct state {
	bool enough, stop;
	unsigned int tasks;
	struct task task[MOST_TASKS];
};

struct want {
	int err[2];
};

static struct state *state;
static struct task *me;
static uint64_t seed;
static unsigned int generation;
static uint64_t special_at = MEMORY + 2 * MEMORY_SIZE;

static uint64_t rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed * 0x2545f4914f6cdd1dULL;
}

static unsigned int below(unsigned int n)
{
	return (rnd() >> 32) % n;
}

static uint64_t place_at(enum place i)
{
	return ARRAYS + i * APART;
}

__attribute__((format(printf, 1, 2))) static void wrong(const char *fmt, ...)
{
	char text[300];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (me->wrong++ < 20)
		diag("WRONG: task %td (%s), call %lu: %s", me - state->task,
		     me->privileged ? "privileged" : "unprivileged", me->calls, text);
}

/* ---- memory ---- */

static void map_at(uint64_t at, size_t size, int prot, int flags)
{
	if (mmap((void *)at, size, prot, flags | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
		die("mmap");
	madvise((void *)at, size, MADV_NOHUGEPAGE);
}

static void map_all(void)
{
	map_at(MEMORY, MEMORY_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	for (unsigned int i = 0; i < PLACES; i++)
		map_at(place_at(i), ARRAY_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_POPULATE);
	for (unsigned int i = 0; i < SPECIALS; i++)
		map_at(special_at + i * PAGE, PAGE, PROT_READ | PROT_WRITE,
		       i == SHARED ? MAP_SHARED : MAP_PRIVATE);
}

static void *special(enum special i)
{
	return (void *)(special_at + i * PAGE);
}

static void fill_all_of(unsigned int gen)
{
	generation = gen;
	fill((void *)MEMORY, MEMORY_SIZE, gen);
	mprotect(special(READ_ONLY), 2 * PAGE, PROT_READ | PROT_WRITE);
	fill(special(READ_ONLY), 2 * PAGE, gen);
	mprotect(special(READ_ONLY), PAGE, PROT_READ);
	mprotect(special(NO_ACCESS), PAGE, PROT_NONE);
}

static bool all_intact(void)
{
	bool good = intact((void *)MEMORY, MEMORY_SIZE, generation) &&
		    intact(special(READ_ONLY), PAGE, generation);

	mprotect(special(NO_ACCESS), PAGE, PROT_READ);
	good = good && intact(special(NO_ACCESS), PAGE, generation);
	mprotect(special(NO_ACCESS), PAGE, PROT_NONE);
	for (size_t i = 0; i < PAGE; i++)
		good = good && !((volatile char *)special(ZERO))[i];
	return good;
}

static bool within(uint64_t at, uint64_t size, uint64_t from, uint64_t length)
{
	return at >= from && size <= length && at - from <= length - size;
}

/* May the kernel read, or write, all of it on our behalf? */
static bool accessible(uint64_t at, uint64_t size, bool write)
{
	for (unsigned int i = 0; i < PLACES; i++)
		if (within(at, size, place_at(i), ARRAY_SIZE))
			return true;
	return within(at, size, MEMORY, MEMORY_SIZE) ||
	       (!write && within(at, size, (uintptr_t)special(READ_ONLY), PAGE));
}

/* What can be told by an address alone: no matter which page table level, no user has it. */
static bool user_address(uint64_t at, uint64_t size)
{
	return at < 1UL << 47 && size < 1UL << 46;
}

/* ---- one call ---- */

/* Never mapped, of the kernel, not canonical, or so near the end that adding wraps. */
static uint64_t bad_address(void)
{
	static const uint64_t bad[] = {
		0,
		PAGE,
		0x700000000000,
		0xffff888000000000,
		0xffffffff81000000,
		0x8000000000000000,
		0x0200000000000000,
		-PAGE,
		-8UL,
		-1UL,
	};

	return bad[below(sizeof(bad) / sizeof(bad[0]))];
}

/* An address for an argument: mostly good, else broken in one way. */
static uint64_t some_pointer(enum place i, uint64_t size)
{
	switch (below(40)) {
	case 0:
		return bad_address();
	case 1: /* ends at the end of what is mapped, or a little later */
		return place_at(i) + ARRAY_SIZE - (size < ARRAY_SIZE ? size : 64) + 8 * below(3);
	case 2:
		return (uintptr_t)special(below(2)) + 8 * below(32);
	case 3: /* misaligned */
		return place_at(i) + 1 + below(64);
	case 4: /* another's place */
		return place_at(below(PLACES)) + 8 * below(16);
	case 5: /* begins before what is mapped */
		return place_at(i) - 8 * (1 + below(2));
	default:
		return place_at(i) + 8 * below(400);
	}
}

static uint64_t some_address(void)
{
	switch (below(32)) {
	case 0:
		return bad_address();
	case 1:
		return MEMORY + below(MEMORY_SIZE); /* misaligned as a rule */
	case 2:
		return (uintptr_t)special(below(SPECIALS));
	case 3: /* a page with arguments of this very call */
		return place_at(below(PLACES)) + PAGE * below(4);
	case 4: /* behind what is mapped */
		return MEMORY + MEMORY_SIZE + PAGE * below(4);
	case 5:
		return ((uintptr_t)__builtin_frame_address(0) & -PAGE);
	case 6:
		return (uintptr_t)&some_address & -PAGE;
	default:
		return MEMORY + PAGE * below(MEMORY_SIZE / PAGE);
	}
}

/* Of whom, and what becomes of a call for it. */
static pid_t some_pid(int *err)
{
	static const pid_t none[] = { -1, INT_MIN, INT_MAX, 0x3fffffff, -4096 };
	struct task *other = &state->task[below(state->tasks)];

	*err = 0;
	switch (below(24)) {
	case 0:
		*err = -ESRCH;
		return none[below(sizeof(none) / sizeof(none[0]))];
	case 1:
		*err = me->privileged ? 0 : -EPERM;
		return 1;
	case 2: /* kthreadd has no memory */
		*err = me->privileged ? -EINVAL : -EPERM;
		return 2;
	case 3:
		if (other == me)
			return me->pid;
		/* Who has dropped privileges is not to be traced, but that one's child may be by its like. */
		if (below(2)) {
			*err = me->privileged ? 0 : -EPERM;
			return other->pid;
		}
		*err = me->privileged || !other->privileged ? 0 : -EPERM;
		return other->child;
	case 4:
		*err = me->privileged ? 0 : -EPERM;
		return getppid();
	case 5:
	case 6:
	case 7:
		return me->child;
	case 8:
		return me->pid;
	default:
		return 0;
	}
}

static uint64_t some_count(void)
{
	static const uint64_t limits[] = { 0,	      INT_MAX,	 INT_MAX + 1UL, UINT_MAX, 1UL << 32,
					   1UL << 61, 1UL << 62, -1UL,		1UL << 63 };

	switch (below(1024)) {
	case 0:
		return 1 + below(1200);
	case 1:
		return INT_MAX - below(2);
	default:
		if (!below(32))
			return limits[below(2) ? 0 : 2 + below(7)];
		return 1 + below(below(16) ? 2 : 20);
	}
}

static uint32_t some_size(void)
{
	static const uint32_t limits[] = { 0,  1,    47,   48,	 49,	     56,
					   64, 4095, 4096, 4097, 0x80000000, -1 };

	return below(16) ? sizeof(struct folio_exchange_args) :
			   limits[below(sizeof(limits) / sizeof(limits[0]))];
}

static uint32_t some_flags(void)
{
	if (!below(32))
		return 1U << below(32) | below(2);
	return !below(8);
}

static bool overlap(uint64_t a, uint64_t a_len, uint64_t b, uint64_t b_len)
{
	return a < b + b_len && b < a + a_len;
}

/* What must become of these arguments; 0 is that the pairs are looked at. */
static int want_of_args(const struct folio_exchange_args *args, int pid_err)
{
	uint64_t len = args->count * 8;

	if (args->flags & ~FOLIO_EXCHANGE_FLAGS_ALL || !args->count || args->count > INT_MAX)
		return -EINVAL;
	if (args->addrs_a % 8 || args->addrs_b % 8 || args->status % 4)
		return -EINVAL;
	if (!user_address(args->addrs_a, len) || !user_address(args->addrs_b, len) ||
	    !user_address(args->status, len / 2))
		return -EFAULT;
	if (overlap(args->status, len / 2, args->addrs_a, len) ||
	    overlap(args->status, len / 2, args->addrs_b, len))
		return -EINVAL;
	if (args->flags & FOLIO_EXCHANGE_MOVE_ALL && !me->privileged)
		return -EPERM;
	return pid_err;
}

/*
 * An address of ours, or of our child: the status that it must have, KNOWN if that is not
 * an errno, UNKNOWN if it is an address by chance: arrays may lie one over the other.
 */
enum {
	KNOWN = 1,
	UNKNOWN = 2
};

static int want_of_address(uint64_t at)
{
	if (at % PAGE)
		return -EINVAL;
	if (at >= 1UL << 47 || at <= PAGE || at == 0x700000000000 ||
	    within(at, PAGE, MEMORY + MEMORY_SIZE, MEMORY_SIZE))
		return -EFAULT;
	if (accessible(at, PAGE, false) || within(at, PAGE, special_at, SPECIALS * PAGE))
		return KNOWN;
	return UNKNOWN;
}

static void check_statuses(const struct folio_exchange_args *args, int got, bool ours,
			   const uint64_t *a, const uint64_t *b, unsigned int nr)
{
	const int32_t *status = (int32_t *)args->status;

	for (unsigned int i = 0; i < nr; i++) {
		int want = want_of_address(a[i]);

		if (want == KNOWN)
			want = want_of_address(b[i]);
		if (status[i] >= 0 && status[i] < FOLIO_EXCHANGE_NR_RESULTS) {
			me->statuses[status[i]]++;
		} else if (status[i] == -EFAULT || status[i] == -EINVAL) {
			me->broken++;
		} else if (status[i] != -ECANCELED || !got) {
			wrong("status %d of pair %u, call returned %d", status[i], i, got);
			return;
		}
		if (status[i] == -ECANCELED || !ours || want == UNKNOWN)
			continue;
		if (want < 0 ? status[i] != want : status[i] < 0)
			wrong("status %d, should be %d: %lx with %lx", status[i], want, a[i], b[i]);
	}
}

static void returned(int got, struct want want)
{
	me->returned[-got & 255]++;
	if (got == want.err[0] || got == want.err[1])
		me->right++;
	else
		wrong("returned %d, should be %d or %d", got, want.err[0], want.err[1]);
}

/* What becomes of a struct of this size there; 0 is that it is read. */
static struct want want_of_struct(uint64_t at, uint32_t size)
{
	bool unknown = false;

	if (!accessible(at, sizeof(size), false))
		return EITHER(EFAULT, EFAULT);
	if (size < sizeof(struct folio_exchange_args))
		return EITHER(EINVAL, EINVAL);
	if (size > PAGE)
		return EITHER(E2BIG, E2BIG);
	for (uint64_t i = at + sizeof(struct folio_exchange_args); i < at + size; i++)
		unknown |= accessible(i, 1, false) && *(char *)i;
	/* Which of two mistakes it meets first does not matter. */
	if (!accessible(at, size, false))
		return unknown ? EITHER(EFAULT, E2BIG) : EITHER(EFAULT, EFAULT);
	return unknown ? EITHER(E2BIG, E2BIG) : EITHER(0, 0);
}

/* Puts it there as far as there is memory, and what a newer program would add. */
static void put_struct(uint64_t at, const struct folio_exchange_args *args)
{
	for (unsigned int i = 0; i < args->size && i < PAGE; i++) {
		if (!accessible(at + i, 1, true))
			continue;
		((char *)at)[i] = i < sizeof(*args) ? ((const char *)args)[i] : 0;
	}
	if (accessible(at, sizeof(args->size), true))
		memcpy((void *)at, &args->size, sizeof(args->size));
	if (args->size > sizeof(*args) && args->size <= PAGE && !below(4)) {
		at += sizeof(*args) + below(args->size - sizeof(*args));
		if (accessible(at, 1, true))
			*(char *)at = 1;
	}
}

/* Neither the size nor the direction in the number tells anything. */
static unsigned int some_number(unsigned int nr)
{
	return _IOC(below(4), FOLIO_EXCHANGE_IOC_MAGIC, nr, below(1 << 14));
}

static void fuzz_exchange(void)
{
	struct folio_exchange_args args = { .size = some_size(), .flags = some_flags() };
	uint64_t a[CHECKED], b[CHECKED], len, at;
	int32_t status[CHECKED];
	bool readable, writable, looked_at;
	struct want want;
	unsigned int nr;
	int err[2], got;

	args.pid_a = some_pid(&err[0]);
	args.pid_b = some_pid(&err[1]);
	args.count = some_count();
	nr = args.count < CHECKED ? args.count : 0;
	len = args.count * 8;
	args.addrs_a = some_pointer(ARRAY_A, len);
	args.addrs_b = some_pointer(ARRAY_B, len);
	args.status = some_pointer(STATUS, len / 2);
	at = below(16) ? place_at(STRUCT) + 8 * below(64) : some_pointer(STRUCT, args.size);

	readable = accessible(args.addrs_a, len, false) && accessible(args.addrs_b, len, false);
	writable = accessible(args.status, len / 2, true);
	for (unsigned int i = 0; i < nr; i++) {
		uint64_t address[2] = { some_address(), some_address() };

		if (writable)
			memset((void *)(args.status + i * 4UL), 0x5a, 4);
		if (accessible(args.addrs_a, len, true))
			memcpy((void *)(args.addrs_a + i * 8UL), &address[0], 8);
		if (accessible(args.addrs_b, len, true))
			memcpy((void *)(args.addrs_b + i * 8UL), &address[1], 8);
	}
	put_struct(at, &args);
	/* They may lie one over the other: what is there now counts. */
	if (readable) {
		memcpy(a, (void *)args.addrs_a, nr * 8UL);
		memcpy(b, (void *)args.addrs_b, nr * 8UL);
	}
	if (writable)
		memcpy(status, (void *)args.status, nr * 4UL);
	if (accessible(at, sizeof(args.size), false))
		memcpy(&args.size, (void *)at, sizeof(args.size));
	want = want_of_struct(at, args.size);
	if (!want.err[0])
		want.err[0] = want.err[1] = want_of_args(&args, err[0] ? err[0] : err[1]);
	looked_at = !want.err[0];
	if (looked_at && !(readable && writable))
		want = EITHER(EFAULT, EFAULT);

	got = ioctl(device, below(8) ? FOLIO_EXCHANGE_IOC_EXCHANGE : some_number(1), at) ? -errno : 0;
	returned(got, want);
	/* The struct may lie where the results went, the addresses may not. */
	if (readable &&
	    (memcmp(a, (void *)args.addrs_a, nr * 8UL) || memcmp(b, (void *)args.addrs_b, nr * 8UL)))
		wrong("addresses have changed, %u pairs, returned %d", nr, got);
	if (!writable)
		return;
	if (!looked_at && memcmp(status, (void *)args.status, nr * 4UL))
		wrong("statuses were written, returned %d", got);
	if (looked_at && readable)
		check_statuses(&args, got, args.pid_a != 1 && args.pid_b != 1, a, b, nr);
}

static void fuzz_info(void)
{
	static const uint32_t sizes[] = { 0, 1, 15, 16, 17, 48, 4096, 4097, UINT_MAX };
	uint32_t size = below(4) ? sizes[below(sizeof(sizes) / sizeof(sizes[0]))] : rnd();
	struct folio_exchange_info info;
	uint64_t at = some_pointer(STRUCT, sizeof(info));
	int want = 0, got;

	if (accessible(at, sizeof(size), true))
		memcpy((void *)at, &size, sizeof(size));
	else if (accessible(at, sizeof(size), false))
		memcpy(&size, (void *)at, sizeof(size));
	if (!accessible(at, sizeof(size), false))
		want = -EFAULT;
	else if (size < sizeof(info))
		want = -EINVAL;
	else if (!accessible(at, sizeof(info), true))
		want = -EFAULT;
	got = ioctl(device, below(8) ? FOLIO_EXCHANGE_IOC_INFO : some_number(2), at) ? -errno : 0;
	returned(got, EITHER(-want, -want));
	if (got)
		return;
	memcpy(&info, (void *)at, sizeof(info));
	if (info.size != sizeof(info) || info.flags != FOLIO_EXCHANGE_FLAGS_ALL ||
	    info.kinds != FOLIO_EXCHANGE_KIND_ANON || !info.chunk)
		wrong("info: size %u, flags %x, kinds %x, chunk %u", info.size, info.flags,
		      info.kinds, info.chunk);
}

/* Numbers that are not the device's; some magics are of all files, and are left alone. */
static void fuzz_number(void)
{
	unsigned int magic = below(2) ? FOLIO_EXCHANGE_IOC_MAGIC : 0x80 + below(0x7c);
	unsigned int nr = magic == FOLIO_EXCHANGE_IOC_MAGIC && !below(3) ? 0 : 3 + below(253);
	uint64_t at = some_pointer(STRUCT, 64);

	if (magic == 0x94)
		magic = 0xfd;
	returned(ioctl(device, _IOC(below(4), magic, nr, below(1 << 14)), at) ? -errno : 0,
		 EITHER(ENOTTY, ENOTTY));
}

/* ---- the tasks ---- */

static void drop_privileges(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = {};

	if (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
	    setresuid(NOBODY, NOBODY, NOBODY) || syscall(SYS_capset, &header, none) ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		die("dropping privileges");
}

/* Somebody else's memory that may be exchanged with: looks after it. */
static void child_of_task(void)
{
	unsigned int checks = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* Who has dropped privileges is not to be traced, and so not to be exchanged with. */
	prctl(PR_SET_DUMPABLE, 1);
	fill_all_of(MOST_TASKS + 1 + (me - state->task));
	__atomic_store_n(&me->child_ready, true, __ATOMIC_RELEASE);
	while (!__atomic_load_n(&state->stop, __ATOMIC_ACQUIRE)) {
		if (!all_intact()) {
			diag("WRONG: the child's memory, check %u", checks);
			_exit(1);
		}
		checks++;
		usleep(20000);
	}
	_exit(all_intact() ? 0 : 1);
}

static bool all_ready(void)
{
	for (unsigned int i = 0; i < state->tasks; i++)
		if (!__atomic_load_n(&state->task[i].child_ready, __ATOMIC_ACQUIRE))
			return false;
	return true;
}

static void fuzz_one(void)
{
	switch (below(16)) {
	case 0:
		fuzz_info();
		break;
	case 1:
		fuzz_number();
		break;
	default:
		fuzz_exchange();
	}
}

/* At least so many calls, and until there are enough. */
static void run_task(unsigned int i, unsigned long calls)
{
	cpu_set_t set;
	pid_t child;
	int status;

	me = &state->task[i];
	me->privileged = i % 2 == 0;
	me->pid = getpid();
	seed = (seed + 1 + i) * 0x9e3779b97f4a7c15ULL;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	CPU_ZERO(&set);
	CPU_SET((i + i / 2) % 2, &set);
	sched_setaffinity(0, sizeof(set), &set);
	open_device();
	if (!me->privileged)
		drop_privileges();
	fill_all_of(2 * MOST_TASKS + 1 + i);
	child = fork();
	if (child < 0)
		die("fork");
	if (!child)
		child_of_task();
	me->child = child;
	while (!all_ready())
		usleep(1000);
	while (me->calls < calls || !__atomic_load_n(&state->enough, __ATOMIC_ACQUIRE)) {
		uint64_t page = MEMORY + below(MEMORY_SIZE / PAGE) * PAGE;

		fuzz_one();
		if (me->calls % 64 == 0 && !intact((void *)page, PAGE, generation))
			wrong("memory at %lx", page);
		if (me->calls % 4096 == 0 && !all_intact())
			wrong("memory, some of all");
		__atomic_store_n(&me->calls, me->calls + 1, __ATOMIC_RELEASE);
	}
	__atomic_store_n(&me->finished, true, __ATOMIC_RELEASE);
	/* Others may still ask for this task. */
	while (!__atomic_load_n(&state->stop, __ATOMIC_ACQUIRE))
		usleep(10000);
	if (!all_intact())
		wrong("memory at the end");
	if (waitpid(child, &status, 0) != child || status)
		wrong("the child ended with status %x", status);
	_exit(0);
}

static void report(const struct task *task)
{
	char name[48], text[512];
	int n = 0;

	snprintf(name, sizeof(name), "task %td, %sprivileged", task - state->task,
		 task->privileged ? "" : "un");
	is(task->wrong, 0, "%s: nothing is wrong", name);
	is(task->right, task->calls, "%s: each call returned what it must", name);
	for (unsigned int i = 0; i < 256; i++)
		if (task->returned[i])
			n += snprintf(text + n, sizeof(text) - n, " %s %lu",
				      i ? strerrorname_np(i) : "0", task->returned[i]);
	diag("%s: returned%s", name, text);
	n = 0;
	for (unsigned int i = 0; i < FOLIO_EXCHANGE_NR_RESULTS; i++)
		if (task->statuses[i])
			n += snprintf(text + n, sizeof(text) - n, " %s %lu", result_name(i),
				      task->statuses[i]);
	diag("%s: pairs%s, no address %lu", name, text, task->broken);
	ok(task->returned[0] && task->returned[EFAULT] && task->returned[EINVAL] &&
		   task->returned[E2BIG] && task->returned[ESRCH] && task->returned[ENOTTY],
	   "%s: every errno came", name);
	if (task->privileged)
		is(task->returned[EPERM], 0, "%s: may do all", name);
	else
		ok(task->returned[EPERM] > 0, "%s: may not do all", name);
	ok(task->statuses[FOLIO_EXCHANGE_OK] > 0 && task->broken > 0 &&
		   task->statuses[FOLIO_EXCHANGE_NOT_PRESENT] > 0 &&
		   task->statuses[FOLIO_EXCHANGE_UNSUPPORTED] > 0,
	   "%s: pairs were exchanged, and refused", name);
}

/* ---- the end ---- */

static unsigned long calls_made(void)
{
	unsigned long calls = 0;

	for (unsigned int i = 0; i < state->tasks; i++)
		calls += __atomic_load_n(&state->task[i].calls, __ATOMIC_ACQUIRE);
	return calls;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* One that dies would be waited for without end. */
static bool watch(unsigned int seconds)
{
	double start = now(), since, said = 0;
	unsigned int finished = 0;
	int status;

	while (finished < state->tasks) {
		usleep(50000);
		since = now() - start;
		if (since >= seconds)
			__atomic_store_n(&state->enough, true, __ATOMIC_RELEASE);
		if (since - said >= 30) {
			diag("%.0f s: %lu calls, %.0f a second", since, calls_made(),
			     calls_made() / since);
			said = since;
		}
		finished = 0;
		for (unsigned int i = 0; i < state->tasks; i++)
			finished += __atomic_load_n(&state->task[i].finished, __ATOMIC_ACQUIRE);
		if (waitpid(-1, &status, WNOHANG) > 0) {
			diag("a task ended with status %x", status);
			return false;
		}
	}
	since = now() - start;
	diag("%lu calls in %.0f s, %.0f a second", calls_made(), since, calls_made() / since);
	return true;
}

int main(int argc, char **argv)
{
	unsigned long calls = 100000;
	unsigned int seconds = 0, tasks = 4;
	bool finished;
	int option;

	seed = 1;
	while ((option = getopt(argc, argv, "n:t:p:s:")) != -1) {
		if (option == 'n')
			calls = strtoul(optarg, NULL, 0);
		else if (option == 't')
			seconds = strtoul(optarg, NULL, 0);
		else if (option == 'p')
			tasks = strtoul(optarg, NULL, 0);
		else if (option == 's')
			seed = strtoul(optarg, NULL, 0);
		else
			return 2;
	}
	if (tasks < 2 || tasks > MOST_TASKS)
		return 2;
	diag("%lu calls, %u s, %u tasks, seed %lu", calls, seconds, tasks, seed);
	state = mmap(NULL, sizeof(*state), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (state == MAP_FAILED)
		die("mmap");
	state->tasks = tasks;
	map_all();
	fill_all_of(1);
	for (unsigned int i = 0; i < tasks; i++) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (!pid)
			run_task(i, calls / tasks);
	}
	finished = watch(seconds);
	ok(finished, "all tasks live to the end");
	__atomic_store_n(&state->stop, true, __ATOMIC_RELEASE);
	while (wait(NULL) > 0)
		;
	ok(all_intact(), "their parent's memory is intact");
	for (unsigned int i = 0; i < tasks; i++)
		report(&state->task[i]);
	return done_testing();
}
