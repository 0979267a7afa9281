/* SPDX-License-Identifier: GPL-2.0-only */
/* A table on the screen: rows can be scrolled, selected and searched. */
#ifndef FOLIOSCOPE_TUI_LIST_H
#define FOLIOSCOPE_TUI_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "table.h"
#include "tui_scroll.h"

struct tui_list_row {
	uint64_t id; /* what it is: what was selected stays so wherever it moves */
	enum tui_look look;
	char *name; /* what is searched */
};

struct tui_list {
	struct table *table;
	unsigned int ncols, sorted;
	struct tui_list_row *rows;
	size_t len, cap;
	struct tui_scroll scroll;
	bool follows;	   /* a row was chosen; before that the first one is selected */
	uint64_t selected; /* the id of the row that was chosen */
	unsigned int y;	   /* of the titles */
};

/*
 * Fills the list anew.  @cols must outlive it; @sorted: the column that rows are ordered
 * by, or @n.  0 or -ENOMEM.
 */
int tui_list__begin(struct tui_list *list, const struct table_col *cols, unsigned int n,
		    unsigned int sorted);

/* Adds a row; its cells follow by table__cell(list->table, ...).  0 or -ENOMEM. */
int tui_list__add(struct tui_list *list, uint64_t id, enum tui_look look, const char *name);

/*
 * All rows were added: what was chosen is selected again; while it is not there, what stands
 * in its place.
 */
void tui_list__end(struct tui_list *list);

/* Draws titles and rows into lines @y to @y + @height - 1.  0 or -ENOMEM. */
int tui_list__draw(struct tui_list *list, unsigned int y, unsigned int height);

/* The row that is selected; NULL when there are none. */
const struct tui_list_row *tui_list__selected(const struct tui_list *list);

/* Moves by a key or the mouse; false if it is not for that.  Home chooses no row. */
bool tui_list__event(struct tui_list *list, struct tui_event event);

/* The column whose title is there, -1 if there is none. */
int tui_list__title_at(const struct tui_list *list, struct tui_event event);

/* Selects the first row from @from on, and around, whose name contains the text. */
bool tui_list__search(struct tui_list *list, size_t from, const char *text);

void tui_list__free(struct tui_list *list);

#endif
