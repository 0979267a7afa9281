// SPDX-License-Identifier: GPL-2.0-only
/* Zones, by /proc/zoneinfo and, where that does not tell, the kernel's own structs. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../lib/grow.h"
#include "page.h"
#include "zones.h"

static int8_t type_of(const char *name)
{
	for (int8_t i = 0; i < FOLIO_ZONE_MAX; i++)
		if (!strcmp(zone__name(i), name))
			return i;
	return -1;
}

/*
 * Of a zone without memory of its own /proc/zoneinfo does not tell where it begins: it is
 * empty or, if it is ZONE_DEVICE, has only struct pages (zoneinfo_show_print() in mm/vmstat.c,
 * 5.10 to 7.2).  The node's struct does.
 */
static bool place(struct zone *z, struct kmem *k)
{
	const struct folio_layout *l = &k->layout;
	uint64_t node, at;

	if (z->type < 0 || l->zone[z->type] < 0 || l->pgdat_zones < 0)
		return false;
	node = k->node_data ? kmem__word(k, k->node_data + z->nid * sizeof(uint64_t), 0) : 0;
	if (!node)
		return false;
	at = node + l->pgdat_zones + (uint64_t)l->zone[z->type] * l->zone_size;
	z->start = kmem__word(k, at, l->zone_start);
	return z->start && kmem__word(k, at, l->zone_spanned) == z->spanned;
}

static void place_all(struct zones *zones, struct kmem *k)
{
	size_t n = 0;

	for (size_t i = 0; i < zones->n; i++) {
		struct zone *z = &zones->zone[i];

		if (!z->spanned)
			continue;
		if (z->present || place(z, k))
			zones->zone[n++] = *z;
		else
			zones->unplaced = true;
	}
	zones->n = n;
}

int zones__read(struct zones *zones, struct kmem *k, const char *path)
{
	FILE *f = fopen(path ? path : "/proc/zoneinfo", "re");
	struct zone *z = NULL;
	char line[256], name[16];
	int nid;

	if (!f)
		return -errno;
	zones->n = 0;
	zones->unplaced = false;
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "Node %d, zone %15s", &nid, name) == 2) {
			z = grow__add((void **)&zones->zone, &zones->n, &zones->cap, sizeof(*z));
			if (!z)
				break;
			z->nid = nid;
			z->type = type_of(name);
		} else if (z) {
			sscanf(line, " spanned %" SCNu64, &z->spanned);
			sscanf(line, " present %" SCNu64, &z->present);
			sscanf(line, " managed %" SCNu64, &z->managed);
			sscanf(line, " start_pfn: %" SCNu64, &z->start);
		}
	}
	fclose(f);
	place_all(zones, k);
	return z ? 0 : -ENOENT;
}

static bool spans(const struct zone *z, uint64_t pfn)
{
	return pfn >= z->start && pfn - z->start < z->spanned;
}

bool zones__have(const struct zones *zones, uint64_t pfn, enum folio_zone type)
{
	for (size_t i = 0; i < zones->n; i++)
		if (zones->zone[i].type == (int8_t)type && spans(&zones->zone[i], pfn))
			return true;
	return false;
}

bool zones__is_of(const struct zones *zones, const struct zone *zone, uint64_t pfn, int nid,
		  int8_t type)
{
	const struct zone *first = NULL;

	for (size_t i = 0; i < zones->n; i++) {
		const struct zone *z = &zones->zone[i];

		if (!spans(z, pfn))
			continue;
		if (z->nid == nid && z->type == type)
			return z == zone;
		/* What names none of them is in a hole: the first's. */
		first = first ? first : z;
	}
	return first == zone;
}

void zones__free(struct zones *zones)
{
	free(zones->zone);
	*zones = (struct zones){ 0 };
}
