// SPDX-License-Identifier: GPL-2.0-only
/* Loading and attaching the programs of one rung of the ladder. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "attach.h"
#include "bpfenv.h"
#include "opts.h"
#include "status.h"

static struct bpf_object *object(const struct attach *a)
{
	return *a->skel->obj;
}

int attach__constants(const struct attach_rodata *ro, const struct plan *plan,
		      const struct opts *opts, char why[LADDER_WHY])
{
	int err;

	*ro->can_cmpxchg = bpfenv__has_cmpxchg();
	*ro->returns_by_task = plan->multi;
	*ro->filter_pid = opts->npids;
	*ro->filter_cgroup = opts->cgroup;
	err = bpfenv__pidns(opts, ro->pidns_dev, ro->pidns_ino);
	if (err)
		snprintf(why, LADDER_WHY, "cannot filter: %s", strerror(-err));
	return err;
}

static bool is_kprobe(const struct bpf_program *prog)
{
	return bpf_program__type(prog) == BPF_PROG_TYPE_KPROBE;
}

/* The iterator that tells of tasks without returns. */
static struct bpf_program *teller(const struct attach *a)
{
	return bpf_object__find_program_by_name(object(a), "untold");
}

/* Only what is wanted is loaded, and nothing that the kernel does not know. */
static int choose(struct attach *a, const struct plan *plan, char why[LADDER_WHY])
{
	bool cmpxchg = bpfenv__has_cmpxchg();
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, object(a))
	{
		bpf_program__set_autoload(prog, false);
		if (!cmpxchg)
			bpfenv__drop_cmpxchg(prog);
	}
	for (const struct want *w = plan->want; w < plan->want + plan->n; w++) {
		int err = 0;

		prog = bpf_object__find_program_by_name(object(a), w->prog);
		if (w->target && !is_kprobe(prog))
			err = bpf_program__set_attach_target(prog, 0, w->target);
		if (err) {
			snprintf(why, LADDER_WHY, "the kernel has no function %s", w->target);
			return err;
		}
		if (w->multi)
			bpf_program__set_expected_attach_type(prog, BPF_TRACE_KPROBE_MULTI);
		bpf_program__set_autoload(prog, true);
	}
	if (plan->multi)
		bpf_program__set_autoload(teller(a), true);
	return 0;
}

static int load(struct attach *a, const struct opts *opts, char why[LADDER_WHY])
{
	int err = bpfenv__load(a->skel);

	if (err) {
		snprintf(why, LADDER_WHY, "%s", bpfenv__why(err));
		return err;
	}
	err = bpfenv__filter_fill(opts, bpf_object__find_map_fd_by_name(object(a), "filter_pids"),
				  bpf_object__find_map_fd_by_name(object(a), "filter_cgroups"));
	if (err)
		snprintf(why, LADDER_WHY, "cannot filter: %s", strerror(-err));
	return err;
}

static struct bpf_link *attach_one(struct bpf_program *prog, const struct want *w)
{
	bool ret = !strncmp(bpf_program__section_name(prog), "kretprobe", 9);

	if (!is_kprobe(prog))
		return bpf_program__attach(prog);
	if (bpf_program__expected_attach_type(prog) == BPF_TRACE_KPROBE_MULTI) {
		const char *target = w->target;
		unsigned long address = w->address;
		LIBBPF_OPTS(bpf_kprobe_multi_opts, opts, .cnt = 1, .retprobe = ret);

		/* For each name the kernel goes through all of its symbols. */
		if (address)
			opts.addrs = &address;
		else
			opts.syms = &target;

		return bpf_program__attach_kprobe_multi_opts(prog, NULL, &opts);
	}
	/* A function may be there twice, or folded: libbpf's message says so. */
	return bpf_program__attach_kprobe(prog, ret, w->target);
}

static int attach_all(struct attach *a, const struct plan *plan, char why[LADDER_WHY])
{
	for (a->n = 0; a->n < plan->n; a->n++) {
		const struct want *w = &plan->want[a->n];
		int err;

		a->links[a->n] = attach_one(bpf_object__find_program_by_name(object(a), w->prog), w);
		if (a->links[a->n])
			continue;
		err = -errno;
		if (err == -EACCES) {
			snprintf(why, LADDER_WHY,
				 "kernel.perf_event_paranoid is %d, which allows no kprobes: "
				 "needs CAP_SYS_ADMIN, or a value of at most 2",
				 bpfenv__perf_paranoid());
			return err;
		}
		snprintf(why, LADDER_WHY, "%s: %s", w->target ? w->target : w->prog,
			 bpfenv__why(err));
		return err;
	}
	return 0;
}

/* How many tasks there are whose returns are not told; -errno. */
static int count_untold(const struct attach *a)
{
	struct bpf_link *link = bpf_program__attach_iter(teller(a), NULL);
	int fd = link ? bpf_iter_create(bpf_link__fd(link)) : -1;
	int err = fd < 0 ? -errno : 0, n = 0;
	char each[256];

	while (!err) {
		ssize_t got = read(fd, each, sizeof(each));

		if (!got)
			break;
		if (got > 0)
			n += got;
		else if (errno != EINTR && errno != EAGAIN)
			err = -errno;
	}
	if (fd >= 0)
		close(fd);
	bpf_link__destroy(link);
	return err ? err : n;
}

#define ANEW 2 /* how often: where somebody forks all the time there are always some */

/*
 * Who was being made while the first kprobe was attached is in the list of tasks by the time the last
 * one is, or took longer.  When nothing is attached any more it gets what it needs with the next first one.
 */
static int until_all_are_told(struct attach *a, const struct plan *plan, bool verbose,
			      char why[LADDER_WHY])
{
	for (int i = 0;; i++) {
		int n = count_untold(a), err;

		if (n < 0) {
			snprintf(why, LADDER_WHY, "cannot go through the tasks: %s", strerror(-n));
			return n;
		}
		if (!n)
			return 0;
		if (verbose)
			warn_user("%d %s being made as kprobes were attached, and the kernel tells no "
				  "returns of %s: %s",
				  n, n == 1 ? "task was" : "tasks were", n == 1 ? "it" : "them",
				  i < ANEW ? "attaching anew" : "what they do is lost");
		if (i == ANEW)
			return 0;
		attach__free(a);
		err = attach_all(a, plan, why);
		if (err)
			return err;
	}
}

int attach__climb(struct attach *a, struct bpf_object_skeleton *skel, const struct plan *plan,
		  const struct opts *opts, char why[LADDER_WHY])
{
	int err;

	*a = (struct attach){ .skel = skel };
	bpfenv__why(0); /* what others failed at is no news */
	err = choose(a, plan, why);
	if (!err)
		err = load(a, opts, why);
	if (!err)
		err = attach_all(a, plan, why);
	if (!err && plan->multi)
		err = until_all_are_told(a, plan, opts->verbose, why);
	if (err)
		attach__free(a);
	return err;
}

void attach__detach(struct attach *a, const struct plan *plan, const char *prog)
{
	for (size_t i = 0; i < a->n; i++) {
		if (!a->links[i] || strcmp(plan->want[i].prog, prog))
			continue;
		a->missed[i] = bpfenv__link_missed(a->links[i]);
		bpf_link__destroy(a->links[i]);
		a->links[i] = NULL;
	}
}

uint64_t attach__missed(const struct attach *a, const struct plan *plan, const char *prog)
{
	uint64_t n = 0;

	for (size_t i = 0; i < a->n; i++)
		if (!strcmp(plan->want[i].prog, prog))
			n += a->links[i] ? bpfenv__link_missed(a->links[i]) : a->missed[i];
	return n;
}

void attach__free(struct attach *a)
{
	for (size_t i = 0; i < a->n; i++)
		bpf_link__destroy(a->links[i]);
	a->n = 0;
}
