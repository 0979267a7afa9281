// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel counts of memory: as much as there is, and at the end what it was before. */
#include "storm.h"

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
long settled(const char *path, const char *key, long low, long high)
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

static void is_charged(const char *group, long sum, const char *what)
{
	char path[64];
	long found;

	snprintf(path, sizeof(path), "%s/memory.stat", group);
	found = settled(path, "anon", sum * (long)PAGE, sum * (long)PAGE);
	is(found / (long)PAGE, sum, "%s is charged for %s", group, what);
}

void test_rss(void)
{
	long sum[NR_GROUPS] = {}, anon, rss, present;
	char path[64];

	for (unsigned int i = 0; i <= LAST_WITH_MEMORY; i++) {
		pid_t pid = state->role[i].pid;

		snprintf(path, sizeof(path), "/proc/%d/status", pid);
		rss = counter_in(path, "RssAnon") / 4;
		snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", pid);
		anon = counter_in(path, "Anonymous") / 4;
		present = present_anon(pid);
		sum[group_of(i)] += anon;
		ok(rss == anon && rss == present && rss > 0,
		   "%s: %ld anonymous pages by its counter, %ld by smaps, %ld by pagemap",
		   roles[i].name, rss, anon, present);
	}
	for (unsigned int i = HOME_A; i <= HOME_B; i++)
		is_charged(groups[i], sum[i], "its processes' pages");
	/* Who moves leaves behind what it was charged; and removed groups leave it to their parent. */
	is_charged(CGROUP, sum[HOME_A] + sum[HOME_B] + sum[AWAY_C] + sum[AWAY_D],
		   "all pages, of those that move, too");
}

/* Frames that have all these bits of /proc/kpageflags; the first of them are told if they have a name. */
static long frames_with(uint64_t bits, const char *told_as)
{
	uint64_t flags[1024], pfn = 0;
	int fd = open("/proc/kpageflags", O_RDONLY | O_CLOEXEC);
	ssize_t size;
	long n = 0;

	if (fd < 0)
		die("/proc/kpageflags");
	while ((size = read(fd, flags, sizeof(flags))) > 0)
		for (ssize_t i = 0; i < size / (ssize_t)sizeof(*flags); i++, pfn++) {
			if ((flags[i] & bits) != bits)
				continue;
			if (n++ < 16 && told_as)
				diag("%s: frame %#llx, kpageflags %#llx", told_as,
				     (unsigned long long)pfn, (unsigned long long)flags[i]);
		}
	close(fd);
	return n;
}

/*
 * Broken frames that are on the LRU stay there, and charged: memory failure keeps its reference.  It takes
 * a frame off the LRU unless somebody else, as one who exchanges or migrates, has just done so, who
 * puts it back later (mm/memory-failure.c, 6.12: memory_failure(), delete_from_lru_cache()).
 */
static long broken_on_lru(void)
{
	return frames_with(1UL << KPF_LRU | 1UL << KPF_HWPOISON, NULL);
}

/* What a group is charged for, by the kernel's own account: what is not in it is lost. */
static void tell_charges(const char *group)
{
	char path[64], line[128], key[64];
	unsigned long value;
	FILE *f;

	snprintf(path, sizeof(path), "%s/memory.stat", group);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%63s %lu", key, &value) == 2 && value && strncmp(key, "pg", 2))
			diag("%s: %s %lu", group, key, value);
	if (f)
		fclose(f);
}

void test_charges(void)
{
	char path[64];
	long found, kept;

	/* Free entries are kept for a while, and charged. */
	ok(!system("swapoff -a"), "swap is empty and can be taken away");
	for (unsigned int i = 0; i < NR_GROUPS; i++) {
		/* Makes it give back what it has charged in advance. */
		snprintf(path, sizeof(path), "%s/memory.high", groups[i]);
		write_file(path, "0");
		snprintf(path, sizeof(path), "%s/memory.stat", groups[i]);
		is(settled(path, "anon", 0, 0), 0, "%s: no anonymous memory is left", groups[i]);
		is(settled(path, "swapcached", 0, 0), 0, "%s: nor in the swap cache", groups[i]);
		is(settled(path, "shmem", 0, 0), 0, "%s: nor shared", groups[i]);
		snprintf(path, sizeof(path), "%s/memory.current", groups[i]);
		kept = i == group_of(POISON) ? broken_on_lru() * (long)PAGE : 0;
		found = settled(path, "", 0, kept + (256 << 10));
		ok(found >= 0 && found <= kept + (256 << 10),
		   "%s: %ld KiB are charged at the end, %ld of them for broken frames", groups[i],
		   found >> 10, kept >> 10);
		if (found > kept + (256 << 10))
			tell_charges(groups[i]);
		snprintf(path, sizeof(path), "%s/memory.swap.current", groups[i]);
		is(settled(path, "", 0, 0), 0, "%s: no swap is", groups[i]);
	}
	snprintf(path, sizeof(path), "%s/memory.stat", CGROUP);
	is(settled(path, "anon", 0, 0), 0, "%s: nor in groups that were removed", CGROUP);
}

/* ---- before and after ---- */

/* Of a node, by /sys/devices/system/node; of what is left, some is ours and the system's own. */
static const struct {
	const char *key;
	long slack;
} counted[] = {
	{ "nr_anon_pages", 512 },    { "nr_active_anon", 512 },
	{ "nr_inactive_anon", 512 }, { "nr_isolated_anon", 0 },
	{ "nr_isolated_file", 0 },   { "nr_unevictable", 0 },
	{ "nr_mlock", 0 },	     { "nr_anon_transparent_hugepages", 0 },
	{ "nr_shmem", 512 },	     { "nr_writeback", 0 },
	{ "nr_swapcached", 0 },
};
#define COUNTED (sizeof(counted) / sizeof(counted[0]))
#define ZONES	8

/* From /proc/zoneinfo: those of a zone.  The first: with the free pages that CPUs have on lists of their own. */
static const char *const of_zone[] = { "nr_free_pages", "nr_zone_inactive_anon",
				       "nr_zone_active_anon", "nr_zone_unevictable", "nr_mlock" };
#define OF_ZONE (sizeof(of_zone) / sizeof(of_zone[0]))

struct zone {
	char name[32];
	long value[OF_ZONE];
};

static long node_before[2][COUNTED];
static struct zone zone_before[ZONES];

static void node_file(char *path, size_t size, unsigned int node)
{
	snprintf(path, size, "/sys/devices/system/node/node%u/vmstat", node);
}

#define LEVELS 128

/* All of /proc/vmstat that tells how many there are now, for whoever must know where memory went. */
static struct level {
	char key[64];
	long value;
} level_before[LEVELS];

static unsigned int read_levels(struct level levels[LEVELS])
{
	FILE *f = fopen("/proc/vmstat", "re");
	unsigned int n = 0;
	char line[256];

	while (f && n < LEVELS && fgets(line, sizeof(line), f))
		n += sscanf(line, "nr_%59s %ld", levels[n].key, &levels[n].value) == 2;
	if (f)
		fclose(f);
	return n;
}

static void tell_levels(void)
{
	struct level now[LEVELS];
	unsigned int n = read_levels(now);

	for (unsigned int i = 0; i < n; i++)
		if (now[i].value != level_before[i].value)
			diag("nr_%s %ld, was %ld", now[i].key, now[i].value, level_before[i].value);
}

static unsigned int read_zones(struct zone zones[ZONES])
{
	char line[256], key[64], name[32];
	struct zone *zone = NULL;
	unsigned int n = 0, node;
	long value;
	FILE *f = fopen("/proc/zoneinfo", "re");

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "Node %u, zone %31s", &node, name) == 2) {
			zone = n < ZONES ? &zones[n++] : NULL;
			if (zone)
				snprintf(zone->name, sizeof(zone->name), "%u %.16s", node, name);
		} else if (zone && sscanf(line, "%63s %ld", key, &value) == 2) {
			/* Of a CPU's list of free pages, that may have some 40 MiB of a zone for itself. */
			if (!strcmp(key, "count:"))
				zone->value[0] += value;
			for (unsigned int i = 0; i < OF_ZONE; i++)
				if (!strcmp(key, of_zone[i]))
					zone->value[i] = value;
		}
	}
	if (f)
		fclose(f);
	return n;
}

/* What can be had again at once is free. */
static void drop_caches(void)
{
	write_file("/proc/sys/vm/drop_caches", "3");
	write_file("/proc/sys/vm/stat_refresh", "1");
}

void remember_counters(void)
{
	char path[64];

	drop_caches();
	for (unsigned int node = 0; node < 2; node++) {
		node_file(path, sizeof(path), node);
		for (unsigned int i = 0; i < COUNTED; i++)
			node_before[node][i] = counter_in(path, counted[i].key);
	}
	read_zones(zone_before);
	read_levels(level_before);
}

static void test_nodes(void)
{
	char path[64];

	for (unsigned int node = 0; node < 2; node++) {
		node_file(path, sizeof(path), node);
		for (unsigned int i = 0; i < COUNTED; i++) {
			long slack = counted[i].slack, was = node_before[node][i];
			long now = settled(path, counted[i].key, was - slack, was + slack);

			ok(now >= was - slack && now <= was + slack, "node %u: %s was %ld, is %ld",
			   node, counted[i].key, was, now);
		}
	}
}

/*
 * Free pages of a zone, in pages: what the kernel has cached since; where it looks for
 * mistakes, also a 32nd of all memory whose freeing KASAN puts off, and what it writes
 * down of each allocation.
 */
#define SLACK_FREE	 (8L << 8)
#define SLACK_FREE_DEBUG (160L << 8)

static void test_zones(void)
{
	bool debug = !access("/sys/kernel/debug/kmemleak", F_OK);
	long slack_free = (debug ? SLACK_FREE_DEBUG : SLACK_FREE) + state->poisoned;
	struct zone now[ZONES] = {};
	unsigned int n = 0, good = 0;

	/* They follow the nodes' counters with a delay, too. */
	for (unsigned int tries = 0; tries < 50 && (!n || good < n * OF_ZONE); tries++) {
		if (tries)
			nap(100);
		drop_caches();
		good = 0;
		n = read_zones(now);
		for (unsigned int i = 0; i < n * OF_ZONE; i++) {
			long slack = i % OF_ZONE ? (i % OF_ZONE < 3 ? 512 : 0) : slack_free;

			good += labs(now[i / OF_ZONE].value[i % OF_ZONE] -
				     zone_before[i / OF_ZONE].value[i % OF_ZONE]) <= slack;
		}
	}
	for (unsigned int i = 0; i < n; i++)
		diag("zone %s: free %ld, was %ld; anon %ld and %ld, were %ld and %ld; unevictable %ld, mlock %ld",
		     now[i].name, now[i].value[0], zone_before[i].value[0], now[i].value[1],
		     now[i].value[2], zone_before[i].value[1], zone_before[i].value[2],
		     now[i].value[3], now[i].value[4]);
	if (good != n * OF_ZONE) {
		tell_levels();
		frames_with(1UL << KPF_MLOCKED, "mlocked");
	}
	is(good, n * OF_ZONE, "%u counters of %u zones are what they were; free pages within %ld MiB",
	   (unsigned int)(n * OF_ZONE), n, slack_free >> 8);
}

void test_counters(void)
{
	drop_caches();
	test_nodes();
	test_zones();
	ok(write_file("/proc/sys/vm/stat_refresh", "1"), "no counter is negative");
}
