// SPDX-License-Identifier: GPL-2.0-only
/* Recorded walks. */
#include <errno.h>
#include <string.h>
#include "../../bpf/rmap.h"
#include "../lib/intern.h"
#include "../lib/json.h"
#include "record.h"

static uint64_t number(const json_t *row, const char *key)
{
	return json_integer_value(json_object_get(row, key));
}

static int read_row(void *arg, const json_t *row)
{
	struct rmap_snapshot *snap = arg;
	const json_t *cause = json_object_get(row, "cause");
	const json_t *kind = json_object_get(row, "kind");
	const char *comm = json_string_value(json_object_get(row, "comm"));
	unsigned int by = 0;
	struct rmap_stat *s = rmap_snapshot__add(snap);

	if (!s)
		return -ENOMEM;
	if (json_object_get(row, "pid")) {
		by |= RMAP_BY_TASK;
		s->pid = number(row, "pid");
		strncpy(s->comm, comm ? comm : "", sizeof(s->comm) - 1);
	}
	if (cause) {
		by |= RMAP_BY_CAUSE;
		s->cause = cause__find(json_string_value(cause) ?: "");
	}
	if (kind) {
		by |= RMAP_BY_KIND;
		s->kind = kind__find(json_string_value(kind) ?: "");
	}
	if (json_object_get(row, "cgroup")) {
		by |= RMAP_BY_CGROUP;
		s->cgroup = intern__string(json_string_value(json_object_get(row, "cgroup")) ?: "");
	}
	if (json_object_get(row, "owner")) {
		by |= RMAP_BY_OWNER;
		if (owner__read(&s->owner, json_object_get(row, "owner")))
			return -EINVAL;
	}
	if (!by || s->cause == CAUSES || s->kind == RMAP_KINDS)
		return -EINVAL;
	/* Recordings that are split otherwise add up as far as both are. */
	snap->by = snap->len == 1 ? by : snap->by & by;
	s->walks = number(row, "walks");
	s->vmas = number(row, "vmas");
	s->mapped = number(row, "mapped");
	s->ns = number(row, "ns");
	s->lock_ns = number(row, "lock_ns");
	s->ns_max = number(row, "max");
	s->vmas_max = number(row, "vmas_max");
	return json__read_hist(&s->hist, json_object_get(row, "hist"));
}

int rmap_record__read(struct rmap_snapshot *snap, const json_t *line)
{
	json_int_t sample = json_integer_value(json_object_get(line, "sample"));
	const json_t *slow = json_object_get(line, "slowest");
	const json_t *stacks = json_object_get(line, "stacks");
	int err = json__rows(line, read_row, snap);

	if (sample > snap->sample)
		snap->sample = sample;
	if (!err && slow)
		err = rmap_slows__read(&snap->slow, slow);
	if (!err && stacks)
		err = rmap_stacks__read(&snap->stacks, stacks);
	rmap_slows__cut(&snap->slow, SIZE_MAX);
	rmap_stacks__merge(&snap->stacks);
	return err ? err : rmap_snapshot__group(snap, snap->by);
}
