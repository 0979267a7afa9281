// SPDX-License-Identifier: GPL-2.0-only
/* Text of unknown origin on a terminal: harmless, and as wide as is said. */
#include "../../cmd/lib/text.h"
#include "unit.h"

static void cleaned(const char *raw, const char *want)
{
	char clean[256], *dup = text__dup(raw);

	text__clean(clean, sizeof(clean), raw);
	assert_string_equal(clean, want);
	assert_string_equal(dup, want);
	/* What is not clean yet is as wide as it will be. */
	assert_int_equal(text__width(raw), text__width(clean));
	free(dup);
}

static void controls_are_harmless(void **state)
{
	char raw[2] = "";

	(void)state;
	for (int c = 1; c < 0x20; c++) {
		raw[0] = c;
		cleaned(raw, "?");
	}
	cleaned("\x7f", "?");
	cleaned("a\x1b[2Jb\x1b]0;title\x07", "a?[2Jb?]0;title?");
	/* C1: some terminals take U+009B for ESC [. */
	for (int c = 0x80; c < 0xa0; c++) {
		char c1[3] = { '\xc2', c, 0 };

		cleaned(c1, "?");
		cleaned(c1 + 1, "?");
	}
}

/* Encodes one character. */
static void encode(char utf8[5], uint32_t code)
{
	size_t len = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;

	memset(utf8, 0, 5);
	for (size_t i = len - 1; i; i--, code >>= 6)
		utf8[i] = 0x80 | (code & 0x3f);
	utf8[0] = len == 1 ? code : (0xf0 << (4 - len)) | code;
}

static void hidden_characters_are_seen(void **state)
{
	static const uint32_t codes[] = {
		/* the direction of writing */
		0x61c, 0x200e, 0x200f, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067,
		0x2068, 0x2069,
		/* no width, no line, no break */
		0xad, 0x34f, 0x200b, 0x200c, 0x200d, 0x2028, 0x2029, 0x2060, 0x2064, 0xfeff,
		/* fillers, variations, annotations, tags */
		0x115f, 0x3164, 0xffa0, 0x180e, 0xfe0f, 0xfff9, 0xfffb, 0xe0001, 0xe0041, 0xe01ef
	};

	(void)state;
	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
		char utf8[5], raw[8];

		encode(utf8, codes[i]);
		cleaned(utf8, "?");
		snprintf(raw, sizeof(raw), "a%sb", utf8);
		cleaned(raw, "a?b");
	}
}

/* Of every character there is: it is shown as it is, or as one '?'. */
static void every_character(void **state)
{
	unsigned int same = 0;

	(void)state;
	for (uint32_t code = 1; code <= 0x110000; code++) {
		char raw[5], clean[8];

		encode(raw, code);
		text__clean(clean, sizeof(clean), raw);
		if (code >= 0xd800 && code < 0xe000) {
			assert_string_equal(clean, "???"); /* a surrogate is no character */
		} else if (code > 0x10ffff) {
			assert_string_equal(clean, "????");
		} else if (strcmp(clean, raw)) {
			assert_string_equal(clean, "?");
		} else {
			same++;
			assert_true(text__width(clean) <= 2);
		}
	}
	/* Letters of all scripts are left alone. */
	assert_true(same > 100000);
	cleaned("\xc3\xa9 \xd0\x96 \xd7\x90 \xd8\xa8", "\xc3\xa9 \xd0\x96 \xd7\x90 \xd8\xa8");
}

static void what_is_no_utf8(void **state)
{
	(void)state;
	cleaned("\xc0\x80\xff"
		"x",
		"???x"); /* overlong */
	cleaned("\xe0\x80\x9b", "???");
	cleaned("\xf8\x88\x80\x80\x80", "?????");
	cleaned("\xe6\xbc", "??"); /* cut off */
	cleaned("\xe6\xbc"
		"a",
		"??a");
	cleaned("\x80\xbf", "??");
}

/* Never more than there is room for, never half a character. */
static void room(void **state)
{
	char clean[8];

	(void)state;
	memset(clean, '#', sizeof(clean));
	text__clean(clean, 4, "abcdef");
	assert_string_equal(clean, "abc");
	assert_int_equal(clean[4], '#');
	text__clean(clean, 1, "abc");
	assert_string_equal(clean, "");
	text__clean(clean, 3, "a\xc3\xa9");
	assert_string_equal(clean, "a");
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

RUN_TESTS(cmocka_unit_test_setup(controls_are_harmless, use_utf8),
	  cmocka_unit_test_setup(hidden_characters_are_seen, use_utf8),
	  cmocka_unit_test_setup(every_character, use_utf8),
	  cmocka_unit_test_setup(what_is_no_utf8, use_utf8), cmocka_unit_test_setup(room, use_utf8),
	  cmocka_unit_test_setup(wide_characters, use_utf8),
	  cmocka_unit_test_setup(prose_is_wrapped, use_utf8),
	  cmocka_unit_test_setup(controls_are_harmless, use_ascii),
	  cmocka_unit_test_setup(hidden_characters_are_seen, use_ascii),
	  cmocka_unit_test_setup(what_is_no_utf8, use_ascii),
	  cmocka_unit_test_setup(ascii_terminals_get_ascii, use_ascii))
