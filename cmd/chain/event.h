/* SPDX-License-Identifier: GPL-2.0-only */
/* One operation on the anon_vmas of a VMA, as it is shown, recorded and replayed. */
#ifndef FOLIOSCOPE_CHAIN_EVENT_H
#define FOLIOSCOPE_CHAIN_EVENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "../../bpf/forkchain.h"

struct event {
	double ts;		    /* its end, seconds since the epoch */
	uint32_t type;		    /* enum chain_type */
	uint32_t cause;		    /* enum chain_cause, of a clone */
	uint64_t ns, lock_ns;	    /* duration, of it waiting for the root's lock */
	uint64_t mm, vma;	    /* addresses, while they last */
	uint64_t start, end;	    /* the VMA's */
	uint64_t anon_vma;	    /* its own; of an unlink what it was; 0: none */
	uint64_t parent, root;	    /* of that; root also without it */
	uint32_t pid, tid;	    /* who did it; tgid and tid in the initial PID namespace */
	uint32_t owner;		    /* whose memory it is, 0: not known */
	uint32_t child;		    /* of a fork, 0: not known, or there is none */
	uint32_t avcs;		    /* linked, or freed by an unlink */
	uint32_t chain;		    /* AVCs of the VMA after it */
	uint32_t depth;		    /* ancestors of anon_vma, CHAIN_NO_DEPTH: not known */
	int32_t error;		    /* -errno */
	bool reused;		    /* an anon_vma that was there serves it */
	bool failed;		    /* of a fork that failed */
	char comm[CHAIN_COMM];	    /* of the thread */
	struct chain_holder holder; /* who was waited for; tid 0: not known */
};

/* "prepare", "clone", "fork", "unlink"; "fork", "split", "mremap", "merge", "unknown". */
const char *event__type_name(uint32_t type);
const char *event__cause_name(uint32_t cause);

/* The number of a name, or -1. */
int event__type_number(const char *name);
int event__cause_number(const char *name);

/* Is it a part of a fork: the child's VMA gets the parent's AVCs? */
bool event__forks(const struct event *e);

/*
 * What it changes the number of AVCs by.  The clone within a fork changes nothing, as the fork
 * tells it again with its own.
 */
int64_t event__delta(const struct event *e);

/* Prints a JSON line.  0 or -ENOMEM. */
int event__print_json(FILE *f, const struct event *e);

/* Reads one.  0, or -EINVAL when it is none. */
int event__read(struct event *e, const json_t *line);

/* For people: the titles, and a line, of at most @width columns (0: any).  0 or -ENOMEM. */
int event__print_titles(FILE *f, unsigned int width);
int event__print(FILE *f, const struct event *e, unsigned int width);

#endif
