/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Processes that do what they are told, one step at a time.  An actor is a number; a step is done
 * when its function returns.  Whatever fails ends the program with a message.
 */
#ifndef FAMILY_ACTOR_H
#define FAMILY_ACTOR_H

#include <stdint.h>
#include <sys/types.h>

#define ACTORS 64

/* Before all others.  What is left when the program ends, or is killed, ends, too. */
void actor__init(void);

/* The first actor, a child of the program. */
void actor__start(int actor);

/* As fork(), which may fail: 0 or an errno. */
int actor__fork(int parent, int child);

/* A process that shares its parent's memory, and only waits: clone(CLONE_VM). */
void actor__share(int parent, int child);

/* The same by vfork(): the parent waits, too, and takes no more steps. */
void actor__vfork(int parent, int child);

/* More threads, which only wait. */
void actor__threads(int actor, int n);

/* The first thread ends, others stay (actor__threads() before); no more steps then. */
void actor__leader_ends(int actor);

/* An exit; returns when the process is gone. */
void actor__exit(int actor);

/* Private anonymous memory with something unmapped on both sides, not written to. */
uint64_t actor__map(int actor, uint64_t pages);

void actor__write(int actor, uint64_t start, uint64_t pages);
void actor__munmap(int actor, uint64_t start, uint64_t pages);
void actor__mprotect(int actor, uint64_t start, uint64_t pages, int prot);
void actor__madvise(int actor, uint64_t start, uint64_t pages, int advice);

/* To another place, which is returned. */
uint64_t actor__mremap(int actor, uint64_t start, uint64_t pages, uint64_t new_pages);

pid_t actor__pid(int actor);

/* Ends all. */
void actor__end(void);

/* Says why, ends all and exits with 1. */
void die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif
