/* SPDX-License-Identifier: GPL-2.0-only */
/* Kernel stacks of walks as text. */
#ifndef FOLIOSCOPE_RMAP_KSTACK_H
#define FOLIOSCOPE_RMAP_KSTACK_H

#include <stddef.h>
#include <stdint.h>

/*
 * A stack, innermost address first, as a folded line, "outer;inner", interned.  It ends with
 * the walk: what the tracing put on top of it is left out, and where the stack was taken
 * after the walk (kretprobe) the walk's function is added.  @kind: enum rmap_kind.
 * "" when @n is 0.
 */
const char *kstack__fold(const uint64_t *addr, size_t n, unsigned int kind);

/* A recorded line, made safe to print, interned. */
const char *kstack__recorded(const char *line);

#endif
