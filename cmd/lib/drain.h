/* SPDX-License-Identifier: GPL-2.0-only */
/* Emptying BPF maps that programs no longer write. */
#ifndef FOLIOSCOPE_DRAIN_H
#define FOLIOSCOPE_DRAIN_H

#include <stdbool.h>
#include <stddef.h>

/* Waits until every program that runs now has ended. */
struct grace;
struct grace *grace__new(void);	  /* NULL: errno says why */
int grace__wait(struct grace *g); /* 0 or -errno */
void grace__free(struct grace *g);

/*
 * From now on what is here is not preempted in the kernel by tasks without real-time priority, if it
 * may have one (CAP_SYS_NICE): for where kprobes are attached.  In a map's bpf() no kprobe's program is run
 * on that CPU (bpf_disable_instrumentation(), kernel/bpf/syscall.c and hashtab.c, 5.7 to 7.2), and whoever
 * goes on there in its place would not be seen.
 */
void drain__undisturbed(bool on);

/* bpf_map_lookup_elem(). */
int drain__lookup(int fd, const void *key, void *value);

/*
 * Takes all entries out of the hash map @fd and hands them to @each, @key and
 * @value as stored.  Stops with what @each returns if not 0.  0 or -errno.
 */
int drain__hash(int fd, size_t key_size, size_t value_size,
		int (*each)(void *arg, const void *key, const void *value), void *arg);

#endif
