/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who holds which AVCs: what a sequence of events, or a dump of the forest and the events since
 * it was begun, adds up to.
 */
#ifndef FOLIOSCOPE_CHAIN_STATE_H
#define FOLIOSCOPE_CHAIN_STATE_H

#include <stddef.h>
#include "event.h"

/* A memory, by the process that has it; one that executes a program gets another. */
struct chain_process {
	uint64_t mm;
	uint32_t pid;		      /* 0: its fork failed, or the child was not seen to be born */
	uint32_t level;		      /* forks between it and the first that was seen */
	struct chain_process *parent; /* NULL: not seen to be forked, or nothing is kept */
	struct chain_process *children; /* the first; the others by next */
	struct chain_process *next;
	char comm[CHAIN_COMM];
	uint64_t vmas, avcs;	       /* now */
	uint64_t peak_vmas, peak_avcs; /* when it had most AVCs */
	uint32_t longest;	       /* AVCs of one VMA, ever */
	uint32_t depth;		       /* of its anon_vmas, ever */
	uint64_t forked, reused; /* VMAs that its fork copied, of them with an anon_vma reused */
	bool failed;		 /* its fork did */
	bool gone;		 /* the address is another's now */
	bool old;		 /* was there, with AVCs, before the first event */
	bool unsettled;		 /* did not add up when all rows were applied last */
	uint64_t owned;		 /* when pid was told of in a row, 0: never */
};

struct chain_vma;

/* {} is empty. */
struct chain_state {
	bool keep;		/* who has no AVCs any more, too */
	struct chain_vma *vmas; /* uthash, by address */
	void *by_mm, *by_pid;	/* tsearch() trees */
	struct chain_process **processes;
	size_t n, cap;
	uint64_t avcs; /* of all, now */
	/*
	 * VMAs whose AVCs, before an event and by it, do not make what it says it left; and memories
	 * of which more was unlinked than linked.
	 */
	uint64_t inconsistent;
};

/* A VMA that a dump found, before any event is applied.  0 or -ENOMEM. */
int chain_state__found(struct chain_state *s, uint32_t pid, const char *comm, uint64_t mm,
		       uint64_t vma, uint32_t avcs, uint32_t depth, uint64_t own);

/* What an event does not tell, and what was known before does: the depth of an unlink. */
void chain_state__complete(const struct chain_state *s, struct event *e);

/* Applies an event.  0 or -ENOMEM. */
int chain_state__apply(struct chain_state *s, const struct event *e);

/*
 * From here on sums are known and not VMAs: what is there changes by the rows of chain_state__owner() and
 * chain_state__change(), and no event is applied any more.
 */
void chain_state__sum_up(struct chain_state *s);

/* Whose a row's memory is, of all rows before any changes something.  0 or -ENOMEM. */
int chain_state__owner(struct chain_state *s, uint64_t mm, const struct chain_row *row);

/* Applies a row. */
void chain_state__change(struct chain_state *s, uint64_t mm, const struct chain_row *row);

/*
 * All rows were applied: who has no AVCs any more is forgotten, and who has had less twice in a row is
 * inconsistent.  Once it may be in the middle of a clone or a fork that fails, which has freed what it had
 * linked before it ends: the one may be in these rows, and the other in the next.
 */
void chain_state__settle(struct chain_state *s);

/* AVCs and VMAs of a process now, all its memories together. */
uint64_t chain_state__held(const struct chain_state *s, uint32_t pid, uint64_t *vmas);

/* Forgets who has gone and whose descendants have, with keep. */
void chain_state__prune(struct chain_state *s);

void chain_state__free(struct chain_state *s);

#endif
