/* SPDX-License-Identifier: GPL-2.0-only */
/* Recorded forests read back: what view_json.c prints. */
#ifndef FOLIOSCOPE_FOREST_RECORD_H
#define FOLIOSCOPE_FOREST_RECORD_H

#include <jansson.h>
#include "forest.h"
#include "summary.h"

struct record {
	struct forest f;  /* to be joined when all is read */
	struct slab slab; /* of the last snapshot; counters of all added up */
	uint32_t part;	  /* the snapshot under way */
};

/* Takes a line.  0, -EINVAL when it is no snapshot, -ENOMEM. */
int record__read(struct record *r, const json_t *line);

#endif
