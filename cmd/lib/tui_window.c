// SPDX-License-Identifier: GPL-2.0-only
/* Texts, menus and prompts. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include "text.h"
#include "tui_window.h"

/* ------------------------------------------------------------------ texts */

void tui_text__set(struct tui_text *window, char *title, char *text)
{
	free(window->title);
	free(window->text);
	window->title = title;
	window->text = text;
}

static size_t count_lines(const char *text)
{
	size_t n = 0;

	for (; text && *text; n++) {
		const char *end = strchr(text, '\n');

		text = end ? end + 1 : text + strlen(text);
	}
	return n;
}

void tui_text__draw(struct tui_text *window, unsigned int y, unsigned int height)
{
	size_t lines = count_lines(window->text), page = height > 1 ? height - 1 : 1;
	const char *text = window->text;

	tui_scroll__fit(&window->scroll, lines > page ? lines - page + 1 : 1, 1);
	tui__line(y, LOOK_TITLE, window->title ? window->title : "");
	for (size_t i = 0; i < lines && i < window->scroll.at + page; i++) {
		size_t len = strcspn(text, "\n");

		if (i >= window->scroll.at) {
			char *line = strndup(text, len);

			if (line)
				tui__put(y + 1 + (i - window->scroll.at), 0, LOOK_PLAIN, line);
			free(line);
		}
		text += len + 1;
	}
	/* A page is what was seen. */
	window->scroll.page = page;
}

enum tui_answer tui_text__key(struct tui_text *window, int key)
{
	if (key == TUI_ESC || key == TUI_ENTER || key == 'q')
		return TUI_CLOSED;
	return tui_scroll__key(&window->scroll, key) ? TUI_STAYS : TUI_NOT_MINE;
}

void tui_keys__print(const struct tui_key *keys, FILE *f)
{
	for (; keys->key; keys++)
		if (keys->name)
			fprintf(f, "%-10s %s\n", keys->name, keys->help);
}

/* ------------------------------------------------------------------ menus */

void tui_menu__begin(struct tui_menu *menu, const char *title, bool ticks)
{
	*menu = (struct tui_menu){ .title = title, .ticks = ticks };
}

void tui_menu__add(struct tui_menu *menu, int id, const char *text, const char *help, bool on)
{
	struct tui_item *item = &menu->items[menu->n];

	if (menu->n == TUI_ITEMS)
		return;
	*item = (struct tui_item){ .id = id, .help = help, .on = on };
	text__clean(item->text, sizeof(item->text), text);
	if (on && !menu->ticks)
		menu->scroll.at = menu->n;
	menu->n++;
}

void tui_menu__draw(struct tui_menu *menu, unsigned int y, unsigned int height)
{
	struct tui_scroll *scroll = &menu->scroll;

	menu->y = y;
	tui_scroll__fit(scroll, menu->n, height > 1 ? height - 1 : 1);
	tui__line(y, LOOK_TITLE, menu->title);
	for (size_t i = scroll->top; i < menu->n && i < scroll->top + scroll->page; i++) {
		const struct tui_item *item = &menu->items[i];
		const char *tick = !menu->ticks ? "" : item->on ? "[x] " : "[ ] ";
		char line[128];

		snprintf(line, sizeof(line), item->help ? "%s%-10s %s" : "%s%s", tick, item->text,
			 item->help);
		tui__line(y + 1 + (i - scroll->top), i == scroll->at ? LOOK_SELECTED : LOOK_PLAIN,
			  line);
	}
}

struct tui_item *tui_menu__item(struct tui_menu *menu)
{
	return &menu->items[menu->scroll.at];
}

static enum tui_answer choose(struct tui_menu *menu)
{
	if (!menu->ticks)
		return TUI_DONE;
	tui_menu__item(menu)->on = !tui_menu__item(menu)->on;
	return TUI_CHANGED;
}

enum tui_answer tui_menu__event(struct tui_menu *menu, struct tui_event event)
{
	struct tui_scroll *scroll = &menu->scroll;
	size_t line = event.y - menu->y - 1;

	switch (event.key) {
	case TUI_ESC:
	case 'q':
		return TUI_CLOSED;
	case TUI_ENTER:
		return menu->ticks ? TUI_CLOSED : choose(menu);
	case ' ':
		return choose(menu);
	case TUI_CLICK:
		if (event.y <= menu->y || line >= scroll->page || scroll->top + line >= menu->n)
			return TUI_NOT_MINE;
		tui_scroll__go(scroll, scroll->top + line);
		return choose(menu);
	default:
		return tui_scroll__key(scroll, event.key) ? TUI_STAYS : TUI_NOT_MINE;
	}
}

/* ---------------------------------------------------------------- prompts */

void tui_prompt__draw(const struct tui_prompt *prompt, const char *remark)
{
	unsigned int y = tui__height() - 1, x;

	tui__line(y, LOOK_PLAIN, "");
	x = tui__put(y, 0, LOOK_STRONG, prompt->label);
	x = tui__put(y, x, LOOK_PLAIN, prompt->text);
	x = tui__put(y, x, LOOK_SELECTED, " ");
	tui__put(y, x + 1, LOOK_BAD, remark);
}

/* Adds a character that the terminal shows, if there is room. */
static void append(struct tui_prompt *prompt, int key)
{
	char raw[MB_LEN_MAX + 1] = "", clean[sizeof(raw)];
	size_t len = strlen(prompt->text);
	mbstate_t state = { 0 };

	if (wcrtomb(raw, key, &state) == (size_t)-1)
		return;
	text__clean(clean, sizeof(clean), raw);
	if (!strcmp(raw, clean) && len + strlen(raw) < sizeof(prompt->text))
		strcat(prompt->text, raw);
}

static void drop_last(char *text)
{
	size_t len = strlen(text);

	while (len && ((unsigned char)text[--len] & 0xc0) == 0x80)
		;
	text[len] = 0;
}

enum tui_answer tui_prompt__key(struct tui_prompt *prompt, int key)
{
	switch (key) {
	case TUI_ENTER:
		return TUI_DONE;
	case TUI_ESC:
		return TUI_CLOSED;
	case TUI_BACKSPACE:
		drop_last(prompt->text);
		return TUI_CHANGED;
	default:
		if (key < ' ' || key >= TUI_OTHER)
			return TUI_NOT_MINE;
		append(prompt, key);
		return TUI_CHANGED;
	}
}
