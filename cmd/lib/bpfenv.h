/* SPDX-License-Identifier: GPL-2.0-only */
/* What a tool needs of the machine before it can load BPF, and how to say what is missing. */
#ifndef FOLIOSCOPE_BPFENV_H
#define FOLIOSCOPE_BPFENV_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "status.h"

struct bpf_link;
struct bpf_object_skeleton;
struct bpf_program;
struct opts;

/*
 * Routes libbpf's messages: to stderr with @verbose, else only the first warning
 * is kept for bpfenv__why().  Then checks capabilities and BTF.  ST_OK, ST_PERM
 * or ST_KERNEL with one line on stderr.
 */
enum status bpfenv__check(bool verbose);

/*
 * Why a load or attach failed, one line: lockdown where the kernel is locked down,
 * libbpf's first warning since the last call, or strerror(-err).  Valid until the
 * next call.
 */
const char *bpfenv__why(int err);

/*
 * "integrity" or "confidentiality" where a file like /sys/kernel/security/lockdown says that
 * the kernel is locked down, else NULL.  Valid until the next call.
 */
const char *bpfenv__lockdown(FILE *f);

/* Does an error of libbpf mean that BPF is forbidden here, whatever the program? */
bool bpfenv__forbidden(int err);

/*
 * kernel.perf_event_paranoid.  Above 2, which Debian's kernels know, CAP_PERFMON does not
 * suffice for perf events, which kprobes are.
 */
int bpfenv__perf_paranoid(void);

/*
 * What a tool ends with after that: ST_FAIL where memory was out, ST_PERM where a capability
 * would help, or ST_KERNEL.
 */
enum status bpfenv__status(int err);

/*
 * Loads what SKELETON__open() has opened.  0 or -errno; also if its variables are not mapped,
 * which libbpf goes on without when the one small map was not to be had that tells it whether
 * the kernel can (5.5 can).
 */
int bpfenv__load(const struct bpf_object_skeleton *skel);

/* Does the kernel know the atomic compare-and-exchange instruction (5.12)? */
bool bpfenv__has_cmpxchg(void);

/*
 * For a kernel that does not: takes the instruction out of an opened program, which
 * must not reach it (5.10 refuses it even in dead code).  0 or -errno.
 */
int bpfenv__drop_cmpxchg(struct bpf_program *prog);

/* Are we in a PID namespace below the initial one, so that not all processes are seen? */
bool bpfenv__in_pidns(void);

/*
 * The PID namespace that -p speaks of, for bpf/filter.bpf.h: left alone when it is
 * the initial one, or there is no -p.  0 or -errno.
 */
int bpfenv__pidns(const struct opts *opts, unsigned long long *dev, unsigned long long *ino);

/* Puts @opts' pids and cgroup into the maps of bpf/filter.bpf.h.  0 or -errno. */
int bpfenv__filter_fill(const struct opts *opts, int pids_fd, int cgroups_fd);

/* What the kernel says of an object's loaded programs, added up. */
struct prog_stats {
	uint64_t runs;
	uint64_t ns;	 /* time spent in them; needs bpfenv__stats_on() */
	uint64_t misses; /* not run, because the same program was running on the CPU */
};
void bpfenv__prog_stats(const struct bpf_program *prog, struct prog_stats *add_to);

/*
 * How often a kprobe or kretprobe of the kernel was hit without anything being run, mostly as
 * it had no room to remember a return; 0 for other links, and before 6.7, which does not
 * tell.
 */
uint64_t bpfenv__link_missed(const struct bpf_link *link);

/*
 * Makes the kernel measure runs and ns of all programs while the descriptor is
 * open (5.8, BPF_ENABLE_STATS).  Returns it or -errno.
 */
int bpfenv__stats_on(void);

#endif
