// SPDX-License-Identifier: GPL-2.0-only
/* How much this kernel lets foliomap see. */
#include "cover.h"

/* Full, or not at all for a reason. */
static void cover(struct head *head, const char *name, bool full, const char *why)
{
	head__cover(head, name, full ? COVERAGE_FULL : COVERAGE_NONE, full ? NULL : why);
}

void cover__kinds(struct head *head, const struct kmem *k)
{
	const struct folio_layout *l = &k->layout;

	cover(head, "zero_page", k->zero_pfn != UINT64_MAX,
	      "/proc/kallsyms does not tell where it is: it is called reserved");
	/* kallsyms tells either all variables or none. */
	cover(head, "a_ops", k->node_data, "/proc/kallsyms does not tell the kernel's variables");
	/* Page types came one by one, from 6.10 on. */
	cover(head, "kmalloc", l->type[FOLIO_TYPE_large_kmalloc] >= 0,
	      "this kernel's struct pages do not tell: it is called kernel");
	cover(head, "zsmalloc", l->type[FOLIO_TYPE_zsmalloc] >= 0,
	      "this kernel's struct pages do not tell: it is called movable or kernel");
	cover(head, "unaccepted", l->type[FOLIO_TYPE_unaccepted] >= 0,
	      "this kernel's struct pages do not tell");
	cover(head, "folio_mapcount", l->large_mapcount >= 0,
	      "this kernel counts a large folio's mappings by page only");
}

void cover__census(struct head *head, const struct census *c)
{
	cover(head, "device", !c->zones.unplaced, "it is not known where ZONE_DEVICE begins");
	head__cover(head, "lru", c->k->multi_gen_lru ? COVERAGE_PARTIAL : COVERAGE_FULL,
		    c->k->multi_gen_lru ? "of the multi-gen LRU it is not told which generation" :
					  NULL);
	head__cover(head, "exchange", COVERAGE_PARTIAL,
		    "by a look from outside: no partner's node, cpuset or mapping flags");
}
