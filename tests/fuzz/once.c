// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs inputs once, without a fuzzer: once TARGET FILE... [-- TARGET FILE...]; once --list prints
 * the targets.  The last file that it names is the one that ended it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "fuzz.h"

static int list(void)
{
	const struct fuzz_target *target;

	for (size_t i = 0; (target = fuzz__at(i)); i++)
		puts(target->name);
	return 0;
}

/* Of its own size: a read behind it is seen. */
static uint8_t *read_file(const char *path, size_t *size)
{
	FILE *f = fopen(path, "re");
	uint8_t *data;

	if (!f || fseek(f, 0, SEEK_END)) {
		perror(path);
		return NULL;
	}
	*size = ftell(f);
	rewind(f);
	data = malloc(*size ? *size : 1);
	if (data && fread(data, 1, *size, f) != *size) {
		free(data);
		data = NULL;
	}
	fclose(f);
	return data;
}

static bool run(const struct fuzz_target *target, const char *path)
{
	size_t size;
	uint8_t *data = read_file(path, &size);

	if (!data)
		return false;
	printf("%s\n", path);
	fflush(stdout);
	target->take(data, size);
	free(data);
	return true;
}

int main(int argc, char **argv)
{
	const struct fuzz_target *target = NULL;

	if (argc == 2 && !strcmp(argv[1], "--list"))
		return list();
	fuzz__init();
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--")) {
			target = NULL;
		} else if (target && !run(target, argv[i])) {
			return 1;
		} else if (!target) {
			target = fuzz__find(argv[i]);
			if (!target)
				break;
		}
	}
	if (target)
		return 0;
	fputs("usage: once TARGET FILE... [-- TARGET FILE...], or once --list\n", stderr);
	return 2;
}
