// SPDX-License-Identifier: GPL-2.0-only
/* A census for people: a row for each kind, node and order, and how far exchange reaches. */
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "../lib/grow.h"
#include "../lib/prose.h"
#include "../lib/table.h"
#include "../lib/units.h"
#include "census.h"
#include "view.h"

/* Bytes of what is alike but for its LRU list and what exchange would say. */
struct line {
	const char *kind;
	int nid, order;
	uint64_t folios, bytes;
	uint64_t lru[CENSUS_LRUS];
	uint64_t result[CENSUS_RESULT_MAX];
};

struct lines {
	struct line *line;
	size_t n, cap;
};

static int lru_number(const char *name)
{
	for (int i = 0; i < CENSUS_LRUS; i++)
		if (!strcmp(census__lru_name(i), name))
			return i;
	return -1;
}

static int result_number(const char *name)
{
	for (int i = 0; i < CENSUS_RESULT_MAX; i++)
		if (!strcmp(census__result_name(i), name))
			return i;
	return -1;
}

/* Rows that are alike follow one another. */
static int take(struct lines *lines, const json_t *row)
{
	const char *kind = json_string_value(json_object_get(row, "kind"));
	const char *lru_name = json_string_value(json_object_get(row, "lru"));
	const char *result_name = json_string_value(json_object_get(row, "exchange"));
	int nid = json_integer_value(json_object_get(row, "nid"));
	int order = json_integer_value(json_object_get(row, "order"));
	uint64_t bytes = json_integer_value(json_object_get(row, "bytes"));
	struct line *line = lines->n ? &lines->line[lines->n - 1] : NULL;
	int lru, result;

	if (!kind || !lru_name || !result_name || folio_kind__number(kind) < 0)
		return -EINVAL;
	lru = lru_number(lru_name);
	result = result_number(result_name);
	if (lru < 0 || result < 0)
		return -EINVAL;
	if (!line || strcmp(line->kind, kind) || line->nid != nid || line->order != order) {
		line = grow__add((void **)&lines->line, &lines->n, &lines->cap, sizeof(*line));
		if (!line)
			return -ENOMEM;
		line->kind = kind;
		line->nid = nid;
		line->order = order;
	}
	line->folios += json_integer_value(json_object_get(row, "folios"));
	line->bytes += bytes;
	line->lru[lru] += bytes;
	line->result[result] += bytes;
	return 0;
}

/* KiB, MiB, ... as memory is counted. */
static const char *size(char buf[UNITS_LEN], uint64_t bytes)
{
	static const char units[] = "KMGTPE";
	double n = bytes / 1024.0;
	int i = 0;

	for (; n >= 9999.5 && units[i + 1]; i++)
		n /= 1024;
	if (!bytes)
		snprintf(buf, UNITS_LEN, "0");
	else
		snprintf(buf, UNITS_LEN, i && n < 99.95 ? "%.1f%c" : "%.0f%c", n, units[i]);
	return buf;
}

/* "12K shared, 4K pinned" */
static void why_not(char *text, size_t len, const struct line *line)
{
	char n[UNITS_LEN];
	size_t used = 0;

	text[0] = 0;
	for (int i = CENSUS_RESULT_ok + 1; i < CENSUS_RESULT_MAX && used < len; i++)
		if (line->result[i])
			used += snprintf(text + used, len - used, "%s%s %s", used ? ", " : "",
					 size(n, line->result[i]), census__result_name(i));
}

static void cell_size(struct table *t, uint64_t bytes)
{
	char n[UNITS_LEN];

	table__cell(t, bytes ? size(n, bytes) : "");
}

static int print_lines(FILE *out, const struct lines *lines, unsigned int width)
{
	static const struct table_col cols[] = {
		{ "KIND", true, 0 },	  { "NODE", false, 0 },	    { "ORDER", false, 0 },
		{ "FOLIOS", false, 1 },	  { "BYTES", false, 0 },    { "ACTIVE", false, 3 },
		{ "INACTIVE", false, 3 }, { "GEN", false, 3 },	    { "UNEVICT", false, 4 },
		{ "OFF-LRU", false, 4 },  { "EXCHANGE", false, 1 }, { "NOT", true, 2 },
	};
	struct table *t = table__new(cols, sizeof(cols) / sizeof(*cols));
	char text[256], n[UNITS_LEN];
	int err;

	if (!t)
		return -ENOMEM;
	for (size_t i = 0; i < lines->n; i++) {
		const struct line *l = &lines->line[i];

		table__cell(t, l->kind);
		snprintf(text, sizeof(text), "%d", l->nid);
		table__cell(t, text);
		snprintf(text, sizeof(text), "%d", l->order);
		table__cell(t, text);
		table__cell(t, units__count(n, l->folios));
		table__cell(t, size(n, l->bytes));
		cell_size(t, l->lru[CENSUS_ACTIVE]);
		cell_size(t, l->lru[CENSUS_INACTIVE]);
		cell_size(t, l->lru[CENSUS_GENERATION]);
		cell_size(t, l->lru[CENSUS_UNEVICTABLE]);
		cell_size(t, l->lru[CENSUS_OFF]);
		cell_size(t, l->result[CENSUS_RESULT_ok]);
		why_not(text, sizeof(text), l);
		table__cell(t, text[0] ? text : "-");
	}
	err = table__print(t, out, width);
	table__free(t);
	return err;
}

/* How far exchange reaches, of what users have. */
static int print_reach(FILE *out, const struct lines *lines)
{
	struct line sum = { 0 };
	uint64_t users = 0;
	struct prose prose;
	FILE *p = prose__open(&prose, out);
	char n[UNITS_LEN], m[UNITS_LEN], percent[UNITS_LEN];
	char text[256];

	if (!p)
		return -ENOMEM;
	for (size_t i = 0; i < lines->n; i++) {
		for (int r = 0; r < CENSUS_RESULT_MAX; r++)
			sum.result[r] += lines->line[i].result[r];
		sum.bytes += lines->line[i].bytes;
	}
	users = sum.bytes - sum.result[CENSUS_RESULT_none];
	if (!users)
		fputs("nothing is of users", p);
	else
		fprintf(p,
			"%s are of users: %s of that (%s%%) could trade places with an anonymous page as "
			"it is",
			size(n, users), size(m, sum.result[CENSUS_RESULT_ok]),
			units__percent(percent, sum.result[CENSUS_RESULT_ok], users));
	why_not(text, sizeof(text), &sum);
	if (text[0])
		fprintf(p, "; not: %s", text);
	return prose__close(&prose);
}

int view__census(FILE *out, const json_t *line, unsigned int width, bool several)
{
	const json_t *rows = json_object_get(line, "rows");
	struct lines lines = { 0 };
	int err = json_is_array(rows) ? 0 : -EINVAL;

	for (size_t i = 0; !err && i < json_array_size(rows); i++)
		err = take(&lines, json_array_get(rows, i));
	if (!err && several) {
		time_t at = json_number_value(json_object_get(line, "ts"));
		struct tm tm;
		char when[32];

		strftime(when, sizeof(when), "%H:%M:%S", localtime_r(&at, &tm));
		fprintf(out, "%s\n", when);
	}
	if (!err)
		err = print_lines(out, &lines, width);
	if (!err)
		err = print_reach(out, &lines);
	if (!err && several)
		fputc('\n', out);
	free(lines.line);
	return err;
}
