/* SPDX-License-Identifier: GPL-2.0-only */
/* The running kernel's memory. */
#ifndef FOLIOSCOPE_FOLIO_LIVE_H
#define FOLIOSCOPE_FOLIO_LIVE_H

#include "../lib/books.h"
#include "../lib/head.h"
#include "../lib/status.h"
#include "kmem.h"

struct folio_live;

/*
 * Loads the programs, finds the struct pages, and fills in @head.  ST_OK, or a status with
 * its message.  *live is to be closed either way; it may be NULL.
 */
enum status folio_live__open(bool verbose, struct head *head, struct folio_live **live);

/* What reads; until it is closed. */
struct kmem *folio_live__kmem(struct folio_live *live);

/* What the programs cost so far. */
void folio_live__cost(const struct folio_live *live, struct books *books);

void folio_live__close(struct folio_live *live);

#endif
