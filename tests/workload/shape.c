// SPDX-License-Identifier: GPL-2.0
/* What is to be built: names, numbering of the tree, and which shapes are refused. */
#include "shape.h"
#include "util.h"

const char *const kind_names[KIND_COUNT] = {
	[KIND_ANON] = "anon",
	[KIND_FILE] = "file",
	[KIND_SHMEM] = "shmem",
	[KIND_KSM] = "ksm",
};

const char *const trigger_names[TRIGGER_COUNT] = {
	[TRIGGER_NONE] = "none",       [TRIGGER_MOVE_PAGES] = "move_pages",
	[TRIGGER_PAGEOUT] = "pageout", [TRIGGER_RECLAIM] = "reclaim",
	[TRIGGER_MSYNC] = "msync",     [TRIGGER_IDLE] = "idle",
	[TRIGGER_DEVICE] = "device",
};

const char *const cause_names[CAUSE_COUNT] = {
	[CAUSE_RECLAIM_REF] = "reclaim_ref",
	[CAUSE_UNMAP] = "unmap",
	[CAUSE_MIGRATE_UNMAP] = "migrate_unmap",
	[CAUSE_MIGRATE_RESTORE] = "migrate_restore",
	[CAUSE_MKCLEAN] = "mkclean",
	[CAUSE_IDLE] = "idle",
	[CAUSE_DEVICE] = "device",
};

unsigned int shape_procs(unsigned int depth, unsigned int width)
{
	unsigned long level = 1, total = 1;

	for (unsigned int d = 0; d < depth && level; d++) {
		level *= width;
		total += level;
		if (total > MAX_PROCS)
			return MAX_PROCS + 1;
	}
	return total;
}

/* Fill in process @parent's subtree; every parent has all its children's subtrees made in turn. */
static void layout_add(struct layout *layout, unsigned int parent, unsigned int depth,
		       unsigned int width)
{
	for (unsigned int child = 0; layout->proc[parent].depth < depth && child < width; child++) {
		unsigned int no = layout->procs++;

		layout->proc[no].parent = parent;
		layout->proc[no].depth = layout->proc[parent].depth + 1;
		layout_add(layout, no, depth, width);
	}
	layout->proc[parent].last = layout->procs - 1;
}

void layout_init(struct layout *layout, unsigned int depth, unsigned int width)
{
	layout->procs = 1;
	layout->proc[0].parent = 0;
	layout->proc[0].depth = 0;
	layout_add(layout, 0, depth, width);
}

static unsigned int place(const struct shape *shape, unsigned int proc, unsigned int page)
{
	unsigned int begin = (unsigned long)proc * shape->shift % shape->pages;

	return (page + shape->pages - begin) % shape->pages;
}

static bool takes_part(const struct shape *shape, unsigned int proc)
{
	return proc && proc >= shape->first && proc <= shape->last;
}

/* Written pages count from the front, dropped ones from the back: 20 and 30 of 50 do not meet. */
bool shape_writes(const struct shape *shape, unsigned int proc, unsigned int page)
{
	return takes_part(shape, proc) && place(shape, proc, page) < shape->written;
}

bool shape_drops(const struct shape *shape, unsigned int proc, unsigned int page)
{
	return takes_part(shape, proc) && place(shape, proc, page) >= shape->pages - shape->dropped;
}

static int check_mapping(const struct shape *shape)
{
	bool has_file = shape->kind == KIND_FILE || shape->kind == KIND_SHMEM;

	if (shape->trigger == TRIGGER_MSYNC && shape->kind != KIND_FILE)
		return fail(EXIT_USAGE, "--cause msync needs --kind file: only files are cleaned");
	if (shape->shared && !has_file)
		return fail(EXIT_USAGE, "--mapping shared needs --kind file or shmem");
	if (shape->shared && shape->written)
		return fail(EXIT_USAGE, "a shared mapping is not copied on write: use --dropped");
	if (shape->trigger == TRIGGER_MSYNC && !shape->shared)
		return fail(EXIT_USAGE, "--cause msync needs --mapping shared");
	return 0;
}

static int check_ksm(const struct shape *shape, const struct layout *layout)
{
	if (shape->kind != KIND_KSM) {
		if (shape->merge_after)
			return fail(EXIT_USAGE, "--merge after needs --kind ksm");
		return 0;
	}
	if (shape->trigger == TRIGGER_PAGEOUT)
		return fail(EXIT_USAGE, "--cause pageout leaves alone what is mapped more than once, "
					"as KSM folios are: use --cause reclaim");
	if (!shape->merge_after)
		return 0;
	if (shape->trigger == TRIGGER_RECLAIM)
		return fail(EXIT_USAGE, "--merge after with --cause reclaim: ksmd decides whose copy, "
					"and so whose cgroup, a folio stays in");
	if (layout->procs < 2 || layout->procs > MAX_MERGED)
		return fail(EXIT_USAGE, "--merge after needs 2 to %d processes, not %u", MAX_MERGED,
			    layout->procs);
	if (shape->written || shape->dropped)
		return fail(EXIT_USAGE, "--merge after goes with no --written or --dropped: "
					"the order of ksmd's list would decide how walks end");
	return 0;
}

static int check_only(const struct shape *shape, const struct layout *layout)
{
	if (shape->only < 0)
		return 0;
	if ((unsigned int)shape->only >= layout->procs)
		return fail(EXIT_USAGE, "--only %d: the last process is number %u", shape->only,
			    layout->procs - 1);
	if (shape->trigger == TRIGGER_MSYNC && shape->only)
		return fail(EXIT_USAGE, "--only %d with --cause msync: the root writes and so maps",
			    shape->only);
	if (shape->trigger == TRIGGER_DEVICE && shape->only)
		return fail(EXIT_USAGE, "--only %d with --cause device: it is the root's device",
			    shape->only);
	if (shape->kind == KIND_KSM)
		return fail(EXIT_USAGE, "--only does not go with --kind ksm: the root's second copy "
					"maps every folio");
	if (shape->all_targets)
		return fail(EXIT_USAGE, "--only leaves no copies for --targets all");
	return 0;
}

int shape_check(const struct shape *shape, const struct layout *layout)
{
	int ret;

	if (shape->written > shape->pages || shape->dropped > shape->pages)
		return fail(EXIT_USAGE, "more pages written or dropped than the %u there are",
			    shape->pages);
	if (shape->first > shape->last)
		return fail(EXIT_USAGE, "--who %u-%u is no range", shape->first, shape->last);
	if (shape->first == 0 || (layout->procs > 1 && shape->last >= layout->procs))
		return fail(EXIT_USAGE, "--who %u-%u: the processes below the root are 1 to %u",
			    shape->first, shape->last, layout->procs - 1);
	if (shape->all_targets && shape->trigger != TRIGGER_MOVE_PAGES &&
	    shape->trigger != TRIGGER_IDLE)
		return fail(EXIT_USAGE, "--targets all needs --cause move_pages or idle");
	if (shape->trigger == TRIGGER_DEVICE && shape->kind != KIND_ANON)
		return fail(EXIT_USAGE, "--cause device needs --kind anon: others are not taken");
	ret = check_mapping(shape);
	if (!ret)
		ret = check_ksm(shape, layout);
	if (!ret)
		ret = check_only(shape, layout);
	return ret;
}
