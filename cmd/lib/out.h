/* SPDX-License-Identifier: GPL-2.0-only */
/* Where a tool's output goes: stdout or a file, and what its errors mean. */
#ifndef FOLIOSCOPE_OUT_H
#define FOLIOSCOPE_OUT_H

#include <stdio.h>
#include "status.h"

enum out_state {
	OUT_OK,
	OUT_CLOSED, /* the reader went away: end quietly */
	OUT_FAILED, /* disk full or another error: reported */
};

/* Opens @path for writing, NULL for stdout; ST_OK, or ST_FAIL with a message. */
enum status out__open(const char *path, FILE **f);

/* Flushes and looks whether all that was printed arrived. */
enum out_state out__flush(FILE *f);

/* Flushes and closes; ST_FAIL with a message when something did not arrive. */
enum status out__close(FILE *f);

/* COLUMNS from the environment, or the terminal's width; 0 when f is none: no limit. */
unsigned int out__width(FILE *f);

#endif
