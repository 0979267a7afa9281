/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the kernel has the code of a function. */
#ifndef FOLIOSCOPE_CHAIN_CODE_H
#define FOLIOSCOPE_CHAIN_CODE_H

#include <stddef.h>
#include "../../bpf/forkchain.h"
#include "../lib/kernel.h"

/*
 * The places of a function, at most @room: the body comes first, where it is a function of its own.  How many
 * there are; 0 where it has no code of this name, or the kernel hides addresses.
 */
size_t code__of(struct kernel *kernel, const char *function, struct chain_code *code, size_t room);

#endif
