/* SPDX-License-Identifier: GPL-2.0-only */
/* Kernel symbols, from /proc/kallsyms. */
#ifndef FOLIOSCOPE_KSYMS_H
#define FOLIOSCOPE_KSYMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct ksym {
	uint64_t addr;	  /* 0 where the kernel hides it (kernel.kptr_restrict) */
	char type;	  /* as nm(1), in lower case */
	const char *name; /* of @len bytes */
	size_t len;
};

/*
 * Hands every symbol to @each, some 100,000, in no order, until it returns other than 0.
 * What it returned, or -errno.
 */
int ksyms__each(int (*each)(void *arg, const struct ksym *symbol), void *arg);

/* The same of a file that is like it; what @each returned. */
int ksyms__parse(FILE *f, int (*each)(void *arg, const struct ksym *symbol), void *arg);

/*
 * The name of the function that has @addr in it, NULL where that is not known.  Reads all
 * functions into memory, some 4 MiB, when first asked.
 */
const char *ksyms__at(uint64_t addr);

#endif
