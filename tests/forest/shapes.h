/* SPDX-License-Identifier: GPL-2.0 */
/* Families of processes: what they do, and what forest must come of it. */
#ifndef FAMILY_SHAPES_H
#define FAMILY_SHAPES_H

#include <stdbool.h>
#include <stddef.h>

/* After the story of a shape was told, its forest is printed as this says. */
struct shape {
	const char *name;
	const char *what;
	/* @n: the number on the command line, or fallback; from 1 to most. */
	void (*tell)(int n);
	int fallback, most;
	bool speaks; /* prints its line itself */
};

extern const struct shape shapes[];
extern const size_t n_shapes;

/* More keys for the line that is printed, each with a comma before it. */
extern char shape_extra[4096];

/* Shapes that are no matter for actors: they print their line themselves. */
void deep(int n);
void crowd(int n);
void race(int n);
void absorb(int n);
void queue(int n);
void scarce(int n);
void storm(int n);
void big__end(void);

#endif
