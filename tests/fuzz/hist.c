// SPDX-License-Identifier: GPL-2.0-only
/* Recorded histograms: what is read is what is written. */
#include "../../cmd/lib/json.h"
#include "fuzz.h"

static void check(const struct hist *h)
{
	const uint64_t most = UINT64_MAX;
	uint64_t sum = 0, below = 0;

	for (size_t i = 0; i < h->len; i++) {
		if (!h->buckets[i].n || (i && h->buckets[i].index <= h->buckets[i - 1].index))
			fuzz__bad("bucket %zu is empty, or not in order", i);
		sum += h->buckets[i].n;
	}
	if (sum != h->total)
		fuzz__bad("%zu buckets do not add up to their total", h->len);
	for (int percent = 0; percent <= 100; percent += 10) {
		uint64_t value = hist__percentile(h, percent, most);

		if (value < below)
			fuzz__bad("%d per cent are below fewer", percent);
		below = value;
	}
}

void fuzz_hist(const uint8_t *data, size_t size)
{
	json_t *array = json_loadb((const char *)data, size, 0, NULL), *written;
	struct hist h = { 0 }, again = { 0 };
	int err = json__read_hist(&h, array);

	check(&h);
	if (!err) {
		written = json__hist(&h);
		if (json__read_hist(&again, written) || again.len != h.len || again.total != h.total)
			fuzz__bad("what was written is not read back");
		json_decref(written);
	}
	hist__free(&h);
	hist__free(&again);
	json_decref(array);
}
