// SPDX-License-Identifier: GPL-2.0-only
/* /proc/slabinfo. */
#include <inttypes.h>
#include <string.h>
#include "summary.h"

void slab__parse(struct slab *slab, FILE *f)
{
	char line[512], name[64];

	while (fgets(line, sizeof(line), f)) {
		uint64_t active, all, size;

		if (sscanf(line, "%63s %" SCNu64 " %" SCNu64 " %" SCNu64, name, &active, &all,
			   &size) != 4)
			continue;
		if (!strcmp(name, "anon_vma")) {
			slab->anon_vmas = active;
			slab->anon_vma_size = size;
		} else if (!strcmp(name, "anon_vma_chain")) {
			slab->avcs = active;
			slab->avc_size = size;
		}
	}
}
