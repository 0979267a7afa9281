// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an exchange costs, beside two opposite move_pages(2) calls, with free memory, with room
 * for half of the pairs on each node, and with none.  Where there is not, other processes have it.
 *
 * usage: exchange NAME PAIRS MAPPED ROUNDS free|scarce|none
 *
 * Prints nanoseconds a pair, NAME/exchange and NAME/migrate, and how many of a hundred pairs were
 * done, NAME/exchanged and NAME/migrated.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "../cmd/xchg/bench.h"
#include "../cmd/xchg/device.h"
#include "../tests/exchange/hogs.h"
#include "measure.h"

static void put(const char *file, long value)
{
	FILE *f = fopen(file, "w");

	must(f && fprintf(f, "%ld", value) > 0 && !fclose(f), file);
}

/* ---------------------------------------------------- memory out of reach */

enum {
	LEFT = 128 /* pages of each node that others need meanwhile, and get by the reserves */
};

/* Who has the rest.  min_free is opened while there is memory: opening takes some. */
static struct hogs hogs;
static int min_free;

static void set_min_free(long kib)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "%ld", kib);

	must(pwrite(min_free, text, n, 0) == n, "/proc/sys/vm/min_free_kbytes");
}

static void prepare_memory(long left)
{
	min_free = open("/proc/sys/vm/min_free_kbytes", O_WRONLY | O_CLOEXEC);
	must(min_free >= 0, "/proc/sys/vm/min_free_kbytes");
	/* Watermarks stay where they are, and as little as can be is in the lists of the CPUs. */
	put("/proc/sys/vm/watermark_boost_factor", 0);
	put("/proc/sys/vm/percpu_pagelist_high_fraction", 1000000);
	set_min_free(2048);
	/* Our own code stays.  There is no swap: what is mapped later does, too, and is not mlocked. */
	must(!mlockall(MCL_CURRENT), "mlockall");
	put("/proc/sys/vm/drop_caches", 3);
	hogs_start(&hogs, left);
}

static void make_scarce(void)
{
	must(hogs_fill(&hogs), "filling the nodes");
}

/*
 * What the hogs have left, what is in lists of the CPUs, and what could be reclaimed, is put out of
 * reach of all but those who may use reserves: as long as that is so nothing is opened or printed.
 */
static void make_none(void)
{
	make_scarce();
	set_min_free(sysconf(_SC_PHYS_PAGES) * (long)(PAGE / 1024) / 6);
}

/* ------------------------------------------------------------------- figures */

static void report_calls(const char *name, const char *what, const uint64_t *took,
			 unsigned int calls, unsigned int pairs)
{
	printf("{\"name\":\"exchange/%s/%s\",\"values\":[", name, what);
	for (unsigned int i = 0; i < calls; i++)
		printf("%s%.1f", i ? "," : "", (double)took[i] / pairs);
	printf("]}\n");
}

int main(int argc, char **argv)
{
	struct bench_conf conf = { .nodes = { 0, 1 } };
	struct bench_result result;
	unsigned int calls;
	int fd;

	if (argc != 6) {
		fprintf(stderr, "usage: exchange NAME PAIRS MAPPED ROUNDS free|scarce|none\n");
		return 2;
	}
	conf.pairs = atoi(argv[2]);
	conf.sharers = atoi(argv[3]) - 1;
	conf.rounds = atoi(argv[4]);
	calls = 2 * conf.rounds;
	if (!strcmp(argv[5], "scarce"))
		conf.ready = make_scarce;
	else if (!strcmp(argv[5], "none"))
		conf.ready = make_none;
	if (conf.ready)
		prepare_memory(conf.ready == make_none ? LEFT : conf.pairs / 2);
	for (int way = 0; way < 2; way++) {
		conf.took[way] = calloc(calls, sizeof(*conf.took[way]));
		must(conf.took[way], "memory");
		memset(conf.took[way], 1, calls * sizeof(*conf.took[way])); /* it is there */
	}
	put("/proc/self/oom_score_adj", -1000);
	if (xchg__open(&fd) || bench__run(fd, &conf, &result))
		return 1;
	if (conf.ready) {
		set_min_free(2048);
		must(hogs_end(&hogs), "a full node: what filled it was killed");
	}
	report_calls(argv[1], "exchange", conf.took[0], calls, conf.pairs);
	report_calls(argv[1], "migrate", conf.took[1], calls, conf.pairs);
	printf("{\"name\":\"exchange/%s/exchanged\",\"values\":[%.1f]}\n", argv[1],
	       100.0 * result.exchanged / (calls * conf.pairs));
	printf("{\"name\":\"exchange/%s/migrated\",\"values\":[%.1f]}\n", argv[1],
	       100.0 * result.migrated / (calls * conf.pairs));
	if (result.wrong)
		fprintf(stderr, "exchange: %s: wrong words: %lu\n", argv[1], (long)result.wrong);
	return result.wrong != 0;
}
