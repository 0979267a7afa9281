// SPDX-License-Identifier: GPL-2.0-only
/* folioxchg bench: exchange measured against two opposite move_pages(2). */
#include <errno.h>
#include <linux/mempolicy.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "bench.h"
#include "device.h"

struct bench {
	const struct bench_conf *conf;
	size_t page;
	uint64_t *area[2]; /* one a node at first, pairs pages each */
	uint64_t *addr[2]; /* addresses of their pages */
	int *node[2];	   /* move_pages(2): where each page of an area shall go */
	int *at[2];	   /* where each page of an area is */
	bool *away;	   /* neither page of the pair is where it shall go */
	int32_t *status;
	unsigned int calls[2]; /* noted in conf->took */
	pid_t *sharer;
	unsigned int nsharers;
};

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static uint64_t word(const uint64_t *at)
{
	return (uintptr_t)at * 0x9e3779b97f4a7c15ULL;
}

/* Maps an area on a node and fills it; NULL with errno. */
static uint64_t *map_area(const struct bench *b, int node)
{
	size_t size = b->conf->pairs * b->page;
	unsigned long mask = 1UL << node;
	uint64_t *area = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (area == MAP_FAILED)
		return NULL;
	madvise(area, size, MADV_NOHUGEPAGE);
	if (syscall(SYS_mbind, area, size, MPOL_PREFERRED, &mask, 8 * sizeof(mask), 0))
		return NULL;
	for (size_t i = 0; i < size / sizeof(*area); i++)
		area[i] = word(&area[i]);
	return area;
}

static uint64_t count_wrong(const struct bench *b)
{
	uint64_t wrong = 0;

	for (unsigned int side = 0; side < 2; side++)
		for (size_t i = 0; i < b->conf->pairs * b->page / sizeof(uint64_t); i++)
			wrong += b->area[side][i] != word(&b->area[side][i]);
	return wrong;
}

static void end_sharers(struct bench *b)
{
	for (unsigned int i = 0; i < b->nsharers; i++) {
		kill(b->sharer[i], SIGKILL);
		waitpid(b->sharer[i], NULL, 0);
	}
	b->nsharers = 0;
}

static enum status start_sharers(struct bench *b)
{
	b->sharer = calloc(b->conf->sharers + 1, sizeof(*b->sharer));
	if (!b->sharer)
		return fail(ST_FAIL, "out of memory");
	while (b->nsharers < b->conf->sharers) {
		pid_t pid = fork();

		if (!pid) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			for (;;)
				pause();
		}
		if (pid < 0)
			return fail(ST_FAIL, "cannot fork: %s", strerror(errno));
		b->sharer[b->nsharers++] = pid;
	}
	return ST_OK;
}

static enum status set_up(struct bench *b)
{
	unsigned int pairs = b->conf->pairs;

	b->page = sysconf(_SC_PAGESIZE);
	b->status = calloc(pairs, sizeof(*b->status));
	b->away = calloc(pairs, sizeof(*b->away));
	for (unsigned int side = 0; side < 2; side++) {
		b->addr[side] = calloc(pairs, sizeof(*b->addr[side]));
		b->node[side] = calloc(pairs, sizeof(*b->node[side]));
		b->at[side] = calloc(pairs, sizeof(*b->at[side]));
		if (!b->status || !b->away || !b->addr[side] || !b->node[side] || !b->at[side])
			return fail(ST_FAIL, "out of memory");
		b->area[side] = map_area(b, b->conf->nodes[side]);
		if (!b->area[side])
			return fail(ST_FAIL, "cannot get memory on node %d: %s",
				    b->conf->nodes[side], strerror(errno));
		for (unsigned int i = 0; i < pairs; i++)
			b->addr[side][i] = (uintptr_t)b->area[side] + i * b->page;
	}
	return start_sharers(b);
}

static void tear_down(struct bench *b)
{
	end_sharers(b);
	for (unsigned int side = 0; side < 2; side++) {
		if (b->area[side])
			munmap(b->area[side], b->conf->pairs * b->page);
		free(b->addr[side]);
		free(b->node[side]);
		free(b->at[side]);
	}
	free(b->status);
	free(b->away);
	free(b->sharer);
}

/* Since @start; @way: 0 by exchange, 1 by migration. */
static uint64_t note_call(struct bench *b, unsigned int way, uint64_t start)
{
	uint64_t took = now_ns() - start;

	if (b->conf->took[way])
		b->conf->took[way][b->calls[way]++] = took;
	return took;
}

static enum status exchange_round(struct bench *b, int fd, struct bench_result *r)
{
	uint64_t start = now_ns();
	int err = xchg__exchange(fd, 0, b->addr[0], 0, b->addr[1], b->status, b->conf->pairs,
				 b->nsharers ? FOLIO_EXCHANGE_MOVE_ALL : 0);

	r->exchange_ns += note_call(b, 0, start);
	if (err)
		return fail(ST_FAIL, "cannot exchange: %s", strerror(-err));
	for (unsigned int i = 0; i < b->conf->pairs; i++)
		r->exchanged += b->status[i] == FOLIO_EXCHANGE_OK;
	return ST_OK;
}

/* Where all pages are.  When memory gives out move_pages(2) does not tell. */
static enum status look(struct bench *b)
{
	for (unsigned int side = 0; side < 2; side++)
		if (syscall(SYS_move_pages, 0, (unsigned long)b->conf->pairs, b->addr[side], NULL,
			    b->at[side], 0) < 0)
			return fail(ST_FAIL, "move_pages: %s", strerror(errno));
	return ST_OK;
}

/* Each area to the other's node.  What finds no room there stays. */
static enum status migrate(struct bench *b, struct bench_result *r)
{
	int flags = b->nsharers ? MPOL_MF_MOVE_ALL : MPOL_MF_MOVE;
	uint64_t start = now_ns();

	for (unsigned int side = 0; side < 2; side++)
		if (syscall(SYS_move_pages, 0, (unsigned long)b->conf->pairs, b->addr[side],
			    b->node[side], b->status, flags) < 0 &&
		    errno != ENOMEM)
			return fail(ST_FAIL, "move_pages: %s", strerror(errno));
	r->migrate_ns += note_call(b, 1, start);
	return ST_OK;
}

/* What a person does without exchange.  Looking is not in the time. */
static enum status migrate_round(struct bench *b, bool back, struct bench_result *r)
{
	unsigned int pairs = b->conf->pairs;
	enum status status = look(b);

	for (unsigned int i = 0; i < pairs; i++) {
		for (unsigned int side = 0; side < 2; side++)
			b->node[side][i] = b->conf->nodes[side ^ !back];
		b->away[i] = b->at[0][i] != b->node[0][i] && b->at[1][i] != b->node[1][i];
	}
	if (!status)
		status = migrate(b, r);
	if (!status)
		status = look(b);
	for (unsigned int i = 0; !status && i < pairs; i++)
		r->migrated += b->away[i] && b->at[0][i] == b->node[0][i] &&
			       b->at[1][i] == b->node[1][i];
	return status;
}

enum status bench__run(int fd, const struct bench_conf *conf, struct bench_result *result)
{
	struct bench b = { .conf = conf };
	enum status status = set_up(&b);

	*result = (struct bench_result){ 0 };
	if (!status && conf->ready)
		conf->ready();
	/*
	 * There and back by each in turn, so that what else the machine does meets both,
	 * and every page is where it began. The first time warms up: folios that were just
	 * faulted in are not on the LRU yet.
	 */
	for (unsigned int round = 0; !status && round < conf->rounds + 1; round++) {
		for (unsigned int back = 0; !status && back < 2; back++) {
			status = exchange_round(&b, fd, result);
			result->wrong += count_wrong(&b);
		}
		for (unsigned int back = 0; !status && back < 2; back++) {
			status = migrate_round(&b, back, result);
			result->wrong += count_wrong(&b);
		}
		if (!round) {
			*result = (struct bench_result){ .wrong = result->wrong };
			b.calls[0] = b.calls[1] = 0;
		}
	}
	tear_down(&b);
	return status;
}
