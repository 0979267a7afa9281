// SPDX-License-Identifier: GPL-2.0-only
/* Log-linear histograms in user space. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "../../bpf/hist.h"
#include "hist.h"

uint64_t hist__lo(uint32_t index)
{
	return hist_lo(index);
}

uint64_t hist__hi(uint32_t index)
{
	return index + 1 < HIST_BUCKETS ? hist_lo(index + 1) : 0;
}

int hist__add(struct hist *h, uint32_t index, uint64_t n)
{
	size_t at = h->len;

	if (index >= HIST_BUCKETS)
		return -EINVAL;
	if (!n)
		return 0;
	while (at && h->buckets[at - 1].index > index)
		at--;
	if (at && h->buckets[at - 1].index == index) {
		h->buckets[at - 1].n += n;
		h->total += n;
		return 0;
	}
	if (h->len == h->cap) {
		size_t cap = h->cap ? 2 * h->cap : 16;
		struct hist_bucket *more = realloc(h->buckets, cap * sizeof(*more));

		if (!more)
			return -ENOMEM;
		h->buckets = more;
		h->cap = cap;
	}
	memmove(h->buckets + at + 1, h->buckets + at, (h->len - at) * sizeof(*h->buckets));
	h->buckets[at] = (struct hist_bucket){ .index = index, .n = n };
	h->len++;
	h->total += n;
	return 0;
}

int hist__merge(struct hist *dst, const struct hist *src)
{
	for (size_t i = 0; i < src->len; i++) {
		int err = hist__add(dst, src->buckets[i].index, src->buckets[i].n);

		if (err)
			return err;
	}
	return 0;
}

uint64_t hist__percentile(const struct hist *h, double percent, uint64_t max)
{
	uint64_t below = 0;
	long double want;

	if (!h->total)
		return 0;
	want = (long double)h->total * percent / 100;
	for (size_t i = 0; i < h->len; i++) {
		below += h->buckets[i].n;
		if (below >= want && below) {
			/* hi is exclusive; the last bucket's wraps to the largest value */
			uint64_t value = hist__hi(h->buckets[i].index) - 1;

			return value < max ? value : max;
		}
	}
	return max;
}

void hist__free(struct hist *h)
{
	free(h->buckets);
	*h = (struct hist){ 0 };
}
