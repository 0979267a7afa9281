/* SPDX-License-Identifier: GPL-2.0-only */
/* What foliomap is asked for. */
#ifndef FOLIOSCOPE_FOLIO_ASK_H
#define FOLIOSCOPE_FOLIO_ASK_H

#include <argp.h>
#include <stdint.h>
#include "../lib/opts.h"
#include "query.h"

enum ask_mode {
	ASK_NONE,
	ASK_ADDR,
	ASK_PFN,
	ASK_RANGE,
	ASK_CENSUS,
};

struct ask {
	struct opts *opts; /* what all tools are asked */
	enum ask_mode mode;
	struct query query;
	uint64_t len; /* of a range, bytes */
	int node;     /* of a census, -1: all */
	unsigned int nargs;
};

/* Takes the arguments and options of foliomap alone; its input is a struct ask. */
extern const struct argp ask__argp;

#endif
