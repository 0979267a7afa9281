// SPDX-License-Identifier: GPL-2.0-only
/* Pictures: no line wider than asked for, nothing that counts is invisible or lost. */
#include "../../bpf/hist.h"
#include "../../cmd/lib/plot.h"
#include "../../cmd/lib/text.h"
#include "unit.h"

#define LABEL  7 /* columns of a duration, as in plot.c */
#define COUNT  7 /* of a number */
#define WIDEST 400

/* ---------------------------------------------------------------- helpers */

/* A picture, and its lines. */
struct picture {
	char *text;
	char *line[64];
	size_t lines;
};

static FILE *begin(struct picture *p)
{
	static size_t len;

	*p = (struct picture){ 0 };
	return open_memstream(&p->text, &len);
}

static void split_lines(struct picture *p)
{
	size_t len = strlen(p->text);
	char *save = NULL;

	/* strtok() skips empty lines: there may be none. */
	assert_null(strstr(p->text, "\n\n"));
	/* No line ends in blanks; titles may be cut behind one. */
	assert_null(len ? strstr(strchr(p->text, '\n'), " \n") : NULL);
	assert_true(!len || (p->text[0] != '\n' && p->text[len - 1] == '\n'));
	for (char *line = strtok_r(p->text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		assert_true(p->lines < sizeof(p->line) / sizeof(*p->line));
		p->line[p->lines++] = line;
	}
}

/* Ends a picture; what is true of all of them is checked here. */
static void finish(FILE *f, struct picture *p, size_t width, bool ascii)
{
	fclose(f);
	for (const char *c = p->text; *c; c++)
		assert_true(!ascii || !(*c & 0x80));
	split_lines(p);
	if (width < PLOT_WIDTH_MIN)
		width = PLOT_WIDTH_MIN;
	for (size_t i = 0; i < p->lines; i++)
		if (text__columns(p->line[i], strlen(p->line[i])) > width)
			fail_msg("%zu columns, not %zu: %s",
				 text__columns(p->line[i], strlen(p->line[i])), width, p->line[i]);
}

static void histograms(struct picture *p, const struct hist *const *hists, unsigned int n,
		       size_t width, bool ascii)
{
	static const char *const titles[] = { "the first of them", "the second of them" };
	FILE *f = begin(p);

	plot__histograms(f, hists, titles, n, width, ascii);
	finish(f, p, width, ascii);
}

static void heatmap(struct picture *p, const struct hist *columns, size_t n, size_t width, bool ascii)
{
	FILE *f = begin(p);

	assert_int_equal(plot__heatmap(f, columns, n, 0, 1000, width, ascii), 0);
	finish(f, p, width, ascii);
}

static void stack(struct picture *p, const struct plot_part *parts, size_t n, size_t width, bool ascii)
{
	FILE *f = begin(p);

	plot__stack(f, parts, n, width, ascii);
	finish(f, p, width, ascii);
}

/* The text from one column on. */
static const char *at(const char *line, size_t column)
{
	return line + text__fit(line, column);
}

static size_t min_width(size_t width)
{
	return width < PLOT_WIDTH_MIN ? PLOT_WIDTH_MIN : width;
}

/* Columns of a bar, as the header promises: all that is left. */
static size_t bar_width(unsigned int n, size_t width)
{
	return (min_width(width) - LABEL) / n - COUNT - 2;
}

/* Count of a series in a line, which must be below 100,000: larger ones are rounded. */
static uint64_t count_in(const char *line, unsigned int series, unsigned int n, size_t width)
{
	const char *field = at(line, LABEL + 1 + series * (bar_width(n, width) + COUNT + 2));
	unsigned long long count;
	char *end;

	count = strtoull(field, &end, 10);
	assert_ptr_equal(end, field + COUNT);
	return count;
}

/* Columns of a series' bar in a line. */
static size_t bar_in(const char *line, unsigned int series, unsigned int n, size_t width)
{
	size_t room = bar_width(n, width);
	const char *bar = at(line, LABEL + series * (room + COUNT + 2) + COUNT + 2);
	size_t bytes = text__fit(bar, room);

	while (bytes && bar[bytes - 1] == ' ')
		bytes--;
	return text__columns(bar, bytes);
}

static void check_rows(const struct picture *p, const struct hist *const *hists, unsigned int n,
		       size_t width)
{
	size_t first = n > 1; /* below the titles */

	assert_in_range(p->lines, first + 1, first + PLOT_ROWS);
	for (unsigned int s = 0; s < n; s++) {
		uint64_t sum = 0;

		for (size_t i = first; i < p->lines; i++) {
			uint64_t count = count_in(p->line[i], s, n, width);

			assert_int_equal(!count, !bar_in(p->line[i], s, n, width));
			sum += count;
		}
		assert_int_equal(sum, hists[s]->total);
	}
}

static void add(struct hist *h, uint64_t value, uint64_t n)
{
	assert_int_equal(hist__add(h, hist_index(value), n), 0);
}

/* The same numbers in every run. */
static uint32_t dice(uint32_t sides)
{
	static uint32_t seed = 1;

	seed = seed * 1664525 + 1013904223;
	return (uint64_t)seed * sides >> 32;
}

/* ------------------------------------------------------------- histograms */

static const uint64_t extremes[] = { 0, 1, UINT64_MAX };

/* The smallest and largest values, each alone and all together, at every width. */
static void extreme_values(void **state)
{
	(void)state;
	for (unsigned int set = 1; set < 8; set++) {
		struct hist a = { 0 }, b = { 0 };
		const struct hist *hists[] = { &a, &b };

		for (unsigned int v = 0; v < 3; v++) {
			if (set >> v & 1)
				add(&a, extremes[v], 1 + 7 * v);
			else
				add(&b, extremes[v], 49999);
		}
		for (size_t width = 0; width <= WIDEST; width++) {
			for (unsigned int mode = 0; mode < 4; mode++) {
				unsigned int n = 1 + mode / 2;
				struct picture p;

				histograms(&p, hists, n, width, mode % 2);
				check_rows(&p, hists, n, width);
				free(p.text);
			}
		}
		hist__free(&a);
		hist__free(&b);
	}
}

/* Both ends of the axis are lines, and in the right order. */
static void from_zero_to_the_largest(void **state)
{
	struct hist h = { 0 };
	const struct hist *hists[] = { &h };
	struct picture p;

	(void)state;
	add(&h, 0, 3);
	add(&h, UINT64_MAX, 4);
	histograms(&p, hists, 1, 80, true);
	assert_int_equal(count_in(p.line[0], 0, 1, 80), 3);
	assert_memory_equal(p.line[0], "      0 ", 8);
	assert_int_equal(count_in(p.line[p.lines - 1], 0, 1, 80), 4);
	free(p.text);
	hist__free(&h);
}

/* As many lines as are allowed, before buckets are joined; then at least half of them. */
static void ranges_are_narrow(void **state)
{
	(void)state;
	for (uint32_t low = 0; low < 60; low++) {
		struct hist h = { 0 };
		const struct hist *hists[] = { &h };

		for (uint32_t n = 1; n <= 2 * PLOT_ROWS; n++) {
			struct picture p;

			hist__add(&h, low + n - 1, n);
			histograms(&p, hists, 1, 80, true);
			check_rows(&p, hists, 1, 80);
			if (n <= PLOT_ROWS)
				assert_int_equal(p.lines, n);
			else
				assert_true(p.lines >= PLOT_ROWS / 2);
			for (uint32_t i = 0; i < n && n <= PLOT_ROWS; i++)
				assert_int_equal(count_in(p.line[i], 0, 1, 80), i + 1);
			free(p.text);
		}
		hist__free(&h);
	}
}

static void any_counts_add_up(void **state)
{
	(void)state;
	for (unsigned int round = 0; round < 500; round++) {
		size_t width = PLOT_WIDTH_MIN + dice(WIDEST - PLOT_WIDTH_MIN);
		uint32_t low = dice(HIST_BUCKETS), span = 1 + dice(HIST_BUCKETS - low);
		struct hist a = { 0 }, b = { 0 };
		const struct hist *hists[] = { &a, &b };
		struct picture p;

		for (uint32_t i = 0; i < 1 + dice(80); i++) {
			assert_int_equal(hist__add(&a, low + dice(span), 1 + dice(9)), 0);
			assert_int_equal(hist__add(&b, low + dice(span), 1 + dice(900)), 0);
		}
		histograms(&p, hists, 2, width, round % 2);
		check_rows(&p, hists, 2, width);
		free(p.text);
		hist__free(&a);
		hist__free(&b);
	}
}

/* The longest bar is as long as there is room; 2^63 of one thing do not overflow it. */
static void huge_counts(void **state)
{
	struct hist h = { 0 };
	const struct hist *hists[] = { &h, &h };

	(void)state;
	add(&h, 0, 1ULL << 63);
	add(&h, 5, 1ULL << 63);
	add(&h, 9, 1);
	for (size_t width = 0; width <= WIDEST; width++) {
		for (unsigned int mode = 0; mode < 4; mode++) {
			unsigned int n = 1 + mode / 2;
			struct picture p;

			histograms(&p, hists, n, width, mode % 2);
			for (unsigned int s = 0; s < n; s++) {
				const char *const *rows = (const char *const *)p.line + (n > 1);

				assert_int_equal(bar_in(rows[0], s, n, width), bar_width(n, width));
				assert_int_equal(bar_in(rows[5], s, n, width), bar_width(n, width));
				assert_int_equal(bar_in(rows[9], s, n, width), 1);
				assert_int_equal(bar_in(rows[4], s, n, width), 0);
			}
			assert_non_null(strstr(p.line[n > 1], "9.22E"));
			free(p.text);
		}
	}
	hist__free(&h);
}

static void bars_are_in_proportion(void **state)
{
	static const struct {
		uint64_t n;
		size_t ascii;
		const char *end; /* the last column in Unicode */
		size_t columns;
	} rows[] = {
		{ 320, 40, "█", 40 }, { 160, 20, "█", 20 }, { 80, 10, "█", 10 },
		{ 8, 1, "█", 1 },     { 319, 39, "▉", 40 }, { 1, 1, "▏", 1 },
		{ 12, 1, "▌", 2 },    { 163, 20, "▍", 21 },
	};
	struct hist h = { 0 };
	const struct hist *hists[] = { &h };
	size_t width = LABEL + 1 + COUNT + 1 + 40;
	struct picture p;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		hist__add(&h, i, rows[i].n);
	histograms(&p, hists, 1, width, true);
	for (size_t i = 0; i < p.lines; i++)
		assert_int_equal(bar_in(p.line[i], 0, 1, width), rows[i].ascii);
	free(p.text);
	histograms(&p, hists, 1, width, false);
	for (size_t i = 0; i < p.lines; i++) {
		size_t len = strlen(rows[i].end);

		assert_int_equal(bar_in(p.line[i], 0, 1, width), rows[i].columns);
		assert_string_equal(p.line[i] + strlen(p.line[i]) - len, rows[i].end);
	}
	free(p.text);
	hist__free(&h);
}

/* Series share lines and have a scale each; titles stand above their bars. */
static void two_series_side_by_side(void **state)
{
	struct hist a = { 0 }, b = { 0 }, none = { 0 };
	const struct hist *hists[] = { &a, &b }, *half[] = { &none, &b };
	struct picture p;

	(void)state;
	add(&a, 2, 10);
	add(&b, 4, 10000);
	histograms(&p, hists, 2, 100, true);
	assert_int_equal(p.lines, 1 + 3);
	assert_ptr_equal(strstr(p.line[0], "the first"), at(p.line[0], LABEL + COUNT + 2));
	assert_ptr_equal(strstr(p.line[0], "the second"),
			 at(p.line[0], LABEL + 2 * (COUNT + 2) + bar_width(2, 100)));
	assert_int_equal(bar_in(p.line[1], 0, 2, 100), bar_width(2, 100));
	assert_int_equal(bar_in(p.line[1], 1, 2, 100), 0);
	assert_int_equal(bar_in(p.line[3], 0, 2, 100), 0);
	assert_int_equal(bar_in(p.line[3], 1, 2, 100), bar_width(2, 100));
	free(p.text);
	histograms(&p, half, 2, 100, true);
	check_rows(&p, half, 2, 100);
	free(p.text);
	hist__free(&a);
	hist__free(&b);
}

static void nothing_of_nothing(void **state)
{
	static const struct plot_part parts[] = { { "a", 0 }, { "b", 0 } };
	struct hist none[2] = { 0 };
	const struct hist *hists[] = { &none[0], &none[1] };

	(void)state;
	for (unsigned int mode = 0; mode < 4; mode++) {
		bool ascii = mode % 2;
		struct picture p;

		histograms(&p, hists, 1 + mode / 2, 80, ascii);
		assert_string_equal(p.text, "");
		free(p.text);
		heatmap(&p, none, mode / 2 * 2, 80, ascii);
		assert_string_equal(p.text, "");
		free(p.text);
		stack(&p, parts, mode / 2 * 2, 80, ascii);
		assert_string_equal(p.text, "");
		free(p.text);
	}
}

/* ----------------------------------------------------------------- stacks */

#define PARTS 15

static const char *const names[PARTS] = { "one",    "two",   "three",	 "four",      "five",
					  "six",    "seven", "eight",	 "nine",      "ten",
					  "eleven", "12",    "thirteen", "fourteen!", "the rest" };

/* Columns of the bar that are part @i's, in ASCII. */
static size_t share_of(const char *bar, size_t i)
{
	size_t n = 0;

	for (; *bar; bar++)
		n += *bar == (char)('a' + i);
	return n;
}

static void check_stack(const struct plot_part *parts, size_t n, size_t width, bool ascii)
{
	size_t legends = 0, room = min_width(width);
	long double whole = 0;
	struct picture p;

	for (size_t i = 0; i < n; i++)
		whole += parts[i].value;
	stack(&p, parts, n, width, ascii);
	assert_int_equal(text__width(p.line[0]), room);
	for (size_t i = 0; i < n; i++) {
		const char *line = p.line[1 + legends];
		long double exact = parts[i].value / whole * room;

		if (ascii) /* each of its two ends is rounded to the next column */
			assert_true(share_of(p.line[0], i) <= exact + 1 &&
				    share_of(p.line[0], i) + 1 >= exact);
		if (!parts[i].value)
			continue;
		assert_true(++legends < p.lines);
		assert_memory_equal(at(line, 2), parts[i].name, strnlen(parts[i].name, 8));
		assert_int_equal(*at(line, 23), '%');
		assert_true(text__width(line) > 25); /* its bar */
	}
	assert_int_equal(p.lines, 1 + legends);
	free(p.text);
}

static void stacks_are_as_wide_as_asked(void **state)
{
	struct plot_part parts[PARTS];

	(void)state;
	for (size_t width = 0; width <= WIDEST; width++) {
		size_t n = 1 + dice(PARTS);

		for (size_t i = 0; i < n; i++)
			parts[i] = (struct plot_part){ names[i], dice(3) ? dice(1U << dice(32)) : 0 };
		parts[dice(n)].value++;
		check_stack(parts, n, width, true);
		check_stack(parts, n, width, false);
	}
}

static void stack_of_extremes(void **state)
{
	static const struct plot_part parts[][3] = {
		{ { "one", UINT64_MAX }, { "two", 0 }, { "three", 0 } },
		{ { "one", 0 }, { "two", 0 }, { "three", 1 } },
		{ { "one", 1ULL << 63 }, { "two", (1ULL << 63) - 2 }, { "three", 1 } },
		{ { "one", 1 }, { "two", UINT64_MAX - 2 }, { "three", 1 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		for (size_t width = 0; width <= WIDEST; width++) {
			check_stack(parts[i], 3, width, true);
			check_stack(parts[i], 3, width, false);
		}
	}
}

/* ------------------------------------------------------------------ heat */

#define HEAT	(LABEL + 1) /* columns before the picture */
#define LEGENDS 2

/* Columns that are not blank in a line, and the first of them. */
static size_t cells(const char *line, size_t *first)
{
	const char *p = at(line, HEAT);
	size_t n = 0;

	*first = 0;
	for (size_t column = 0; *p; column++, p += text__fit(p, 1)) {
		if (*p == ' ')
			continue;
		if (!n++)
			*first = column;
	}
	return n;
}

/*
 * One value in one interval is one block: not lost where intervals are joined, and in
 * the order of time.
 */
static void every_interval_shows(void **state)
{
	static const size_t numbers[] = { 1, 2, 3, 31, 32, 33, 64, 65, 391, 392, 393, 1000 };
	static const size_t widths[] = { 0, 39, 40, 41, 80, 199, 399, 400 };

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers) * 8; i++) {
		size_t n = numbers[i / 8], width = widths[i % 8], room = min_width(width) - HEAT;
		struct hist *columns = calloc(n, sizeof(*columns));
		size_t first = 0, before = 0, wide = 0;

		for (size_t k = 0; k < n; k++) {
			struct picture p;
			size_t shown;

			add(&columns[k], 777, 1);
			heatmap(&p, columns, n, width, k % 2);
			hist__free(&columns[k]);
			assert_int_equal(p.lines, 1 + LEGENDS);
			shown = cells(p.line[0], &first);
			free(p.text);
			assert_true(shown && (!wide || shown == wide));
			wide = shown;
			assert_true(k ? first == before || first == before + wide : !first);
			if (n * wide <= room) /* none is joined */
				assert_int_equal(first, k * wide);
			before = first;
		}
		assert_true(first + wide <= room);
		assert_true(n == 1 ? wide > 1 : n <= room || wide == 1);
		/* Half of the room is used, unless there are so few that they are widest. */
		assert_true(first + wide > room / 2 || n <= 64);
		free(columns);
	}
}

/* A full picture fits at every width, and no interval with values is a blank column. */
static void full_heatmaps(void **state)
{
	static const size_t numbers[] = { 1, 2, 5, 40, 1000 };
	static struct hist columns[1000];

	(void)state;
	for (size_t i = 0; i < 1000; i++) {
		add(&columns[i], extremes[i % 3], 1 + (i << i % 50));
		for (unsigned int j = 0; j < 5; j++)
			add(&columns[i], (uint64_t)dice(UINT32_MAX) << dice(32), 1 + dice(99));
	}
	for (size_t width = 0; width <= WIDEST; width++) {
		for (unsigned int mode = 0; mode < 10; mode++) {
			static bool filled[WIDEST];
			size_t widest = 0;
			struct picture p;

			heatmap(&p, columns, numbers[mode / 2], width, mode % 2);
			assert_in_range(p.lines, 1 + LEGENDS, PLOT_ROWS + LEGENDS);
			memset(filled, 0, sizeof(filled));
			for (size_t l = 0; l + LEGENDS < p.lines; l++) {
				const char *c = at(p.line[l], HEAT);

				for (size_t column = 0; *c; column++, c += text__fit(c, 1)) {
					filled[column] |= *c != ' ';
					if (column >= widest)
						widest = column + 1;
				}
			}
			assert_true(widest);
			for (size_t column = 0; column < widest; column++)
				assert_true(filled[column]);
			free(p.text);
		}
	}
	for (size_t i = 0; i < 1000; i++)
		hist__free(&columns[i]);
}

/* Later is further right, longer is further up, more is darker. */
static void heat_is_oriented(void **state)
{
	static const uint64_t counts[] = { 1, 10, 100, 10000 };
	static const char darker[] = ".+*#";
	struct hist columns[4] = { 0 };
	struct picture p;

	(void)state;
	for (size_t i = 0; i < 4; i++)
		add(&columns[i], i, counts[i]);
	heatmap(&p, columns, 4, 80, true);
	assert_int_equal(p.lines, 4 + LEGENDS);
	for (size_t i = 0; i < 4; i++) {
		const char *line = p.line[3 - i]; /* the shortest is at the bottom */
		size_t first, n = cells(line, &first);

		assert_int_equal(first, i * n);
		assert_int_equal(line[HEAT + first], darker[i]);
	}
	assert_string_equal(p.line[5] + HEAT, ". 1+ + 10+ * 100+ # 1000+");
	assert_memory_equal(p.line[4] + HEAT, "00:00:00 ", 9);
	assert_string_equal(p.line[4] + strlen(p.line[4]) - 9, " 00:16:40");
	free(p.text);
	for (size_t i = 0; i < 4; i++)
		hist__free(&columns[i]);
}

/* Joined intervals add up: many ones are as dark as one of many. */
static void joined_intervals_add_up(void **state)
{
	static struct hist columns[1000];
	struct picture p;

	(void)state;
	for (size_t i = 0; i < 1000; i++)
		add(&columns[i], 5, 1);
	heatmap(&p, columns, 1000, 108, true); /* 100 columns of 10 */
	assert_int_equal(p.lines, 1 + LEGENDS);
	assert_int_equal(strspn(p.line[0] + HEAT, "#"), 100);
	assert_non_null(strstr(p.line[2], "# 6+"));
	free(p.text);
	for (size_t i = 0; i < 1000; i++)
		hist__free(&columns[i]);
}

static void huge_heat(void **state)
{
	(void)state;
	for (unsigned int bit = 0; bit < 64; bit++) {
		struct hist columns[2] = { 0 };

		add(&columns[0], UINT64_MAX, 1ULL << bit);
		add(&columns[1], 0, 1);
		for (size_t width = 0; width <= WIDEST; width += 20) {
			struct picture p;
			size_t first;

			heatmap(&p, columns, 2, width, true);
			assert_true(cells(p.line[0], &first));
			assert_int_equal(first, 0);
			assert_int_equal(p.line[0][HEAT], '#');
			assert_true(cells(p.line[p.lines - LEGENDS - 1], &first));
			free(p.text);
		}
		hist__free(&columns[0]);
		hist__free(&columns[1]);
	}
}

static int use_utf8(void **state)
{
	(void)state;
	setenv("LC_ALL", "C.UTF-8", 1);
	setenv("TZ", "UTC", 1);
	text__init();
	return 0;
}

RUN_TESTS(cmocka_unit_test_setup(extreme_values, use_utf8),
	  cmocka_unit_test(from_zero_to_the_largest), cmocka_unit_test(ranges_are_narrow),
	  cmocka_unit_test(any_counts_add_up), cmocka_unit_test(huge_counts),
	  cmocka_unit_test(bars_are_in_proportion), cmocka_unit_test(two_series_side_by_side),
	  cmocka_unit_test(nothing_of_nothing), cmocka_unit_test(stacks_are_as_wide_as_asked),
	  cmocka_unit_test(stack_of_extremes), cmocka_unit_test(every_interval_shows),
	  cmocka_unit_test(full_heatmaps), cmocka_unit_test(heat_is_oriented),
	  cmocka_unit_test(joined_intervals_add_up), cmocka_unit_test(huge_heat))
