// SPDX-License-Identifier: GPL-2.0-only
#include "hogs.h"
#include "zones.h"

#include <fcntl.h>
#include <linux/mempolicy.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define HOG_PAGE 4096L

static void be_the_victim(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "1000", 4) != 4)
		_exit(1);
	close(fd);
}

/* Takes what there is on the node whenever it is told, and answers. */
static void __attribute__((noreturn)) hog(int node, long left, int go, int done)
{
	unsigned long mask = 1UL << node;
	size_t size = 1UL << 32, used = 0;
	char *area, c;
	long more;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	be_the_victim();
	area = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
		    -1, 0);
	if (area == MAP_FAILED)
		_exit(1);
	madvise(area, size, MADV_NOHUGEPAGE);
	if (syscall(SYS_mbind, area, size, MPOL_BIND, &mask, 8 * sizeof(mask), 0))
		_exit(2);
	while (read(go, &c, 1) == 1) {
		/* Page tables come out of the same memory: half of it at a time. */
		while ((more = (zones_available(node) - left) / 2) > 0) {
			if (madvise(area + used, more * HOG_PAGE, MADV_POPULATE_WRITE))
				_exit(3);
			used += more * HOG_PAGE;
		}
		if (write(done, &c, 1) != 1)
			_exit(4);
	}
	_exit(0);
}

void hogs_start(struct hogs *hogs, long left)
{
	hogs->left = left;
	for (int i = 0; i < 2; i++) {
		int to[2], from[2];

		if (pipe2(to, O_CLOEXEC) || pipe2(from, O_CLOEXEC)) {
			perror("pipe");
			exit(1);
		}
		hogs->pid[i] = fork();
		if (hogs->pid[i] < 0) {
			perror("fork");
			exit(1);
		}
		if (!hogs->pid[i])
			hog(i, left, to[0], from[1]);
		hogs->go[i] = to[1];
		hogs->done[i] = from[0];
		/* So that a hog's end is seen. */
		close(to[0]);
		close(from[1]);
	}
}

bool hogs_fill(struct hogs *hogs)
{
	char c;

	/*
	 * One after the other, each its own node, until both are full at a time: what
	 * the kernel has freed it may hand back late.
	 */
	for (int rounds = 0; rounds < 50; rounds++) {
		for (int i = 0; i < 2; i++)
			if (write(hogs->go[i], "", 1) != 1 || read(hogs->done[i], &c, 1) != 1)
				return false;
		if (zones_available(0) <= hogs->left + 64 && zones_available(1) <= hogs->left + 64)
			return true;
	}
	return false;
}

bool hogs_end(struct hogs *hogs)
{
	bool lived = true;

	for (int i = 0; i < 2; i++) {
		lived &= !waitpid(hogs->pid[i], NULL, WNOHANG);
		kill(hogs->pid[i], SIGKILL);
		waitpid(hogs->pid[i], NULL, 0);
		close(hogs->go[i]);
		close(hogs->done[i]);
	}
	return lived;
}
