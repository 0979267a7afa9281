// SPDX-License-Identifier: GPL-2.0
/* Letting ksmd merge a region, until it has. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "ksm.h"
#include "pageinfo.h"
#include "util.h"

#define RUN	   "/sys/kernel/mm/ksm/run"
#define TIME_LIMIT 120.0 /* seconds */

static int run(const char *value)
{
	int ret = file_write(RUN, value);

	if (!ret)
		return 0;
	errno = -ret;
	return ret == -ENOENT ? fail(EXIT_LACKS, "this kernel lacks CONFIG_KSM (" RUN ")") :
				fail_errno(RUN);
}

/* Add to @left how many of the pages of @pid from @addr on are not the KSM folios @want. */
static int pages_left(pid_t pid, const char *addr, const uint64_t *want, uint64_t *have,
		      unsigned int pages, unsigned int *left)
{
	int ret = pageinfo_pfns(pid, addr, pages, have);

	for (unsigned int i = 0; !ret && i < pages; i++) {
		uint64_t flags = 0;

		if (have[i])
			ret = pageinfo_flags(have[i], &flags);
		*left += !(flags & PF_KSM) || have[i] != want[i];
	}
	return ret;
}

static int count_left(const struct region *region, const struct tree *tree, unsigned int procs,
		      uint64_t *want, uint64_t *have, unsigned int *left)
{
	unsigned int pages = region->bytes / region->page_size;
	int ret = pageinfo_pfns(getpid(), region->addr, pages, want);

	*left = 0;
	if (ret)
		return ret;
	if (!tree)
		return pages_left(getpid(), region->twin, want, have, pages, left);
	for (unsigned int proc = 1; !ret && proc < procs; proc++)
		ret = pages_left(tree_pid(tree, proc), region->addr, want, have, pages, left);
	return ret;
}

int ksm_merge(const struct region *region, const struct tree *tree, unsigned int procs)
{
	unsigned int pages = region->bytes / region->page_size, left = 1;
	uint64_t *want = calloc(pages, sizeof(*want)), *have = calloc(pages, sizeof(*have));
	double limit = now_seconds() + TIME_LIMIT;
	int ret, stopped;

	if (!want || !have) {
		ret = fail(EXIT_FAILED, "out of memory");
		goto out;
	}
	ret = run("1");
	while (!ret && left) {
		sleep_ms(50);
		ret = count_left(region, tree, procs, want, have, &left);
		if (!ret && left && stop_signal)
			ret = EXIT_FAILED;
		else if (!ret && left && now_seconds() > limit)
			ret = fail(EXIT_FAILED, "ksmd has left %u pages unmerged", left);
	}
	stopped = run("0");
	if (!ret)
		ret = stopped;
out:
	free(want);
	free(have);
	return ret;
}
