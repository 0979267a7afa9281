/* SPDX-License-Identifier: GPL-2.0-only */
/* rmaptop's interactive display. */
#ifndef FOLIOSCOPE_RMAP_TUI_H
#define FOLIOSCOPE_RMAP_TUI_H

#include "../lib/run.h"
#include "arrange.h"

struct rmap_tui;

/* What is shown at first: grouping, order; the filter is none. */
struct rmap_tui *rmap_tui__new(struct run *run, const struct rmap_wish *wish);
void rmap_tui__free(struct rmap_tui *tui);

/* Moves the rows out of @snap, for rmap_tui__show(); NULL when memory is out. */
void *rmap_tui__keep(struct rmap_snapshot *snap, struct when when);
void rmap_tui__drop(void *kept);

/* As in struct display_ops. */
int rmap_tui__show(struct rmap_tui *tui, const void *kept);
int rmap_tui__key(struct rmap_tui *tui, struct tui_event event, bool *mine);
int rmap_tui__draw(struct rmap_tui *tui, const struct display_state *state);

#endif
