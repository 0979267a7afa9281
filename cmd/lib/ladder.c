// SPDX-License-Identifier: GPL-2.0-only
/* The attach ladder. */
#include <stdio.h>
#include <string.h>
#include "bpfenv.h"
#include "ladder.h"

enum status ladder__climb(const struct rung *rungs, size_t n, enum backend wanted, void *arg,
			  bool verbose, enum backend *used)
{
	char all[1024] = "";

	for (size_t i = 0; i < n; i++) {
		const char *name = backend__name(rungs[i].backend);
		char why[LADDER_WHY] = "";
		size_t len = strlen(all);
		int err;

		if (wanted != BACKEND_AUTO && wanted != rungs[i].backend)
			continue;
		err = rungs[i].climb(arg, why);
		if (!err) {
			*used = rungs[i].backend;
			return ST_OK;
		}
		if (verbose)
			warn_user("backend %s: %s", name, why);
		/* Nothing else will do better where BPF is forbidden. */
		if (bpfenv__forbidden(err))
			return fail(ST_KERNEL, "cannot load BPF programs: %s", why);
		snprintf(all + len, sizeof(all) - len, "%s%s: %s", len ? "; " : "", name, why);
	}
	if (!all[0])
		return fail(ST_KERNEL, "this tool has no backend '%s'", backend__name(wanted));
	return fail(ST_KERNEL, "this kernel cannot be traced: %s", all);
}
