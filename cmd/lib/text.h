/* SPDX-License-Identifier: GPL-2.0-only */
/* Text of unknown origin (process names) made safe for a terminal, and its width. */
#ifndef FOLIOSCOPE_TEXT_H
#define FOLIOSCOPE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Takes the user's character set; call once, before any other. */
void text__init(void);

/* Does the terminal show UTF-8? */
bool text__utf8(void);

/*
 * Copies @src to @dst (@size bytes, always terminated): control characters, those that
 * are not seen and only change how others are (as the direction of writing), and bytes
 * that are no UTF-8 become '?', and so does all beyond ASCII where the user's character
 * set is not UTF-8.  A character is copied whole or not at all.
 */
void text__clean(char *dst, size_t size, const char *src);

/* The same of a text of any length, to be freed; NULL when memory is out. */
char *text__dup(const char *src);

/* Columns that a clean text, or its first @bytes bytes, take on a terminal. */
size_t text__width(const char *clean);
size_t text__columns(const char *clean, size_t bytes);

/* Bytes of the longest start of a clean text that fits into @columns. */
size_t text__fit(const char *clean, size_t columns);

/*
 * Prints clean text as lines of at most @width columns (0: no limit), broken at
 * blanks; a word longer than a line is broken where the line ends.
 */
void text__wrap(FILE *f, const char *clean, size_t width);

#endif
