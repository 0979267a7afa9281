// SPDX-License-Identifier: GPL-2.0-only
/* The lines of JSON every tool prints. */
#include <errno.h>
#include <sys/utsname.h>
#include <time.h>
#include "json.h"

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
	err = json_dumpf(line, f, JSON_COMPACT | JSON_REAL_PRECISION(16));
	fputc('\n', f);
	json_decref(line);
	return err && !ferror(f) ? -ENOMEM : 0;
}

/* A command line may hold bytes that are no UTF-8; JSON may not. */
static json_t *string(const char *s)
{
	json_t *j = json_string(s);

	return j ? j : json_string("?");
}

json_t *json__header(const char *backend, int argc, char *const *argv, json_t *coverage)
{
	json_t *options = json_array();
	struct utsname u;

	for (int i = 1; options && i < argc && argv[i]; i++)
		json_array_append_new(options, string(argv[i]));
	uname(&u);
	return json_pack("{s:s, s:s, s:s, s:s, s:s?, s:f, s:o, s:o}", "type", "header", "tool",
			 program_invocation_short_name, "version", FOLIOSCOPE_VERSION, "kernel",
			 u.release, "backend", backend, "start", json__now(), "options", options,
			 "coverage", coverage);
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

int json__set_percentiles(json_t *obj, const struct hist *h, uint64_t max)
{
	int err = 0;

	err |= json_object_set_new(obj, "p50", json_integer(hist__percentile(h, 50, max)));
	err |= json_object_set_new(obj, "p90", json_integer(hist__percentile(h, 90, max)));
	err |= json_object_set_new(obj, "p99", json_integer(hist__percentile(h, 99, max)));
	err |= json_object_set_new(obj, "max", json_integer(max));
	return err ? -ENOMEM : 0;
}
