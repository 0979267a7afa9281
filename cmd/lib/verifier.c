// SPDX-License-Identifier: GPL-2.0-only
/* What matters of the log of a verifier that refused a program. */
#include <stdio.h>
#include <string.h>
#include "verifier.h"

static const char begin[] = "-- BEGIN PROG LOAD LOG --\n";
static const char end[] = "-- END PROG LOAD LOG --";

/* The line that ends before @to, or NULL at the beginning of @text. */
static const char *line_before(const char *text, const char *to)
{
	if (to == text)
		return NULL;
	for (to--; to > text && to[-1] != '\n';)
		to--;
	return to;
}

static bool log_of(const char *message, const char **from, const char **to)
{
	*from = strstr(message, begin);
	if (!*from)
		return false;
	*from += strlen(begin);
	*to = strstr(*from, end);
	if (!*to)
		*to = *from + strlen(*from);
	return true;
}

/* Its account of what it did, and what was read of it, is no reason. */
static bool is_account(const char *line)
{
	static const char *const words[] = { "processed ", "verification time ", "stack depth ",
					     "\n" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (!strncmp(line, words[i], strlen(words[i])))
			return true;
	return false;
}

bool verifier__reason(const char *message, char *reason, size_t size)
{
	const char *from, *to, *line;

	if (!log_of(message, &from, &to))
		return false;
	reason[0] = 0;
	line = to;
	while ((line = line_before(from, line)) && is_account(line))
		;
	if (line)
		snprintf(reason, size, "%.*s", (int)strcspn(line, "\n"), line);
	return true;
}

const char *verifier__end(const char *message, unsigned int lines)
{
	const char *from, *to, *line;

	if (!log_of(message, &from, &to))
		return message;
	for (line = to; lines && line > from; lines--)
		line = line_before(from, line);
	return line;
}
