// SPDX-License-Identifier: GPL-2.0-only
/* Who holds which AVCs. */
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#define HASH_NONFATAL_OOM 1
#include <uthash.h>
#include "../lib/grow.h"
#include "state.h"

struct chain_vma {
	uint64_t vma, own;
	struct chain_process *process;
	uint32_t avcs, depth;
	bool found;    /* by a dump, which may be younger than the next event */
	bool unlinked; /* who prepared it was too late, who linked its AVC is still to be told of */
	UT_hash_handle hh;
};

static int compare(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int by_mm(const void *a, const void *b)
{
	return compare(((const struct chain_process *)a)->mm, ((const struct chain_process *)b)->mm);
}

static int by_pid(const void *a, const void *b)
{
	return compare(((const struct chain_process *)a)->pid,
		       ((const struct chain_process *)b)->pid);
}

static struct chain_vma *find_vma(const struct chain_state *s, uint64_t vma)
{
	struct chain_vma *v;

	HASH_FIND(hh, s->vmas, &vma, sizeof(vma), v);
	return v;
}

static struct chain_process *find_mm(const struct chain_state *s, uint64_t mm)
{
	const struct chain_process key = { .mm = mm };
	struct chain_process **found = tfind(&key, &s->by_mm, by_mm);

	return found ? *found : NULL;
}

static struct chain_process *find_pid(const struct chain_state *s, uint32_t pid)
{
	const struct chain_process key = { .pid = pid };
	struct chain_process **found = tfind(&key, &s->by_pid, by_pid);

	return found ? *found : NULL;
}

/* ------------------------------------------------------------- processes */

/* Its pid and its memory's address may be another's from now on. */
static void retire(struct chain_state *s, struct chain_process *p)
{
	if (p->gone)
		return;
	p->gone = true;
	tdelete(p, &s->by_mm, by_mm);
	if (p->pid && find_pid(s, p->pid) == p)
		tdelete(p, &s->by_pid, by_pid);
}

/* The pid's memory is this one's now. */
static int take_pid(struct chain_state *s, struct chain_process *p)
{
	struct chain_process *old = p->pid ? find_pid(s, p->pid) : NULL;

	if (!p->pid)
		return 0;
	if (old)
		tdelete(old, &s->by_pid, by_pid);
	return tsearch(p, &s->by_pid, by_pid) ? 0 : -ENOMEM;
}

static struct chain_process *process_new(struct chain_state *s, uint64_t mm, uint32_t pid,
					 const char *comm, struct chain_process *parent)
{
	struct chain_process **slot, *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->mm = mm;
	p->pid = pid;
	strncpy(p->comm, comm, sizeof(p->comm) - 1);
	slot = grow__add((void **)&s->processes, &s->n, &s->cap, sizeof(*slot));
	if (!slot) {
		free(p);
		return NULL;
	}
	*slot = p;
	if (!tsearch(p, &s->by_mm, by_mm) || take_pid(s, p))
		return NULL;
	if (parent && s->keep) {
		struct chain_process **last = &parent->children;

		p->parent = parent;
		p->level = parent->level + 1;
		while (*last)
			last = &(*last)->next;
		*last = p;
	}
	return p;
}

static struct chain_process *process_at(struct chain_state *s, uint64_t mm, uint32_t pid,
					const char *comm)
{
	struct chain_process *p = find_mm(s, mm);

	/* An empty memory of somebody else: he ended, and the address was given out again. */
	if (p && pid && p->pid != pid && !p->vmas) {
		retire(s, p);
		p = NULL;
	}
	return p ? p : process_new(s, mm, pid, comm, NULL);
}

/* Who forked has a memory, though nothing of it may have been seen. */
static struct chain_process *parent_of(struct chain_state *s, const struct event *e)
{
	struct chain_process *p = find_pid(s, e->pid);

	/* Its address is not known, and is not another's: that of the child's, in no tree of it. */
	return p ? p : process_new(s, ~e->mm, e->pid, e->comm, NULL);
}

static struct chain_process *process_of(struct chain_state *s, const struct event *e)
{
	struct chain_process *p = find_mm(s, e->mm), *parent;
	uint32_t owner = e->owner ? e->owner : e->pid;

	if (!event__forks(e)) {
		/* Who gives up another's memory, as a fork that failed, does not own it. */
		if (p && (e->type == CHAIN_UNLINK || !e->owner))
			return p;
		return process_at(s, e->mm, owner, e->comm);
	}
	if (p && (p->pid != e->child || (!e->child && !p->vmas))) {
		retire(s, p);
		p = NULL;
	}
	if (p)
		return p;
	parent = s->keep ? parent_of(s, e) : NULL;
	if (s->keep && !parent)
		return NULL;
	return process_new(s, e->mm, e->child, e->comm, parent);
}

/* Nothing refers to it but the list. */
static void drop(struct chain_state *s, struct chain_process *p)
{
	retire(s, p);
	for (size_t i = 0; i < s->n; i++) {
		if (s->processes[i] == p) {
			s->processes[i] = s->processes[--s->n];
			break;
		}
	}
	free(p);
}

/* ------------------------------------------------------------------ VMAs */

static void count(struct chain_state *s, struct chain_process *p, int64_t vmas, int64_t avcs)
{
	p->vmas += vmas;
	p->avcs += avcs;
	s->avcs += avcs;
	if (p->avcs > p->peak_avcs) {
		p->peak_avcs = p->avcs;
		p->peak_vmas = p->vmas;
	}
}

static void forget_vma(struct chain_state *s, struct chain_vma *v)
{
	HASH_DEL(s->vmas, v);
	count(s, v->process, -1, -(int64_t)v->avcs);
	free(v);
}

/* @v: what is known of the VMA, or NULL. */
static int set_vma(struct chain_state *s, struct chain_process *p, struct chain_vma *v,
		   uint64_t vma, uint32_t avcs, uint32_t depth, uint64_t own)
{
	if (v && (!avcs || v->process != p)) {
		forget_vma(s, v);
		v = NULL;
	}
	if (!avcs)
		return 0;
	if (!v) {
		v = calloc(1, sizeof(*v));
		if (!v)
			return -ENOMEM;
		v->vma = vma;
		v->process = p;
		HASH_ADD(hh, s->vmas, vma, sizeof(v->vma), v);
		if (!v->hh.tbl) { /* no memory */
			free(v);
			return -ENOMEM;
		}
		count(s, p, 1, 0);
	}
	count(s, p, 0, (int64_t)avcs - v->avcs);
	v->found = false;
	v->avcs = avcs;
	v->depth = depth;
	v->own = own;
	if (avcs > p->longest)
		p->longest = avcs;
	if (depth != CHAIN_NO_DEPTH && depth > p->depth)
		p->depth = depth;
	return 0;
}

/* ----------------------------------------------------------------- public */

int chain_state__found(struct chain_state *s, uint32_t pid, const char *comm, uint64_t mm,
		       uint64_t vma, uint32_t avcs, uint32_t depth, uint64_t own)
{
	struct chain_process *p = process_at(s, mm, pid, comm);
	struct chain_vma *v;
	int err;

	if (!p)
		return -ENOMEM;
	p->old = true;
	err = set_vma(s, p, find_vma(s, vma), vma, avcs, depth, own);
	v = find_vma(s, vma);
	if (v)
		v->found = true;
	return err;
}

void chain_state__complete(const struct chain_state *s, struct event *e)
{
	const struct chain_vma *v;

	if (e->type != CHAIN_UNLINK || e->depth != CHAIN_NO_DEPTH || !e->anon_vma)
		return;
	v = find_vma(s, e->vma);
	if (v && v->own == e->anon_vma)
		e->depth = v->depth;
}

/*
 * Does it follow from what was known?  Of threads that prepare a VMA at once, those that were too late
 * may be told of before the one that linked the AVC, which is then known already; once only.
 */
static bool fits(const struct chain_vma *v, const struct event *e)
{
	if (e->type == CHAIN_PREPARE && v->unlinked && event__delta(e))
		return event__delta(e) == e->chain && v->avcs == e->chain;
	return (int64_t)v->avcs + event__delta(e) == e->chain;
}

int chain_state__apply(struct chain_state *s, const struct event *e)
{
	struct chain_process *p;
	struct chain_vma *v;
	bool late;
	int err;

	if (e->type == CHAIN_CLONE && e->cause == CHAIN_CAUSE_FORK)
		return 0; /* the fork tells it again */
	v = find_vma(s, e->vma);
	p = process_of(s, e);
	if (!p)
		return -ENOMEM;
	p->failed |= e->failed;
	if (v && !v->found && v->process == p && !e->failed && !e->error && !fits(v, e))
		s->inconsistent++;
	if (e->type == CHAIN_FORK && !e->error) {
		p->forked++;
		p->reused += e->reused;
	}
	if (e->pid == p->pid)
		memcpy(p->comm, e->comm, sizeof(p->comm));
	late = e->type == CHAIN_PREPARE && !event__delta(e) && (!v || v->unlinked);
	err = set_vma(s, p, v, e->vma, e->chain, e->depth, e->anon_vma);
	if (e->type == CHAIN_PREPARE && !err && (v = find_vma(s, e->vma)))
		v->unlinked = late;
	if (!s->keep && !p->vmas)
		drop(s, p);
	return err;
}

uint64_t chain_state__held(const struct chain_state *s, uint32_t pid, uint64_t *vmas)
{
	uint64_t avcs = 0;

	*vmas = 0;
	for (size_t i = 0; i < s->n; i++) {
		if (s->processes[i]->pid != pid)
			continue;
		avcs += s->processes[i]->avcs;
		*vmas += s->processes[i]->vmas;
	}
	return avcs;
}

/* Takes it out of its parent's children. */
static void unhook(struct chain_process *p)
{
	struct chain_process **at = p->parent ? &p->parent->children : NULL;

	while (at && *at && *at != p)
		at = &(*at)->next;
	if (at && *at)
		*at = p->next;
}

void chain_state__prune(struct chain_state *s)
{
	bool again = true;

	while (again) {
		again = false;
		for (size_t i = s->n; i-- > 0;) {
			struct chain_process *p = s->processes[i];

			if (p->vmas || p->children)
				continue;
			unhook(p);
			drop(s, p);
			again = true;
		}
	}
}

static void nothing(void *p)
{
	(void)p;
}

static void free_vmas(struct chain_state *s)
{
	struct chain_vma *v, *next;

	HASH_ITER(hh, s->vmas, v, next)
	{
		HASH_DEL(s->vmas, v);
		free(v);
	}
}

/* ------------------------------------------------------------------- rows */

void chain_state__sum_up(struct chain_state *s)
{
	free_vmas(s);
	/* Nobody is looked for by pid any more, which may change now. */
	tdestroy(s->by_pid, nothing);
	s->by_pid = NULL;
}

int chain_state__owner(struct chain_state *s, uint64_t mm, const struct chain_row *row)
{
	struct chain_process *p = find_mm(s, mm);

	if (!p)
		p = process_new(s, mm, 0, row->comm, NULL);
	if (!p)
		return -ENOMEM;
	if (row->owned <= p->owned)
		return 0;
	/* Another's, at the same address: not who was yet to be born. */
	if (p->pid && p->pid != row->owner)
		p->longest = p->depth = 0;
	p->pid = row->owner;
	p->owned = row->owned;
	return 0;
}

void chain_state__change(struct chain_state *s, uint64_t mm, const struct chain_row *row)
{
	struct chain_process *p = find_mm(s, mm);

	if (!p)
		return;
	p->vmas += row->vmas;
	p->avcs += row->linked - row->freed;
	s->avcs += row->linked - row->freed;
	/* What was linked may be of the one before, at the same address. */
	if (row->owned && row->owner == p->pid) {
		if (row->longest > p->longest)
			p->longest = row->longest;
		if (row->depth > p->depth)
			p->depth = row->depth;
	}
	if (row->tgid == p->pid)
		memcpy(p->comm, row->comm, sizeof(p->comm));
}

void chain_state__settle(struct chain_state *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++) {
		struct chain_process *p = s->processes[i];

		bool settled = (int64_t)p->avcs > 0 && (int64_t)p->vmas > 0;
		bool has_gone = !p->avcs && !p->vmas;

		if (settled || (!has_gone && !p->unsettled)) {
			p->unsettled = !settled;
			s->processes[n++] = p;
			continue;
		}
		s->inconsistent += !has_gone;
		s->avcs -= p->avcs;
		retire(s, p);
		free(p);
	}
	s->n = n;
}

void chain_state__free(struct chain_state *s)
{
	tdestroy(s->by_mm, nothing);
	tdestroy(s->by_pid, nothing);
	free_vmas(s);
	for (size_t i = 0; i < s->n; i++)
		free(s->processes[i]);
	free(s->processes);
	*s = (struct chain_state){ .keep = s->keep };
}
