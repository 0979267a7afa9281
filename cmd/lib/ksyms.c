// SPDX-License-Identifier: GPL-2.0-only
/* Kernel symbols. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "grow.h"
#include "ksyms.h"

int ksyms__parse(FILE *f, int (*each)(void *arg, const struct ksym *symbol), void *arg)
{
	char *line = NULL;
	size_t size = 0;
	int err = 0;

	/* "ADDRESS TYPE NAME[\t[MODULE]]" */
	while (!err && getline(&line, &size, f) > 0) {
		char *end;
		struct ksym s = { .addr = strtoull(line, &end, 16) };

		if (end == line || end[0] != ' ' || !end[1] || end[2] != ' ')
			continue;
		s.type = tolower(end[1]);
		s.name = end + 3;
		s.len = strcspn(s.name, "\t\n");
		err = each(arg, &s);
	}
	free(line);
	return err;
}

int ksyms__each(int (*each)(void *arg, const struct ksym *symbol), void *arg)
{
	FILE *f = fopen("/proc/kallsyms", "re");
	int err;

	if (!f)
		return -errno;
	setvbuf(f, NULL, _IOFBF, 1 << 16);
	err = ksyms__parse(f, each, arg);
	fclose(f);
	return err;
}

struct function {
	uint64_t addr;
	size_t name; /* where in names */
};

static struct {
	bool read;
	struct function *functions;
	size_t len, cap;
	char *names;
	size_t names_len, names_cap;
} all;

static int keep(void *arg, const struct ksym *s)
{
	struct function *function;

	(void)arg;
	if (!s->addr || (s->type != 't' && s->type != 'w'))
		return 0;
	if (all.names_cap - all.names_len <= s->len) {
		size_t cap = all.names_cap ? 2 * all.names_cap : 1 << 20;
		char *more = realloc(all.names, cap);

		if (!more)
			return -ENOMEM;
		all.names = more;
		all.names_cap = cap;
	}
	function = grow__add((void **)&all.functions, &all.len, &all.cap, sizeof(*function));
	if (!function)
		return -ENOMEM;
	function->addr = s->addr;
	function->name = all.names_len;
	memcpy(all.names + all.names_len, s->name, s->len);
	all.names[all.names_len + s->len] = 0;
	all.names_len += s->len + 1;
	return 0;
}

static int by_address(const void *a, const void *b)
{
	const struct function *x = a, *y = b;

	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	return x->name < y->name ? -1 : x->name > y->name; /* of aliases the first */
}

static void read_all(void)
{
	if (all.read)
		return;
	all.read = true;
	ksyms__each(keep, NULL);
	if (all.len)
		qsort(all.functions, all.len, sizeof(*all.functions), by_address);
}

const char *ksyms__at(uint64_t addr)
{
	size_t low = 0, high;

	read_all();
	/* The last that begins at or before addr. */
	for (high = all.len; low < high;) {
		size_t middle = (low + high) / 2;

		if (all.functions[middle].addr <= addr)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return NULL;
	while (low > 1 && all.functions[low - 2].addr == all.functions[low - 1].addr)
		low--;
	return all.names + all.functions[low - 1].name;
}
