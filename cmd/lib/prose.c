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
	int err = fclose(prose->buffer) ? -ENOMEM : 0;

	if (!err)
		text__wrap(prose->out, prose->text, out__width(prose->out));
	free(prose->text);
	return err;
}
