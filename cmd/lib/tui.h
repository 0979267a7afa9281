/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The terminal of an interactive display: its life, its keys, and text on it.  A process
 * has one.  Texts may hold anything: what is put on the screen is cleaned, see text.h.
 */
#ifndef FOLIOSCOPE_TUI_H
#define FOLIOSCOPE_TUI_H

#include <stdbool.h>
#include <stddef.h>
#include "status.h"

/* Keys that are no character; all others are their Unicode code. */
enum tui_key_code {
	TUI_NONE = 0, /* no key is left */
	TUI_BACKSPACE = 8,
	TUI_ENTER = '\n',
	TUI_ESC = 27,
	TUI_OTHER = 0x200000, /* one that nothing is bound to */
	TUI_UP,
	TUI_DOWN,
	TUI_LEFT,
	TUI_RIGHT,
	TUI_PGUP,
	TUI_PGDN,
	TUI_HOME,
	TUI_END,
	TUI_CLICK, /* the mouse, at tui_event.x and y */
	TUI_WHEEL_UP,
	TUI_WHEEL_DOWN,
	TUI_F0, /* TUI_F0 + 1 is F1 */
	TUI_F12 = TUI_F0 + 12,
};

struct tui_event {
	int key;
	unsigned int x, y;
};

/* What a text is; how that looks is for the terminal. */
enum tui_look {
	LOOK_PLAIN,
	LOOK_STRONG,
	LOOK_TITLE,  /* of columns and windows */
	LOOK_SORTED, /* the title of the column that rows are ordered by */
	LOOK_SELECTED,
	LOOK_BAD,
	LOOK_LABEL, /* what a function key does */
	LOOKS,
};

/* Can standard input and output be a display?  If they are terminals but it cannot, warns. */
bool tui__usable(void);

/* Takes the terminal, until tui__close() or the end of the process, however it ends. */
enum status tui__open(void);
void tui__close(void);

/* After the terminal said that its size changed: the next tui__end() draws all anew. */
void tui__resized(void);

unsigned int tui__width(void);
unsigned int tui__height(void);

/* The next key that was pressed; TUI_NONE when there is none. */
struct tui_event tui__event(void);

/* Has the terminal gone?  To be asked when its input is readable, before tui__event(). */
bool tui__gone(void);

/* Drawing: from an empty screen to what is shown at once. */
void tui__begin(void);
void tui__end(void);

/* Puts text, cut at the end of the line; returns the column behind it. */
unsigned int tui__put(unsigned int y, unsigned int x, enum tui_look look, const char *text);

/* The same, and the rest of the line is blank and looks like it. */
void tui__line(unsigned int y, enum tui_look look, const char *text);

/* A key of a list of keys, with key 0 as its end. */
struct tui_key {
	int key;
	int action;
	const char *name; /* NULL: one more for the action of the one before */
	const char *help;
};

/* The action of a key, -1 if there is none. */
int tui_keys__action(const struct tui_key *keys, int key);

/* A piece of a line that is left out when the line is too short for all. */
struct tui_piece {
	const char *text;
	enum tui_look look;
	unsigned int rank; /* as in struct table_col */
};

#define TUI_PIECES 16

/* Puts pieces beside each other, at most TUI_PIECES. */
void tui__pieces(unsigned int y, const struct tui_piece *pieces, unsigned int n);

/* A function key in the line of them, the last of the screen. */
struct tui_label {
	int key;
	const char *name, *label;
	unsigned int rank;
};

void tui_bar__draw(const struct tui_label *labels, unsigned int n);

/* The key whose label stands in a column of that line, TUI_OTHER if there is none. */
int tui_bar__at(const struct tui_label *labels, unsigned int n, unsigned int x);

#endif
