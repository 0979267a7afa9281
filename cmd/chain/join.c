// SPDX-License-Identifier: GPL-2.0-only
/* Whose the events of a fork are. */
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include "../lib/grow.h"
#include "join.h"

/* The last fork of a task: under way, or one that failed and whose memory is given up. */
struct fork_of {
	uint32_t tid;
	uint64_t mm;
	bool failed;
	struct event *events; /* that wait */
	size_t n, cap;
};

static int by_tid(const void *a, const void *b)
{
	uint32_t x = ((const struct fork_of *)a)->tid, y = ((const struct fork_of *)b)->tid;

	return x < y ? -1 : x > y;
}

static struct fork_of *fork_find(struct join *j, uint32_t tid)
{
	const struct fork_of key = { .tid = tid };
	struct fork_of **found = tfind(&key, &j->forks, by_tid);

	return found ? *found : NULL;
}

static void fork_free(void *of)
{
	free(((struct fork_of *)of)->events);
	free(of);
}

static int give_out(struct join *j, struct fork_of *of, uint32_t child)
{
	int err = 0;

	for (size_t i = 0; i < of->n && !err; i++) {
		of->events[i].child = child;
		of->events[i].failed = of->failed;
		err = j->emit(j->arg, &of->events[i]);
	}
	of->n = 0;
	return err;
}

static void forget(struct join *j, struct fork_of *of)
{
	tdelete(of, &j->forks, by_tid);
	fork_free(of);
}

static struct fork_of *fork_new(struct join *j, const struct event *e)
{
	struct fork_of *of = calloc(1, sizeof(*of));

	if (!of)
		return NULL;
	of->tid = e->tid;
	of->mm = e->mm;
	if (tsearch(of, &j->forks, by_tid))
		return of;
	free(of);
	return NULL;
}

/* A fork begins, unless it has already; what its task left of another is given out. */
static int begin(struct join *j, struct fork_of **of, const struct event *e)
{
	int err = 0;

	if (*of) {
		err = give_out(j, *of, 0);
		forget(j, *of);
	}
	*of = fork_new(j, e);
	return *of ? err : -ENOMEM;
}

int join__event(struct join *j, const struct event *e)
{
	struct fork_of *of = fork_find(j, e->tid);
	bool same = of && of->mm == e->mm;
	struct event *waits, failed;
	int err = 0;

	/* Of one that failed nothing more is copied: the address is another memory's now. */
	if (event__forks(e) && (!same || (of->failed && !e->error))) {
		err = begin(j, &of, e);
		same = !err;
	}
	if (err)
		return err;
	if (!same)
		return j->emit(j->arg, e);
	if (e->type == CHAIN_UNLINK || e->error)
		of->failed = true;
	if (of->failed) {
		err = give_out(j, of, 0);
		failed = *e;
		failed.failed = true;
		return err ? err : j->emit(j->arg, &failed);
	}
	waits = grow__add((void **)&of->events, &of->n, &of->cap, sizeof(*waits));
	if (!waits)
		return -ENOMEM;
	*waits = *e;
	return 0;
}

int join__born(struct join *j, uint32_t tid, uint64_t mm, uint32_t child)
{
	struct fork_of *of = fork_find(j, tid);
	int err;

	if (!of || of->mm != mm)
		return 0;
	err = give_out(j, of, child);
	forget(j, of);
	return err;
}

int join__end(struct join *j)
{
	int err = 0;

	while (j->forks) {
		struct fork_of *of = *(struct fork_of **)j->forks;

		if (!err)
			err = give_out(j, of, 0);
		forget(j, of);
	}
	return err;
}

void join__free(struct join *j)
{
	tdestroy(j->forks, fork_free);
	j->forks = NULL;
}
