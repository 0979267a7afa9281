/* SPDX-License-Identifier: GPL-2.0-only */
/* Why a reverse-map walk happens: told by its callback, rwc->rmap_one. */
#ifndef FOLIOSCOPE_RMAP_CAUSE_H
#define FOLIOSCOPE_RMAP_CAUSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kernel;

enum cause {
	CAUSE_RECLAIM_REF, /* was it used lately?  reclaim, before it unmaps */
	CAUSE_UNMAP,	   /* reclaim and memory failure */
	CAUSE_MIGRATE_UNMAP,
	CAUSE_MIGRATE_RESTORE,
	CAUSE_MKCLEAN, /* writeback write-protects shared file mappings */
	CAUSE_IDLE,    /* page idle tracking */
	CAUSE_DAMON,
	CAUSE_DEVICE, /* device-exclusive access */
	CAUSE_OTHER,
	CAUSES,
};

/* "reclaim_ref", "unmap", ... as in JSON. */
const char *cause__name(enum cause cause);

/* "anon", "file", "shmem", "ksm" for an enum rmap_kind. */
const char *kind__name(unsigned int kind);

/* The enum rmap_kind of a name; RMAP_KINDS if there is none. */
unsigned int kind__find(const char *name);

/*
 * Learns the callbacks' addresses; may be slow (see kernel__has()).  If the kernel hides
 * them all walks are CAUSE_OTHER.
 */
void cause__init(struct kernel *kernel);

/* The cause of a walk with this callback; @migration: RMAP_KEY_MIGRATION was set. */
enum cause cause__of(uint64_t rmap_one, bool migration);

/* The cause of a name; CAUSES if there is none. */
enum cause cause__find(const char *name);

/*
 * The addresses of a cause's callbacks on this kernel, at most @max; after cause__init().
 * Returns their number.
 */
size_t cause__callbacks(enum cause cause, uint64_t *addresses, size_t max);

/*
 * Does a kernel have a callback for the cause?  If not, *why says what it lacks.
 * CAUSE_OTHER is always there.
 */
bool cause__exists(struct kernel *kernel, enum cause cause, const char **why);

#endif
