// SPDX-License-Identifier: GPL-2.0-only
/* A range of addresses for people. */
#include <errno.h>
#include <stdint.h>
#include "../lib/table.h"
#include "view.h"

static void cell(struct table *t, const json_t *value)
{
	char text[32] = "";

	if (json_is_integer(value))
		snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	table__cell(t, json_is_string(value) ? json_string_value(value) : text);
}

int view__range(FILE *out, const json_t *line, unsigned int width)
{
	static const struct table_col cols[] = {
		{ "START", false, 0 }, { "PAGES", false, 0 }, { "KIND", true, 0 },
		{ "NODE", false, 0 },  { "ORDER", false, 1 }, { "SHARERS", false, 1 },
	};
	static const char *const keys[] = { "start", "pages", "kind", "nid", "order", "sharers" };
	const json_t *runs = json_object_get(line, "runs");
	struct table *t;
	int err;

	if (!json_is_array(runs))
		return -EINVAL;
	t = table__new(cols, sizeof(cols) / sizeof(*cols));
	if (!t)
		return -ENOMEM;
	for (size_t i = 0; i < json_array_size(runs); i++)
		for (size_t c = 0; c < sizeof(keys) / sizeof(*keys); c++)
			cell(t, json_object_get(json_array_get(runs, i), keys[c]));
	err = table__print(t, out, width);
	table__free(t);
	return err;
}
