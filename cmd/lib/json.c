// SPDX-License-Identifier: GPL-2.0-only
/* The lines of JSON every tool prints. */
#include <errno.h>
#include <time.h>
#include "../../bpf/hist.h"
#include "json.h"

/* One line, and ASCII: what people see of it on a terminal is harmless there. */
#define LINE (JSON_COMPACT | JSON_ENSURE_ASCII)

double json__now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

int json__line(FILE *f, json_t *line)
{
	int err;

	if (!line)
		return -ENOMEM;
	/* Write errors are the output's business, see out__flush(). */
	err = json_dumpf(line, f, LINE | JSON_REAL_PRECISION(16));
	fputc('\n', f);
	json_decref(line);
	return err && !ferror(f) ? -ENOMEM : 0;
}

int json__interval(FILE *f, double ts, double interval_s, json_t *more, size_t n,
		   json_t *(*row)(void *arg, size_t i), void *arg)
{
	const char *key;
	json_t *value;

	fprintf(f, "{\"type\":\"interval\",\"ts\":%.6f,\"interval_s\":%.6f,", ts, interval_s);
	json_object_foreach(more, key, value) {
		fprintf(f, "\"%s\":", key);
		json_dumpf(value, f, LINE | JSON_ENCODE_ANY);
		fputc(',', f);
	}
	json_decref(more);
	fputs("\"rows\":[", f);
	for (size_t i = 0; i < n; i++) {
		json_t *obj = row(arg, i);

		if (!obj)
			return -ENOMEM;
		if (i)
			fputc(',', f);
		json_dumpf(obj, f, LINE);
		json_decref(obj);
	}
	fputs("]}\n", f);
	return 0;
}

int json__each(const json_t *array, int (*each)(void *arg, const json_t *element), void *arg)
{
	json_t *one;
	size_t i;

	if (!json_is_array(array))
		return -EINVAL;
	json_array_foreach((json_t *)array, i, one) {
		int err = each(arg, one);

		if (err)
			return err;
	}
	return 0;
}

json_t *json__array(size_t n, json_t *(*one)(void *arg, size_t i), void *arg)
{
	json_t *array = json_array();

	for (size_t i = 0; array && i < n; i++) {
		if (!json_array_append_new(array, one(arg, i)))
			continue;
		json_decref(array);
		return NULL;
	}
	return array;
}

int json__rows(const json_t *line, int (*row)(void *arg, const json_t *row), void *arg)
{
	return json__each(json_object_get(line, "rows"), row, arg);
}

json_t *json__hist(const struct hist *h)
{
	json_t *array = json_array();

	for (size_t i = 0; array && i < h->len; i++) {
		uint64_t hi = hist__hi(h->buckets[i].index);

		json_array_append_new(array, json_pack("{s:I, s:o, s:I}", "lo",
						       (json_int_t)hist__lo(h->buckets[i].index),
						       "hi", hi ? json_integer(hi) : json_null(),
						       "count", (json_int_t)h->buckets[i].n));
	}
	return array;
}

int json__read_hist(struct hist *h, const json_t *array)
{
	json_t *bucket;
	size_t i;

	if (!json_is_array(array))
		return -EINVAL;
	json_array_foreach((json_t *)array, i, bucket) {
		const json_t *lo = json_object_get(bucket, "lo");
		const json_t *count = json_object_get(bucket, "count");
		uint64_t from = json_integer_value(lo);
		int err;

		/* Only our own buckets add up without a loss. */
		if (!json_is_integer(lo) || !json_is_integer(count) ||
		    json_integer_value(count) < 0 || hist__lo(hist_index(from)) != from)
			return -EINVAL;
		/* ... and could be written again. */
		if (h->total > INT64_MAX || (uint64_t)json_integer_value(count) > INT64_MAX - h->total)
			return -EINVAL;
		err = hist__add(h, hist_index(from), json_integer_value(count));
		if (err)
			return err;
	}
	return 0;
}

json_t *json__comm(const char *raw)
{
	char utf8[2 * 512 + 1], *out = utf8;
	json_t *string = json_string(raw);

	if (string)
		return string;
	for (const unsigned char *in = (const unsigned char *)raw; *in && out < utf8 + 1023; in++) {
		if (*in < 0x80) {
			*out++ = *in;
		} else {
			*out++ = 0xc0 | *in >> 6;
			*out++ = 0x80 | (*in & 0x3f);
		}
	}
	*out = 0;
	return json_string(utf8);
}

int json__set_percentiles(json_t *obj, const struct hist *h, uint64_t max)
{
	int err = 0;

	err |= json_object_set_new(obj, "p50", json_integer(hist__percentile(h, 50, max)));
	err |= json_object_set_new(obj, "p90", json_integer(hist__percentile(h, 90, max)));
	err |= json_object_set_new(obj, "p99", json_integer(hist__percentile(h, 99, max)));
	err |= json_object_set_new(obj, "max", json_integer(max));
	return err ? -ENOMEM : 0;
}
