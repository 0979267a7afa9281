// SPDX-License-Identifier: GPL-2.0-only
/* A paragraph for people. */
#include <errno.h>
#include <stdlib.h>
#include "out.h"
#include "prose.h"
#include "text.h"

FILE *prose__open(struct prose *prose, FILE *out)
{
	*prose = (struct prose){ .out = out };
	prose->buffer = open_memstream(&prose->text, &prose->len);
	return prose->buffer;
}

int prose__close(struct prose *prose)
{
	char *clean = fclose(prose->buffer) ? NULL : text__dup(prose->text);

	if (clean)
		text__wrap(prose->out, clean, out__width(prose->out));
	free(prose->text);
	free(clean);
	return clean ? 0 : -ENOMEM;
}
