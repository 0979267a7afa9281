// SPDX-License-Identifier: GPL-2.0-only
/*
 * --replay of every tool that has it.  The first letter chooses how the recordings are shown;
 * then they come, several with a form feed between them, which JSON has nowhere.
 */
#include <stdlib.h>
#include <string.h>
#include "fuzz.h"

#define FILES 4
#define WORDS 8

/* How recordings are shown: options, and the environment. */
struct show {
	const char *locale, *columns; /* NULL: as wide as wanted */
	const char *option[WORDS];
};

#define UTF8 "C.UTF-8"

static const struct show rmaptop[] = {
	{ UTF8, NULL, { "--batch" } },
	{ UTF8, NULL, { "--json" } },
	{ UTF8, "40", { "--batch", "-g", "task,cause", "-s", "COMM", "-r", "2", "--reverse" } },
	{ "C", "80", { "--batch", "-g", "owner,cgroup", "-s", "PHANTOM%" } },
	{ UTF8, NULL, { "--stacks=phantom" } },
	{ UTF8, "1", { "--batch", "--outliers", "5", "-i", "2" } },
	{ UTF8, NULL, { "--json", "-i", "3", "-n", "2" } },
	{ UTF8, "200", { "--batch", "-g", "kind", "-s", "P99", "-d", "2" } },
};

static const struct show exchangelat[] = {
	{ UTF8, NULL, { "-N", "-O", "-t", "-R", "-H" } },
	{ UTF8, NULL, { "--json" } },
	{ UTF8, "40", { "--compare", "--phases", "--op", "both" } },
	{ "C", "80", { "--heatmap" } },
	{ UTF8, "1", { "--heatmap", "-i", "2" } },
	{ UTF8, NULL, { "--phases", "--ascii", "-t", "-r", "1" } },
	{ UTF8, "120", { "--compare", "-H", "-i", "3" } },
	{ UTF8, NULL, { "--json", "-i", "2", "-n", "2" } },
};

static const struct show anonvma[] = {
	{ UTF8, NULL, { NULL } },      { UTF8, NULL, { "--json" } },
	{ UTF8, "40", { "--check" } }, { "C", "80", { "--summary", "-r", "2" } },
	{ UTF8, NULL, { "--dot" } },   { UTF8, "1", { "--summary", "--check" } },
};

static const struct show forkchain[] = {
	{ UTF8, NULL, { NULL } },
	{ UTF8, NULL, { "--json" } },
	{ UTF8, "40", { "--chains", "-i", "1" } },
	{ "C", "80", { "--top", "-r", "2" } },
	{ UTF8, NULL, { "--json", "--chains" } },
	{ UTF8, NULL, { "--json", "--top", "-i", "2" } },
	{ UTF8, "1", { "-e", "fork", "-e", "unlink" } },
	{ UTF8, NULL, { "--chains" } },
};

static const struct show foliomap[] = {
	{ UTF8, NULL, { NULL } },
	{ UTF8, NULL, { "--json" } },
	{ UTF8, "40", { NULL } },
	{ "C", "1", { NULL } },
};

static bool is_json(const struct show *show)
{
	return show->option[0] && !strcmp(show->option[0], "--json");
}

/* Bytes of other files: each name in /proc/self/fd is to be known. */
static void check(const struct show *show, const struct fuzz_output *o, int status)
{
	if (status != 0 && status != 1)
		fuzz__bad("exit status %d", status);
	/* jansson leaves DEL as it is. */
	for (size_t i = 0; is_json(show) && i < o->out_len; i++)
		if (o->out[i] != '\n' && (o->out[i] < ' ' || (o->out[i] & 0x80)))
			fuzz__bad("not ASCII: %s", o->out);
	if (!is_json(show))
		fuzz__harmless(o->out, o->out_len);
	fuzz__harmless(o->err, o->err_len);
}

static void replay(const char *tool, const struct show *shows, unsigned int n, const uint8_t *data,
		   size_t size)
{
	struct fuzz_input in = { data, data + size };
	const struct show *show = &shows[fuzz__choose(&in, n)];
	char *argv[1 + WORDS + 2 * FILES + 1] = { (char *)tool }, paths[FILES][32];
	FILE *files[FILES];
	struct fuzz_output output;
	int argc = 1, nfiles = 0, status;
	char *text;
	size_t len;

	for (int i = 0; i < WORDS && show->option[i]; i++)
		argv[argc++] = (char *)show->option[i];
	while (nfiles < FILES && (text = fuzz__word(&in, '\f', &len))) {
		files[nfiles] = fuzz__file(text, len);
		free(text);
		snprintf(paths[nfiles], sizeof(*paths), "/proc/self/fd/%d", fileno(files[nfiles]));
		argv[argc++] = "--replay";
		argv[argc++] = paths[nfiles++];
	}
	if (!nfiles)
		return;
	setenv("LC_ALL", show->locale, 1);
	if (show->columns)
		setenv("COLUMNS", show->columns, 1);
	else
		unsetenv("COLUMNS");
	fuzz__capture(&output);
	status = fuzz__main(tool, argc, argv);
	fuzz__release(&output);
	check(show, &output, status);
	fuzz__free(&output);
	while (nfiles)
		fclose(files[--nfiles]);
}

#define X(tool)                                                                  \
	void fuzz_replay_##tool(const uint8_t *data, size_t size)                \
	{                                                                        \
		replay(#tool, tool, sizeof(tool) / sizeof(*(tool)), data, size); \
	}
FUZZ_REPLAYS(X)
#undef X
