/* SPDX-License-Identifier: GPL-2.0-only */
/* What may stand in place of a table, or below it: texts, menus and prompts. */
#ifndef FOLIOSCOPE_TUI_WINDOW_H
#define FOLIOSCOPE_TUI_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include "tui_scroll.h"

enum tui_answer {
	TUI_NOT_MINE, /* the key means nothing here */
	TUI_STAYS,
	TUI_CHANGED, /* a text was typed, an item ticked */
	TUI_DONE,    /* Enter */
	TUI_CLOSED,  /* left otherwise */
};

/* ------------------------------------------------------------------ texts */

struct tui_text {
	char *title, *text;
	struct tui_scroll scroll; /* at: the first line shown */
};

/* Takes a text, malloc()ed, and stays where it was; NULL is none. */
void tui_text__set(struct tui_text *window, char *title, char *text);

void tui_text__draw(struct tui_text *window, unsigned int y, unsigned int height);
enum tui_answer tui_text__key(struct tui_text *window, int key);

/* Prints a line for each key of a list. */
void tui_keys__print(const struct tui_key *keys, FILE *f);

/* ------------------------------------------------------------------ menus */

#define TUI_ITEMS 64

struct tui_item {
	int id;
	char text[32];
	const char *help; /* may be NULL */
	bool on;
};

struct tui_menu {
	const char *title;
	bool ticks; /* items are switched on and off, and the menu stays */
	struct tui_item items[TUI_ITEMS];
	size_t n;
	struct tui_scroll scroll;
	unsigned int y;
};

/* Empties it. */
void tui_menu__begin(struct tui_menu *menu, const char *title, bool ticks);

/* Adds an item; one that is on is selected where there are no ticks. */
void tui_menu__add(struct tui_menu *menu, int id, const char *text, const char *help, bool on);

void tui_menu__draw(struct tui_menu *menu, unsigned int y, unsigned int height);

/* TUI_DONE and TUI_CHANGED are about the item tui_menu__item(). */
enum tui_answer tui_menu__event(struct tui_menu *menu, struct tui_event event);
struct tui_item *tui_menu__item(struct tui_menu *menu);

/* ---------------------------------------------------------------- prompts */

struct tui_prompt {
	const char *label;
	char text[64];
};

void tui_prompt__draw(const struct tui_prompt *prompt, const char *remark);
enum tui_answer tui_prompt__key(struct tui_prompt *prompt, int key);

#endif
