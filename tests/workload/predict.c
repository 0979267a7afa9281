// SPDX-License-Identifier: GPL-2.0
/*
 * Predictions: the kernel's reverse map in small.
 *
 * Facts used, from Linux 6.12; what differs elsewhere is in README.md:
 * - A page that the root wrote before the first fork lies in the root's
 *   anon_vma, to which anon_vma_fork() attaches every descendant's VMA
 *   (mm/rmap.c). A page that a process wrote later is a copy in its own
 *   anon_vma, to which its descendants alone are attached.
 * - The anon_vma's interval tree puts a VMA behind all of equal start
 *   (include/linux/interval_tree_generic.h): walks go in order of creation.
 * - A file's interval tree gets a child's VMA directly behind its parent's
 *   (dup_mmap() in kernel/fork.c, vma_interval_tree_insert_after()): parents
 *   first, younger siblings before older ones.
 * - rmap_walk_ksm() (mm/ksm.c) goes through the rmap_items, first each one's own
 *   process, then all other processes attached to its anon_vma.
 * - Walks that unmap end when the folio is no longer mapped (done), walks that
 *   look for references when they have seen as many mappings as there are
 *   (folio_referenced_one()), all others at the end of the tree.
 */
#include <string.h>

#include "predict.h"

static bool inherits_all(const struct shape *shape)
{
	return shape->kind == KIND_ANON || shape->kind == KIND_KSM;
}

static void apply(const struct shape *shape, unsigned int proc, unsigned int page, short *owner)
{
	if (shape->merge_after && proc)
		owner[proc] = 0; /* its own copy, merged with the root's */
	if (shape_writes(shape, proc, page))
		owner[proc] = proc;
	if (shape_drops(shape, proc, page))
		owner[proc] = -1;
}

void predict_owners(const struct shape *shape, const struct layout *layout, unsigned int page,
		    short *owner)
{
	owner[0] = 0;
	for (unsigned int proc = 1; proc < layout->procs; proc++) {
		owner[proc] = owner[layout->proc[proc].parent];
		/* A child reads every page of a file at its birth. */
		if (owner[proc] < 0 && !inherits_all(shape))
			owner[proc] = 0;
		if (!shape->late)
			apply(shape, proc, page, owner);
	}
	for (unsigned int proc = 1; shape->late && proc < layout->procs; proc++)
		apply(shape, proc, page, owner);
	for (unsigned int proc = 0; shape->only >= 0 && proc < layout->procs; proc++)
		if (proc != (unsigned int)shape->only)
			owner[proc] = -1;
}

static unsigned int add(struct visit *visits, unsigned int count, unsigned int proc, bool mapped)
{
	visits[count] = (struct visit){ .proc = proc, .mapped = mapped };
	return count + 1;
}

/* An anon_vma of @first: its VMA and its descendants'. */
static unsigned int visits_anon(const struct layout *layout, const short *owner, unsigned int folio,
				unsigned int first, unsigned int last, struct visit *visits)
{
	unsigned int count = 0;

	for (unsigned int proc = first; proc <= last && proc < layout->procs; proc++)
		count = add(visits, count, proc, owner[proc] == (short)folio);
	return count;
}

/* A file's tree: every process stands directly behind its parent when it comes. */
static unsigned int visits_file(const struct layout *layout, const short *owner, struct visit *visits)
{
	static unsigned short next[MAX_PROCS]; /* 0 ends the list: the root is its head */
	unsigned int count = 0, proc = 0;

	next[0] = 0;
	for (unsigned int child = 1; child < layout->procs; child++) {
		unsigned int parent = layout->proc[child].parent;

		next[child] = next[parent];
		next[parent] = child;
	}
	do {
		count = add(visits, count, proc, owner[proc] == 0);
		proc = next[proc];
	} while (proc);
	return count;
}

/* Two copies of the root's merged before the first fork: rmap_items of the root only. */
static unsigned int visits_ksm_before(const struct layout *layout, const short *owner,
				      struct visit *visits)
{
	unsigned int count = add(visits, 0, 0, owner[0] == 0);

	visits[count++] = (struct visit){ .proc = 0, .twin = true, .mapped = true };
	for (unsigned int proc = 1; proc < layout->procs; proc++)
		count = add(visits, count, proc, owner[proc] == 0);
	return count;
}

/* Every process's own copy merged: an rmap_item for each, then each one's descendants. */
static unsigned int visits_ksm_after(const struct layout *layout, struct visit *visits)
{
	unsigned int count = 0;

	for (unsigned int proc = 0; proc < layout->procs; proc++)
		count = add(visits, count, proc, true);
	for (unsigned int proc = 0; proc < layout->procs; proc++) {
		for (unsigned int down = proc + 1; down <= layout->proc[proc].last; down++) {
			visits[count++] =
				(struct visit){ .proc = down, .again = true, .mapped = true };
		}
	}
	return count;
}

unsigned int predict_visits(const struct shape *shape, const struct layout *layout,
			    const short *owner, unsigned int folio, struct visit *visits)
{
	if (folio) {
		/* A file's VMA gets its anon_vma at the first write: too late for children born. */
		bool alone = shape->late && !inherits_all(shape);

		return visits_anon(layout, owner, folio, folio,
				   alone ? folio : layout->proc[folio].last, visits);
	}
	if (shape->kind == KIND_ANON)
		return visits_anon(layout, owner, 0, 0, layout->procs - 1, visits);
	if (shape->kind == KIND_KSM && shape->merge_after)
		return visits_ksm_after(layout, visits);
	if (shape->kind == KIND_KSM)
		return visits_ksm_before(layout, owner, visits);
	return visits_file(layout, owner, visits);
}

unsigned int predict_mapcount(const struct visit *visits, unsigned int count)
{
	unsigned int mapcount = 0;

	for (unsigned int i = 0; i < count; i++)
		mapcount += visits[i].mapped && !visits[i].again;
	return mapcount;
}

unsigned int predict_keeper(const struct shape *shape)
{
	return shape->only > 0 ? shape->only : 0;
}

int predict_target(const struct shape *shape, const struct layout *layout, const short *owner,
		   struct visit *visits, unsigned int *count)
{
	int folio = owner[predict_keeper(shape)];
	unsigned int mapcount;

	if (folio < 0)
		return -1;
	/* Only what the root filled is charged to the cgroup that is reclaimed from. */
	if (shape->trigger == TRIGGER_RECLAIM && folio)
		return -1;
	*count = predict_visits(shape, layout, owner, folio, visits);
	mapcount = predict_mapcount(visits, *count);
	/*
	 * madvise_cold_or_pageout_pte_range() leaves alone what others map too; for a
	 * device it would be copied first, so we leave it alone.
	 */
	if ((shape->trigger == TRIGGER_PAGEOUT || shape->trigger == TRIGGER_DEVICE) && mapcount != 1)
		return -1;
	return folio;
}

/* How a walk treats what it finds. */
struct manner {
	bool unmaps;	  /* a VMA met again maps the folio no longer */
	bool counts_down; /* ends with the last mapping */
	bool skips_root;  /* the root's VMAs are invalid to it (other cgroup) */
};

static struct manner manner_of(enum cause cause, enum trigger trigger)
{
	switch (cause) {
	case CAUSE_UNMAP:
	case CAUSE_MIGRATE_UNMAP:
	case CAUSE_DEVICE: /* folio_make_device_exclusive() */
		return (struct manner){ .unmaps = true, .counts_down = true };
	case CAUSE_MIGRATE_RESTORE:
		return (struct manner){ .unmaps = true };
	case CAUSE_RECLAIM_REF:
		return (struct manner){ .counts_down = true,
					.skips_root = trigger == TRIGGER_RECLAIM };
	default:
		return (struct manner){ 0 };
	}
}

static void walk(struct manner manner, const struct visit *visits, unsigned int count,
		 struct tally *tally)
{
	unsigned int left = predict_mapcount(visits, count);
	unsigned int vmas = 0;

	for (unsigned int i = 0; i < count; i++) {
		if (manner.skips_root && visits[i].proc == 0)
			continue;
		vmas++;
		if (visits[i].mapped && !(manner.unmaps && visits[i].again)) {
			tally->mapped++;
			left--;
		}
		if (manner.counts_down && !left)
			break;
	}
	tally->walks++;
	tally->vmas += vmas;
	if (vmas > tally->vmas_max)
		tally->vmas_max = vmas;
}

static bool happens(enum cause cause, enum trigger trigger, bool pageout_refs)
{
	switch (cause) {
	case CAUSE_RECLAIM_REF:
		return trigger == TRIGGER_RECLAIM || (trigger == TRIGGER_PAGEOUT && pageout_refs);
	case CAUSE_UNMAP:
		return trigger == TRIGGER_RECLAIM || trigger == TRIGGER_PAGEOUT;
	case CAUSE_MIGRATE_UNMAP:
	case CAUSE_MIGRATE_RESTORE:
		return trigger == TRIGGER_MOVE_PAGES;
	case CAUSE_MKCLEAN:
		return trigger == TRIGGER_MSYNC;
	case CAUSE_IDLE:
		return trigger == TRIGGER_IDLE;
	case CAUSE_DEVICE:
		return trigger == TRIGGER_DEVICE;
	default:
		return false;
	}
}

static void walk_folio(const struct shape *shape, enum kind kind, const struct visit *visits,
		       unsigned int count, bool pageout_refs, struct prediction *sum)
{
	sum->folios++;
	for (unsigned int cause = 0; cause < CAUSE_COUNT; cause++)
		if (happens(cause, shape->trigger, pageout_refs))
			walk(manner_of(cause, shape->trigger), visits, count,
			     &sum->tally[cause][kind]);
}

void predict(const struct shape *shape, const struct layout *layout, bool pageout_refs,
	     struct prediction *sum)
{
	static struct visit visits[MAX_VISITS];
	static short owner[MAX_PROCS];

	memset(sum, 0, sizeof(*sum));
	for (unsigned int page = 0; shape->trigger && page < shape->pages; page++) {
		unsigned int count;
		int folio;

		predict_owners(shape, layout, page, owner);
		folio = predict_target(shape, layout, owner, visits, &count);
		if (folio >= 0)
			walk_folio(shape, folio ? KIND_ANON : shape->kind, visits, count,
				   pageout_refs, sum);
		for (unsigned int proc = 1; shape->all_targets && proc < layout->procs; proc++) {
			if (owner[proc] != (short)proc)
				continue;
			count = predict_visits(shape, layout, owner, proc, visits);
			walk_folio(shape, KIND_ANON, visits, count, pageout_refs, sum);
		}
	}
}
