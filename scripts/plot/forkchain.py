#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Draws recordings of forkchain --json: operations on anon_vmas, AVCs, depth, and time."""

import bisect
import sys
import time

# The modules beside this file may be installed where nobody should leave a cache.
sys.dont_write_bytecode = True

import figure
import recording
from figure import WIDTH
from recording import count_text, ns_text

TOOL = "forkchain"
COLUMNS = 120  # of time

# Colours that the colour-blind can tell apart (Okabe and Ito's).
EVENTS = {"prepare": "#009E73", "fork": "#0072B2", "clone": "#56B4E9", "unlink": "#D55E00"}
CAUSES = ("fork", "split", "mremap", "merge", "unknown")


# ------------------------------------------------------------------ reading


def change(kind, cause, avcs):
    """
    How many AVCs more there are after it.  The clone within a fork changes nothing: the fork
    tells them again, with the one of its own.
    """
    if kind == "unlink":
        return -avcs
    return 0 if kind == "clone" and cause == "fork" else avcs


class Operation:
    """Events of one kind."""

    def __init__(self):
        self.avcs = self.reused = self.failed = self.waited = self.lock_ns = 0
        self.ns = []

    def numbers(self):
        """Percentiles are the values themselves: every event is there."""
        ns = sorted(self.ns)
        return {"count": len(ns), "avcs": self.avcs, "reused": self.reused, "failed": self.failed,
                "waited": self.waited, "lock_ns": self.lock_ns, "ns": sum(ns),
                **{f"p{p}": ns[-(-len(ns) * p // 100) - 1] for p in (50, 99)}, "max": ns[-1]}


class Data:
    """What all recordings together have."""

    def __init__(self):
        self.sources = recording.Sources()
        self.events = []  # (time, kind, change of AVCs)
        self.spans = []  # a recording each, from its first event to its last
        self.operations = {}  # (kind, cause): Operation
        self.depths = {}  # of forks: VMAs copied
        self.tasks = {}  # (pid, comm): {kind: events, "linked", "freed", "ns", "lock_ns"}
        self.holders = {}  # (pid, comm): ns waited for it

    def read(self, source):
        source.lines({"event": self._event})
        self.sources.add(source)
        if source.began is not None:
            self.spans.append((source.began, source.ended))

    def _event(self, _begin, end, line):
        kind = recording.one_of(line, "event", EVENTS, "event")
        cause = recording.one_of(line, "cause", CAUSES, "cause") if kind == "clone" else ""
        avcs, ns, lock_ns = (recording.number(line, key) for key in ("avcs", "ns", "lock_ns"))
        op = self.operations.setdefault((kind, cause), Operation())
        op.avcs += avcs
        op.ns.append(ns)
        op.lock_ns += lock_ns
        op.waited += lock_ns > 0
        op.reused += line.get("reused") is True
        op.failed += line.get("failed") is True or "error" in line
        if kind == "fork" and line.get("depth") is not None:
            depth = recording.number(line, "depth")
            self.depths[depth] = self.depths.get(depth, 0) + 1
        delta = change(kind, cause, avcs)
        self.events.append((end, kind, delta))
        task = self.tasks.setdefault(
            (recording.number(line, "pid"), recording.name(line, "comm")),
            {**dict.fromkeys(EVENTS, 0), "linked": 0, "freed": 0, "ns": 0, "lock_ns": 0})
        task[kind] += 1
        task["linked" if delta > 0 else "freed"] += abs(delta)
        task["ns"] += ns
        task["lock_ns"] += lock_ns
        if "holder" in line:
            holder = recording.mapping(line["holder"], "'holder'")
            key = recording.number(holder, "pid"), recording.name(holder, "comm")
            self.holders[key] = self.holders.get(key, 0) + lock_ns


def parts(spans):
    """(begin, end, time recorded before it) of what spans (begin, end) cover together."""
    covered = []
    for begin, end in sorted(spans):
        if covered and begin <= covered[-1][1]:
            covered[-1][1] = max(covered[-1][1], end)
        else:
            covered.append([begin, end, 0])
    for before, after in zip(covered, covered[1:]):
        after[2] = before[2] + before[1] - before[0]
    return covered


def over_time(events, spans, columns):
    """
    Events by kind, AVCs linked and freed, in columns of the same length.  Time between
    recordings is left out.
    """
    covered = parts(spans)
    starts = [begin for begin, *_ in covered]
    last = covered[-1]
    width = max(last[2] + last[1] - last[0], recording.SHORTEST) / columns
    counts = {kind: [0] * columns for kind in EVENTS}
    linked, freed = [0] * columns, [0] * columns
    for at, kind, delta in events:
        begin, _, before = covered[bisect.bisect_right(starts, at) - 1]
        column = min(int((before + at - begin) / width), columns - 1)
        counts[kind][column] += 1
        linked[column] += max(delta, 0)
        freed[column] += max(-delta, 0)
    return {"time": [i * width for i in range(columns + 1)],
            "breaks": [before for *_, before in covered[1:]],
            "events": {kind: values for kind, values in counts.items() if any(values)},
            "linked": linked, "freed": freed}


def numbers(data, columns=COLUMNS):
    """All that is drawn, in the form that --numbers prints; at most so many columns of time."""
    events = sorted(data.events, key=lambda event: event[0])
    if not events:
        return None
    order = [(kind, cause) for kind in EVENTS for cause in (*CAUSES, "")]
    return {
        "kernels": data.sources.kernels,
        "backends": data.sources.backends,
        "begin": events[0][0],
        "lost": data.sources.lost,
        **over_time(events, data.spans, columns),
        "operations": [{"event": kind, "cause": cause, **op.numbers()} for (kind, cause), op in
                       sorted(data.operations.items(), key=lambda item: order.index(item[0]))],
        "depths": dict(sorted(data.depths.items())),
        "tasks": [{"pid": pid, "comm": comm, **task} for (pid, comm), task in
                  sorted(data.tasks.items(), key=lambda item: (-item[1]["linked"], item[0]))],
        "holders": [{"pid": pid, "comm": comm, "ns": ns} for (pid, comm), ns in
                    sorted(data.holders.items(), key=lambda item: (-item[1], item[0]))],
    }


def net(drawn):
    """AVCs more than at the beginning, at the end of each column."""
    total, totals = 0, []
    for linked, freed in zip(drawn["linked"], drawn["freed"]):
        total += linked - freed
        totals.append(total)
    return totals


# ------------------------------------------------------------------ drawing


def draw_events(page, drawn):
    page.heading("Operations on anon_vmas", f"in {ns_text(drawn['time'][1] * 1e9)} each")
    axes = page.axes(1.7)
    width = drawn["time"][1]
    figure.stack(axes, "events", drawn["time"][:-1], [width] * len(drawn["linked"]),
                 drawn["events"], EVENTS)
    figure.seconds_axis(axes.xaxis)
    for at in drawn["breaks"]:
        axes.axvline(at, color=figure.FAINT, linestyle=":", linewidth=1)
    page.skip(.3)
    page.legend([(f"{kind} {count_text(sum(values))}", EVENTS[kind])
                 for kind, values in drawn["events"].items()])


def draw_avcs(page, drawn):
    page.heading("AVCs", "more than at the beginning of the recording")
    axes = page.axes(1.2)
    line, = axes.step(drawn["time"], [0, *net(drawn)], where="pre", color=EVENTS["fork"])
    line.set_gid("net")
    axes.set_xlim(0, drawn["time"][-1])
    axes.axhline(0, color=figure.FAINT, linewidth=.6)
    figure.seconds_axis(axes.xaxis)
    page.skip(.3)


def draw_depths(page, drawn):
    page.heading("Depth", "VMAs that forks have copied, by how many ancestors their anon_vma has")
    axes = page.axes(1)
    deepest = max(drawn["depths"])
    for depth, count in drawn["depths"].items():
        bar, = axes.bar(depth, count, .8, color=EVENTS["fork"])
        bar.set_gid(f"depth-{depth}")
    axes.set_xlim(-.5, deepest + .5)
    axes.xaxis.get_major_locator().set_params(integer=True)
    page.skip(.3)


def draw_times(page, drawn):
    page.heading("Time", "of each operation: half take no longer, 99 of 100 take no longer, most")
    for op in drawn["operations"]:
        words = f"{op['event']} {op['cause']}".strip()
        waited = f", {ns_text(op['lock_ns'])} waiting for locks" if op["lock_ns"] else ""
        page.line(f"{words}: {count_text(op['count'])}, p50 {ns_text(op['p50'])}, "
                  f"p99 {ns_text(op['p99'])}, max {ns_text(op['max'])}{waited}")


def draw(matplotlib, drawn):
    page = figure.Page(matplotlib)
    began = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(drawn["begin"]))
    for text in page.ruler.wrap([f"{TOOL}, Linux {' and '.join(drawn['kernels'])}, backend",
                                 f"{' and '.join(drawn['backends'])},",
                                 f"{drawn['time'][-1]:.2f} s since {began} UTC"],
                                WIDTH - .3, 11):
        page.line(text, 11, weight="bold")
    page.line(f"{count_text(sum(drawn['linked']))} AVCs linked, "
              f"{count_text(sum(drawn['freed']))} freed")
    if drawn["lost"]:
        page.line(f"{count_text(drawn['lost'])} events were lost: these are not all")
    draw_events(page, drawn)
    draw_avcs(page, drawn)
    if drawn["depths"]:
        draw_depths(page, drawn)
    draw_times(page, drawn)
    return page.done()


def main():
    figure.main(TOOL, "Draw recordings of forkchain --json: operations on anon_vmas over time, the "
                "AVCs they link and free, how deep forks go, and how long they take.",
                Data(), numbers, draw, "no event")


if __name__ == "__main__":
    sys.exit(recording.run(main))
