/* SPDX-License-Identifier: GPL-2.0-only */
/* Walks that are known beforehand, made in a process of our own: are they seen, exactly? */
#ifndef FOLIOSCOPE_RMAP_SELFTEST_H
#define FOLIOSCOPE_RMAP_SELFTEST_H

#include "../lib/run.h"
#include "snapshot.h"

struct selftest;

/*
 * Forks the process that walks and makes it the only one whose walks are counted (opts'
 * pids); before anything is attached.  @snap is what run's take() fills.  ST_OK, or
 * ST_FAIL with a message; *test is to be freed either way, it may be NULL.
 */
enum status selftest__start(struct selftest **test, struct run *run, struct rmap_snapshot *snap);

/* Lets run's loop make trial after trial; prints as they end, with --json. */
enum status selftest__course(struct selftest *test, struct loop_conf *conf);

/* The beginning for people; the table and, in words, what it means.  0 or -ENOMEM. */
int selftest__header(const struct selftest *test);
int selftest__end(const struct selftest *test);

/* Ends the process that walks. */
void selftest__free(struct selftest *test);

#endif
