/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A tool's interactive display: what its intervals do when they are not printed.  Live,
 * each is shown as it comes; a recording is played.  The tool draws and takes keys.
 */
#ifndef FOLIOSCOPE_DISPLAY_H
#define FOLIOSCOPE_DISPLAY_H

#include <stdbool.h>
#include "loop.h"
#include "replay.h"
#include "tui.h"

struct run;

/* Where the display is. */
struct display_state {
	bool replay, paused;
	size_t at, n;	    /* replay: reports shown, from 1, and all there are */
	unsigned int speed; /* replay: how much faster than it was */
};

/* What a tool's display does; all that return an int give 0 or -ENOMEM. */
struct display_ops {
	int (*open)(struct run *run);
	void (*close)(struct run *run);
	/* Takes the interval out of the tool, as what show() is handed; NULL: no memory. */
	void *(*keep)(struct run *run, struct when when);
	void (*drop)(void *kept);
	/* This is shown until the next show(). */
	int (*show)(struct run *run, const void *kept);
	/* *mine: the key meant something to the tool. */
	int (*key)(struct run *run, struct tui_event event, bool *mine);
	int (*draw)(struct run *run, const struct display_state *state);
};

/* The keys of a display itself, for the tool's help; display_play_keys: of a recording. */
extern const struct tui_key display_keys[], display_play_keys[];

/* Has the tool a display, is it wanted, and does the terminal take it? */
bool display__wanted(const struct run *run);

/* Shows what happens until the user leaves; @conf as for intervals that are printed. */
enum status display__live(struct run *run, struct loop *loop, const struct loop_conf *conf);

/* Reads a recording, whole, and shows it.  What to read with: @conf without report(). */
enum status display__replay(struct run *run, const struct replay_conf *conf, bool *whole);

#endif
