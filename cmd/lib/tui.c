// SPDX-License-Identifier: GPL-2.0-only
/* The terminal of an interactive display, by ncurses. */
#include <curses.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "table.h"
#include "text.h"
#include "tui.h"
#include <term.h> /* last: it makes macros of words like columns and lines */

#define ESC_MS	  50 /* that the rest of a function key may take to arrive */
#define PIECE_GAP 2

static SCREEN *screen;
static bool taken; /* the terminal is ours */
static attr_t looks[LOOKS];

/* --------------------------------------------------------------- its life */

bool tui__usable(void)
{
	const char *term = getenv("TERM");
	const char *move;
	int found;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return false;
	if (term && *term && setupterm(NULL, STDOUT_FILENO, &found) == OK) {
		move = tigetstr("cup");
		if (move && move != (char *)-1)
			return true;
	}
	warn_user("no interactive display: terminal '%s' is not known to move its cursor",
		  term ? term : "");
	return false;
}

/* Gives the terminal back; what is printed then stays.  The next tui__end() takes it again. */
static void give_back(void)
{
	if (taken && !isendwin())
		endwin();
}

/* The last that a failing process does. */
static void die(int signal)
{
	give_back();
	raise(signal);
}

static void catch_failures(void)
{
	static const int failures[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGQUIT };
	struct sigaction action = { .sa_handler = die, .sa_flags = SA_RESETHAND };

	for (size_t i = 0; i < sizeof(failures) / sizeof(*failures); i++)
		sigaction(failures[i], &action, NULL);
}

/* The terminal's own background, and colours that are readable on dark and light. */
static void choose_colours(void)
{
	enum {
		BAR = 1,
		CURSOR,
		ALARM
	};

	start_color();
	if (use_default_colors() != OK)
		return;
	init_pair(BAR, COLOR_BLACK, COLOR_GREEN);
	init_pair(CURSOR, COLOR_BLACK, COLOR_CYAN);
	init_pair(ALARM, COLOR_RED, -1);
	looks[LOOK_TITLE] = COLOR_PAIR(BAR);
	looks[LOOK_SORTED] = COLOR_PAIR(CURSOR);
	looks[LOOK_SELECTED] = COLOR_PAIR(CURSOR);
	looks[LOOK_LABEL] = COLOR_PAIR(CURSOR);
	looks[LOOK_BAD] = COLOR_PAIR(ALARM) | A_BOLD;
}

static void choose_looks(void)
{
	const char *no_color = getenv("NO_COLOR"); /* https://no-color.org */

	looks[LOOK_STRONG] = A_BOLD;
	looks[LOOK_TITLE] = A_REVERSE;
	looks[LOOK_SORTED] = A_REVERSE | A_BOLD | A_UNDERLINE;
	looks[LOOK_SELECTED] = A_REVERSE;
	looks[LOOK_LABEL] = A_REVERSE;
	looks[LOOK_BAD] = A_BOLD | A_UNDERLINE;
	if (!(no_color && *no_color) && has_colors())
		choose_colours();
}

enum status tui__open(void)
{
	screen = newterm(NULL, stdout, stdin);
	if (!screen)
		return fail(ST_FAIL, "cannot set up the terminal");
	taken = true;
	atexit(tui__close);
	status__before(give_back);
	catch_failures();
	cbreak(); /* not raw(): Ctrl-C and Ctrl-Z stay signals */
	noecho();
	nodelay(stdscr, TRUE);
	keypad(stdscr, TRUE);
	set_escdelay(ESC_MS);
	curs_set(0);
	mousemask(BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
	mouseinterval(0);
	choose_looks();
	tui__resized(); /* ncurses believes LINES and COLUMNS first */
	return ST_OK;
}

void tui__close(void)
{
	if (!taken)
		return;
	give_back();
	taken = false;
	status__before(NULL);
	delscreen(screen);
}

void tui__resized(void)
{
	struct winsize ws;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) && ws.ws_row && ws.ws_col &&
	    is_term_resized(ws.ws_row, ws.ws_col))
		resizeterm(ws.ws_row, ws.ws_col);
	/* Two changes may come as one signal.  If it was there and back the size is what we
	 * know, and what stands on the screen is not. */
	clearok(curscr, TRUE);
}

unsigned int tui__width(void)
{
	return COLS;
}

unsigned int tui__height(void)
{
	return LINES;
}

/* ------------------------------------------------------------------- keys */

static struct tui_event mouse(void)
{
	MEVENT m;

	if (getmouse(&m) != OK)
		return (struct tui_event){ .key = TUI_OTHER };
	return (struct tui_event){
		.key = m.bstate & BUTTON1_PRESSED ? TUI_CLICK :
		       m.bstate & BUTTON4_PRESSED ? TUI_WHEEL_UP :
		       m.bstate & BUTTON5_PRESSED ? TUI_WHEEL_DOWN :
						    TUI_OTHER,
		.x = m.x,
		.y = m.y,
	};
}

static int function_key(int key)
{
	static const struct {
		int curses, key;
	} keys[] = {
		{ KEY_UP, TUI_UP },	 { KEY_DOWN, TUI_DOWN },	   { KEY_LEFT, TUI_LEFT },
		{ KEY_PPAGE, TUI_PGUP }, { KEY_NPAGE, TUI_PGDN },	   { KEY_RIGHT, TUI_RIGHT },
		{ KEY_HOME, TUI_HOME },	 { KEY_FIND, TUI_HOME },	   { KEY_END, TUI_END },
		{ KEY_SELECT, TUI_END }, { KEY_BACKSPACE, TUI_BACKSPACE }, { KEY_ENTER, TUI_ENTER },
	};

	if (key > KEY_F0 && key <= KEY_F(12))
		return TUI_F0 + (key - KEY_F0);
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (keys[i].curses == key)
			return keys[i].key;
	return TUI_OTHER;
}

struct tui_event tui__event(void)
{
	struct tui_event event = { .key = TUI_NONE };
	wint_t c;

	switch (get_wch(&c)) {
	case ERR:
		break;
	case KEY_CODE_YES:
		if (c == KEY_MOUSE)
			return mouse();
		event.key = function_key(c);
		break;
	default:
		event.key = c == '\r'	      ? TUI_ENTER :
			    c == 127	      ? TUI_BACKSPACE :
			    c && c < 0x110000 ? (int)c :
						TUI_OTHER;
	}
	return event;
}

bool tui__gone(void)
{
	int waiting;

	return ioctl(STDIN_FILENO, FIONREAD, &waiting) || !waiting;
}

int tui_keys__action(const struct tui_key *keys, int key)
{
	for (; keys->key; keys++)
		if (keys->key == key)
			return keys->action;
	return -1;
}

/* ---------------------------------------------------------------- drawing */

void tui__begin(void)
{
	erase();
}

void tui__end(void)
{
	refresh();
}

unsigned int tui__put(unsigned int y, unsigned int x, enum tui_look look, const char *text)
{
	char *clean;
	size_t bytes;

	if (y >= tui__height() || x >= tui__width())
		return x;
	clean = text__dup(text);
	if (!clean)
		return x;
	bytes = text__fit(clean, tui__width() - x);
	attrset(looks[look]);
	mvaddnstr(y, x, clean, bytes);
	attrset(0);
	x += text__columns(clean, bytes);
	free(clean);
	return x;
}

void tui__line(unsigned int y, enum tui_look look, const char *text)
{
	if (y >= tui__height())
		return;
	attrset(looks[look]);
	mvhline(y, 0, ' ' | looks[look], tui__width());
	tui__put(y, 0, look, text);
}

/* Widths of the pieces that fit, 0 for the others. */
static void fit_pieces(const struct tui_piece *pieces, unsigned int n, size_t gap,
		       size_t width[TUI_PIECES])
{
	struct table_col cols[TUI_PIECES];

	for (unsigned int i = 0; i < n; i++) {
		cols[i] = (struct table_col){ .rank = pieces[i].rank };
		width[i] = text__width(pieces[i].text);
	}
	table__drop(cols, n, width, gap, tui__width());
}

void tui__pieces(unsigned int y, const struct tui_piece *pieces, unsigned int n)
{
	size_t width[TUI_PIECES];
	unsigned int x = 0;

	fit_pieces(pieces, n, PIECE_GAP, width);
	for (unsigned int i = 0; i < n; i++)
		if (width[i])
			x = tui__put(y, x, pieces[i].look, pieces[i].text) + PIECE_GAP;
}

static void fit_labels(const struct tui_label *labels, unsigned int n, size_t width[TUI_PIECES])
{
	struct tui_piece pieces[TUI_PIECES];
	char texts[TUI_PIECES][32];

	for (unsigned int i = 0; i < n; i++) {
		snprintf(texts[i], sizeof(texts[i]), "%s%s", labels[i].name, labels[i].label);
		pieces[i] = (struct tui_piece){ .text = texts[i], .rank = labels[i].rank };
	}
	fit_pieces(pieces, n, 1, width);
}

void tui_bar__draw(const struct tui_label *labels, unsigned int n)
{
	unsigned int y = tui__height() - 1, x = 0;
	size_t width[TUI_PIECES];

	fit_labels(labels, n, width);
	for (unsigned int i = 0; i < n; i++) {
		if (!width[i])
			continue;
		x = tui__put(y, x, LOOK_STRONG, labels[i].name);
		x = tui__put(y, x, LOOK_LABEL, labels[i].label) + 1;
	}
}

int tui_bar__at(const struct tui_label *labels, unsigned int n, unsigned int x)
{
	size_t width[TUI_PIECES], from = 0;

	fit_labels(labels, n, width);
	for (unsigned int i = 0; i < n; i++) {
		if (!width[i])
			continue;
		if (x >= from && x < from + width[i])
			return labels[i].key;
		from += width[i] + 1;
	}
	return TUI_OTHER;
}
