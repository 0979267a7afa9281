// SPDX-License-Identifier: GPL-2.0-only
/* A place in something that is longer than the screen. */
#include "tui_scroll.h"

#define WHEEL 3 /* lines of a turn */

enum {
	UP,
	DOWN,
	PAGE_UP,
	PAGE_DOWN,
	FIRST,
	LAST,
	WHEEL_UP,
	WHEEL_DOWN,
};

const struct tui_key tui_scroll_keys[] = {
	{ TUI_UP, UP, "Up Down", "the row above or below" },
	{ TUI_DOWN, DOWN, NULL, NULL },
	{ TUI_PGUP, PAGE_UP, "PgUp PgDn", "a page up or down" },
	{ TUI_PGDN, PAGE_DOWN, NULL, NULL },
	{ TUI_HOME, FIRST, "Home End", "the first row, whichever it will be; the last row" },
	{ TUI_END, LAST, NULL, NULL },
	{ TUI_WHEEL_UP, WHEEL_UP, "mouse", "wheel scrolls; click selects, sorts, or is a key" },
	{ TUI_WHEEL_DOWN, WHEEL_DOWN, NULL, NULL },
	{ 0 },
};

void tui_scroll__fit(struct tui_scroll *scroll, size_t n, size_t page)
{
	scroll->n = n;
	scroll->page = page ? page : 1;
	tui_scroll__go(scroll, scroll->at);
}

void tui_scroll__go(struct tui_scroll *s, size_t at)
{
	s->at = at < s->n ? at : s->n ? s->n - 1 : 0;
	if (s->top > s->at)
		s->top = s->at;
	if (s->at - s->top >= s->page)
		s->top = s->at - s->page + 1;
	/* No blank lines below while there are rows above. */
	if (s->top + s->page > s->n)
		s->top = s->n > s->page ? s->n - s->page : 0;
}

static size_t back(size_t at, size_t by)
{
	return at > by ? at - by : 0;
}

bool tui_scroll__key(struct tui_scroll *s, int key)
{
	switch (tui_keys__action(tui_scroll_keys, key)) {
	case UP:
		tui_scroll__go(s, back(s->at, 1));
		return true;
	case DOWN:
		tui_scroll__go(s, s->at + 1);
		return true;
	case PAGE_UP:
		tui_scroll__go(s, back(s->at, s->page));
		return true;
	case PAGE_DOWN:
		tui_scroll__go(s, s->at + s->page);
		return true;
	case FIRST:
		tui_scroll__go(s, 0);
		return true;
	case LAST:
		tui_scroll__go(s, s->n);
		return true;
	case WHEEL_UP:
		tui_scroll__go(s, back(s->at, WHEEL));
		return true;
	case WHEEL_DOWN:
		tui_scroll__go(s, s->at + WHEEL);
		return true;
	default:
		return false;
	}
}
