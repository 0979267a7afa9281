// SPDX-License-Identifier: GPL-2.0-only
/* A table on the screen. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "tui_list.h"

static void clear(struct tui_list *list)
{
	for (size_t i = 0; i < list->len; i++)
		free(list->rows[i].name);
	list->len = 0;
	table__free(list->table);
	list->table = NULL;
}

int tui_list__begin(struct tui_list *list, const struct table_col *cols, unsigned int n,
		    unsigned int sorted)
{
	clear(list);
	list->table = table__new(cols, n);
	list->ncols = n;
	list->sorted = sorted;
	return list->table ? 0 : -ENOMEM;
}

int tui_list__add(struct tui_list *list, uint64_t id, enum tui_look look, const char *name)
{
	if (list->len == list->cap) {
		size_t cap = list->cap ? 2 * list->cap : 64;
		struct tui_list_row *more = realloc(list->rows, cap * sizeof(*more));

		if (!more)
			return -ENOMEM;
		list->rows = more;
		list->cap = cap;
	}
	list->rows[list->len] = (struct tui_list_row){ id, look, strdup(name) };
	return list->rows[list->len++].name ? 0 : -ENOMEM;
}

/* The row at the cursor is the one that was chosen. */
static void choose(struct tui_list *list)
{
	list->follows = list->len;
	if (list->len)
		list->selected = list->rows[list->scroll.at].id;
}

void tui_list__end(struct tui_list *list)
{
	struct tui_scroll *scroll = &list->scroll;

	tui_scroll__fit(scroll, list->len, scroll->page);
	if (!list->follows)
		tui_scroll__go(scroll, 0);
	for (size_t i = 0; list->follows && i < list->len; i++)
		if (list->rows[i].id == list->selected) {
			tui_scroll__go(scroll, i);
			return;
		}
}

static char *line_of(const struct tui_list *list, size_t row)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return NULL;
	table__line(list->table, f, row);
	if (!fclose(f))
		return text;
	free(text);
	return NULL;
}

static int draw_titles(const struct tui_list *list)
{
	char *text = line_of(list, TABLE_TITLES);
	size_t from, width;

	if (!text)
		return -ENOMEM;
	tui__line(list->y, LOOK_TITLE, text);
	if (list->sorted < list->ncols && table__span(list->table, list->sorted, &from, &width)) {
		/* Titles are ASCII: columns are bytes.  The last one has no blanks behind it. */
		if (from + width < strlen(text))
			text[from + width] = 0;
		if (from < strlen(text))
			tui__put(list->y, from, LOOK_SORTED, text + from);
	}
	free(text);
	return 0;
}

int tui_list__draw(struct tui_list *list, unsigned int y, unsigned int height)
{
	struct tui_scroll *scroll = &list->scroll;
	int err;

	list->y = y;
	tui_scroll__fit(scroll, list->len, height > 1 ? height - 1 : 1);
	err = table__layout(list->table, tui__width());
	if (!err)
		err = draw_titles(list);
	for (size_t i = 0; !err && i + 1 < height && scroll->top + i < list->len; i++) {
		size_t row = scroll->top + i;
		char *text = line_of(list, row);

		if (!text)
			return -ENOMEM;
		tui__line(y + 1 + i, row == scroll->at ? LOOK_SELECTED : list->rows[row].look, text);
		free(text);
	}
	return err;
}

const struct tui_list_row *tui_list__selected(const struct tui_list *list)
{
	return list->len ? &list->rows[list->scroll.at] : NULL;
}

static bool click(struct tui_list *list, struct tui_event event)
{
	struct tui_scroll *scroll = &list->scroll;
	size_t line = event.y - list->y - 1;

	if (event.y <= list->y || line >= scroll->page || scroll->top + line >= list->len)
		return false;
	tui_scroll__go(scroll, scroll->top + line);
	return true;
}

bool tui_list__event(struct tui_list *list, struct tui_event event)
{
	bool done = event.key == TUI_CLICK ? click(list, event) :
					     tui_scroll__key(&list->scroll, event.key);

	if (done && event.key == TUI_HOME)
		list->follows = false;
	else if (done)
		choose(list);
	return done;
}

int tui_list__title_at(const struct tui_list *list, struct tui_event event)
{
	size_t from, width;

	if (event.key != TUI_CLICK || event.y != list->y)
		return -1;
	for (unsigned int c = 0; c < list->ncols; c++)
		if (table__span(list->table, c, &from, &width) && event.x >= from &&
		    event.x < from + width)
			return c;
	return -1;
}

bool tui_list__search(struct tui_list *list, size_t from, const char *text)
{
	for (size_t i = 0; *text && i < list->len; i++) {
		size_t row = (from + i) % list->len;

		if (!strcasestr(list->rows[row].name, text))
			continue;
		tui_scroll__go(&list->scroll, row);
		choose(list);
		return true;
	}
	return false;
}

void tui_list__free(struct tui_list *list)
{
	clear(list);
	free(list->rows);
	*list = (struct tui_list){ 0 };
}
