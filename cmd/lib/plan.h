/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which programs go where on a kernel, decided from facts alone.  What attaches in the end
 * is up to the kernel.
 */
#ifndef FOLIOSCOPE_PLAN_H
#define FOLIOSCOPE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kernel.h"
#include "opts.h"

#define PLAN_MAX 32 /* programs of one object */
#define PLAN_WHY 160

/* A program that shall be attached. */
struct want {
	const char *prog;   /* its name */
	const char *target; /* kernel function; NULL: what its section names */
	uint64_t address;   /* of the target, 0: not known */
	bool multi;	    /* a kprobe by BPF_TRACE_KPROBE_MULTI */
};

/* The programs of a backend, in the order in which they are attached. */
struct plan {
	enum backend backend;
	struct want want[PLAN_MAX];
	size_t n;
	/*
	 * Kretprobes are of the kind that BPF_TRACE_KPROBE_MULTI attaches, and so lose no return:
	 * those of perf have room for 10 tasks in a function, or twice as many as there are
	 * CPUs (register_kretprobe() in kernel/kprobes.c, 6.12).  But see bpf/returns.bpf.h.
	 */
	bool multi;
	char why_not[PLAN_WHY]; /* one line; "": it can be tried */
};

/* A place in the kernel, and what goes there. */
struct spot {
	const char *fentry; /* the program, also for fexit; NULL: none */
	const char *kprobe; /* the same with kprobes */
	const char *target;
	const char *instead; /* not where the kernel has this function */
	bool optional;	     /* a kernel without it can be traced all the same */
	bool counts;	     /* the kprobe counts what is seen: it must be run for every task */
};

/* Adds a program that attaches to what its section names. */
void plan__want(struct plan *plan, const char *prog);

/* It cannot be done: the first reason stays. */
void plan__refuse(struct plan *plan, const char *why, const char *name);

/* Adds the programs of a backend that is fentry or kprobe for all @spots the kernel has. */
void plan__spots(struct plan *plan, struct kernel *kernel, const struct spot *spots, size_t n);

/* Can the plan's backend, fentry or kprobe, reach this function? */
bool plan__reaches(const struct plan *plan, struct kernel *kernel, const char *function);

/* Is this program in it? */
bool plan__has(const struct plan *plan, const char *prog);

#endif
