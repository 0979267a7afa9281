#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
#
# anonvmagrowth - how many AVCs (anon_vma_chains) each process links and frees, and by how much it
# grows: whose anon_vma_chain slab it is.
#
# For kernels without BTF, where forkchain --top cannot run: this needs their headers instead.
# LINKED, FREED: since the line before.  MOVED: taken out of their trees and put back, as a VMA's
# range changed.  GROWTH: AVCs held now less those held at the start.  What is linked for a process that
# is being forked is told when it has its pid.  One without a pid never came to be, or had not
# when the tracing ended.
#
# Kernels: with kprobes and their headers (linux-headers-*, or CONFIG_IKHEADERS).  Tried with BCC 0.26
#   and clang 14 on the patched 6.12, which has its headers in it, and on Debian's 6.1 with its package.
#   x86-64 only: a caller is found on the stack.
# Cost: +91 % instructions to split a VMA in three and merge it.
#
# $ anonvmagrowth.py .5 -- sh -c 'sleep 1.2 | family chain 5 >/dev/null'     (on Debian's 6.1)
# 17:43:59
#      PID COMM              LINKED    FREED    MOVED   GROWTH
#      175 family                 0        0        0       41
#      174 family                 0        0        0       35
#      173 family                 0        0        0       29
#      172 family                 0        0        0       23
#      171 family                 0        0        0       17
#      167 sh                     0        0        0       12
#      168 sleep                  0        0        0       11
#      170 family                 0        0        0       11
#      169 family                 0        0        0        5
#        9 in all                 0        0        0      184
#
# 17:44:00
#      PID COMM              LINKED    FREED    MOVED   GROWTH
#      175 family                 0        7        0       34
#      167 sh                     0        0        0       12
#      169 family                 0        0        0        5
#      168 sleep                  0       11        0        0
#      170 family                 0       11        0        0
#      171 family                 0       17        0        0
#      172 family                 0       23        0        0
#      173 family                 0       29        0        0
#      174 family                 0       35        0        0
#        9 in all                 0      133        0       51
"""anonvmagrowth - how many AVCs (anon_vma_chains) each process links and frees, and by how much it grows."""

import argparse
import sys
import time

import tracing

PROGRAM = r"""
struct who { /* a process's memory, from its beginning to its end */
	u64 mm;
	u64 born; /* an address serves several, one after the other */
};

struct named {
	u32 pid; /* 0: not known yet */
	u32 gone;
	char comm[TASK_COMM_LEN];
};

struct place {
	struct who who;
	u64 caller;
	u64 removed;
};

BPF_HASH(lives, u64, u64, PROCESSES); /* by mm: born */
BPF_HASH(names, struct who, struct named, PROCESSES);
BPF_HASH(avcs, struct place, u64, 4 * PROCESSES);

static __always_inline void name_it(struct named *named, struct task_struct *task)
{
	struct task_struct *leader;

	READ(leader, task->group_leader);
	bpf_probe_read_kernel(&named->comm, sizeof(named->comm), &leader->comm);
	named->pid = process_id(task);
}

/* Whose memory is it, before a fork or an exec is through?  May be told later. */
static __always_inline bool owned_by(struct task_struct *task, u64 mm, bool removed)
{
	u32 flags = 0;
	u64 its = 0;

	READ(its, task->mm);
	if (its == mm)
		return true;
	/* It ends: nobody has it any more, but who takes it apart is who had it. */
	READ(flags, task->flags);
	return removed && !(flags & PF_KTHREAD);
}

static __always_inline bool who_is(struct who *who, bool removed)
{
	struct task_struct *me = (struct task_struct *)bpf_get_current_task();
	u64 mm = who->mm, now = bpf_ktime_get_ns();
	u64 *born = lives.lookup(&mm);
	struct named fresh = {};

	if (born) {
		who->born = *born;
		return true;
	}
	lives.insert(&mm, &now);
	born = lives.lookup(&mm);
	if (!born)
		return false;
	who->born = *born;
	if (owned_by(me, mm, removed))
		name_it(&fresh, me);
	names.insert(who, &fresh);
	if (names.lookup(who))
		return true;
	lives.delete(&mm);
	return false;
}

static __always_inline int count(struct pt_regs *ctx, bool removed)
{
	struct anon_vma_chain *avc = (struct anon_vma_chain *)PT_REGS_PARM1(ctx);
	struct vm_area_struct *vma;
	struct place place = {};
	u64 *n, zero = 0;

	if (!going())
		return 0;
	counts.increment(SEEN);
	READ(vma, avc->vma);
	READ(place.who.mm, vma->vm_mm);
	place.removed = removed;
	/* On x86 at a function's first instruction. */
	bpf_probe_read_kernel(&place.caller, sizeof(place.caller), (void *)PT_REGS_SP(ctx));
	if (!who_is(&place.who, removed)) {
		counts.increment(NO_ROOM);
		return 0;
	}
	n = avcs.lookup(&place);
	if (!n) {
		avcs.insert(&place, &zero);
		n = avcs.lookup(&place);
	}
	if (n)
		__sync_fetch_and_add(n, 1);
	else
		counts.increment(NO_ROOM);
	return 0;
}

int inserted(struct pt_regs *ctx)
{
	return count(ctx, false);
}

int removed(struct pt_regs *ctx)
{
	return count(ctx, true);
}

int mm_ends(struct pt_regs *ctx)
{
	struct who who = { .mm = PT_REGS_PARM1(ctx) };
	struct named *named;
	u64 *born = lives.lookup(&who.mm);

	if (!born)
		return 0;
	who.born = *born;
	lives.delete(&who.mm);
	named = names.lookup(&who);
	if (named)
		named->gone = 1;
	return 0;
}

/* @anew: under another name than before. */
static __always_inline void has_memory(struct task_struct *task, bool anew)
{
	struct who who = {};
	struct named *named;
	u64 *born;

	READ(who.mm, task->mm);
	born = lives.lookup(&who.mm);
	if (!born)
		return;
	who.born = *born;
	named = names.lookup(&who);
	if (named && (anew || !named->pid))
		name_it(named, task);
}

RAW_TRACEPOINT_PROBE(sched_process_fork)
{
	struct task_struct *parent = (struct task_struct *)ctx->args[0];
	struct task_struct *child = (struct task_struct *)ctx->args[1];
	u64 its = 0, childs = 0;

	READ(its, parent->mm);
	READ(childs, child->mm);
	if (its != childs) /* not a thread, nor a vfork */
		has_memory(child, false);
	return 0;
}

RAW_TRACEPOINT_PROBE(sched_process_exec)
{
	has_memory((struct task_struct *)ctx->args[0], true);
	return 0;
}
"""
# Counters.  SEEN: insertions and removals.
COUNTERS = {"SEEN": 0, "NO_ROOM": 1}
PROBES = {"anon_vma_interval_tree_insert": "inserted", "anon_vma_interval_tree_remove": "removed", "__mmdrop": "mm_ends"}
# Where the kernel changes a VMA's range it takes its AVCs out of the trees and puts them back.
LINK, MOVE = "anon_vma", "anon_vma_interval_tree_"


def options():
    args = tracing.parser(description=__doc__.split(" - ")[1])
    args.add_argument("-j", "--json", action="store_true", help="print JSON, one object a line")
    args.add_argument("-r", "--rows", type=tracing.number(int, 2 ** 31 - 1, "rows"), default=20,
                      help="rows of the table, those that grew most (20)")
    args.add_argument("--processes", type=int, default=16384, help=argparse.SUPPRESS)  # for tests: no room
    opts = tracing.parse(args)
    if opts.interval is None:
        opts.interval = 1.0 if opts.duration is None and not opts.command else None
    return opts


class Growth:
    """AVCs by process; growth is since the start."""

    LINKED, FREED, MOVED, TAKEN = range(4)  # moved: taken out and put back

    def __init__(self, tracer):
        self._bpf = tracer.bpf
        self._sums = {}  # by (mm, born): [linked, freed, moved, taken]
        self._names = {}  # by (mm, born): (pid, comm)
        self._carried = {}  # growth of a pid by memory that it no longer has (it has called exec)
        self._callers = {}
        self.recorded = 0

    def _column(self, caller, removed):
        if caller not in self._callers:
            function = tracing.name(self._bpf.ksym(caller - 1))
            self._callers[caller] = LINK in function and not function.startswith(MOVE)
        if not self._callers[caller]:
            return self.TAKEN if removed else self.MOVED
        return self.FREED if removed else self.LINKED

    def look(self, last):
        """Rows of the time since the last look: {pid: [comm, linked, freed, moved, taken, growth]}; pid 0 is not known.

        What belongs to somebody who is being forked, and has no name yet, waits for it unless it is the last look.
        """
        names, avcs = self._bpf["names"], self._bpf["avcs"]
        before, gone = self._sums, []
        # Names first: whoever comes in between is in the next look.
        for key, named in names.items():
            who = (key.mm, key.born)
            self._names[who] = (named.pid, tracing.name(named.comm))
            if named.gone:
                gone.append((key, who))
        ended = {who for _key, who in gone}
        unborn = {who for who, (_pid, comm) in self._names.items() if not (comm or last or who in ended)}
        self._sums = {who: [0] * 4 for who in self._names if who not in unborn}
        places = []
        for place, n in avcs.items():
            who = (place.who.mm, place.who.born)
            if who in self._sums:
                self._sums[who][self._column(place.caller, place.removed)] += n.value
                places.append((place, who, n.value))
        rows = {}
        # A process that has called exec is called as it is now.
        for who, sums in sorted(self._sums.items(), key=lambda item: item[0][1]):
            pid, comm = self._names[who]
            row = rows.setdefault(pid, [comm, 0, 0, 0, 0, self._carried.get(pid, 0)])
            row[0] = comm
            for column, (now, then) in enumerate(zip(sums, before.get(who, [0] * 4))):
                row[1 + column] += now - then
            row[5] += sums[self.LINKED] - sums[self.FREED]
        self._forget(gone, ended, places)
        self.recorded += sum(sum(row[1:5]) for row in rows.values())
        return rows

    def _forget(self, gone, ended, places):
        for place, who, _n in places:
            if who in ended:
                del self._bpf["avcs"][place]
        for key, who in gone:
            del self._bpf["names"][key]
            pid, _comm = self._names.pop(who)
            linked, freed, *_moved = self._sums.pop(who)
            self._carried[pid] = self._carried.get(pid, 0) + linked - freed
        living = {pid for pid, _comm in self._names.values()}
        for pid in set(self._carried) - living:
            del self._carried[pid]


def table(file, rows, opts):
    file.write(f"{tracing.clock()}\n{'PID':>8} {'COMM':<15} {'LINKED':>8} {'FREED':>8} {'MOVED':>8} {'GROWTH':>8}\n")
    busy = [(pid, row) for pid, row in rows.items() if any(row[1:])]
    busy.sort(key=lambda item: (-item[1][5], -item[1][1], item[0]))
    columns = (1, 2, 3, 5)
    for pid, row in busy[:opts.rows]:
        file.write(f"{pid or '-':>8} {row[0] or '-':<15}" + "".join(f" {row[at]:>8}" for at in columns) + "\n")
    sums = [sum(row[at] for _pid, row in busy) for at in columns]
    file.write(f"{len(busy):>8} {'in all':<15}" + "".join(f" {n:>8}" for n in sums) + "\n\n")
    file.flush()


def interval(file, rows, since):
    now = time.time()
    tracing.json_line(file, type="interval", ts=round(now, 6), interval_s=round(now - since, 6), rows=[
        {"pid": pid or None, "comm": comm if pid else None, "linked": linked, "freed": freed, "moved": moved,
         "growth": growth}
        for pid, (comm, linked, freed, moved, _taken, growth) in sorted(rows.items()) if linked or freed or moved])
    return now


def main():
    opts = options()
    file = tracing.output(opts.output)
    if opts.json:
        tracing.enable_stats()
    tracer = tracing.Tracer(opts, PROGRAM, PROCESSES=opts.processes, **COUNTERS)
    for function, program in PROBES.items():
        if not tracer.has(function):
            raise tracing.Failure(f"this kernel has no {function}", tracing.KERNEL)
        tracer.kprobe(function, program)
    growth = Growth(tracer)
    tracer.begin()
    since = tracer.start
    if opts.json:
        full = {"state": "full", "why": None}
        tracing.json_line(file, **tracing.header("anonvmagrowth", tracer, opts,
                                                 {"linked": full, "freed": full, "moved": full}))
    goes_on = True
    while goes_on:
        goes_on = tracer.wait()
        rows = growth.look(last=not goes_on)
        mine = {pid: row for pid, row in rows.items() if not opts.pids or pid in opts.pids}
        if opts.json:
            since = interval(file, mine, since)
        else:
            table(file, mine, opts)
    seen, no_room, missed = tracer.count(COUNTERS["SEEN"]), tracer.count(COUNTERS["NO_ROOM"]), tracer.missed()
    if opts.json:
        tracing.json_line(file, type="end", ts=round(time.time(), 6), seen=seen + missed, recorded=growth.recorded,
                          lost={"full": no_room, "missed": missed}, bpf=tracer.cost())
    if no_room or missed:
        tracing.warn(f"{no_room + missed} of {seen + missed} changes are missing: for {no_room} there was no room, "
                     f"{missed} probes were missed")
    if growth.recorded + no_room != seen:
        tracing.warn(f"{seen - growth.recorded - no_room} changes are unaccounted for")


if __name__ == "__main__":
    sys.exit(tracing.run(main))
