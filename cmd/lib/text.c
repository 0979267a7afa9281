// SPDX-License-Identifier: GPL-2.0-only
/* Text of unknown origin made safe for a terminal, and its width. */
#include <langinfo.h>
#include <locale.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include "text.h"

static bool utf8;

void text__init(void)
{
	const char *codeset;

	setlocale(LC_CTYPE, "");
	codeset = nl_langinfo(CODESET);
	utf8 = !strcmp(codeset, "UTF-8");
	/* wcwidth() below needs Unicode tables whatever the terminal shows. */
	if (!utf8)
		setlocale(LC_CTYPE, "C.UTF-8");
}

bool text__utf8(void)
{
	return utf8;
}

/* Bytes of the UTF-8 character at s and its code; 0 where there is none. */
static size_t decode(const char *s, uint32_t *code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *u = (const unsigned char *)s;
	size_t len = u[0] < 0x80     ? 1 :
		     u[0] >> 5 == 6  ? 2 :
		     u[0] >> 4 == 14 ? 3 :
		     u[0] >> 3 == 30 ? 4 :
				       0;

	if (len < 2) {
		*code = u[0];
		return len;
	}
	*code = u[0] & (0x7f >> len);
	for (size_t i = 1; i < len; i++) {
		if (u[i] >> 6 != 2)
			return 0;
		*code = *code << 6 | (u[i] & 0x3f);
	}
	if (*code < least[len] || *code > 0x10ffff || (*code >= 0xd800 && *code < 0xe000))
		return 0;
	return len;
}

/*
 * What is not seen itself and may change how the text around it is read, as U+202E, behind
 * which letters run from right to left: Unicode's Default_Ignorable_Code_Point
 * (DerivedCoreProperties.txt, 15.0), and the separators and annotations beside them.
 */
static bool hidden(uint32_t code)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{ 0xad, 0xad },	      { 0x34f, 0x34f },	    { 0x61c, 0x61c },
		{ 0x115f, 0x1160 },   { 0x17b4, 0x17b5 },   { 0x180b, 0x180f },
		{ 0x200b, 0x200f },   { 0x2028, 0x202e },   { 0x2060, 0x206f },
		{ 0x3164, 0x3164 },   { 0xfe00, 0xfe0f },   { 0xfeff, 0xfeff },
		{ 0xffa0, 0xffa0 },   { 0xfff0, 0xfffb },   { 0x1bca0, 0x1bca3 },
		{ 0x1d173, 0x1d17a }, { 0xe0000, 0xe0fff },
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	return false;
}

/* Columns of the character at s, and its bytes; -1 where it is shown as '?'. */
static int columns_at(const char *s, size_t *len)
{
	uint32_t code;

	*len = decode(s, &code);
	if (!*len) {
		*len = 1;
		return -1;
	}
	if (*len == 1)
		return code < 0x7f && code >= 0x20 ? 1 : -1;
	return !utf8 || hidden(code) ? -1 : wcwidth(code);
}

void text__clean(char *dst, size_t size, const char *src)
{
	size_t at = 0, len;

	for (; *src && at + 1 < size; src += len) {
		if (columns_at(src, &len) < 0) {
			dst[at++] = '?';
			continue;
		}
		if (at + len >= size)
			break;
		memcpy(dst + at, src, len);
		at += len;
	}
	dst[at] = 0;
}

char *text__dup(const char *src)
{
	size_t size = strlen(src) + 1;
	char *clean = malloc(size);

	if (clean)
		text__clean(clean, size, src);
	return clean;
}

/* Walks over at most @max bytes and @columns columns; gives both as walked. */
static void walk(const char *s, size_t max, size_t columns, size_t *bytes, size_t *width)
{
	*bytes = *width = 0;
	while (*bytes < max && s[*bytes]) {
		size_t len;
		int w = columns_at(s + *bytes, &len);

		if (w < 0)
			w = 1;
		if (*width + w > columns)
			return;
		*bytes += len;
		*width += w;
	}
}

size_t text__columns(const char *clean, size_t bytes)
{
	size_t walked, width;

	walk(clean, bytes, SIZE_MAX / 2, &walked, &width);
	return width;
}

size_t text__width(const char *clean)
{
	return text__columns(clean, SIZE_MAX);
}

size_t text__fit(const char *clean, size_t columns)
{
	size_t bytes, width;

	walk(clean, SIZE_MAX, columns, &bytes, &width);
	return bytes;
}

static size_t blank_before(const char *text, size_t end)
{
	while (end && text[end - 1] == ' ')
		end--;
	return end;
}

void text__wrap(FILE *f, const char *clean, size_t width)
{
	size_t fit;

	while (width && clean[fit = text__fit(clean, width)]) {
		size_t at = fit;

		while (at && clean[at] != ' ')
			at--;
		if (!at)
			at = fit;
		/* A character that is wider than the line has one of its own. */
		if (!at)
			columns_at(clean, &at);
		/* Of several blanks none is left on either line. */
		fwrite(clean, 1, blank_before(clean, at), f);
		fputc('\n', f);
		clean += at + strspn(clean + at, " ");
	}
	fputs(clean, f);
	fputc('\n', f);
}
