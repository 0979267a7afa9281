/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a kernel offers to be traced by, as facts: of the one that runs, or of another one
 * as it was recorded (tests/data/kernels).
 */
#ifndef FOLIOSCOPE_KERNEL_H
#define FOLIOSCOPE_KERNEL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct kernel;

/* What a name can be. */
enum kernel_fact {
	KERNEL_BTF,	   /* a function with BTF: fentry and fexit may reach it */
	KERNEL_SYMBOL,	   /* a function in kallsyms: kprobes may reach it */
	KERNEL_TRACEPOINT, /* a tracepoint with BTF: tp_btf may reach it */
	KERNEL_FACTS,
};

/* When a task that runs in the kernel may be made to wait for another. */
enum preempt {
	PREEMPT_UNKNOWN,
	PREEMPT_NONE, /* or voluntary, where only the build knows: the same for us */
	PREEMPT_VOLUNTARY,
	PREEMPT_LAZY, /* since 6.13, 7c70cb94d29c: at a tick that comes too late */
	PREEMPT_FULL,
	PREEMPT_RT,
};

/* The kernel that runs; facts are read when they are first asked for.  NULL: no memory. */
struct kernel *kernel__running(void);

/*
 * A recorded one, as tests/data/record-kernel prints it; "address HEX NAME" is a symbol that has one.  NULL with errno: EINVAL when a line
 * is of no kind, ENOMEM.
 */
struct kernel *kernel__recorded(FILE *f);

void kernel__free(struct kernel *kernel);

/*
 * Is it so?  Asking for the first symbol of the running kernel takes a pass over
 * /proc/kallsyms, some 100 ms on a slow machine; the first function with BTF or tracepoint
 * less than that.
 */
bool kernel__has(struct kernel *kernel, enum kernel_fact fact, const char *name);

/*
 * The address of a symbol, of several of that name the first; 0 where there is none, or
 * the kernel hides it (kernel__hides()), or a recorded one has none of it.
 */
uint64_t kernel__address(struct kernel *kernel, const char *symbol);

/*
 * The same of a function, and how many bytes it is from there to the next one.  0 also where nothing
 * follows.
 */
uint64_t kernel__extent(struct kernel *kernel, const char *function, uint64_t *bytes);

/* Are addresses hidden from us (kernel.kptr_restrict, no CAP_SYSLOG)? */
bool kernel__hides(struct kernel *kernel);

/* Its preemption model, and "none", "voluntary", "lazy", ... for one. */
enum preempt kernel__preempt(const struct kernel *kernel);
const char *preempt__name(enum preempt preempt);

/* May a task be preempted while a program attached by fentry or fexit runs in it? */
bool preempt__cuts_in(enum preempt preempt);

#endif
