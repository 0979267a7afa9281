/* SPDX-License-Identifier: GPL-2.0-only */
/* Rows of operations that the kernel has added up: gathered, then applied all at once. */
#ifndef FOLIOSCOPE_CHAIN_SUMS_H
#define FOLIOSCOPE_CHAIN_SUMS_H

#include "state.h"
#include "top.h"

struct sum {
	struct chain_row_key key;
	struct chain_row row;
};

/* {} is empty. */
struct sums {
	struct sum *rows;
	size_t n, cap;
};

/* 0 or -ENOMEM; so does the next. */
int sums__add(struct sums *sums, const struct chain_row_key *key, const struct chain_row *row);

/*
 * Applies them, which come in no order and of which several may be of one memory, or of two that had the
 * same address one after the other; then none is left.
 */
int sums__apply(struct sums *sums, struct chain_state *s, struct top *t);

void sums__free(struct sums *sums);

#endif
