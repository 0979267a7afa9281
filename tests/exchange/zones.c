// SPDX-License-Identifier: GPL-2.0-only
/* How much memory a node has for whoever asks. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "zones.h"

static int open_or_exit(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);

	if (fd < 0) {
		perror(path);
		exit(1);
	}
	return fd;
}

long zones_available(int node)
{
	long all = 0, free_pages = 0, min = 0;
	int of = -1, fd = open_or_exit("/proc/sys/vm/stat_refresh", O_WRONLY);
	static char text[1 << 16];
	ssize_t n, length = 0;

	/* Each CPU keeps some changes to itself, unless it is asked. */
	if (write(fd, "1", 1) != 1)
		perror("/proc/sys/vm/stat_refresh");
	close(fd);
	fd = open_or_exit("/proc/zoneinfo", O_RDONLY);
	while ((n = read(fd, text + length, sizeof(text) - 1 - length)) > 0)
		length += n;
	close(fd);
	text[length] = 0;
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		long kept = 0;
		char *at;

		sscanf(line, "Node %d", &of);
		sscanf(line, " pages free %ld", &free_pages);
		sscanf(line, " min %ld", &min);
		/* Comes last: what a zone keeps from those who could use a higher one. */
		at = strstr(line, "protection: (");
		if (!at || of != node)
			continue;
		for (at += 13; *at && *at != ')'; at += strspn(at, ", ")) {
			long reserve = strtol(at, &at, 10);

			kept = reserve > kept ? reserve : kept;
		}
		if (free_pages > min + kept)
			all += free_pages - min - kept;
	}
	return all;
}
