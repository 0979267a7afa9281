/* SPDX-License-Identifier: GPL-2.0-only */
/* Folios for people: from the lines of JSON that a live run makes and a recording has. */
#ifndef FOLIOSCOPE_FOLIO_VIEW_H
#define FOLIOSCOPE_FOLIO_VIEW_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/*
 * Prints a snapshot of one folio.  @width: columns of the terminal, 0: any.  0, -EINVAL: the
 * line is not one of ours, -ENOMEM.
 */
int view__folio(FILE *out, const json_t *line, unsigned int width);

/*
 * Prints a census, an interval line.  @several: with the time, as one of several.  As above.
 */
int view__census(FILE *out, const json_t *line, unsigned int width, bool several);

/* Prints a range, a snapshot line.  As above. */
int view__range(FILE *out, const json_t *line, unsigned int width);

#endif
