// SPDX-License-Identifier: GPL-2.0-only
/*
 * Why anon_vma_clone() was called: from who called it.  Callers from 5.10 to 6.18: anon_vma_fork()
 * (do_anon_vma_fork() of the folioscope patch), __split_vma(), copy_vma() for mremap(), and the
 * one function, which has many names, that extends a VMA over another: __vma_adjust(),
 * vma_expand(), dup_anon_vma() and what it is inlined in.
 */
#include <string.h>
#include "cause.h"

/* As the compiler may have it: __split_vma.isra.0 */
static bool is(const char *function, const char *name)
{
	size_t len = strlen(name);

	return !strncmp(function, name, len) && (!function[len] || function[len] == '.');
}

enum chain_cause cause__of_caller(const char *function)
{
	if (!function)
		return CHAIN_CAUSE_NONE;
	if (is(function, "anon_vma_fork") || is(function, "do_anon_vma_fork"))
		return CHAIN_CAUSE_FORK;
	if (is(function, "__split_vma"))
		return CHAIN_CAUSE_SPLIT;
	if (is(function, "copy_vma"))
		return CHAIN_CAUSE_MREMAP;
	return CHAIN_CAUSE_MERGE;
}

enum chain_cause cause__of_stack(const uint64_t *stack, size_t n, const char *(*name)(uint64_t addr))
{
	for (size_t i = 0; i + 1 < n; i++) {
		const char *function = name(stack[i]);

		if (function && is(function, "anon_vma_clone"))
			return cause__of_caller(name(stack[i + 1]));
	}
	return CHAIN_CAUSE_NONE;
}
