// SPDX-License-Identifier: GPL-2.0
/* Processes and memory whose reverse map has a known shape. */
#include "events.h"

pid_t children[MAX_CHILDREN];
int nr_children;

/* A child that writes to (or reads) the first @bytes of @area if @touch, and stays. */
void child(char *area, size_t bytes, int touch)
{
	int pipefd[2];
	char c = 0;
	pid_t pid;

	if (pipe(pipefd))
		die("pipe");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (size_t i = 0; i < bytes; i += PAGE) {
			if (touch == 'w')
				area[i] = 1;
			else if (touch == 'r')
				c += *(volatile char *)(area + i);
		}
		c = 1;
		if (write(pipefd[1], &c, 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	if (read(pipefd[0], &c, 1) != 1)
		die("child");
	close(pipefd[0]);
	close(pipefd[1]);
	children[nr_children++] = pid;
}

void children_gone(void)
{
	while (nr_children) {
		kill(children[--nr_children], SIGKILL);
		waitpid(children[nr_children], NULL, 0);
	}
}

unsigned long pfn_of(const void *addr)
{
	int fd = open("/proc/self/pagemap", O_RDONLY);
	uint64_t entry = 0;

	if (fd < 0 || pread(fd, &entry, 8, (uintptr_t)addr / PAGE * 8) != 8)
		die("pagemap");
	close(fd);
	return entry >> 63 ? entry & ((1UL << 55) - 1) : 0;
}

int node_of(void *addr)
{
	int status = -1;

	if (syscall(SYS_move_pages, 0, 1, &addr, NULL, &status, 0))
		die("move_pages");
	return status;
}

/* Moves one folio to the other node; the unmap walk sees @*from, the restore walk @*to. */
bool move(void *addr, unsigned long *from, unsigned long *to)
{
	int node = !node_of(addr), status = -1;

	*from = pfn_of(addr);
	if (syscall(SYS_move_pages, 0, 1, &addr, &node, &status, MPOL_MF_MOVE_ALL))
		printf("# move_pages: %s\n", strerror(errno));
	*to = pfn_of(addr);
	if (status != node)
		printf("# move_pages: status %d\n", status);
	return status == node;
}

/* move_pages() of anything empties the per-CPU LRU batches. */
void drain(void)
{
	static char page[PAGE] __attribute__((aligned(4096)));
	unsigned long from, to;

	page[0]++;
	move(page, &from, &to);
}

void *map(size_t bytes, int flags, int fd)
{
	char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, fd, 0);

	if (p == MAP_FAILED)
		die("mmap");
	return p;
}
