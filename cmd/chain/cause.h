/* SPDX-License-Identifier: GPL-2.0-only */
/* Why anon_vma_clone() was called: from who called it. */
#ifndef FOLIOSCOPE_CHAIN_CAUSE_H
#define FOLIOSCOPE_CHAIN_CAUSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "../../bpf/forkchain.h"

/* From the caller's name; NULL: CHAIN_CAUSE_NONE. */
enum chain_cause cause__of_caller(const char *function);

/*
 * From return addresses, innermost first: frames of the program and its trampoline, then
 * anon_vma_clone() itself, then its caller.  @name: the function that has an address in it.
 */
enum chain_cause cause__of_stack(const uint64_t *stack, size_t n, const char *(*name)(uint64_t addr));

#endif
