// SPDX-License-Identifier: GPL-2.0-only
/* libFuzzer's entry: the target is the one that the program is called after. */
#include <string.h>
#include "fuzz.h"

static const struct fuzz_target *target;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *slash = strrchr((*argv)[0], '/');

	(void)argc;
	target = fuzz__find(slash ? slash + 1 : (*argv)[0]);
	if (!target)
		fuzz__bad("no target is called %s", (*argv)[0]);
	fuzz__init();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	target->take(data, size);
	return 0;
}
