/* SPDX-License-Identifier: GPL-2.0 */
/* What the parts of the test of the rmap events share, see events.c. */
#ifndef FOLIOSCOPE_EVENTS_H
#define FOLIOSCOPE_EVENTS_H

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define INSTANCE	 "/sys/kernel/tracing/instances/folioscope-events"
#define PAGE		 4096UL
#define HUGE		 (2UL << 20)
#define MAX_CHILDREN	 64
#define MPOL_MF_MOVE	 2
#define MPOL_MF_MOVE_ALL 4
#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif

extern int tests, failures;

/* events_trace.c: TAP, and what was traced */
struct event {
	char name[32];
	char line[512];
	int pid;
};

struct walks {
	unsigned long n, vmas, mapped, starts, locked;
	const struct event *last;
	bool odd; /* something that is never true in any event */
};

extern struct event *events;
extern int nr_events;

void ok(bool good, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void is(long got, long want, const char *what);
void skip(const char *what, const char *why);
void die(const char *what);
bool write_file(const char *path, const char *text);
void trace_clear(void);
void trace_begin(const char *event);
void trace_end(void);
const char *text(const struct event *e, const char *key);
unsigned long number(const struct event *e, const char *key);
struct walks walks_of(const char *rmap_one, unsigned long pfn);
void dump(const char *rmap_one);
void walk_is(const char *what, const char *rmap_one, unsigned long pfn, const char *kind, long vmas,
	     long mapped, long before, long after, const char *end);

/* events_shapes.c: processes and memory to walk over */
extern pid_t children[MAX_CHILDREN];
extern int nr_children;
void child(char *area, size_t bytes, int touch);
void children_gone(void);
unsigned long pfn_of(const void *addr);
int node_of(void *addr);
bool move(void *addr, unsigned long *from, unsigned long *to);
void drain(void);
void *map(size_t bytes, int flags, int fd);

/* events_walks.c: the cases of rmap_walk_start and rmap_walk_end */
void anon_migration(void);
void page_idle(void);
void shmem(void);
void file(void);
void ksm(void);
void thp(void);
void pte_mapped_thp(void);
void hugetlb(void);
void pageout(void);
void reclaim(void);
void switching(void);
void contention(void);

/* events_anon_vmas.c: the cases of anon_vma_* */
void life(void);
void causes(void);
void reuse(void);

#endif
