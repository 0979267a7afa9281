// SPDX-License-Identifier: GPL-2.0
/* What forktree prints. Every string in it is one of ours: nothing needs escaping. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "pageinfo.h"
#include "report.h"
#include "util.h"

static void print_processes(const struct report *report, const struct layout *layout,
			    const struct tree *tree)
{
	for (unsigned int no = 0; no < layout->procs; no++) {
		unsigned int parent = layout->proc[no].parent;
		pid_t parent_pid = no ? tree_pid(tree, parent) : getppid();

		if (report->json)
			printf("{\"type\":\"process\",\"no\":%u,\"pid\":%d,\"parent\":%d,"
			       "\"depth\":%u}\n",
			       no, tree_pid(tree, no), parent_pid, layout->proc[no].depth);
		else
			printf("process %u: pid %d, parent %d, depth %u\n", no, tree_pid(tree, no),
			       parent_pid, layout->proc[no].depth);
	}
}

static void print_numbers(const struct report *report, const char *name, const struct visit *visits,
			  unsigned int count, bool mapped)
{
	const char *comma = "";

	printf(report->json ? ",\"%s\":[" : ", %s", name);
	for (unsigned int i = 0; i < count; i++) {
		if (mapped && (!visits[i].mapped || visits[i].again))
			continue;
		printf(report->json ? "%s%u" : "%s %u", report->json ? comma : "", visits[i].proc);
		comma = ",";
	}
	if (report->json)
		printf("]");
}

/* Of each page the folio that the root filled it with. */
static int print_pages(const struct report *report, const struct shape *shape,
		       const struct layout *layout, const struct tree *tree,
		       const struct region *region)
{
	static struct visit visits[MAX_VISITS];
	static short owner[MAX_PROCS];
	uint64_t *pfns = calloc(shape->pages, sizeof(*pfns));
	unsigned int keeper = predict_keeper(shape);
	int ret = 0;

	if (!pfns)
		return fail(EXIT_FAILED, "out of memory");
	if (tree)
		ret = pageinfo_pfns(tree_pid(tree, keeper), region->addr, shape->pages, pfns);
	for (unsigned int page = 0; !ret && page < shape->pages; page++) {
		unsigned int count;
		bool known;

		predict_owners(shape, layout, page, owner);
		count = predict_visits(shape, layout, owner, 0, visits);
		known = owner[keeper] == 0 && pfns[page];
		printf(report->json ? "{\"type\":\"page\",\"no\":%u" : "page %u", page);
		if (region)
			printf(report->json ? ",\"addr\":\"%p\"" : ", addr %p",
			       (void *)(region->addr + page * region->page_size));
		if (known)
			printf(report->json ? ",\"pfn\":\"0x%" PRIx64 "\"" : ", pfn 0x%" PRIx64,
			       pfns[page]);
		print_numbers(report, "vmas", visits, count, false);
		print_numbers(report, "mapped", visits, count, true);
		printf(report->json ? "}\n" : "\n");
	}
	free(pfns);
	return ret;
}

int report_tree(const struct report *report, const struct shape *shape, const struct layout *layout,
		const struct tree *tree, const struct region *region)
{
	int ret = 0;

	if (report->json)
		printf("{\"type\":\"tree\",\"pid\":%d,\"comm\":\"" REPORT_COMM "\",\"procs\":%u,"
		       "\"depth\":%u,\"width\":%u,\"kind\":\"%s\",\"mapping\":\"%s\","
		       "\"pages\":%u,\"written\":%u,\"dropped\":%u,\"trigger\":\"%s\","
		       "\"addr\":\"0x%lx\"}\n",
		       getpid(), layout->procs, shape->depth, shape->width, kind_names[shape->kind],
		       shape->shared ? "shared" : "private", shape->pages, shape->written,
		       shape->dropped, trigger_names[shape->trigger],
		       region ? (unsigned long)region->addr : 0UL);
	else
		printf("pid %d: %u processes, %u %s pages%s\n", getpid(), layout->procs, shape->pages,
		       kind_names[shape->kind], shape->shared ? " in a shared mapping" : "");
	if (report->pids && tree)
		print_processes(report, layout, tree);
	if (report->pages)
		ret = print_pages(report, shape, layout, tree, region);
	fflush(stdout);
	return ret;
}

void report_hold(const struct report *report, const char *when)
{
	if (report->json)
		printf("{\"type\":\"hold\",\"when\":\"%s\",\"pid\":%d}\n", when, getpid());
	else
		printf("holding %s the walks: kill -USR1 %d to go on\n", when, getpid());
	fflush(stdout);
}

static void print_tally(const struct report *report, enum cause cause, enum kind kind,
			const struct tally *tally, unsigned int rounds)
{
	uint64_t walks = tally->walks * rounds, vmas = tally->vmas * rounds;
	uint64_t mapped = tally->mapped * rounds;

	if (report->json)
		printf("{\"type\":\"prediction\",\"pid\":%d,\"comm\":\"" REPORT_COMM "\","
		       "\"cause\":\"%s\",\"kind\":\"%s\",\"walks\":%" PRIu64 ",\"vmas\":%" PRIu64
		       ",\"mapped\":%" PRIu64 ",\"phantom\":%" PRIu64 ",\"vmas_max\":%" PRIu64 "}\n",
		       getpid(), cause_names[cause], kind_names[kind], walks, vmas, mapped,
		       vmas - mapped, tally->vmas_max);
	else
		printf("%-16s%-8s%10" PRIu64 "%10" PRIu64 "%10" PRIu64 "%10" PRIu64 "%10" PRIu64 "\n",
		       cause_names[cause], kind_names[kind], walks, vmas, mapped, vmas - mapped,
		       tally->vmas_max);
}

void report_prediction(const struct report *report, const struct shape *shape,
		       const struct prediction *sum, unsigned long moved)
{
	if (!report->json)
		printf("%-16s%-8s%10s%10s%10s%10s%10s\n", "CAUSE", "KIND", "WALKS", "VMAS",
		       "MAPPED", "PHANTOM", "VMAS_MAX");
	for (unsigned int cause = 0; cause < CAUSE_COUNT; cause++)
		for (unsigned int kind = 0; kind < KIND_COUNT; kind++)
			if (sum->tally[cause][kind].walks)
				print_tally(report, cause, kind, &sum->tally[cause][kind],
					    shape->rounds);
	if (report->json)
		printf("{\"type\":\"done\",\"pages\":%u,\"rounds\":%u,\"moved\":%lu}\n",
		       shape->pages, shape->rounds, moved);
}
