/* SPDX-License-Identifier: GPL-2.0-only */
/* Log-linear histograms in user space: sparse, over the buckets of bpf/hist.h. */
#ifndef FOLIOSCOPE_LIB_HIST_H
#define FOLIOSCOPE_LIB_HIST_H

#include <stddef.h>
#include <stdint.h>

struct hist_bucket {
	uint32_t index; /* as hist_index() gives it */
	uint64_t n;
};

/* Buckets ascending by index, none empty.  {} is an empty histogram. */
struct hist {
	struct hist_bucket *buckets;
	size_t len, cap;
	uint64_t total; /* sum of all n */
};

/* Adds n to bucket @index.  Returns 0 or -ENOMEM; -EINVAL past the last bucket. */
int hist__add(struct hist *h, uint32_t index, uint64_t n);

/* Adds all of @src to @dst.  Returns 0 or -ENOMEM. */
int hist__merge(struct hist *dst, const struct hist *src);

/*
 * The value that @percent (0 to 100) of all values do not exceed: the upper end of
 * the bucket it falls into, so at most 12.5 % above the truth, never above @max
 * (the largest value, known exactly).  0 when the histogram is empty.
 */
uint64_t hist__percentile(const struct hist *h, double percent, uint64_t max);

/* Smallest value of a bucket, and the first beyond it: 0 stands for 2^64. */
uint64_t hist__lo(uint32_t index);
uint64_t hist__hi(uint32_t index);

/* Frees the buckets; @h is empty afterwards. */
void hist__free(struct hist *h);

#endif
