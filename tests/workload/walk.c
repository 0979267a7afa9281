// SPDX-License-Identifier: GPL-2.0
/*
 * Making the kernel walk.
 *
 * Every trigger is followed by a look at each page: a folio that was not
 * moved, or not reclaimed, would have been walked another number of times.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/mempolicy.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "device.h"
#include "group.h"
#include "pageinfo.h"
#include "predict.h"
#include "util.h"
#include "walk.h"

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_process_madvise
#define SYS_process_madvise 440
#endif

#define IDLE_BITMAP   "/sys/kernel/mm/page_idle/bitmap"
#define RECLAIM_TRIES 20

/* The pages of one process that are to be walked. */
struct targets {
	unsigned int proc;
	unsigned int count;
	unsigned int pages;
	unsigned int *page;	/* which */
	unsigned int *mapcount; /* each folio's, as predicted */
	enum kind *kind;
};

static int targets_new(struct targets *targets, unsigned int pages)
{
	*targets = (struct targets){
		.pages = pages,
		.page = calloc(pages, sizeof(unsigned int)),
		.mapcount = calloc(pages, sizeof(unsigned int)),
		.kind = calloc(pages, sizeof(enum kind)),
	};
	return targets->page && targets->mapcount && targets->kind ?
		       0 :
		       fail(EXIT_FAILED, "out of memory");
}

static void targets_free(struct targets *targets)
{
	free(targets->page);
	free(targets->mapcount);
	free(targets->kind);
}

/* The folios to be walked which @proc maps: the keeper all of them, the others their own. */
static void find_targets(const struct scene *scene, unsigned int proc, struct targets *targets)
{
	static struct visit visits[MAX_VISITS];
	static short owner[MAX_PROCS];
	const struct shape *shape = scene->shape;
	bool keeps = proc == predict_keeper(shape);

	targets->proc = proc;
	targets->count = 0;
	for (unsigned int page = 0; page < shape->pages; page++) {
		unsigned int count;
		int folio;

		predict_owners(shape, scene->layout, page, owner);
		if (!keeps && owner[proc] != (short)proc)
			continue;
		if (keeps) {
			folio = predict_target(shape, scene->layout, owner, visits, &count);
		} else {
			folio = proc;
			count = predict_visits(shape, scene->layout, owner, folio, visits);
		}
		if (folio < 0)
			continue;
		targets->page[targets->count] = page;
		targets->kind[targets->count] = folio ? KIND_ANON : shape->kind;
		targets->mapcount[targets->count++] = predict_mapcount(visits, count);
	}
}

static char *address(const struct scene *scene, unsigned int page)
{
	return scene->region->addr + page * scene->region->page_size;
}

/* Call @each for the targets of every process that has some. */
static int for_each_target(const struct scene *scene,
			   int (*each)(const struct scene *, const struct targets *, void *),
			   void *arg)
{
	struct targets targets;
	int ret = targets_new(&targets, scene->shape->pages);

	for (unsigned int proc = 0; !ret && proc < scene->layout->procs; proc++) {
		if (proc != predict_keeper(scene->shape) && !scene->shape->all_targets)
			continue;
		find_targets(scene, proc, &targets);
		if (targets.count)
			ret = each(scene, &targets, arg);
		if (!ret && stop_signal)
			ret = EXIT_FAILED;
	}
	targets_free(&targets);
	return ret;
}

/* ---- preparations ---- */

/* Up to two of the NUMA nodes with memory. Returns how many. */
static int find_nodes(int nodes[2])
{
	char text[256], *at = text;
	int found = 0;

	if (file_read("/sys/devices/system/node/has_memory", text, sizeof(text)))
		return 0;
	while (found < 2 && *at) {
		char *end;
		long first = strtol(at, &end, 10), last = first;

		if (end == at)
			break;
		if (*end == '-')
			last = strtol(end + 1, &end, 10);
		while (first <= last && found < 2)
			nodes[found++] = first++;
		at = *end == ',' ? end + 1 : end;
	}
	return found;
}

int walk_find_nodes(int nodes[2])
{
	if (find_nodes(nodes) < 2)
		return fail(EXIT_LACKS, "move_pages needs a second NUMA node with memory");
	return 0;
}

int walk_bind(void)
{
	unsigned long mask[16] = { 0 };
	int nodes[2];

	if (!find_nodes(nodes))
		return 0; /* no CONFIG_NUMA */
	mask[nodes[0] / 64] = 1UL << nodes[0] % 64;
	if (syscall(SYS_set_mempolicy, MPOL_BIND, mask, sizeof(mask) * 8))
		return fail_errno("cannot bind memory to node %d", nodes[0]);
	return 0;
}

int walk_drain_lru(void)
{
	void *page = NULL;
	int node = 0, status;

	/* move_pages() drains all CPUs before it looks at its pages: here, at none. */
	if (syscall(SYS_move_pages, 0, 0UL, &page, &node, &status, 0) && errno == ENOSYS)
		return fail(EXIT_LACKS, "this kernel lacks CONFIG_NUMA (move_pages)");
	return 0;
}

/* ---- looking before ---- */

static int check_flags(const struct scene *scene, enum kind kind, unsigned int page, uint64_t flags)
{
	/* Not PF_KSM: some kernels (6.12) set it on all anonymous pages. ksm_merge() made sure. */
	static const uint64_t kind_mask = PF_ANON | PF_SWAPBACKED;
	static const uint64_t kind_flags[KIND_COUNT] = {
		[KIND_ANON] = PF_ANON | PF_SWAPBACKED,
		[KIND_FILE] = 0,
		[KIND_SHMEM] = PF_SWAPBACKED,
		[KIND_KSM] = PF_ANON | PF_SWAPBACKED,
	};

	if ((flags & kind_mask) != kind_flags[kind])
		return fail(EXIT_FAILED, "page %u is not of kind %s (kpageflags 0x%llx)", page,
			    kind_names[kind], (unsigned long long)flags);
	if (flags & PF_COMPOUND)
		return fail(EXIT_FAILED, "page %u is part of a large folio", page);
	if (!(flags & PF_LRU))
		return fail(EXIT_FAILED, "page %u is not on an LRU list", page);
	if ((flags & PF_ACTIVE) && scene->shape->trigger == TRIGGER_RECLAIM)
		return fail(EXIT_FAILED, "page %u is active: it would be looked at twice", page);
	return 0;
}

static int check_targets(const struct scene *scene, const struct targets *targets, void *arg)
{
	uint64_t *pfns = calloc(targets->pages, sizeof(*pfns));
	int ret;

	(void)arg;
	if (!pfns)
		return fail(EXIT_FAILED, "out of memory");
	ret = pageinfo_pfns(tree_pid(scene->tree, targets->proc), scene->region->addr,
			    targets->pages, pfns);
	for (unsigned int i = 0; !ret && i < targets->count; i++) {
		unsigned int page = targets->page[i];
		uint64_t mapcount, flags;

		if (!pfns[page]) {
			ret = fail(EXIT_FAILED, "page %u of process %u is not present", page,
				   targets->proc);
			break;
		}
		ret = pageinfo_mapcount(pfns[page], &mapcount);
		if (!ret && mapcount != targets->mapcount[i])
			ret = fail(EXIT_FAILED, "page %u of process %u is mapped %llu times, not %u",
				   page, targets->proc, (unsigned long long)mapcount,
				   targets->mapcount[i]);
		if (!ret)
			ret = pageinfo_flags(pfns[page], &flags);
		if (!ret)
			ret = check_flags(scene, targets->kind[i], page, flags);
	}
	free(pfns);
	return ret;
}

int walk_check(const struct scene *scene)
{
	return for_each_target(scene, check_targets, NULL);
}

/* ---- move_pages ---- */

struct move {
	int from, to;
	unsigned long moved;
	void **addrs;
	int *nodes, *status;
};

static int check_status(const struct move *move, const struct targets *targets, int node)
{
	for (unsigned int i = 0; i < targets->count; i++) {
		if (move->status[i] == node)
			continue;
		if (move->status[i] < 0) {
			errno = -move->status[i];
			return fail_errno("page %u of process %u", targets->page[i], targets->proc);
		}
		return fail(EXIT_FAILED, "page %u of process %u is on node %d, not %d",
			    targets->page[i], targets->proc, move->status[i], node);
	}
	return 0;
}

static int move_targets(const struct scene *scene, const struct targets *targets, void *arg)
{
	pid_t pid = targets->proc ? tree_pid(scene->tree, targets->proc) : 0;
	struct move *move = arg;
	long left;
	int ret;

	for (unsigned int i = 0; i < targets->count; i++) {
		move->addrs[i] = address(scene, targets->page[i]);
		move->nodes[i] = move->to;
		move->status[i] = -EBUSY;
	}
	if (syscall(SYS_move_pages, pid, (unsigned long)targets->count, move->addrs, NULL,
		    move->status, 0))
		return fail_errno("move_pages");
	ret = check_status(move, targets, move->from);
	if (ret)
		return ret;
	left = syscall(SYS_move_pages, pid, (unsigned long)targets->count, move->addrs, move->nodes,
		       move->status, MPOL_MF_MOVE_ALL);
	if (left)
		return left < 0 ? fail_errno("move_pages") :
				  fail(EXIT_FAILED, "move_pages left %ld pages behind", left);
	move->moved += targets->count;
	return check_status(move, targets, move->to);
}

static int trigger_move_pages(const struct scene *scene, unsigned long *moved)
{
	unsigned int pages = scene->shape->pages;
	struct move move = {
		.from = scene->nodes[scene->round % 2],
		.to = scene->nodes[(scene->round + 1) % 2],
		.addrs = calloc(pages, sizeof(void *)),
		.nodes = calloc(pages, sizeof(int)),
		.status = calloc(pages, sizeof(int)),
	};
	int ret;

	if (!move.addrs || !move.nodes || !move.status)
		ret = fail(EXIT_FAILED, "out of memory");
	else
		ret = for_each_target(scene, move_targets, &move);
	*moved += move.moved;
	free(move.addrs);
	free(move.nodes);
	free(move.status);
	return ret;
}

/* ---- pageout and reclaim ---- */

struct remains {
	unsigned long present;
	unsigned int page; /* one of them */
};

static int count_present(const struct scene *scene, const struct targets *targets, void *arg)
{
	uint64_t *pfns = calloc(targets->pages, sizeof(*pfns));
	struct remains *remains = arg;
	int ret;

	if (!pfns)
		return fail(EXIT_FAILED, "out of memory");
	ret = pageinfo_pfns(tree_pid(scene->tree, targets->proc), scene->region->addr,
			    targets->pages, pfns);
	for (unsigned int i = 0; !ret && i < targets->count; i++) {
		if (!pfns[targets->page[i]])
			continue;
		remains->present++;
		remains->page = targets->page[i];
	}
	free(pfns);
	return ret;
}

static int count_targets(const struct scene *scene, const struct targets *targets, void *arg)
{
	(void)scene;
	*(unsigned long *)arg += targets->count;
	return 0;
}

static int check_gone(const struct scene *scene, unsigned long *moved)
{
	struct remains remains = { 0 };
	int ret = for_each_target(scene, count_present, &remains);

	if (!ret && remains.present)
		ret = fail(EXIT_FAILED, "%lu pages are still mapped, page %u among them",
			   remains.present, remains.page);
	return ret ? ret : for_each_target(scene, count_targets, moved);
}

static int trigger_pageout(const struct scene *scene, unsigned long *moved)
{
	struct iovec range = { scene->region->addr, scene->region->bytes };
	unsigned int proc = predict_keeper(scene->shape);
	int pidfd, ret = 0;

	if (!proc) {
		if (madvise(range.iov_base, range.iov_len, MADV_PAGEOUT))
			return fail_errno("MADV_PAGEOUT");
		return check_gone(scene, moved);
	}
	pidfd = syscall(SYS_pidfd_open, tree_pid(scene->tree, proc), 0);
	if (pidfd < 0)
		return fail_errno("pidfd_open");
	if (syscall(SYS_process_madvise, pidfd, &range, 1UL, MADV_PAGEOUT, 0U) != (long)range.iov_len)
		ret = errno == ENOSYS ? fail(EXIT_LACKS, "this kernel lacks process_madvise") :
					fail_errno("process_madvise");
	close(pidfd);
	return ret ? ret : check_gone(scene, moved);
}

/*
 * Take the accessed bits away everywhere, so that no folio is kept for them
 * and looked at again.
 */
static int forget_references(const struct scene *scene)
{
	for (unsigned int proc = 0; proc < scene->layout->procs; proc++) {
		char path[64];
		int ret;

		snprintf(path, sizeof(path), "/proc/%d/clear_refs", tree_pid(scene->tree, proc));
		ret = file_write(path, "1");
		if (!ret)
			continue;
		errno = -ret;
		return fail_errno("%s", path);
	}
	return 0;
}

/*
 * The root stays outside the group: whatever it touched inside would be
 * charged there and walked as well. Its VMAs are invalid to folio_referenced()
 * therefore, which the prediction knows.
 */
static int trigger_reclaim(const struct scene *scene, unsigned long *moved)
{
	struct remains remains = { .present = 1 };
	unsigned long folios = 0;
	int ret = 0;

	for (unsigned int proc = 1; !ret && proc < scene->layout->procs; proc++)
		ret = group_add(tree_pid(scene->tree, proc));
	if (!ret)
		ret = for_each_target(scene, count_targets, &folios);
	if (!ret)
		ret = group_check(folios);
	if (!ret)
		ret = forget_references(scene);
	for (unsigned int i = 0; !ret && remains.present && i < RECLAIM_TRIES; i++) {
		ret = group_reclaim(scene->region->bytes);
		remains.present = 0;
		if (!ret)
			ret = for_each_target(scene, count_present, &remains);
	}
	return ret ? ret : check_gone(scene, moved);
}

/* ---- msync ---- */

static int trigger_msync(const struct scene *scene, unsigned long *moved)
{
	region_dirty(scene->region, scene->round + 1);
	if (msync(scene->region->addr, scene->region->bytes, MS_SYNC))
		return fail_errno("msync");
	*moved += scene->shape->pages;
	return 0;
}

/* ---- idle ---- */

struct idle {
	int fd;
	unsigned long marked;
};

/* A word of the bitmap at a time: its 64 folios, of which only ours are marked. */
static int mark_idle(const struct scene *scene, const struct targets *targets, void *arg)
{
	uint64_t *pfns = calloc(targets->pages, sizeof(*pfns));
	struct idle *idle = arg;
	int ret;

	if (!pfns)
		return fail(EXIT_FAILED, "out of memory");
	ret = pageinfo_pfns(tree_pid(scene->tree, targets->proc), scene->region->addr,
			    targets->pages, pfns);
	for (unsigned int i = 0; !ret && i < targets->count; i++) {
		uint64_t pfn = pfns[targets->page[i]];
		uint64_t word = 1ULL << pfn % 64;

		if (pwrite(idle->fd, &word, sizeof(word), pfn / 64 * 8) != sizeof(word))
			ret = fail_errno(IDLE_BITMAP);
		idle->marked++;
	}
	free(pfns);
	return ret;
}

static int trigger_idle(const struct scene *scene, unsigned long *moved)
{
	struct idle idle = { .fd = open(IDLE_BITMAP, O_RDWR | O_CLOEXEC) };
	int ret;

	if (idle.fd < 0)
		return errno == ENOENT ?
			       fail(EXIT_LACKS, "this kernel lacks "
						"CONFIG_IDLE_PAGE_TRACKING (" IDLE_BITMAP ")") :
			       fail_errno(IDLE_BITMAP);
	ret = for_each_target(scene, mark_idle, &idle);
	close(idle.fd);
	*moved += idle.marked;
	return ret;
}

/* ---- device ---- */

static int take_targets(const struct scene *scene, const struct targets *targets, void *arg)
{
	int ret = 0;

	for (unsigned int i = 0; !ret && i < targets->count; i++)
		ret = device_take(*(int *)arg, address(scene, targets->page[i]));
	return ret;
}

static int trigger_device(const struct scene *scene, unsigned long *moved)
{
	int fd, ret = device_open(&fd);

	if (ret)
		return ret;
	ret = for_each_target(scene, take_targets, &fd);
	if (!ret)
		ret = check_gone(scene, moved);
	/* Only now: it gives all of them back. */
	close(fd);
	return ret;
}

int walk_trigger(const struct scene *scene, unsigned long *moved)
{
	switch (scene->shape->trigger) {
	case TRIGGER_MOVE_PAGES:
		return trigger_move_pages(scene, moved);
	case TRIGGER_PAGEOUT:
		return trigger_pageout(scene, moved);
	case TRIGGER_RECLAIM:
		return trigger_reclaim(scene, moved);
	case TRIGGER_MSYNC:
		return trigger_msync(scene, moved);
	case TRIGGER_IDLE:
		return trigger_idle(scene, moved);
	case TRIGGER_DEVICE:
		return trigger_device(scene, moved);
	default:
		return 0;
	}
}
