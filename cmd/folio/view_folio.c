// SPDX-License-Identifier: GPL-2.0-only
/* One folio for people. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "../lib/prose.h"
#include "../lib/table.h"
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

/* ------------------------------------------------------------------- facts */

/* A paragraph that @say writes, from nothing to no line; 0 or -ENOMEM. */
static int paragraph(FILE *out, const json_t *line, void (*say)(FILE *p, const json_t *line))
{
	struct prose prose;
	FILE *p = prose__open(&prose, out);

	if (!p)
		return -ENOMEM;
	say(p, line);
	fflush(p);
	if (prose.len)
		return prose__close(&prose);
	fclose(p);
	free(prose.text);
	return 0;
}

static void say_which(FILE *p, const json_t *line)
{
	const json_t *asked = json_object_get(line, "asked");

	if (json_is_object(asked))
		fprintf(p, "%s of process %" JSON_INTEGER_FORMAT " is ", string(asked, "address"),
			integer(asked, "pid"));
	fprintf(p, "page frame %s: %s, node %" JSON_INTEGER_FORMAT ", zone %s, ", string(line, "pfn"),
		string(line, "kind"), integer(line, "nid"), string(line, "zone"));
	if (!strcmp(string(line, "kind"), "free"))
		fprintf(p, "in a free block of order %" JSON_INTEGER_FORMAT " at %s",
			integer(line, "order"), string(line, "head"));
	else if (integer(line, "order"))
		fprintf(p,
			"page %" JSON_INTEGER_FORMAT " of a folio of order %" JSON_INTEGER_FORMAT
			" at %s",
			integer(line, "place"), integer(line, "order"), string(line, "head"));
	else
		fputs("order 0", p);
}

static void say_flags(FILE *p, const json_t *line)
{
	const json_t *flags = json_object_get(line, "flags");

	for (size_t i = 0; i < json_array_size(flags); i++) {
		const char *name = json_string_value(json_array_get(flags, i));

		fprintf(p, "%s%s", i ? " " : "  flags    ", name ? name : "?");
	}
}

static void say_counts(FILE *p, const json_t *line)
{
	const json_t *all = json_object_get(line, "folio_mapcount");

	fprintf(p, "  counts   %" JSON_INTEGER_FORMAT " references, %" JSON_INTEGER_FORMAT " %s",
		integer(line, "refcount"), integer(line, "mapcount"),
		integer(line, "mapcount") == 1 ? "mapping" : "mappings");
	if (!json_object_get(line, "entire_mapcount"))
		return;
	fprintf(p, " of this page");
	if (json_is_integer(all))
		fprintf(p, ", %" JSON_INTEGER_FORMAT " of the folio", json_integer_value(all));
	fprintf(p, ", %" JSON_INTEGER_FORMAT " as a whole", integer(line, "entire_mapcount"));
}

static void say_exchange(FILE *p, const json_t *line)
{
	const char *result = json_string_value(json_object_get(line, "exchange"));

	if (!result || !strcmp(result, "none"))
		return;
	if (!strcmp(result, "ok"))
		fputs("  exchange could trade places with an anonymous page as it is", p);
	else
		fprintf(p, "  exchange not as it is: %s", result);
}

static void say_memcg(FILE *p, const json_t *line)
{
	if (json_is_string(json_object_get(line, "memcg")))
		fprintf(p, "  memcg    %s", string(line, "memcg"));
}

static void say_mapping(FILE *p, const json_t *line)
{
	if (json_is_string(json_object_get(line, "mapping")))
		fprintf(p, "  mapping  %s (%s), index %" JSON_INTEGER_FORMAT,
			string(line, "mapping"), string(line, "mapping_tag"), integer(line, "index"));
}

static void say_anon_vma(FILE *p, const json_t *line)
{
	const json_t *av = json_object_get(line, "anon_vma"), *own = json_object_get(av, "own");

	if (!json_is_object(av))
		return;
	fprintf(p, "  anon_vma %s", string(av, "addr"));
	if (!strcmp(string(av, "addr"), string(av, "root")))
		fputs(", a root", p);
	else
		fprintf(p, ", root %s, parent %s", string(av, "root"), string(av, "parent"));
	if (json_is_boolean(own))
		fputs(json_is_true(own) ? "; the VMA's own" : "; inherited by the VMA", p);
}

static void say_file(FILE *p, const json_t *line)
{
	if (json_is_string(json_object_get(line, "device")))
		fprintf(p, "  file     %s, inode %" JSON_INTEGER_FORMAT " on %s (%s), %s",
			string(line, "path"), integer(line, "inode"), string(line, "device"),
			string(line, "fs"), string(line, "a_ops"));
}

static void say_changed(FILE *p, const json_t *line)
{
	if (truth(line, "changed"))
		fputs("  changed  it was freed, or went to another owner, while it was looked at", p);
}

static void say_mapped(FILE *p, const json_t *line)
{
	size_t n = json_array_size(json_object_get(line, "mappers"));

	if (n)
		fprintf(p, "mapped by %zu:", n);
	else
		fputs("mapped by nobody", p);
}

static void say_phantoms(FILE *p, const json_t *line)
{
	size_t n = json_array_size(json_object_get(line, "phantoms"));

	fprintf(p, "%zu %s, which a walk visits in vain:", n, n == 1 ? "phantom" : "phantoms");
}

static void say_difference(FILE *p, const json_t *line)
{
	fprintf(p,
		"%" JSON_INTEGER_FORMAT " entries were found that map the page, the kernel counts "
		"%" JSON_INTEGER_FORMAT ": it changed meanwhile",
		integer(line, "mapped"), integer(line, "mapcount"));
	if (json_array_size(json_object_get(line, "unknown")))
		fputs(", or some map it of which that is not known", p);
}

static void say_unknown(FILE *p, const json_t *line)
{
	fprintf(p,
		"%zu of which it is not known:", json_array_size(json_object_get(line, "unknown")));
}

static void say_torn(FILE *p, const json_t *line)
{
	if (truth(line, "torn"))
		fputs("the VMAs were changing while they were read: some may be missing", p);
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
	const char *why = json_string_value(json_object_get(m, "why"));

	if (why)
		return !strcmp(why, "outside") ? "other PID namespace" :
		       !strcmp(why, "refused") ? "needs CAP_SYS_PTRACE" :
						 "comes or goes";
	if (json_is_false(json_object_get(m, "maps_frame")))
		return "others of it";
	if (!has)
		return truth(m, "exclusive") ? "exclusive" : "shared";
	if (!strcmp(has, "other"))
		return "another page";
	if (!strcmp(has, "swap"))
		return "swapped out";
	return "nothing";
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
		bool maps = !json_object_get(m, "has") && !json_object_get(m, "why");

		cell_integer(t, json_object_get(m, "pid"));
		table__cell(t, string(m, "address"));
		table__cell(t, string(m, "prot"));
		table__cell(t, what(m));
		snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT, integer(m, "pages"));
		table__cell(t, large ? text : maps ? "1" : "0");
		snprintf(text, sizeof(text), "%s-%s", string(vma, "start"), string(vma, "end"));
		table__cell(t, text);
		table__cell(t, string(m, "comm"));
	}
	err = table__print(t, out, width);
	table__free(t);
	return err;
}

/* A list of VMAs under its title; nothing of an empty one. */
static int print_list(FILE *out, const json_t *line, const char *key,
		      void (*title)(FILE *p, const json_t *line), unsigned int width)
{
	const json_t *list = json_object_get(line, key);
	int err;

	if (!json_array_size(list))
		return 0;
	fputc('\n', out);
	err = paragraph(out, line, title);
	return err ? err : print_table(out, list, integer(line, "order"), width);
}

static int print_mappers(FILE *out, const json_t *line, unsigned int width)
{
	const json_t *mappers = json_object_get(line, "mappers");
	int err = 0;

	if (!json_is_array(mappers) || !json_is_array(json_object_get(line, "phantoms")))
		return 0;
	if (!json_array_size(mappers)) {
		fputc('\n', out);
		err = paragraph(out, line, say_mapped);
	}
	if (!err)
		err = print_list(out, line, "mappers", say_mapped, width);
	if (!err)
		err = print_list(out, line, "phantoms", say_phantoms, width);
	if (!err)
		err = print_list(out, line, "unknown", say_unknown, width);
	if (!err && !truth(line, "agrees")) {
		fputc('\n', out);
		err = paragraph(out, line, say_difference);
	}
	return err ? err : paragraph(out, line, say_torn);
}

int view__folio(FILE *out, const json_t *line, unsigned int width)
{
	void (*const says[])(FILE * p, const json_t *line) = {
		say_which,   say_flags,	   say_counts, say_exchange, say_memcg,
		say_mapping, say_anon_vma, say_file,   say_changed,
	};
	int err = 0;

	if (!json_is_string(json_object_get(line, "pfn")) ||
	    !json_is_string(json_object_get(line, "kind")))
		return -EINVAL;
	for (size_t i = 0; !err && i < sizeof(says) / sizeof(*says); i++)
		err = paragraph(out, line, says[i]);
	return err ? err : print_mappers(out, line, width);
}
