/* SPDX-License-Identifier: GPL-2.0-only */
/* How much this kernel lets foliomap see. */
#ifndef FOLIOSCOPE_FOLIO_COVER_H
#define FOLIOSCOPE_FOLIO_COVER_H

#include "../lib/head.h"
#include "census.h"
#include "kmem.h"

/* Of a folio's facts, and of the kinds that a frame may be of. */
void cover__kinds(struct head *head, const struct kmem *k);

/* Of a census, besides. */
void cover__census(struct head *head, const struct census *c);

#endif
