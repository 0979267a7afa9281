// SPDX-License-Identifier: GPL-2.0-only
/* Kernel symbols by name. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "ksyms.h"

/* A line is "ADDRESS TYPE NAME[\t[MODULE]]"; gives NAME's start and length. */
static const char *parse(char *line, uint64_t *addr, size_t *len)
{
	char *end;

	*addr = strtoull(line, &end, 16);
	if (end == line || end[0] != ' ' || !end[1] || end[2] != ' ')
		return NULL;
	if (tolower(end[1]) != 't') /* functions only, local or global */
		return NULL;
	end += 3;
	*len = strcspn(end, "\t\n");
	return end;
}

int ksyms__find(const char *const *name, uint64_t *addr, size_t n)
{
	FILE *f = fopen("/proc/kallsyms", "re");
	char *line = NULL;
	size_t size = 0;
	bool hidden = true;
	int found = 0;

	if (!f)
		return -errno;
	setvbuf(f, NULL, _IOFBF, 1 << 16);
	memset(addr, 0, n * sizeof(*addr));
	while (getline(&line, &size, f) > 0) {
		uint64_t at;
		size_t len;
		const char *sym = parse(line, &at, &len);

		if (!sym || !at)
			continue;
		hidden = false;
		for (size_t i = 0; i < n; i++) {
			if (addr[i] || strncmp(sym, name[i], len) || name[i][len])
				continue;
			addr[i] = at;
			found++;
		}
	}
	free(line);
	fclose(f);
	return hidden ? -EPERM : found;
}
