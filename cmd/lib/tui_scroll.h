/* SPDX-License-Identifier: GPL-2.0-only */
/* A place in something that is longer than the screen. */
#ifndef FOLIOSCOPE_TUI_SCROLL_H
#define FOLIOSCOPE_TUI_SCROLL_H

#include <stdbool.h>
#include <stddef.h>
#include "tui.h"

struct tui_scroll {
	size_t n;    /* lines there are */
	size_t page; /* lines that are shown */
	size_t at;   /* the one that is selected */
	size_t top;  /* the first that is shown */
};

extern const struct tui_key tui_scroll_keys[];

/* Takes new numbers of lines: what is selected exists and is shown. */
void tui_scroll__fit(struct tui_scroll *scroll, size_t n, size_t page);

/* Selects a line, the last if there are fewer. */
void tui_scroll__go(struct tui_scroll *scroll, size_t at);

/* Moves by a key; false if it is not one for that. */
bool tui_scroll__key(struct tui_scroll *scroll, int key);

#endif
