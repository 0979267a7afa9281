// SPDX-License-Identifier: GPL-2.0-only
/*
 * The folioscope patch has the bodies of what it traces in functions of their own, do_NAME(), and a compiler
 * may cut a part off, or change how it is called.
 */
#include <stdio.h>
#include "code.h"

size_t code__of(struct kernel *kernel, const char *function, struct chain_code *code, size_t room)
{
	static const char *const forms[][2] = { { "do_", "" },	      { "do_", ".isra.0" },
						{ "do_", ".part.0" }, { "", "" },
						{ "", ".isra.0" },    { "", ".part.0" } };
	size_t n = 0;

	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms) && n < room; i++) {
		char name[64];
		uint64_t bytes, start;

		snprintf(name, sizeof(name), "%s%s%s", forms[i][0], function, forms[i][1]);
		start = kernel__extent(kernel, name, &bytes);
		if (start)
			code[n++] = (struct chain_code){ start, bytes };
	}
	return n;
}
