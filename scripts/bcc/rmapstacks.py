#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
#
# rmapstacks - kernel stacks of rmap walks, weighted by the VMAs that the walks visit.
#
# For kernels without BTF, where rmaptop --stacks cannot run: this needs their headers instead.
# A visit is a call of the walk's callback (rwc->rmap_one), which is the innermost function here.
#
# Kernels: with kprobes and their headers (linux-headers-*, or CONFIG_IKHEADERS).  Tried with BCC 0.26
#   and clang 14 on the patched 6.12, which has its headers in it, and on Debian's 6.1 with its package.
# Cost: +104 % instructions for a page that 16 processes share and that is migrated (32 visits);
#   nothing where nothing is walked.
#
# $ rmapstacks.py -- forktree --cause move_pages --width 6 --pages 40 --written 10     (on Debian's 6.1)
#     remove_migration_pte
#     rmap_walk_anon
#     migrate_pages_batch
#     migrate_pages
#     move_pages_and_store_status.isra.0
#     kernel_move_pages
#     __x64_sys_move_pages
#     do_syscall_64
#     entry_SYSCALL_64_after_hwframe
#   forktree [157]: 40 walks, 280 VMAs
"""rmapstacks - kernel stacks of rmap walks, weighted by the VMAs that the walks visit."""

import argparse
import sys

import flame
import tracing

PROGRAM = r"""
struct walk { /* what walks are added up by */
	u64 rmap_one; /* the function that is called for each VMA */
	u32 pid;
	s32 stack; /* below 0: not known */
};

struct sum {
	u64 walks;
	u64 vmas;
	char comm[TASK_COMM_LEN];
};

BPF_STACK_TRACE(stacks, 8192);
BPF_HASH(walking, u32, struct walk, 16384); /* by tid: the walk it began last */
BPF_HASH(sums, struct walk, struct sum, ROWS);

static __always_inline int begins(struct pt_regs *ctx, struct rmap_walk_control *rwc)
{
	struct task_struct *me = (struct task_struct *)bpf_get_current_task();
	u32 tid = bpf_get_current_pid_tgid();
	struct walk w = {};
	struct sum *sum;

	if (!going())
		return 0;
	w.pid = process_id(me);
	if (!WANTED(w.pid))
		return 0;
	READ(w.rmap_one, rwc->rmap_one);
	w.stack = stacks.get_stackid(ctx, 0);
	if (w.stack < 0) {
		w.stack = -1;
		counts.increment(NO_STACK);
	}
	sum = sums.lookup(&w);
	if (!sum) {
		struct sum fresh = {};

		bpf_get_current_comm(fresh.comm, sizeof(fresh.comm));
		sums.insert(&w, &fresh);
		sum = sums.lookup(&w);
	}
	if (sum)
		__sync_fetch_and_add(&sum->walks, 1);
	else
		counts.increment(NO_ROOM_WALKS);
	if (walking.update(&tid, &w))
		walking.delete(&tid);
	return 0;
}

int walk(struct pt_regs *ctx)
{
	return begins(ctx, (struct rmap_walk_control *)PT_REGS_PARM2(ctx));
}

/* 6.18: (folio, mapping, pgoff_start, nr_pages, rwc, locked) */
int walk_file_inner(struct pt_regs *ctx)
{
	return begins(ctx, (struct rmap_walk_control *)PT_REGS_PARM5(ctx));
}

/* The callback of a walk: a VMA is visited. */
int visit(struct pt_regs *ctx)
{
	u32 tid = bpf_get_current_pid_tgid();
	struct walk *w;
	struct sum *sum;

	if (!going() || !WANTED(process_id((struct task_struct *)bpf_get_current_task())))
		return 0;
	counts.increment(SEEN);
	w = walking.lookup(&tid);
	/* Is it that walk's?  A kprobe may be some bytes into the function. */
	if (!w || PT_REGS_IP(ctx) - w->rmap_one >= 16) {
		counts.increment(ORPHANS);
		return 0;
	}
	sum = sums.lookup(w);
	if (sum)
		__sync_fetch_and_add(&sum->vmas, 1);
	else
		counts.increment(NO_ROOM);
	return 0;
}

RAW_TRACEPOINT_PROBE(sched_process_exit)
{
	u32 tid = bpf_get_current_pid_tgid();

	walking.delete(&tid);
	return 0;
}
"""
# Counters.  SEEN: visits, when they begin; ORPHANS: those whose walk was not seen to begin.
COUNTERS = {"SEEN": 0, "ORPHANS": 1, "NO_ROOM": 2, "NO_ROOM_WALKS": 3, "NO_STACK": 4}

BODIES = ["rmap_walk_anon", "rmap_walk_ksm", "rmap_walk_file"]
FILE_INNER = "__rmap_walk_file"  # since 6.18: rmap_walk_file calls it, and others do
# Every rwc->rmap_one of 5.10 to 7.2, as in cmd/rmap/cause.c.
CALLBACKS = ["page_referenced_one", "folio_referenced_one", "try_to_unmap_one", "try_to_migrate_one",
             "remove_migration_pte", "page_mkclean_one", "page_idle_clear_pte_refs_one", "page_mlock_one",
             "__damon_pa_mkold", "__damon_pa_young", "damon_folio_mkold_one", "damon_folio_young_one",
             "page_make_device_exclusive_one"]


def options():
    args = tracing.parser(description=__doc__.split(" - ")[1])
    args.add_argument("-f", "--folded", action="store_true", help="one line a stack, as flamegraph.pl reads them")
    args.add_argument("--flame", metavar="FILE.svg", help="draw all of it as a flame graph, at the end")
    args.add_argument("--rows", type=int, default=8192, help=argparse.SUPPRESS)  # for tests: when they do not suffice
    return tracing.parse(args)


def attach(tracer):
    followed = {}
    for callback in filter(tracer.has, CALLBACKS):
        tracer.kprobe(callback, "visit")
        followed[callback] = True
    if not followed:
        raise tracing.Failure("this kernel has none of the callbacks of rmap walks", tracing.KERNEL)
    inner = tracer.has(FILE_INNER)
    for body in BODIES:
        if body == "rmap_walk_file" and inner:
            tracer.kprobe(FILE_INNER, "walk_file_inner")
        elif tracer.has(body):
            tracer.kprobe(body, "walk")
        elif body != "rmap_walk_ksm":  # CONFIG_KSM
            raise tracing.Failure(f"this kernel has no {body}, where walks begin", tracing.KERNEL)
    return followed


class Stacks:
    """What was summed up, since the start and since the last look."""

    def __init__(self, tracer, followed):
        self._bpf = tracer.bpf
        self._followed = followed
        self._frames = {}
        self._before = {}
        self.all = []  # (comm, pid, frames with the outermost first, walks, VMAs), most VMAs first
        self.unknown = {}  # callbacks that are not followed: walks

    def _stack(self, number):
        if number not in self._frames:
            try:
                addresses = list(self._bpf["stacks"].walk(number)) if number >= 0 else []
            except KeyError:
                addresses = []
            names = [tracing.name(self._bpf.ksym(address)) for address in reversed(addresses)]
            self._frames[number] = names or ["[stack not known]"]
        return self._frames[number]

    def look(self):
        """Those of the time since the last look."""
        totals, fresh, self.all, self.unknown = {}, [], [], {}
        for key, total in self._bpf["sums"].items():
            callback = tracing.name(self._bpf.ksym(key.rmap_one))
            if callback not in self._followed:
                self.unknown[callback] = self.unknown.get(callback, 0) + total.walks
            what = (key.rmap_one, key.pid, key.stack)
            totals[what] = (total.walks, total.vmas)
            row = (tracing.name(total.comm), key.pid, [*self._stack(key.stack), callback])
            walks, vmas = self._before.get(what, (0, 0))
            self.all.append((*row, total.walks, total.vmas))
            if total.walks > walks or total.vmas > vmas:
                fresh.append((*row, total.walks - walks, total.vmas - vmas))
        self._before = totals
        for rows in (self.all, fresh):
            rows.sort(key=lambda row: (-row[4], row))
        return fresh


def folded(rows):
    """{stack: VMAs}, of a task's name and its functions, without pids."""
    sums = {}
    for comm, _pid, frames, _walks, vmas in rows:
        if vmas:
            stack = (comm.replace(";", ":"), *frames)
            sums[stack] = sums.get(stack, 0) + vmas
    return sums


def show(file, rows, as_folded):
    if as_folded:
        for stack, vmas in sorted(folded(rows).items()):
            file.write(f"{';'.join(stack)} {vmas}\n")
    else:
        # The fewest first: what matters is at the end, where one looks.
        for comm, pid, frames, walks, vmas in reversed(rows):
            for frame in reversed(frames):
                file.write(f"    {frame}\n")
            file.write(f"  {comm} [{pid}]: {walks} walks, {vmas} VMAs\n\n")
    file.flush()


def draw(file, rows):
    stacks = folded(rows)
    file.write(flame.svg(stacks.items(), f"rmap walks: {sum(stacks.values())} VMAs visited", "VMAs"))
    file.close()


def account(tracer, stacks):
    """Says what is missing."""
    seen, orphans, no_room, no_room_walks, no_stack = map(tracer.count, COUNTERS.values())
    missed = tracer.missed()
    if orphans + no_room + missed:
        tracing.warn(f"{orphans + no_room} of {seen} visits are missing: {orphans} of walks whose beginning was not seen, "
                     f"{no_room} for which there was no room; {missed} probes were missed")
    if no_room_walks:
        tracing.warn(f"{no_room_walks} walks are missing: there was no room")
    if no_stack:
        tracing.warn(f"{no_stack} walks have a stack that is not known")
    for callback, walks in sorted(stacks.unknown.items()):
        tracing.warn(f"{walks} walks call {callback}, whose visits are not counted")
    recorded = sum(row[4] for row in stacks.all)
    if recorded + orphans + no_room != seen:
        tracing.warn(f"{seen - recorded - orphans - no_room} visits are unaccounted for")


def main():
    opts = options()
    if opts.flame is not None and not opts.flame.endswith(".svg"):
        raise tracing.Failure(f"--flame '{opts.flame}' is not named .svg", tracing.USAGE)
    file = tracing.output(opts.output)
    picture = tracing.output(opts.flame) if opts.flame else None
    wanted = "||".join(f"(pid)=={pid}" for pid in opts.pids) or "1"
    tracer = tracing.Tracer(opts, PROGRAM, **{"WANTED(pid)": f"({wanted})", "ROWS": opts.rows, **COUNTERS})
    followed = attach(tracer)
    stacks = Stacks(tracer, followed)
    tracer.begin()
    goes_on = True
    while goes_on:
        goes_on = tracer.wait()
        rows = stacks.look()
        if opts.interval:
            file.write(tracing.clock() + "\n")
        if opts.folded or not opts.flame or opts.interval:
            show(file, rows, opts.folded)
    if picture:
        draw(picture, stacks.all)
    account(tracer, stacks)


if __name__ == "__main__":
    sys.exit(tracing.run(main))
