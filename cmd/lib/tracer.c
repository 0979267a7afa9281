// SPDX-License-Identifier: GPL-2.0-only
/* The life of a set of BPF programs that fill maps. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "drain.h"
#include "json.h"
#include "opts.h"
#include "tracer.h"

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

enum status tracer__start(struct tracer *t, const struct opts *opts, const struct ladder *ladder,
			  struct kernel *kernel, void *arg, struct head *head)
{
	uint64_t begin = now_ns();
	enum status status;

	*t = (struct tracer){ .opts = opts, .stats_fd = -1 };
	status = bpfenv__check(opts->verbose);
	if (!status)
		status = ladder__climb(ladder, kernel, opts->backend, arg, opts->verbose, &t->plan);
	if (status)
		return status;
	if (opts->json)
		tracer__measure(t);
	t->grace = grace__new();
	if (!t->grace)
		return fail(ST_FAIL, "cannot make a BPF map: %s", strerror(errno));
	drain__undisturbed(t->plan.backend == BACKEND_KPROBE);
	head->backend = backend__name(t->plan.backend);
	if (opts->verbose)
		warn_user("backend %s: attached after %.2f s", head->backend,
			  (now_ns() - begin) / 1e9);
	return ST_OK;
}

bool tracer__measure(struct tracer *t)
{
	if (t->stats_fd < 0)
		t->stats_fd = bpfenv__stats_on();
	return t->stats_fd >= 0;
}

void tracer__begin(struct tracer *t)
{
	malloc_trim(0); /* the kernel's BTF took several MB while loading */
	t->since = now_ns();
}

int tracer__swap(struct tracer *t, uint32_t *epoch)
{
	uint32_t half = *(volatile uint32_t *)epoch;
	int err;

	*(volatile uint32_t *)epoch = !half;
	err = tracer__settle(t);
	return err ? err : (int)half;
}

int tracer__settle(struct tracer *t)
{
	return grace__wait(t->grace);
}

void tracer__interval(struct tracer *t, struct when *when)
{
	uint64_t now = now_ns();

	when->ts = json__now();
	when->interval_s = (now - t->since) / 1e9;
	t->since = now;
}

void tracer__wind_down(struct tracer *t, bool *go, uint64_t (*unfinished)(void *arg), void *arg)
{
	const struct timespec pause = { .tv_nsec = 5000000 };

	*(volatile bool *)go = false;
	grace__wait(t->grace);
	for (int i = 0; i < 40 && unfinished(arg); i++)
		nanosleep(&pause, NULL);
}

enum status tracer__sum(int map_fd, uint64_t *sum, size_t n)
{
	int cpus = libbpf_num_possible_cpus();
	uint64_t *per_cpu = cpus > 0 ? calloc(cpus * n, sizeof(*per_cpu)) : NULL;
	uint32_t zero = 0;
	int err = per_cpu ? drain__lookup(map_fd, &zero, per_cpu) : -ENOMEM;

	memset(sum, 0, n * sizeof(*sum));
	for (size_t i = 0; !err && i < cpus * n; i++)
		sum[i % n] += per_cpu[i];
	free(per_cpu);
	return err ? fail(ST_FAIL, "cannot read the counters: %s", strerror(-err)) : ST_OK;
}

static struct prog_stats all_stats(const struct tracer *t)
{
	struct prog_stats all = { 0 };
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, *t->attach.skel->obj) bpfenv__prog_stats(prog, &all);
	return all;
}

uint64_t tracer__cost(const struct tracer *t)
{
	return all_stats(t).ns;
}

uint64_t tracer__missed(const struct tracer *t, const char *prog)
{
	struct prog_stats stats = { 0 };

	bpfenv__prog_stats(bpf_object__find_program_by_name(*t->attach.skel->obj, prog), &stats);
	return stats.misses + attach__missed(&t->attach, &t->plan, prog);
}

void tracer__books(const struct tracer *t, uint64_t seen, uint64_t recorded,
		   const char *const *starts, size_t n, struct books *books)
{
	struct prog_stats all = all_stats(t);
	uint64_t missed = 0;

	for (size_t i = 0; i < n; i++)
		missed += tracer__missed(t, starts[i]);
	books->seen = seen + missed;
	books->recorded = recorded;
	books->bpf_runs = all.runs;
	books->bpf_ns = all.ns;
	books__add(&books->lost, "recursion", missed);
}

void tracer__ends(const struct tracer *t, const char *const *ends, const char *const *of,
		  const char *name, struct books *books)
{
	uint64_t missed = 0;

	for (; *ends; ends++)
		missed += tracer__missed(t, *ends);
	books__rename(&books->lost, of, name, missed);
}

enum status tracer__cannot_read(int err)
{
	return fail(ST_FAIL, "cannot read what was traced: %s", strerror(-err));
}

void tracer__stop(struct tracer *t)
{
	attach__free(&t->attach);
	grace__free(t->grace);
	t->grace = NULL;
	if (t->stats_fd >= 0)
		close(t->stats_fd);
	t->stats_fd = -1;
}
