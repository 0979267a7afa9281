// SPDX-License-Identifier: GPL-2.0-only
/* Tables and the text in them: no line wider than the terminal, whatever is in a cell. */
#include <locale.h>
#include "../../cmd/lib/table.h"
#include "../../cmd/lib/text.h"
#include "unit.h"

static const struct table_col cols[] = {
	{ "PID", false, 0 },  { "COMM", true, 0 }, { "WALKS", false, 0 },
	{ "LOCK", false, 2 }, { "P50", false, 1 },
};
#define NCOLS (sizeof(cols) / sizeof(*cols))

/* Prints a table of the given cells at a width; the caller frees the text. */
static char *print(const char *const *cells, size_t n, unsigned int width)
{
	struct table *t = table__new(cols, NCOLS);
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	for (size_t i = 0; i < n; i++)
		table__cell(t, cells[i]);
	assert_int_equal(table__print(t, f, width), 0);
	fclose(f);
	table__free(t);
	return text;
}

static const char *const wide_cells[] = {
	"1",
	"init",
	"5",
	"0",
	"1us",
	"12345",
	"\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2",
	"1234567",
	"12ms",
	"999us",
	"7",
	"a\x1b[2Jb\n\t",
	"1",
	"0",
	"0",
	"8",
	"kworker/u8:0+ev",
	"1",
	"0",
	"0",
	"9",
	"cut\xe6\xbc",
	"1",
	"0",
	"0",
};
#define WIDE (sizeof(wide_cells) / sizeof(*wide_cells))

static void no_line_is_wider_than_the_terminal(void **state)
{
	(void)state;
	for (unsigned int width = 1; width <= 400; width++) {
		char *text = print(wide_cells, WIDE, width), *save = NULL;

		for (char *line = strtok_r(text, "\n", &save); line;
		     line = strtok_r(NULL, "\n", &save))
			assert_true(text__width(line) <= width);
		free(text);
	}
}

static void unlimited_shows_everything_aligned(void **state)
{
	static const char *const cells[] = { "1",   "init", "50", "0",	 "1us",
					     "200", "a",    "7",  "3ms", "2us" };
	char *text = print(cells, 10, 0);

	(void)state;
	assert_string_equal(text, "PID COMM WALKS LOCK P50\n"
				  "  1 init    50    0 1us\n"
				  "200 a        7  3ms 2us\n");
	free(text);
}

static void least_important_columns_go_first(void **state)
{
	static const char *const cells[] = { "1", "init", "50", "0", "1us" };
	char *text = print(cells, 5, 22);

	(void)state;
	assert_string_equal(text, "PID COMM WALKS P50\n  1 init    50 1us\n");
	free(text);
	text = print(cells, 5, 17);
	assert_string_equal(text, "PID COMM WALKS\n  1 init    50\n");
	free(text);
	text = print(cells, 5, 12); /* then text is cut */
	assert_string_equal(text, "PID CO WALKS\n  1 in    50\n");
	free(text);
}

static void terminal_controls_are_harmless(void **state)
{
	char clean[64];

	(void)state;
	text__clean(clean, sizeof(clean),
		    "a\x1b[2Jb\x7f\xc2\x9b"
		    "1m");
	assert_null(strpbrk(clean, "\x1b\x7f\xc2\x9b"));
	text__clean(clean, 4, "abcdef");
	assert_string_equal(clean, "abc");
	text__clean(clean, sizeof(clean),
		    "\xc0\x80\xff"
		    "x"); /* overlong, not UTF-8 */
	assert_string_equal(clean, "???x");
}

static void wide_characters(void **state)
{
	char clean[64];

	(void)state;
	if (!text__utf8())
		skip(); /* this C library has no UTF-8 locale */
	text__clean(clean, sizeof(clean),
		    "\xe6\xbc\xa2"
		    "a");
	assert_int_equal(text__width(clean), 3);
	assert_int_equal(text__fit(clean, 1), 0); /* never half a character */
	assert_int_equal(text__fit(clean, 2), 3);
	assert_int_equal(text__fit(clean, 3), 4);
	text__clean(clean, 3, "\xe6\xbc\xa2");
	assert_string_equal(clean, "");
}

/* Every wrapped line fits, and no word is lost. */
static void prose_is_wrapped(void **state)
{
	static const char prose[] = "one two three incomprehensibilities four";

	(void)state;
	for (unsigned int width = 0; width <= 60; width++) {
		char *text = NULL, *save = NULL;
		size_t len, letters = 0;
		FILE *f = open_memstream(&text, &len);

		text__wrap(f, prose, width);
		fclose(f);
		for (char *p = text; *p; p++)
			letters += *p != ' ' && *p != '\n';
		assert_int_equal(letters, sizeof(prose) - 1 - 4);
		for (char *line = strtok_r(text, "\n", &save); line;
		     line = strtok_r(NULL, "\n", &save))
			assert_true(!width || text__width(line) <= width);
		free(text);
	}
}

static int use_utf8(void **state)
{
	(void)state;
	setenv("LC_ALL", "C.UTF-8", 1);
	text__init();
	return 0;
}

static int use_ascii(void **state)
{
	(void)state;
	setenv("LC_ALL", "C", 1);
	text__init();
	return 0;
}

static void ascii_terminals_get_ascii(void **state)
{
	char clean[64];

	(void)state;
	text__clean(clean, sizeof(clean),
		    "\xe6\xbc\xa2"
		    "a\xc3\xa9");
	assert_string_equal(clean, "?a?");
}

RUN_TESTS(cmocka_unit_test_setup(no_line_is_wider_than_the_terminal, use_utf8),
	  cmocka_unit_test_setup(unlimited_shows_everything_aligned, use_utf8),
	  cmocka_unit_test_setup(least_important_columns_go_first, use_utf8),
	  cmocka_unit_test_setup(terminal_controls_are_harmless, use_utf8),
	  cmocka_unit_test_setup(wide_characters, use_utf8),
	  cmocka_unit_test_setup(prose_is_wrapped, use_utf8),
	  cmocka_unit_test_setup(ascii_terminals_get_ascii, use_ascii),
	  cmocka_unit_test_setup(no_line_is_wider_than_the_terminal, use_ascii))
