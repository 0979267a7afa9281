// SPDX-License-Identifier: GPL-2.0-only
/* See exchange.h. */
#include "exchange.h"

int device;

static int tests, failures, pagemap;

/* ---- TAP ---- */

static void result(bool good, const char *fmt, va_list args)
{
	char name[256];

	vsnprintf(name, sizeof(name), fmt, args);
	printf("%sok %d - %s\n", good ? "" : "not ", ++tests, name);
	failures += !good;
	fflush(stdout);
}

void ok(bool good, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	result(good, fmt, args);
	va_end(args);
}

void is(long got, long want, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	result(got == want, fmt, args);
	va_end(args);
	if (got != want)
		diag("is %ld, should be %ld", got, want);
}

void is_result(int got, int want, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	result(got == want, fmt, args);
	va_end(args);
	if (got != want)
		diag("is %s, should be %s", result_name(got), result_name(want));
}

void skip(const char *why, const char *fmt, ...)
{
	char name[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(name, sizeof(name), fmt, args);
	va_end(args);
	printf("ok %d - %s # SKIP %s\n", ++tests, name, why);
	fflush(stdout);
}

void diag(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	printf("# ");
	vprintf(fmt, args);
	printf("\n");
	va_end(args);
	fflush(stdout);
}

void die(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(1);
}

int done_testing(void)
{
	printf("1..%d\n", tests);
	return failures || !tests;
}

/* ---- the device ---- */

void open_device(void)
{
	device = open("/dev/folio_exchange", O_RDWR | O_CLOEXEC);
	if (device < 0)
		die("/dev/folio_exchange");
}

int call(struct folio_exchange_args *args)
{
	return ioctl(device, FOLIO_EXCHANGE_IOC_EXCHANGE, args) ? -errno : 0;
}

int exchange_of(pid_t pid_a, const void *a, pid_t pid_b, const void *b, size_t pages,
		int32_t *status, uint32_t flags)
{
	uint64_t addr[2][1024];
	struct folio_exchange_args args = {
		.size = sizeof(args),
		.flags = flags,
		.pid_a = pid_a,
		.pid_b = pid_b,
		.count = pages,
		.addrs_a = (uintptr_t)addr[0],
		.addrs_b = (uintptr_t)addr[1],
		.status = (uintptr_t)status,
	};

	for (size_t i = 0; i < pages; i++) {
		addr[0][i] = (uintptr_t)a + i * PAGE;
		addr[1][i] = (uintptr_t)b + i * PAGE;
		status[i] = 12345;
	}
	return call(&args);
}

int exchange_one(const void *a, const void *b, uint32_t flags)
{
	int32_t status;
	int err = exchange_of(0, a, 0, b, 1, &status, flags);

	return err ? err : status;
}

const char *result_name(int result)
{
	static const char *const names[FOLIO_EXCHANGE_NR_RESULTS] = {
		"ok",	     "not_present", "same_folio", "unsupported", "type",     "order",
		"shared",    "cpuset",	    "isolate",	  "locked",	 "hwpoison", "writeback",
		"swapcache", "private",	    "pinned",	  "extra_refs",	 "unmap",    "gone",
	};

	if (result < 0)
		return strerrorname_np(-result);
	return result < FOLIO_EXCHANGE_NR_RESULTS ? names[result] : "no result";
}

/* ---- memory ---- */

void *map(size_t pages, int node)
{
	unsigned long mask = 1UL << node;
	void *area =
		mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (area == MAP_FAILED)
		die("mmap");
	madvise(area, pages * PAGE, MADV_NOHUGEPAGE);
	if (syscall(SYS_mbind, area, pages * PAGE, MPOL_PREFERRED, &mask, 8 * sizeof(mask), 0))
		die("mbind");
	return area;
}

static uint64_t word(const void *at, unsigned int generation)
{
	return ((uintptr_t)at + generation) * 0x9e3779b97f4a7c15ULL;
}

void fill(void *area, size_t size, unsigned int generation)
{
	uint64_t *w = area;

	for (size_t i = 0; i < size / sizeof(*w); i++)
		w[i] = word(&w[i], generation);
}

bool intact(const void *area, size_t size, unsigned int generation)
{
	const uint64_t *w = area;

	for (size_t i = 0; i < size / sizeof(*w); i++)
		if (__atomic_load_n(&w[i], __ATOMIC_RELAXED) != word(&w[i], generation))
			return false;
	return true;
}

uint64_t entry(const void *at)
{
	static pid_t of;
	uint64_t e = 0;

	/* After fork it would still be the parent's. */
	if (of != getpid()) {
		if (of)
			close(pagemap);
		of = getpid();
		pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	}
	if (pread(pagemap, &e, sizeof(e), (uintptr_t)at / PAGE * sizeof(e)) != sizeof(e))
		die("pagemap");
	return e;
}

uint64_t pfn(const void *at)
{
	return entry(at) & ((1ULL << 55) - 1);
}

bool frame_is(const void *at, unsigned int flag)
{
	static int fd = -1;
	uint64_t flags;

	if (fd < 0)
		fd = open("/proc/kpageflags", O_RDONLY | O_CLOEXEC);
	if (pread(fd, &flags, sizeof(flags), pfn(at) * sizeof(flags)) != sizeof(flags))
		die("/proc/kpageflags");
	return flags >> flag & 1;
}

/* ---- a pair of pages that is refused, and then is not ---- */

struct pair new_pair(void)
{
	struct pair p = { map(1, 0), map(1, 1) };

	fill(p.a, PAGE, 1);
	fill(p.b, PAGE, 2);
	return p;
}

void drop_pair(const struct pair *p)
{
	munmap(p->a, PAGE);
	munmap(p->b, PAGE);
}

/* What a refusal must not change, and what it must count. */
struct observed {
	uint64_t entry[2];
	long rss, success, fail, reason;
};

static struct observed observe(const struct pair *p, int reason)
{
	struct observed o;
	char key[64];

	snprintf(key, sizeof(key), "folio_exchange_fail_%s", result_name(reason));
	o.rss = counter_in("/proc/self/status", "RssAnon");
	o.success = vm_counter("folio_exchange_success");
	o.fail = vm_counter("folio_exchange_fail");
	o.reason = vm_counter(key);
	o.entry[0] = entry(p->a);
	o.entry[1] = entry(p->b);
	return o;
}

static bool same(bool so, const char *what, const char *of)
{
	if (!so)
		diag("%s: %s", what, of);
	return so;
}

/* Leaves generations 1 and 2 there again. */
static bool usable(const struct pair *p, unsigned int may)
{
	char *const side[2] = { p->a, p->b };
	bool good = true;

	for (int i = 0; i < 2; i++) {
		if (may & READ_A << i)
			good &= intact(side[i], PAGE, i + 1);
		if (may & WRITE_A << i) {
			fill(side[i], PAGE, i + 8);
			good &= intact(side[i], PAGE, i + 8);
			fill(side[i], PAGE, i + 1);
		}
	}
	return good;
}

void refused(const struct pair *p, int reason, uint32_t flags, unsigned int may, const char *what)
{
	struct observed before, after;
	int result;
	bool good;

	/* Once for nothing: what that touches for the first time is not to be seen as a change. */
	observe(p, reason);
	exchange_one(NULL, NULL, 0);
	before = observe(p, reason);
	result = exchange_one(p->a, p->b, flags);
	after = observe(p, reason);
	is_result(result, reason, "%s: the reason", what);
	good = same(after.entry[0] == before.entry[0], what, "the entry of A has changed");
	good &= same(after.entry[1] == before.entry[1], what, "the entry of B has changed");
	good &= same(after.rss == before.rss, what, "RssAnon has changed");
	good &= same(!resting_counter("/proc/vmstat", "nr_isolated_anon"), what,
		     "a folio stays isolated");
	good &= same(usable(p, may), what, "contents are wrong");
	ok(good, "%s: all is as it was", what);
	good = same(after.success == before.success, what, "a success is counted");
	good &= same(after.fail == before.fail + 1, what, "folio_exchange_fail is not one more");
	good &= same(after.reason == before.reason + 1, what, "the reason is not counted once");
	ok(good, "%s: counted once", what);
}

void exchanged(const struct pair *p, uint32_t flags, const char *what)
{
	long success = vm_counter("folio_exchange_success");
	uint64_t pfn_a = pfn(p->a), pfn_b = pfn(p->b);
	int result = exchange_one(p->a, p->b, flags);
	bool good = same(pfn(p->a) == pfn_b && pfn(p->b) == pfn_a, what, "frames not exchanged");

	good &= same(usable(p, ALL), what, "contents are wrong");
	if (!result)
		result = exchange_one(p->a, p->b, flags);
	good &= same(pfn(p->a) == pfn_a && pfn(p->b) == pfn_b, what, "frames not back");
	good &= same(usable(p, ALL), what, "contents are wrong once back");
	good &= same(vm_counter("folio_exchange_success") == success + 2, what, "not counted twice");
	is_result(result, FOLIO_EXCHANGE_OK, "%s: there and back", what);
	ok(good, "%s: frames and contents", what);
}

/* ---- the machine ---- */

bool write_file(const char *path, const char *fmt, ...)
{
	char text[256];
	va_list args;
	bool good;
	int fd, n;

	va_start(args, fmt);
	n = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	good = fd >= 0 && write(fd, text, n) == n;
	if (fd >= 0)
		close(fd);
	return good;
}

long counter_in(const char *path, const char *key)
{
	size_t length = strlen(key);
	char line[256];
	long found = -1;
	FILE *f = fopen(path, "re");

	while (f && found < 0 && fgets(line, sizeof(line), f))
		if (!strncmp(line, key, length) && strchr(" :\t", line[length]))
			found = strtol(line + length + strspn(line + length, " :\t"), NULL, 10);
	if (f)
		fclose(f);
	return found;
}

long vm_counter(const char *key)
{
	return counter_in("/proc/vmstat", key);
}

long settled_counter(const char *key)
{
	write_file("/proc/sys/vm/stat_refresh", "1");
	return vm_counter(key);
}

long resting_counter(const char *path, const char *key)
{
	long found = 0;

	for (int i = 0; i < 100; i++) {
		if (i)
			usleep(100000);
		write_file("/proc/sys/vm/stat_refresh", "1");
		found = counter_in(path, key);
		if (!found)
			break;
	}
	return found;
}

bool swap_on_zram(unsigned int mib)
{
	if (!write_file("/sys/block/zram0/disksize", "%uM", mib))
		return false;
	return !system("mkswap /dev/zram0 >/dev/null 2>&1 && swapon /dev/zram0 2>/dev/null");
}

bool zram_gone(void)
{
	return !system("swapoff /dev/zram0") && write_file("/sys/block/zram0/reset", "1");
}

/* ---- anon_vmas ---- */

void anon_vmas_go(const char *what)
{
	enum {
		AREAS = 1000,
		SLACK = 400
	};
	long before, more = 0;

	write_file("/sys/kernel/slab/anon_vma/shrink", "1");
	before = counter_in("/proc/slabinfo", "anon_vma");
	if (before < 0)
		return skip("no /proc/slabinfo", "%s: anon_vmas", what);
	for (int i = 0; i < AREAS; i++) {
		struct pair p = { map(1, 0), map(1, 1) };

		*p.a = 1;
		*p.b = 2;
		if (exchange_one(p.a, p.b, 0) != FOLIO_EXCHANGE_OK)
			die("exchange");
		drop_pair(&p);
	}
	/* They are freed some time later, and KASAN keeps what is freed until it is asked. */
	for (int i = 0; i < 50; i++) {
		write_file("/sys/kernel/slab/anon_vma/shrink", "1");
		more = counter_in("/proc/slabinfo", "anon_vma") - before;
		if (more < SLACK)
			break;
		usleep(100000);
	}
	diag("%s: %ld more anon_vmas after %d exchanges", what, more, AREAS);
	ok(more < SLACK, "%s: anon_vmas go with their memory", what);
}
