// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs inputs once, without a fuzzer: once TARGET FILE...; once --list prints the targets.  The
 * last file that it names is the one that ended it.
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

int main(int argc, char **argv)
{
	const struct fuzz_target *target = argc > 1 ? fuzz__find(argv[1]) : NULL;

	if (argc == 2 && !strcmp(argv[1], "--list"))
		return list();
	if (!target) {
		fputs("usage: once TARGET FILE..., or once --list\n", stderr);
		return 2;
	}
	fuzz__init();
	for (int i = 2; i < argc; i++) {
		size_t size;
		uint8_t *data = read_file(argv[i], &size);

		if (!data)
			return 1;
		printf("%s\n", argv[i]);
		fflush(stdout);
		target->take(data, size);
		free(data);
	}
	return 0;
}
