// SPDX-License-Identifier: GPL-2.0-only
/* rmaptop's interactive display. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "../lib/plot.h"
#include "../lib/text.h"
#include "../lib/tui_list.h"
#include "../lib/tui_window.h"
#include "../lib/units.h"
#include "tui.h"
#include "tui_head.h"

/* What has the keys, and stands where the table stands. */
enum mode {
	TABLE,
	SEARCH, /* these two with the table above them */
	FILTER,
	HELP,
	COVERAGE,
	ROW,
	SORT,
	COLUMNS,
	GROUP,
};

struct rmap_tui {
	struct run *run;
	const struct rmap_kept *kept; /* what is shown; NULL: nothing yet */
	unsigned int has;	      /* what rows are split by, as far as they showed it */
	struct rmap_wish wish;
	uint32_t hidden; /* columns, a bit each */
	struct rmap_lines lines;
	enum rmap_column_id ids[RMAP_COLUMNS]; /* of the columns of the list */
	struct table_col cols[RMAP_COLUMNS];
	struct tui_list list;
	enum mode mode;
	struct tui_text text;
	struct tui_menu menu;
	struct tui_prompt search, filter;
	size_t search_from;
	bool found;
	uint64_t row; /* id of the row that is open */
};

enum {
	DO_HELP,
	DO_COVERAGE,
	DO_SEARCH,
	DO_NEXT,
	DO_FILTER,
	DO_SORT_RIGHT,
	DO_SORT_LEFT,
	DO_SORT,
	DO_REVERSE,
	DO_TREE,
	DO_COLUMNS,
	DO_GROUP,
	DO_ROW,
};

static const struct tui_key keys[] = {
	{ TUI_ENTER, DO_ROW, "Enter", "all about a row; closes it" },
	{ '/', DO_SEARCH, "/ F3", "search PID, COMM, CAUSE and KIND" },
	{ TUI_F0 + 3, DO_SEARCH, NULL, NULL },
	{ 'n', DO_NEXT, "n", "search again" },
	{ '\\', DO_FILTER, "\\ F4", "filter: only rows that contain a text; Esc ends it" },
	{ TUI_F0 + 4, DO_FILTER, NULL, NULL },
	{ '>', DO_SORT_RIGHT, "> <", "sort by the next or previous column" },
	{ '<', DO_SORT_LEFT, NULL, NULL },
	{ TUI_F0 + 6, DO_SORT, "F6", "choose what to sort by" },
	{ 'r', DO_REVERSE, "r", "sort the other way round" },
	{ 't', DO_TREE, "t F5", "tree: rows below the sum of their process" },
	{ TUI_F0 + 5, DO_TREE, NULL, NULL },
	{ 'c', DO_COLUMNS, "c F2", "choose columns; Space switches them" },
	{ TUI_F0 + 2, DO_COLUMNS, NULL, NULL },
	{ 'g', DO_GROUP, "g F7", "group rows by task, cause, kind" },
	{ TUI_F0 + 7, DO_GROUP, NULL, NULL },
	{ 'v', DO_COVERAGE, "v", "what is not seen here, and why" },
	{ 'h', DO_HELP, "h ? F1", "this help" },
	{ '?', DO_HELP, NULL, NULL },
	{ TUI_F0 + 1, DO_HELP, NULL, NULL },
	{ 0 },
};

static const struct tui_label table_bar[] = {
	{ TUI_F0 + 1, "F1", "Help", 0 },   { TUI_F0 + 2, "F2", "Cols", 6 },
	{ TUI_F0 + 3, "F3", "Find", 3 },   { TUI_F0 + 4, "F4", "Filter", 2 },
	{ TUI_F0 + 5, "F5", "Tree", 4 },   { TUI_F0 + 6, "F6", "Sort", 1 },
	{ TUI_F0 + 7, "F7", "Group", 5 },  { TUI_F0 + 8, "F8", "Pause", 7 },
	{ TUI_F0 + 10, "F10", "Quit", 0 },
};
static const struct tui_label text_bar[] = { { TUI_ESC, "Esc", "Close", 0 } };
static const struct tui_label menu_bar[] = {
	{ TUI_ENTER, "Enter", "Choose", 0 },
	{ TUI_ESC, "Esc", "Close", 0 },
};
static const struct tui_label ticks_bar[] = {
	{ ' ', "Space", "Switch", 0 },
	{ TUI_ESC, "Esc", "Close", 0 },
};

#define ARRAY_SIZE(a) (sizeof(a) / sizeof(*(a)))

/* ------------------------------------------------------------------- life */

struct rmap_tui *rmap_tui__new(struct run *run, const struct rmap_wish *wish)
{
	struct rmap_tui *tui = calloc(1, sizeof(*tui));

	if (!tui)
		return NULL;
	tui->run = run;
	tui->wish = *wish;
	tui->has = wish->by;
	tui->wish.filter = tui->filter.text;
	tui->search.label = "Search: ";
	tui->filter.label = "Filter: ";
	return tui;
}

void rmap_tui__free(struct rmap_tui *tui)
{
	if (!tui)
		return;
	rmap_lines__free(&tui->lines);
	tui_list__free(&tui->list);
	tui_text__set(&tui->text, NULL, NULL);
	free(tui);
}

void *rmap_tui__keep(struct rmap_snapshot *snap, struct when when)
{
	struct rmap_kept *kept = calloc(1, sizeof(*kept));

	if (!kept)
		return NULL;
	kept->when = when;
	kept->snap = *snap;
	*snap = (struct rmap_snapshot){ 0 };
	if (!rmap_snapshot__total(&kept->snap, &kept->total))
		return kept;
	rmap_tui__drop(kept);
	return NULL;
}

void rmap_tui__drop(void *arg)
{
	struct rmap_kept *kept = arg;

	rmap_snapshot__free(&kept->snap);
	hist__free(&kept->total.hist);
	free(kept);
}

/* ------------------------------------------------------------------- rows */

/* A cell of a line: in a tree names stand once, above. */
static void cell(const struct rmap_line *line, enum rmap_column_id id, char buf[RMAP_CELL])
{
	bool child = line->kind == RMAP_CHILD || line->kind == RMAP_LAST_CHILD;
	unsigned int dim = rmap_columns[id].dim;

	buf[0] = 0;
	if (line->kind == RMAP_SUM && dim & ~(unsigned int)RMAP_BY_TASK)
		return;
	if (child && id == COL_COMM)
		strcpy(buf, !text__utf8()	     ? (line->kind == RMAP_CHILD ? "|-" : "`-") :
			    line->kind == RMAP_CHILD ? "├─" :
						       "└─");
	if (child && dim & RMAP_BY_TASK)
		return;
	rmap_columns[id].text(line->s, buf);
}

static int add_line(struct rmap_tui *tui, const struct rmap_line *line, unsigned int ncols)
{
	char name[RMAP_NAME], buf[RMAP_CELL];

	rmap_line__name(&tui->lines, line, name);
	if (tui_list__add(&tui->list, rmap_line__id(&tui->lines, line),
			  line->kind == RMAP_SUM ? LOOK_STRONG : LOOK_PLAIN, name))
		return -ENOMEM;
	for (unsigned int c = 0; c < ncols; c++) {
		cell(line, tui->ids[c], buf);
		table__cell(tui->list.table, buf);
	}
	return 0;
}

/* Makes the list of what is to be shown as it is wished for. */
static int rebuild(struct rmap_tui *tui)
{
	static const struct rmap_snapshot nothing;
	unsigned int by = tui->wish.by & tui->has, ncols, sorted;
	int err = rmap_lines__make(&tui->lines, tui->kept ? &tui->kept->snap : &nothing, &tui->wish);

	if (err)
		return err;
	ncols = rmap_columns__choose(tui->ids, by, tui->hidden);
	sorted = ncols;
	for (unsigned int c = 0; c < ncols; c++) {
		tui->cols[c] = rmap_columns[tui->ids[c]].col;
		if (tui->ids[c] == tui->wish.sort)
			sorted = c;
	}
	err = tui_list__begin(&tui->list, tui->cols, ncols, sorted);
	for (size_t i = 0; !err && i < tui->lines.n; i++)
		err = add_line(tui, &tui->lines.line[i], ncols);
	if (!err)
		tui_list__end(&tui->list);
	return err;
}

int rmap_tui__show(struct rmap_tui *tui, const void *kept)
{
	tui->kept = kept;
	/* An interval without rows does not say. */
	if (tui->kept->snap.len)
		tui->has = tui->kept->snap.by;
	return rebuild(tui);
}

/* ------------------------------------------------------------------ texts */

static void print_help(FILE *f)
{
	tui_keys__print(tui_scroll_keys, f);
	tui_keys__print(keys, f);
	tui_keys__print(display_keys, f);
	tui_keys__print(display_play_keys, f);
	fputs("\nColumns\n", f);
	for (unsigned int i = 0; i < RMAP_COLUMNS; i++)
		fprintf(f, "%-10s %s\n", rmap_columns[i].col.title, rmap_columns[i].help);
	fputs("\nA phantom is a VMA that was visited and did not map the folio.\n", f);
}

static const struct rmap_line *open_line(const struct rmap_tui *tui)
{
	for (size_t i = 0; i < tui->lines.n; i++)
		if (rmap_line__id(&tui->lines, &tui->lines.line[i]) == tui->row)
			return &tui->lines.line[i];
	return NULL;
}

/* What the walks of a row have in common. */
struct like {
	const struct rmap_stat *s;
	unsigned int by;
};

static bool is_like(const void *arg, const struct rmap_slow *walk)
{
	const struct like *like = arg;

	return (!(like->by & RMAP_BY_TASK) || walk->pid == like->s->pid) &&
	       (!(like->by & RMAP_BY_CAUSE) || walk->cause == like->s->cause) &&
	       (!(like->by & RMAP_BY_KIND) || walk->kind == like->s->kind);
}

/* The innermost frame first, as stacks are read. */
static void print_stack(const char *stack, FILE *f)
{
	size_t len = strlen(stack);

	fputs("\nKernel stack of the slowest\n", f);
	while (len) {
		const char *from = memrchr(stack, ';', len);
		size_t at = from ? from - stack + 1 : 0;

		fprintf(f, "  %.*s\n", (int)(len - at), stack + at);
		len = at ? at - 1 : 0;
	}
}

static void print_slow(const struct rmap_slows *slows, const struct like *like, FILE *f)
{
	const char *whose = like->by & (RMAP_BY_CGROUP | RMAP_BY_OWNER) ?
				    ", whatever the cgroup and the owner" :
				    "";
	const char *stack;
	size_t first = 0;

	if (!slows->len)
		return;
	while (first < slows->len && !is_like(like, &slows->walk[first]))
		first++;
	if (first == slows->len) {
		fprintf(f, "\nNo walk of it is among the %zu slowest of this interval.\n",
			slows->len);
		return;
	}
	fprintf(f, "\nThose of the %zu slowest walks of this interval that are like it%s\n",
		slows->len, whose);
	rmap_slows__print(slows, f, tui__width(), is_like, like);
	stack = rmap_slow__stack(&slows->walk[first]);
	if (*stack)
		print_stack(stack, f);
}

static void print_row(const struct rmap_stat *s, unsigned int by, const struct rmap_slows *slows,
		      FILE *f)
{
	const struct hist *hists[] = { &s->hist };
	const char *titles[] = { "" };
	enum rmap_column_id ids[RMAP_COLUMNS];
	unsigned int n = rmap_columns__choose(ids, by, 0);

	for (unsigned int i = 0; i < n; i++) {
		const struct rmap_column *column = &rmap_columns[ids[i]];
		char buf[RMAP_CELL], clean[RMAP_CELL];

		column->text(s, buf);
		text__clean(clean, sizeof(clean), buf);
		fprintf(f, "%-10s %s%*s  %s\n", column->col.title, clean,
			text__width(clean) < 16 ? (int)(16 - text__width(clean)) : 0, "",
			column->help);
	}
	fputs("\nWalks by how long they took\n", f);
	plot__histograms(f, hists, titles, 1, tui__width(), !text__utf8());
	print_slow(slows, &(struct like){ s, by }, f);
}

static void print_mode(const struct rmap_tui *tui, FILE *f)
{
	const struct rmap_line *line;

	switch (tui->mode) {
	case HELP:
		print_help(f);
		break;
	case COVERAGE:
		rmap_head__coverage(tui->run, f);
		break;
	default:
		line = open_line(tui);
		print_row(line->s, line->kind == RMAP_SUM ? RMAP_BY_TASK : tui->lines.by,
			  &tui->kept->snap.slow, f);
	}
}

static char *title_of(const struct rmap_tui *tui)
{
	char name[RMAP_NAME];

	if (tui->mode != ROW)
		return strdup(tui->mode == HELP ? "Keys" : "What is seen here");
	rmap_line__name(&tui->lines, open_line(tui), name);
	return strdup(name);
}

/* Writes the window's text anew: its numbers, or the width of the screen, may have changed. */
static int write_text(struct rmap_tui *tui)
{
	char *raw = NULL, *wrapped = NULL;
	size_t len;
	FILE *f;

	/* A row that is not in this interval stays as it was seen last. */
	if (tui->mode == ROW && !open_line(tui))
		return 0;
	f = open_memstream(&raw, &len);
	if (!f)
		return -ENOMEM;
	print_mode(tui, f);
	if (fclose(f))
		return -ENOMEM;
	f = open_memstream(&wrapped, &len);
	for (char *line = raw, *end; f && *line; line = end) {
		end = line + strcspn(line, "\n");
		if (*end)
			*end++ = 0;
		/* A row's are a table and a picture: cut where they are too wide. */
		text__wrap(f, line, tui->mode == ROW ? 0 : tui__width());
	}
	free(raw);
	if (!f || fclose(f))
		return -ENOMEM;
	tui_text__set(&tui->text, title_of(tui), wrapped);
	return 0;
}

static void open_text(struct rmap_tui *tui, enum mode mode)
{
	tui->mode = mode;
	tui->text.scroll.at = 0;
}

/* ------------------------------------------------------------------ menus */

static void open_sort(struct rmap_tui *tui)
{
	tui_menu__begin(&tui->menu, "Sort by", false);
	for (unsigned int c = 0; c < tui->list.ncols; c++)
		tui_menu__add(&tui->menu, tui->ids[c], tui->cols[c].title,
			      rmap_columns[tui->ids[c]].help, tui->ids[c] == tui->wish.sort);
	tui->mode = SORT;
}

static void open_columns(struct rmap_tui *tui)
{
	enum rmap_column_id ids[RMAP_COLUMNS];
	unsigned int n = rmap_columns__choose(ids, tui->wish.by & tui->has, 0);

	tui_menu__begin(&tui->menu, "Columns", true);
	for (unsigned int i = 0; i < n; i++)
		tui_menu__add(&tui->menu, ids[i], rmap_columns[ids[i]].col.title,
			      rmap_columns[ids[i]].help, !(tui->hidden & 1u << ids[i]));
	tui->mode = COLUMNS;
}

static void open_group(struct rmap_tui *tui)
{
	unsigned int choices[RMAP_CHOICES];
	unsigned int n = rmap_by__choices(choices, tui->has);
	char list[RMAP_CELL];

	tui_menu__begin(&tui->menu, "Rows by", false);
	for (unsigned int i = 0; i < n; i++) {
		rmap_by__list(choices[i], list);
		tui_menu__add(&tui->menu, choices[i], list, NULL,
			      choices[i] == (tui->wish.by & tui->has));
	}
	tui->mode = GROUP;
}

/* Hides or shows a column; one stays. */
static int switch_column(struct rmap_tui *tui, struct tui_item *item)
{
	uint32_t hidden = tui->hidden ^ 1u << item->id;
	enum rmap_column_id ids[RMAP_COLUMNS];

	if (!rmap_columns__choose(ids, tui->wish.by & tui->has, hidden)) {
		item->on = true;
		return 0;
	}
	tui->hidden = hidden;
	return rebuild(tui);
}

static int menu_event(struct rmap_tui *tui, struct tui_event event)
{
	enum tui_answer answer = tui_menu__event(&tui->menu, event);
	struct tui_item *item = tui_menu__item(&tui->menu);

	if (answer == TUI_CHANGED)
		return switch_column(tui, item);
	if (answer == TUI_DONE && tui->mode == SORT)
		tui->wish.sort = item->id;
	if (answer == TUI_DONE && tui->mode == GROUP)
		tui->wish.by = item->id;
	if (answer != TUI_DONE && answer != TUI_CLOSED)
		return 0;
	tui->mode = TABLE;
	return rebuild(tui);
}

/* ---------------------------------------------------------------- prompts */

static int search_key(struct rmap_tui *tui, int key)
{
	enum tui_answer answer = tui_prompt__key(&tui->search, key);

	if (answer == TUI_CHANGED)
		tui->found = tui_list__search(&tui->list, tui->search_from, tui->search.text);
	if (answer == TUI_DONE || answer == TUI_CLOSED)
		tui->mode = TABLE;
	return 0;
}

static int filter_key(struct rmap_tui *tui, int key)
{
	enum tui_answer answer = tui_prompt__key(&tui->filter, key);

	if (answer == TUI_CLOSED)
		tui->filter.text[0] = 0;
	if (answer == TUI_DONE || answer == TUI_CLOSED)
		tui->mode = TABLE;
	return rebuild(tui);
}

/* ------------------------------------------------------------------- keys */

static int sort_beside(struct rmap_tui *tui, int step)
{
	unsigned int n = tui->list.ncols, at = tui->list.sorted;

	/* What is sorted by need not be shown. */
	at = at == n ? (step > 0 ? 0 : n - 1) : (at + n + step) % n;
	tui->wish.sort = tui->ids[at];
	return rebuild(tui);
}

static void start_search(struct rmap_tui *tui)
{
	tui->search.text[0] = 0;
	tui->search_from = tui->list.scroll.at;
	tui->found = true;
	tui->mode = SEARCH;
}

static int act(struct rmap_tui *tui, int action)
{
	const struct tui_list_row *row = tui_list__selected(&tui->list);

	switch (action) {
	case DO_HELP:
		open_text(tui, HELP);
		return 0;
	case DO_COVERAGE:
		open_text(tui, COVERAGE);
		return 0;
	case DO_ROW:
		if (row) {
			tui->row = row->id;
			open_text(tui, ROW);
		}
		return 0;
	case DO_SEARCH:
		start_search(tui);
		return 0;
	case DO_NEXT:
		tui_list__search(&tui->list, tui->list.scroll.at + 1, tui->search.text);
		return 0;
	case DO_FILTER:
		tui->mode = FILTER;
		return 0;
	case DO_SORT:
		open_sort(tui);
		return 0;
	case DO_COLUMNS:
		open_columns(tui);
		return 0;
	case DO_GROUP:
		open_group(tui);
		return 0;
	case DO_SORT_RIGHT:
		return sort_beside(tui, 1);
	case DO_SORT_LEFT:
		return sort_beside(tui, -1);
	case DO_REVERSE:
		tui->wish.reverse = !tui->wish.reverse;
		break;
	case DO_TREE:
		tui->wish.tree = !tui->wish.tree;
		break;
	}
	return rebuild(tui);
}

static int table_event(struct rmap_tui *tui, struct tui_event event, bool *mine)
{
	int action = tui_keys__action(keys, event.key);
	int title = tui_list__title_at(&tui->list, event);

	*mine = true;
	if (action >= 0)
		return act(tui, action);
	if (title >= 0) {
		/* A second click turns it round. */
		if (tui->wish.sort == tui->ids[title])
			tui->wish.reverse = !tui->wish.reverse;
		tui->wish.sort = tui->ids[title];
		return rebuild(tui);
	}
	*mine = tui_list__event(&tui->list, event);
	return 0;
}

/* The function keys at the bottom. */
static const struct tui_label *bar_of(enum mode mode, unsigned int *n)
{
	switch (mode) {
	case TABLE:
		*n = ARRAY_SIZE(table_bar);
		return table_bar;
	case SORT:
	case GROUP:
		*n = ARRAY_SIZE(menu_bar);
		return menu_bar;
	case COLUMNS:
		*n = ARRAY_SIZE(ticks_bar);
		return ticks_bar;
	case SEARCH:
	case FILTER:
		*n = 0;
		return NULL;
	default:
		*n = ARRAY_SIZE(text_bar);
		return text_bar;
	}
}

int rmap_tui__key(struct rmap_tui *tui, struct tui_event event, bool *mine)
{
	const struct tui_label *bar;
	unsigned int n;

	bar = bar_of(tui->mode, &n);
	if (event.key == TUI_CLICK && event.y == tui__height() - 1 && bar)
		event.key = tui_bar__at(bar, n, event.x);
	/* What stands before the table has all keys but F10. */
	*mine = event.key != TUI_F0 + 10;
	switch (tui->mode) {
	case TABLE:
		return table_event(tui, event, mine);
	case SEARCH:
		return search_key(tui, event.key);
	case FILTER:
		return filter_key(tui, event.key);
	case SORT:
	case COLUMNS:
	case GROUP:
		return menu_event(tui, event);
	default:
		if (tui_text__key(&tui->text, event.key) == TUI_CLOSED)
			tui->mode = TABLE;
		else if (tui_keys__action(display_play_keys, event.key) >= 0 || event.key == ' ' ||
			 event.key == 'P')
			*mine = false; /* what goes on behind it */
		return 0;
	}
}

/* ---------------------------------------------------------------- drawing */

static int draw_body(struct rmap_tui *tui, unsigned int y, unsigned int height)
{
	int err;

	switch (tui->mode) {
	case TABLE:
	case SEARCH:
	case FILTER:
		return tui_list__draw(&tui->list, y, height);
	case SORT:
	case COLUMNS:
	case GROUP:
		tui_menu__draw(&tui->menu, y, height);
		return 0;
	default:
		err = write_text(tui);
		if (!err)
			tui_text__draw(&tui->text, y, height);
		return err;
	}
}

static void draw_bottom(const struct rmap_tui *tui)
{
	const struct tui_label *bar;
	unsigned int n;

	bar = bar_of(tui->mode, &n);
	if (bar)
		tui_bar__draw(bar, n);
	else if (tui->mode == SEARCH)
		tui_prompt__draw(&tui->search, tui->found || !*tui->search.text ? "" : "not found");
	else
		tui_prompt__draw(&tui->filter, "");
}

int rmap_tui__draw(struct rmap_tui *tui, const struct display_state *state)
{
	unsigned int height = tui__height(), top;
	int err;

	tui__begin();
	top = rmap_head__draw(tui->run, tui->kept, &tui->wish, state);
	err = height > top + 1 ? draw_body(tui, top, height - top - 1) : 0;
	draw_bottom(tui);
	tui__end();
	return err;
}
