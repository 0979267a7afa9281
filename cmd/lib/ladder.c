// SPDX-License-Identifier: GPL-2.0-only
/* The attach ladder. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "bpfenv.h"
#include "ladder.h"

void ladder__order(const enum backend *rungs, enum preempt preempt,
		   enum backend order[LADDER_RUNGS + 1])
{
	size_t n = 0;

	for (; rungs[n]; n++) {
		order[n] = rungs[n];
		if (n && preempt__cuts_in(preempt) && rungs[n] == BACKEND_KPROBE &&
		    rungs[n - 1] == BACKEND_FENTRY) {
			order[n - 1] = BACKEND_KPROBE;
			order[n] = BACKEND_FENTRY;
		}
	}
	order[n] = BACKEND_AUTO;
}

static void say_order(const enum backend *order, enum preempt preempt)
{
	char names[64] = "";

	for (; *order; order++)
		snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s%s",
			 names[0] ? ", " : "", backend__name(*order));
	warn_user("backends: %s; preemption is %s: fentry %s", names, preempt__name(preempt),
		  preempt__cuts_in(preempt) ? "may lose events" : "loses nothing");
}

enum status ladder__climb(const struct ladder *ladder, struct kernel *kernel, enum backend wanted,
			  void *arg, bool verbose, struct plan *used)
{
	enum backend order[LADDER_RUNGS + 1];
	enum status status = ST_KERNEL;
	char all[1024] = "";

	ladder__order(ladder->rungs, kernel__preempt(kernel), order);
	if (verbose && wanted == BACKEND_AUTO && order[1])
		say_order(order, kernel__preempt(kernel));
	for (const enum backend *b = order; *b; b++) {
		char why[LADDER_WHY] = "";
		size_t len = strlen(all);
		int err = 0;

		if (wanted != BACKEND_AUTO && wanted != *b)
			continue;
		*used = (struct plan){ .backend = *b };
		ladder->plan(arg, kernel, used);
		if (used->why_not[0])
			snprintf(why, sizeof(why), "%s", used->why_not);
		else if (!(err = ladder->climb(arg, used, why)))
			return ST_OK;
		if (verbose)
			warn_user("backend %s: %s", backend__name(*b), why);
		/* Nothing else will do better where BPF is forbidden. */
		if (err && bpfenv__forbidden(err))
			return fail(bpfenv__status(err), "cannot load BPF programs: %s", why);
		if (err == -ENOMEM)
			status = ST_FAIL;
		/* Where kprobes are for who may more, another backend may do. */
		if (err == -EACCES && bpfenv__perf_paranoid() > 2)
			status = ST_PERM;
		snprintf(all + len, sizeof(all) - len, "%s%s: %s", len ? "; " : "",
			 backend__name(*b), why);
	}
	if (!all[0])
		return fail(ST_KERNEL, "this tool has no backend '%s'", backend__name(wanted));
	return fail(status, "this kernel cannot be traced: %s", all);
}
