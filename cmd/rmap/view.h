/* SPDX-License-Identifier: GPL-2.0-only */
/* How snapshots are shown. */
#ifndef FOLIOSCOPE_RMAP_VIEW_H
#define FOLIOSCOPE_RMAP_VIEW_H

#include <stdio.h>
#include "snapshot.h"

struct rmap_view {
	FILE *f;
	unsigned int rows; /* most rows of a table, 0: all */
	int argc;	   /* the command line, for the header */
	char *const *argv;
};

/* All return 0, or -ENOMEM; write errors show when the output is flushed. */
struct rmap_view_ops {
	int (*header)(const struct rmap_view *view, const struct rmap_source *src);
	int (*interval)(const struct rmap_view *view, struct rmap_snapshot *snap);
	int (*end)(const struct rmap_view *view, const struct rmap_account *account);
};

extern const struct rmap_view_ops rmap_view_json, rmap_view_table;

#endif
