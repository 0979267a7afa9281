// SPDX-License-Identifier: GPL-2.0-only
/* Text made safe, cut and wrapped; two letters in front: the character set, and the width. */
#include <stdlib.h>
#include <string.h>
#include "../../cmd/lib/text.h"
#include "fuzz.h"

static void check_cut(const char *clean, size_t width)
{
	size_t bytes = text__fit(clean, width);

	if (bytes > strlen(clean) || text__columns(clean, bytes) > width)
		fuzz__bad("%zu bytes do not fit into %zu columns: %s", bytes, width, clean);
	fuzz__harmless(clean, bytes);
}

static void check_wrapped(const char *clean, size_t width)
{
	struct fuzz_output o;

	fuzz__capture(&o);
	text__wrap(stdout, clean, width);
	fuzz__release(&o);
	fuzz__harmless(o.out, o.out_len);
	for (char *line = o.out, *end; *line; line = end + 1) {
		end = strchr(line, '\n');
		*end = 0;
		/* A character of two columns does not fit into one. */
		if (width > 1 && text__width(line) > width)
			fuzz__bad("a line of more than %zu columns: %s", width, line);
	}
	fuzz__free(&o);
}

void fuzz_text(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { data, data + size };
	bool utf8 = fuzz__choose(&in, 2);
	size_t width = fuzz__choose(&in, 64), len;
	char *raw = fuzz__word(&in, 0, &len), *clean, *again, part[40];

	if (!raw)
		return;
	setenv("LC_ALL", utf8 ? "C.UTF-8" : "C", 1);
	text__init();
	clean = text__dup(raw);
	fuzz__harmless(clean, strlen(clean));
	again = text__dup(clean);
	if (strcmp(clean, again))
		fuzz__bad("clean text is cleaned again: %s, %s", clean, again);
	text__clean(part, sizeof(part) - width % 32, raw);
	if (strncmp(part, clean, strlen(part)))
		fuzz__bad("cut text is other text: %s, %s", part, clean);
	fuzz__harmless(part, strlen(part));
	check_cut(clean, width);
	check_wrapped(clean, width);
	free(again);
	free(clean);
	free(raw);
}
