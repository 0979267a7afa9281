// SPDX-License-Identifier: GPL-2.0-only
/* Text of unknown origin made safe for a terminal, and its width. */
#include <langinfo.h>
#include <locale.h>
#include <stdint.h>
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

static int columns_of(uint32_t code)
{
	return code < 0x7f && code >= 0x20 ? 1 : wcwidth(code);
}

void text__clean(char *dst, size_t size, const char *src)
{
	size_t at = 0;

	while (*src && at + 1 < size) {
		uint32_t code;
		size_t len = decode(src, &code);

		if (!len || columns_of(code) < 0 || (len > 1 && !utf8)) {
			dst[at++] = '?';
			src += len ? len : 1;
			continue;
		}
		if (at + len >= size)
			break;
		memcpy(dst + at, src, len);
		at += len;
		src += len;
	}
	dst[at] = 0;
}

/* Walks over at most @max bytes and @columns columns; gives both as walked. */
static void walk(const char *s, size_t max, size_t columns, size_t *bytes, size_t *width)
{
	*bytes = *width = 0;
	while (*bytes < max && s[*bytes]) {
		uint32_t code;
		size_t len = decode(s + *bytes, &code);
		int w = len ? columns_of(code) : 1;

		if (w < 0)
			w = 1;
		if (*width + w > columns)
			return;
		*bytes += len ? len : 1;
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

void text__wrap(FILE *f, const char *clean, size_t width)
{
	while (width && text__width(clean) > width) {
		size_t fit = text__fit(clean, width), at = fit;

		while (at && clean[at] != ' ')
			at--;
		if (!at)
			at = fit ? fit : 1;
		fwrite(clean, 1, at, f);
		fputc('\n', f);
		clean += at + (clean[at] == ' ');
	}
	fputs(clean, f);
	fputc('\n', f);
}
