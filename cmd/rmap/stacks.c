// SPDX-License-Identifier: GPL-2.0-only
/* Walks by kernel stack. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "../../bpf/rmap.h"
#include "../lib/grow.h"
#include "../lib/json.h"
#include "../lib/text.h"
#include "cause.h"
#include "kstack.h"
#include "stacks.h"

enum rmap_weight rmap_weight__find(const char *name)
{
	static const char *const names[WEIGHTS] = {
		[WEIGHT_TIME] = "time",
		[WEIGHT_VMAS] = "vmas",
		[WEIGHT_PHANTOM] = "phantom",
		[WEIGHT_WALKS] = "walks",
	};
	enum rmap_weight w = 0;

	while (w < WEIGHTS && strcmp(names[w], name))
		w++;
	return w;
}

struct rmap_stack *rmap_stacks__add(struct rmap_stacks *stacks)
{
	return grow__add((void **)&stacks->stack, &stacks->len, &stacks->cap, sizeof(*stacks->stack));
}

void rmap_stacks__free(struct rmap_stacks *stacks)
{
	free(stacks->stack);
	*stacks = (struct rmap_stacks){ 0 };
}

static int by_identity(const void *a, const void *b)
{
	const struct rmap_stack *x = a, *y = b;
	int order = strncmp(x->comm, y->comm, sizeof(x->comm));

	if (!order)
		order = strcmp(x->frames, y->frames);
	if (!order && x->pid != y->pid)
		order = x->pid < y->pid ? -1 : 1;
	if (!order)
		order = x->cause - y->cause;
	return order ? order : x->kind - y->kind;
}

void rmap_stacks__merge(struct rmap_stacks *stacks)
{
	size_t kept = 0;

	if (!stacks->len)
		return;
	qsort(stacks->stack, stacks->len, sizeof(*stacks->stack), by_identity);
	for (size_t i = 1; i < stacks->len; i++) {
		struct rmap_stack *sum = &stacks->stack[kept];
		const struct rmap_stack *s = &stacks->stack[i];

		if (by_identity(sum, s)) {
			stacks->stack[++kept] = *s;
			continue;
		}
		sum->walks += s->walks;
		sum->vmas += s->vmas;
		sum->mapped += s->mapped;
		sum->ns += s->ns;
	}
	stacks->len = kept + 1;
}

int rmap_stacks__join(struct rmap_stacks *stacks, const struct rmap_stacks *more)
{
	for (size_t i = 0; i < more->len; i++) {
		struct rmap_stack *s = rmap_stacks__add(stacks);

		if (!s)
			return -ENOMEM;
		*s = more->stack[i];
	}
	rmap_stacks__merge(stacks);
	return 0;
}

static uint64_t weight_of(const struct rmap_stack *s, enum rmap_weight weight)
{
	switch (weight) {
	case WEIGHT_VMAS:
		return s->vmas;
	case WEIGHT_PHANTOM:
		return s->vmas - s->mapped;
	case WEIGHT_WALKS:
		return s->walks;
	default:
		return s->ns;
	}
}

/* The name of a process must not look like a frame. */
static void print_comm(FILE *f, const char *comm)
{
	char clean[64];

	text__clean(clean, sizeof(clean), comm);
	for (char *c = clean; *c; c++)
		if (*c == ';')
			*c = ':';
	fputs(clean, f);
}

void rmap_stacks__fold(const struct rmap_stacks *stacks, FILE *f, enum rmap_weight weight)
{
	for (size_t i = 0; i < stacks->len;) {
		const struct rmap_stack *s = &stacks->stack[i];
		uint64_t sum = 0;

		/* Processes of one name, causes and kinds are one flame. */
		for (; i < stacks->len && !strncmp(stacks->stack[i].comm, s->comm, sizeof(s->comm)) &&
		       !strcmp(stacks->stack[i].frames, s->frames);
		     i++)
			sum += weight_of(&stacks->stack[i], weight);
		if (!sum)
			continue;
		print_comm(f, s->comm);
		fprintf(f, ";%s %" PRIu64 "\n", *s->frames ? s->frames : "[stack not known]", sum);
	}
}

/* ------------------------------------------------------------------- JSON */

static json_t *stack_json(void *arg, size_t i)
{
	const struct rmap_stacks *stacks = arg;
	const struct rmap_stack *s = &stacks->stack[i];

	return json_pack("{s:I, s:o, s:s, s:s, s:s, s:I, s:I, s:I, s:I}", "pid", (json_int_t)s->pid,
			 "comm", json__comm(s->comm), "cause", cause__name(s->cause), "kind",
			 kind__name(s->kind), "stack", s->frames, "walks", (json_int_t)s->walks,
			 "vmas", (json_int_t)s->vmas, "mapped", (json_int_t)s->mapped, "ns",
			 (json_int_t)s->ns);
}

json_t *rmap_stacks__json(const struct rmap_stacks *stacks)
{
	return json__array(stacks->len, stack_json, (void *)stacks);
}

static int read_stack(void *arg, const json_t *obj)
{
	struct rmap_stack *s = rmap_stacks__add(arg);
	const char *comm = "", *cause = "", *kind = "", *frames = "";
	json_int_t pid = 0, walks = 0, vmas = 0, mapped = 0, ns = 0;
	int err = json_unpack((json_t *)obj, "{s:I, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I}", "pid",
			      &pid, "comm", &comm, "cause", &cause, "kind", &kind, "stack", &frames,
			      "walks", &walks, "vmas", &vmas, "mapped", &mapped, "ns", &ns);

	if (!s)
		return -ENOMEM;
	s->frames = kstack__recorded(frames);
	if (err)
		return -EINVAL;
	s->pid = pid;
	s->cause = cause__find(cause);
	s->kind = kind__find(kind);
	strncpy(s->comm, comm, sizeof(s->comm) - 1);
	s->walks = walks;
	s->vmas = vmas;
	s->mapped = mapped;
	s->ns = ns;
	return s->cause < CAUSES && s->kind < RMAP_KINDS ? 0 : -EINVAL;
}

int rmap_stacks__read(struct rmap_stacks *stacks, const json_t *array)
{
	return json__each(array, read_stack, stacks);
}
