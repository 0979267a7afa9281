// SPDX-License-Identifier: GPL-2.0-only
/* /proc/PID/maps. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "maps.h"

int maps__parse(FILE *f, int (*each)(void *arg, uint64_t start, uint64_t end), void *arg)
{
	char *line = NULL;
	size_t size = 0;
	uint64_t start, end;
	int ret = 0;

	/* Whole lines: what follows in a long one is a file's name, which may look like anything. */
	while (!ret && getline(&line, &size, f) > 0)
		if (sscanf(line, "%" SCNx64 "-%" SCNx64, &start, &end) == 2 && !(start >> 63))
			ret = each(arg, start, end);
	free(line);
	return ret;
}

int maps__each(pid_t pid, int (*each)(void *arg, uint64_t start, uint64_t end), void *arg)
{
	char path[64];
	int ret;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	f = fopen(path, "re");
	if (!f)
		return -errno;
	ret = maps__parse(f, each, arg);
	fclose(f);
	return ret;
}
