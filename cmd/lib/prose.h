/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A paragraph for people: written piece by piece, whatever the pieces hold, then cleaned
 * and wrapped at the terminal's width.
 */
#ifndef FOLIOSCOPE_PROSE_H
#define FOLIOSCOPE_PROSE_H

#include <stdio.h>

struct prose {
	FILE *out, *buffer;
	char *text;
	size_t len;
};

/* Where to write it; NULL when memory is out. */
FILE *prose__open(struct prose *prose, FILE *out);

/* Prints it to @out with a newline.  0 or -ENOMEM. */
int prose__close(struct prose *prose);

#endif
