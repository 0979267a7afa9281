/* SPDX-License-Identifier: GPL-2.0-only */
/* Walks by kernel stack. */
#ifndef FOLIOSCOPE_RMAP_STACKS_H
#define FOLIOSCOPE_RMAP_STACKS_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct rmap_stack {
	const char *frames; /* "outer;inner;...", interned; "": not known */
	uint32_t pid;
	uint8_t cause, kind; /* enum cause, enum rmap_kind */
	char comm[16];
	uint64_t walks, vmas, mapped, ns;
};

/* {} is empty. */
struct rmap_stacks {
	struct rmap_stack *stack;
	size_t len, cap;
};

/* What the width of a flame is. */
enum rmap_weight {
	WEIGHT_TIME, /* ns */
	WEIGHT_VMAS,
	WEIGHT_PHANTOM,
	WEIGHT_WALKS,
	WEIGHTS,
};

/* The weight of a name ("time", "vmas", "phantom", "walks"); WEIGHTS if there is none. */
enum rmap_weight rmap_weight__find(const char *name);

/* A new zeroed stack, NULL when memory is out. */
struct rmap_stack *rmap_stacks__add(struct rmap_stacks *stacks);

/* Makes one of all that differ in numbers only. */
void rmap_stacks__merge(struct rmap_stacks *stacks);

/* Adds copies of all of @more.  0 or -ENOMEM. */
int rmap_stacks__join(struct rmap_stacks *stacks, const struct rmap_stacks *more);

/* Folded lines, "comm;outer;inner WEIGHT", as flamegraph.pl reads them; merged before. */
void rmap_stacks__fold(const struct rmap_stacks *stacks, FILE *f, enum rmap_weight weight);

/* An array of all; NULL when memory is out. */
json_t *rmap_stacks__json(const struct rmap_stacks *stacks);

/* Adds what such an array holds.  0, -EINVAL or -ENOMEM. */
int rmap_stacks__read(struct rmap_stacks *stacks, const json_t *array);

void rmap_stacks__free(struct rmap_stacks *stacks);

#endif
