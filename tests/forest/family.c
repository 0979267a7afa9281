// SPDX-License-Identifier: GPL-2.0
/*
 * family: processes whose anon_vma forest is known beforehand.
 *
 * usage: family SHAPE [N]
 *
 * Makes a family of processes of this shape, prints the forest that must have come of it as a
 * line of JSON (model.h), and stays until its standard input ends.  See README.md.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "actor.h"
#include "model.h"
#include "shapes.h"

static int usage(void)
{
	fprintf(stderr, "usage: family SHAPE [N]\n");
	for (size_t i = 0; i < n_shapes; i++)
		fprintf(stderr, "  %-9s %s (default %d, at most %d)\n", shapes[i].name,
			shapes[i].what, shapes[i].fallback, shapes[i].most);
	return 2;
}

int main(int argc, char **argv)
{
	const struct shape *shape = NULL;
	char nothing[64], *end;
	long n;

	for (size_t i = 0; argc > 1 && i < n_shapes; i++)
		if (!strcmp(shapes[i].name, argv[1]))
			shape = &shapes[i];
	if (!shape || argc > 3)
		return usage();
	n = argc > 2 ? strtol(argv[2], &end, 10) : shape->fallback;
	if ((argc > 2 && (*end || end == argv[2])) || n < 1 || n > shape->most)
		return usage();
	actor__init();
	shape->tell(n);
	if (!shape->speaks)
		model__print(stdout, shape->name, actor__pid, shape_extra);
	while (read(STDIN_FILENO, nothing, sizeof(nothing)) > 0)
		;
	big__end();
	actor__end();
	return 0;
}
