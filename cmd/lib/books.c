// SPDX-License-Identifier: GPL-2.0-only
/* The accounting every tracing tool ends with. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include "books.h"
#include "json.h"

static struct books_entry *find(const struct books_list *list, const char *name)
{
	for (size_t i = 0; i < list->len; i++)
		if (!strcmp(list->entry[i].name, name))
			return (struct books_entry *)&list->entry[i];
	return NULL;
}

/* Only what is no recording of ours comes to the end of it. */
static int64_t plus(int64_t a, int64_t b)
{
	int64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? (a < 0 ? INT64_MIN : INT64_MAX) : sum;
}

void books__add(struct books_list *list, const char *name, int64_t n)
{
	size_t len = strnlen(name, BOOKS_NAME);
	struct books_entry *entry;
	char cut[BOOKS_NAME] = "";

	/* A recording's may be longer; half a character is none that JSON takes. */
	if (len == BOOKS_NAME)
		for (len--; len && (name[len] & 0xc0) == 0x80;)
			len--;
	memcpy(cut, name, len);
	entry = find(list, cut);
	if (!entry) {
		if (list->len == BOOKS_ENTRIES)
			return;
		entry = &list->entry[list->len++];
		*entry = (struct books_entry){ 0 };
		strcpy(entry->name, cut);
	}
	entry->n = plus(entry->n, n);
}

int64_t books__get(const struct books_list *list, const char *name)
{
	const struct books_entry *entry = find(list, name);

	return entry ? entry->n : 0;
}

int64_t books__sum(const struct books_list *list)
{
	int64_t sum = 0;

	for (size_t i = 0; i < list->len; i++)
		sum = plus(sum, list->entry[i].n);
	return sum;
}

void books__rename(struct books_list *list, const char *const *of, const char *name, int64_t n)
{
	for (; *of && n > 0; of++) {
		int64_t of_these = books__get(list, *of);

		if (of_these > n)
			of_these = n;
		books__add(list, *of, -of_these);
		books__add(list, name, of_these);
		n -= of_these;
	}
}

void books__close(struct books *books)
{
	int64_t rest = books->seen - books->recorded;

	books__add(&books->lost, "unmatched", rest - books__sum(&books->lost));
}

static int read_list(struct books_list *list, const json_t *object)
{
	const char *name;
	json_t *value;

	if (!json_is_object(object))
		return -EINVAL;
	json_object_foreach((json_t *)object, name, value)
		books__add(list, name, json_integer_value(value));
	return 0;
}

int books__read(struct books *books, const json_t *line)
{
	const json_t *seen = json_object_get(line, "seen");
	const json_t *recorded = json_object_get(line, "recorded");
	const json_t *bpf = json_object_get(line, "bpf");

	if (!json_is_integer(seen) || !json_is_integer(recorded))
		return -EINVAL;
	books->incomplete |= json_is_true(json_object_get(line, "incomplete"));
	books->seen += json_integer_value(seen);
	books->recorded += json_integer_value(recorded);
	books->bpf_runs += json_integer_value(json_object_get(bpf, "runs"));
	books->bpf_ns += json_integer_value(json_object_get(bpf, "ns"));
	if (json_object_get(line, "inexact"))
		read_list(&books->inexact, json_object_get(line, "inexact"));
	return read_list(&books->lost, json_object_get(line, "lost"));
}

static json_t *list_json(const struct books_list *list)
{
	json_t *object = json_object();

	for (size_t i = 0; i < list->len; i++)
		json_object_set_new(object, list->entry[i].name, json_integer(list->entry[i].n));
	return object;
}

int books__json(const struct books *books, FILE *f)
{
	json_t *line = json_pack("{s:s, s:f, s:I, s:I, s:o, s:o, s:{s:I, s:I}}", "type", "end",
				 "ts", json__now(), "seen", (json_int_t)books->seen, "recorded",
				 (json_int_t)books->recorded, "lost", list_json(&books->lost),
				 "inexact", list_json(&books->inexact), "bpf", "runs",
				 (json_int_t)books->bpf_runs, "ns", (json_int_t)books->bpf_ns);

	if (line && books->incomplete)
		json_object_set_new(line, "incomplete", json_true());
	return json__line(f, line);
}

void books__print(const struct books *books, FILE *f, const char *what)
{
	if (books->incomplete) {
		fprintf(f, "not read to the end: how many %s were seen and lost is not known", what);
		return;
	}
	fprintf(f, "%" PRIu64 " %s seen, %" PRIu64 " recorded", books->seen, what, books->recorded);
	for (size_t i = 0; i < books->lost.len; i++)
		if (books->lost.entry[i].n)
			fprintf(f, ", %" PRId64 " lost (%s)", books->lost.entry[i].n,
				books->lost.entry[i].name);
}
