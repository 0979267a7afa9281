/* SPDX-License-Identifier: GPL-2.0-only */
/* What matters of the log of a verifier that refused a program. */
#ifndef FOLIOSCOPE_VERIFIER_H
#define FOLIOSCOPE_VERIFIER_H

#include <stdbool.h>
#include <stddef.h>

/* So many lines of the log, at its end, are shown with --verbose: it may have thousands. */
#define VERIFIER_LINES 12

/*
 * libbpf (bpf_object_load_prog() of 1.1) tells the log in a message of its own, between lines
 * that begin and end it.  With such a message: true, and in @reason, cut to @size bytes, the
 * line that says what is wrong, the last one before the verifier's account of its work
 * ("processed 20 insns (limit 1000000) ...", kernel/bpf/verifier.c); "" if there is none.
 */
bool verifier__reason(const char *message, char *reason, size_t size);

/* Of such a message the last @lines lines of the log, with what ends it. */
const char *verifier__end(const char *message, unsigned int lines);

#endif
