// SPDX-License-Identifier: GPL-2.0-only
/* The command line of every tool, a word a line, the tool's name first. */
#include <stdlib.h>
#include <string.h>
#include "fuzz.h"

#define WORDS 24

static const char *const tools[] = { "rmaptop",	  "exchangelat", "anonvma",
				     "forkchain", "foliomap",	 "folioxchg" };

void fuzz_options(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { data, data + size };
	char *argv[WORDS + 1] = { NULL };
	const char *tool = NULL;
	struct fuzz_output o;
	int argc = 0, status;
	size_t len;

	while (argc < WORDS && (argv[argc] = fuzz__word(&in, '\n', &len)))
		argc++;
	argv[argc] = NULL;
	for (size_t i = 0; argc && i < sizeof(tools) / sizeof(*tools); i++)
		if (!strcmp(argv[0], tools[i]))
			tool = tools[i];
	if (tool) {
		char *copy[WORDS + 1];

		memcpy(copy, argv, sizeof(copy));
		fuzz__capture(&o);
		status = fuzz__options(tool, argc, copy);
		fuzz__release(&o);
		/* ST_OK, ST_FAIL (no such process, cgroup), ST_USAGE: then it is said why. */
		if (status < 0 || status > 2)
			fuzz__bad("exit status %d", status);
		if (status && (!o.err_len || strchr(o.err, '\n') != o.err + o.err_len - 1))
			fuzz__bad("exit status %d with other than one line: %s", status, o.err);
		fuzz__harmless(o.err, o.err_len);
		fuzz__free(&o);
	}
	for (int i = 0; i < argc; i++)
		free(argv[i]);
}
