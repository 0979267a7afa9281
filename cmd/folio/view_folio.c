// SPDX-License-Identifier: GPL-2.0-only
/* One folio for people. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "../lib/table.h"
#include "../lib/text.h"
#include "view.h"

static const char *string(const json_t *obj, const char *key)
{
	const char *s = json_string_value(json_object_get(obj, key));

	return s ? s : "-";
}

static json_int_t integer(const json_t *obj, const char *key)
{
	return json_integer_value(json_object_get(obj, key));
}

static bool truth(const json_t *obj, const char *key)
{
	return json_is_true(json_object_get(obj, key));
}

/* Text of others goes through here. */
static void print_clean(FILE *out, const char *text)
{
	char *clean = text__dup(text);

	if (clean)
		fputs(clean, out);
	free(clean);
}

/* ------------------------------------------------------------------- facts */

static void print_flags(FILE *out, const json_t *line)
{
	const json_t *flags = json_object_get(line, "flags");

	if (!json_array_size(flags))
		return;
	fputs("  flags   ", out);
	for (size_t i = 0; i < json_array_size(flags); i++) {
		const char *name = json_string_value(json_array_get(flags, i));

		fputc(' ', out);
		print_clean(out, name ? name : "?");
	}
	fputc('\n', out);
}

static void print_counts(FILE *out, const json_t *line)
{
	const json_t *all = json_object_get(line, "folio_mapcount");

	fprintf(out, "  counts   %" JSON_INTEGER_FORMAT " references, %" JSON_INTEGER_FORMAT " %s",
		integer(line, "refcount"), integer(line, "mapcount"),
		integer(line, "mapcount") == 1 ? "mapping" : "mappings");
	if (json_object_get(line, "entire_mapcount")) {
		fprintf(out, " of this page");
		if (json_is_integer(all))
			fprintf(out, ", %" JSON_INTEGER_FORMAT " of the folio",
				json_integer_value(all));
		fprintf(out, ", %" JSON_INTEGER_FORMAT " as a whole",
			integer(line, "entire_mapcount"));
	}
	fputc('\n', out);
}

static void print_facts(FILE *out, const json_t *line)
{
	const json_t *asked = json_object_get(line, "asked");

	if (json_is_object(asked))
		fprintf(out, "%s of process %" JSON_INTEGER_FORMAT " is ", string(asked, "address"),
			integer(asked, "pid"));
	fprintf(out, "page frame %s: %s, node %" JSON_INTEGER_FORMAT ", zone %s, ",
		string(line, "pfn"), string(line, "kind"), integer(line, "nid"),
		string(line, "zone"));
	if (integer(line, "order"))
		fprintf(out,
			"page %" JSON_INTEGER_FORMAT " of a folio of order %" JSON_INTEGER_FORMAT
			" at %s\n",
			integer(line, "place"), integer(line, "order"), string(line, "head"));
	else
		fputs("order 0\n", out);
	print_flags(out, line);
	print_counts(out, line);
	if (json_is_string(json_object_get(line, "memcg"))) {
		fputs("  memcg    ", out);
		print_clean(out, string(line, "memcg"));
		fputc('\n', out);
	}
	if (json_is_string(json_object_get(line, "mapping")))
		fprintf(out, "  mapping  %s (%s), index %" JSON_INTEGER_FORMAT "\n",
			string(line, "mapping"), string(line, "mapping_tag"), integer(line, "index"));
}

static void print_owner(FILE *out, const json_t *line)
{
	const json_t *av = json_object_get(line, "anon_vma"), *own = json_object_get(av, "own");

	if (json_is_object(av)) {
		fprintf(out, "  anon_vma %s", string(av, "addr"));
		if (!strcmp(string(av, "addr"), string(av, "root")))
			fputs(", a root", out);
		else
			fprintf(out, ", root %s, parent %s", string(av, "root"),
				string(av, "parent"));
		if (json_is_boolean(own))
			fputs(json_is_true(own) ? "; the VMA's own" : "; inherited by the VMA", out);
		fputc('\n', out);
	}
	if (json_is_string(json_object_get(line, "device"))) {
		fputs("  file     ", out);
		print_clean(out, string(line, "path"));
		fprintf(out, ", inode %" JSON_INTEGER_FORMAT " on %s (", integer(line, "inode"),
			string(line, "device"));
		print_clean(out, string(line, "fs"));
		fprintf(out, "), %s\n", string(line, "a_ops"));
	}
}

/* ----------------------------------------------------------------- mappers */

static void cell_integer(struct table *t, const json_t *value)
{
	char text[32];

	snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	table__cell(t, json_is_integer(value) ? text : "?");
}

static const char *what(const json_t *m)
{
	const char *has = json_string_value(json_object_get(m, "has"));

	if (!has)
		return truth(m, "exclusive") ? "exclusive" : "shared";
	if (!strcmp(has, "other"))
		return "another page";
	if (!strcmp(has, "swap"))
		return "swapped out";
	return !strcmp(has, "none") ? "nothing" : "unknown";
}

static int print_table(FILE *out, const json_t *list, bool large, unsigned int width)
{
	static const struct table_col cols[] = {
		{ "PID", false, 0 }, { "ADDRESS", false, 0 }, { "PROT", true, 2 },
		{ "HAS", true, 1 },  { "PAGES", false, 3 },   { "VMA", true, 4 },
		{ "COMM", true, 1 },
	};
	struct table *t = table__new(cols, sizeof(cols) / sizeof(*cols));
	char text[96];
	int err;

	if (!t)
		return -ENOMEM;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *m = json_array_get(list, i), *vma = json_object_get(m, "vma");

		cell_integer(t, json_object_get(m, "pid"));
		table__cell(t, string(m, "address"));
		table__cell(t, string(m, "prot"));
		table__cell(t, what(m));
		snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT, integer(m, "pages"));
		table__cell(t, large ? text : json_object_get(m, "has") ? "0" : "1");
		snprintf(text, sizeof(text), "%s-%s", string(vma, "start"), string(vma, "end"));
		table__cell(t, text);
		table__cell(t, string(m, "comm"));
	}
	err = table__print(t, out, width);
	table__free(t);
	return err;
}

static int print_mappers(FILE *out, const json_t *line, unsigned int width)
{
	const json_t *mappers = json_object_get(line, "mappers");
	const json_t *phantoms = json_object_get(line, "phantoms");
	bool large = integer(line, "order");
	int err = 0;

	if (!json_is_array(mappers) || !json_is_array(phantoms))
		return 0;
	if (json_array_size(mappers))
		fprintf(out, "\nmapped by %zu:\n", json_array_size(mappers));
	else
		fputs("\nmapped by nobody\n", out);
	if (json_array_size(mappers))
		err = print_table(out, mappers, large, width);
	if (!err && json_array_size(phantoms)) {
		fprintf(out, "\n%zu %s, which a walk visits in vain:\n", json_array_size(phantoms),
			json_array_size(phantoms) == 1 ? "phantom" : "phantoms");
		err = print_table(out, phantoms, large, width);
	}
	if (!truth(line, "agrees"))
		fprintf(out,
			"\n%" JSON_INTEGER_FORMAT " entries were found that map the page, the kernel "
			"counts %" JSON_INTEGER_FORMAT ": it changed meanwhile%s\n",
			integer(line, "mapped"), integer(line, "mapcount"),
			integer(line, "hidden") ?
				", or they are of processes outside this PID namespace" :
				"");
	return err;
}

int view__folio(FILE *out, const json_t *line, unsigned int width)
{
	if (!json_is_string(json_object_get(line, "pfn")) ||
	    !json_is_string(json_object_get(line, "kind")))
		return -EINVAL;
	print_facts(out, line);
	if (truth(line, "changed")) {
		fputs("  changed: it was freed, or went to another owner, while it was looked at\n",
		      out);
		return 0;
	}
	print_owner(out, line);
	return print_mappers(out, line, width);
}
