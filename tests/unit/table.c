// SPDX-License-Identifier: GPL-2.0-only
/* Tables: no line wider than the terminal, whatever is in a cell. */
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

RUN_TESTS(cmocka_unit_test_setup(no_line_is_wider_than_the_terminal, use_utf8),
	  cmocka_unit_test_setup(unlimited_shows_everything_aligned, use_utf8),
	  cmocka_unit_test_setup(least_important_columns_go_first, use_utf8),
	  cmocka_unit_test_setup(no_line_is_wider_than_the_terminal, use_ascii))
