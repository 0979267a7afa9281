// SPDX-License-Identifier: GPL-2.0-only
/* Cgroups (v2) by the id that BPF programs see. */
#include <ftw.h>
#include <mntent.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "cgroup.h"
#include "intern.h"

struct group {
	uint64_t id;
	const char *path;
};

static void *groups; /* a tsearch() tree by id */
static size_t root_len;

static int by_id(const void *a, const void *b)
{
	uint64_t x = ((const struct group *)a)->id, y = ((const struct group *)b)->id;

	return x < y ? -1 : x > y;
}

static int on_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	struct group *group, **found;

	(void)ftw;
	if (type != FTW_D)
		return 0;
	group = malloc(sizeof(*group));
	if (!group)
		return 1;
	group->id = st->st_ino;
	group->path = intern__string(path[root_len] ? path + root_len : "/");
	found = tsearch(group, &groups, by_id);
	if (found && *found != group) {
		(*found)->path = group->path; /* it was renamed, or its number was used again */
		free(group);
	}
	return 0;
}

char *cgroup__mounted(FILE *mounts)
{
	struct mntent *m;

	while ((m = getmntent(mounts)))
		if (!strcmp(m->mnt_type, "cgroup2"))
			return strdup(m->mnt_dir);
	return NULL;
}

static void read_tree(void)
{
	FILE *f = setmntent("/proc/self/mounts", "re");
	char *root = f ? cgroup__mounted(f) : NULL;

	if (f)
		endmntent(f);
	if (!root)
		return;
	root_len = strlen(root);
	nftw(root, on_entry, 16, FTW_PHYS | FTW_MOUNT);
	free(root);
}

const char *cgroup__path(uint64_t id)
{
	static time_t last;
	struct group key = { .id = id }, **found = tfind(&key, &groups, by_id);
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (!found && now.tv_sec != last) {
		last = now.tv_sec;
		read_tree();
		found = tfind(&key, &groups, by_id);
	}
	return found ? (*found)->path : NULL;
}
