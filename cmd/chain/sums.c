// SPDX-License-Identifier: GPL-2.0-only
/* Rows of operations that the kernel has added up. */
#include <errno.h>
#include <stdlib.h>
#include "../lib/grow.h"
#include "sums.h"

int sums__add(struct sums *sums, const struct chain_row_key *key, const struct chain_row *row)
{
	struct sum *sum = grow__add((void **)&sums->rows, &sums->n, &sums->cap, sizeof(*sum));

	if (!sum)
		return -ENOMEM;
	sum->key = *key;
	sum->row = *row;
	return 0;
}

int sums__apply(struct sums *sums, struct chain_state *s, struct top *t)
{
	int err = 0;

	for (size_t i = 0; i < sums->n && !err; i++)
		err = chain_state__owner(s, sums->rows[i].key.mm, &sums->rows[i].row);
	for (size_t i = 0; i < sums->n && !err; i++)
		chain_state__change(s, sums->rows[i].key.mm, &sums->rows[i].row);
	for (size_t i = 0; i < sums->n && !err; i++)
		err = top__row(t, &sums->rows[i].row);
	chain_state__settle(s);
	sums->n = 0;
	return err;
}

void sums__free(struct sums *sums)
{
	free(sums->rows);
	*sums = (struct sums){ 0 };
}
