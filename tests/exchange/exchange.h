/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests of folio exchange share: memory, the device, counters, TAP. */
#ifndef FOLIOSCOPE_TEST_EXCHANGE_H
#define FOLIOSCOPE_TEST_EXCHANGE_H

#include <errno.h>
#include <fcntl.h>
#include <linux/folio_exchange.h>
#include <linux/kernel-page-flags.h>
#include <linux/mempolicy.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096UL

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif

/* One of those that the kernel keeps for its own hackers (include/linux/kernel-page-flags.h). */
#ifndef KPF_MLOCKED
#define KPF_MLOCKED 33
#endif

/* ---- TAP ---- */

/* One result; what it is of, as printf. */
void ok(bool good, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The same for numbers: says what came when it is not what was wanted. */
void is(long got, long want, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* The same for an exchange result or -errno. */
void is_result(int got, int want, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void skip(const char *why, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void diag(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* What the test cannot go on without; with errno. */
void die(const char *what) __attribute__((noreturn));
/* Prints the plan; returns the exit status. */
int done_testing(void);

/* ---- the device ---- */

/* Opens the device for all that follows; ends the test where there is none. */
void open_device(void);
extern int device;
/* The ioctl; 0 or -errno. */
int call(struct folio_exchange_args *args);
/* Exchanges `pages` pages from `a` on with as many from `b` on, at most 1,024; pid 0 is the caller. 0 or -errno. */
int exchange_of(pid_t pid_a, const void *a, pid_t pid_b, const void *b, size_t pages,
		int32_t *status, uint32_t flags);
/* One pair of the caller's: its result, or -errno. */
int exchange_one(const void *a, const void *b, uint32_t flags);
const char *result_name(int result);

/* ---- memory ---- */

/* Private anonymous small pages, preferred on a node; not touched yet. */
void *map(size_t pages, int node);
/* Every word says where it is and of which generation it is. */
void fill(void *area, size_t size, unsigned int generation);
bool intact(const void *area, size_t size, unsigned int generation);
/* The entry in /proc/self/pagemap; its frame. */
uint64_t entry(const void *at);
uint64_t pfn(const void *at);
/* Whether its frame has a flag of /proc/kpageflags: KPF_... */
bool frame_is(const void *at, unsigned int flag);

/* ---- a pair of pages that is refused, and then is not ---- */

struct pair {
	char *a, *b;
};

/* What may be done to the pages after a refusal without changing what it is about. */
enum {
	READ_A = 1,
	READ_B = 2,
	WRITE_A = 4,
	WRITE_B = 8,
	ALL = 15
};

/* On nodes 0 and 1, filled with generations 1 and 2. */
struct pair new_pair(void);
void drop_pair(const struct pair *p);
/* That it is refused for this reason, once, and that all is as it was. */
void refused(const struct pair *p, int reason, uint32_t flags, unsigned int may, const char *what);
/* That it is exchanged, and exchanged back. */
void exchanged(const struct pair *p, uint32_t flags, const char *what);

/* Of areas of one pair each, exchanged and gone: no anon_vma stays.  Results are told as what. */
void anon_vmas_go(const char *what);

/* ---- the machine ---- */

bool write_file(const char *path, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A line "key number" or "key: number" of a file; -1 if it is not there. */
long counter_in(const char *path, const char *key);
long vm_counter(const char *key);
/* The same for those that a CPU keeps to itself for a while: folds them first. */
long settled_counter(const char *key);
/*
 * Of those that are 0 at rest, like the number of isolated folios: read until it is, for ten
 * seconds at most; what it was last.  The kernel isolates by itself at any time (NUMA
 * balancing does for each page it moves: mm/migrate.c, migrate_misplaced_folio_prepare()), so
 * one reading tells nothing; what somebody forgot stays.
 */
long resting_counter(const char *path, const char *key);
/* zram as swap, of so many MiB; false if this kernel cannot. */
bool swap_on_zram(unsigned int mib);
/* And as before: another test of the same guest may want it. */
bool zram_gone(void);

#endif
