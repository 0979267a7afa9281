// SPDX-License-Identifier: GPL-2.0-only
/* Emptying BPF maps that programs no longer write. */
#include <bpf/bpf.h>
#include <errno.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>
#include "drain.h"

static bool undisturbed;

void drain__undisturbed(bool on)
{
	undisturbed = on;
}

/* How a thread was scheduled before it got a priority. */
struct before {
	bool raised;
	int policy;
	struct sched_param param;
};

static struct before raise_priority(void)
{
	const struct sched_param lowest = { .sched_priority = 1 };
	struct before b = { 0 };

	if (!undisturbed)
		return b;
	b.policy = sched_getscheduler(0);
	/* Others have one, or cannot be taken up again like this (SCHED_DEADLINE). */
	if (b.policy == SCHED_OTHER || b.policy == SCHED_BATCH || b.policy == SCHED_IDLE)
		b.raised = !sched_getparam(0, &b.param) &&
			   !sched_setscheduler(0, SCHED_FIFO, &lowest);
	return b;
}

static void lower_priority(const struct before *b)
{
	if (b->raised)
		sched_setscheduler(0, b->policy, &b->param);
}

/*
 * Replacing a map in a map makes the kernel wait for an RCU grace period, in which
 * all running programs end (kernel/bpf/syscall.c, maybe_wait_bpf_programs()).
 */
struct grace {
	int outer, inner;
};

struct grace *grace__new(void)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts);
	struct grace *g = malloc(sizeof(*g));

	if (!g)
		return NULL;
	g->outer = -1;
	g->inner = bpf_map_create(BPF_MAP_TYPE_ARRAY, "grace_inner", 4, 4, 1, NULL);
	if (g->inner >= 0) {
		opts.inner_map_fd = g->inner;
		g->outer = bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, "grace_outer", 4, 4, 1, &opts);
	}
	if (g->outer >= 0)
		return g;
	grace__free(g);
	return NULL;
}

int grace__wait(struct grace *g)
{
	struct before b = raise_priority();
	uint32_t zero = 0;
	int err = bpf_map_update_elem(g->outer, &zero, &g->inner, BPF_ANY);

	lower_priority(&b);
	return err;
}

void grace__free(struct grace *g)
{
	if (!g)
		return;
	if (g->inner >= 0)
		close(g->inner);
	if (g->outer >= 0)
		close(g->outer);
	free(g);
}

int drain__lookup(int fd, const void *key, void *value)
{
	struct before b = raise_priority();
	int err = bpf_map_lookup_elem(fd, key, value);

	lower_priority(&b);
	return err;
}

static int take_batch(int fd, void *from, void *next, void *keys, void *values, uint32_t *n)
{
	struct before b = raise_priority();
	int err = bpf_map_lookup_and_delete_batch(fd, from, next, keys, values, n, NULL);

	lower_priority(&b);
	return err;
}

int drain__hash(int fd, size_t key_size, size_t value_size,
		int (*each)(void *arg, const void *key, const void *value), void *arg)
{
	uint32_t room = 512, next, *from = NULL;
	char *keys = NULL, *values = NULL;
	int err = 0;

	for (;;) {
		uint32_t n = room;

		keys = realloc(keys, room * key_size);
		values = realloc(values, room * value_size);
		if (!keys || !values) {
			err = -ENOMEM;
			break;
		}
		err = take_batch(fd, from, &next, keys, values, &n);
		if (err == -ENOSPC) { /* one bucket of the hash holds more than room */
			room *= 2;
			continue;
		}
		if (err && err != -ENOENT)
			break;
		for (uint32_t i = 0; i < n; i++) {
			int stop = each(arg, keys + i * key_size, values + i * value_size);

			if (stop) {
				err = stop;
				goto out;
			}
		}
		if (err == -ENOENT) { /* that was all */
			err = 0;
			break;
		}
		from = &next;
	}
out:
	free(keys);
	free(values);
	return err;
}
