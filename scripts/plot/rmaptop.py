#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Draws recordings of rmaptop --json: walks by cause, what they visit, and the slowest."""

import sys
import time

# The modules beside this file may be installed where nobody should leave a cache.
sys.dont_write_bytecode = True

import figure
import recording
from figure import RIGHT, WIDTH
from recording import count_text, ns_text, percent_text

TOOL = "rmaptop"
COLUMNS = 240  # of time
SLOWEST = 20  # walks, and processes
ANY = "all causes"  # of rows that are not split by cause

# Colours that the colour-blind can tell apart (Okabe and Ito's, and Paul Tol's).
CAUSES = {
    "reclaim_ref": "#0072B2", "unmap": "#D55E00", "migrate_unmap": "#56B4E9",
    "migrate_restore": "#009E73", "mkclean": "#E69F00", "idle": "#CC79A7", "damon": "#F0E442",
    "device": "#882255", "other": "#777777", ANY: "#999999",
}
KINDS = ("anon", "file", "shmem", "ksm")
MAPPED, PHANTOM = "#0072B2", "#D55E00"


# ------------------------------------------------------------------ reading


class Walks:
    """Walks that are alike."""

    def __init__(self):
        self.walks = self.vmas = self.mapped = self.lock_ns = self.vmas_max = 0
        self.time = recording.Durations()

    def read(self, row):
        vmas, mapped = recording.number(row, "vmas"), recording.number(row, "mapped")
        if mapped > vmas:
            raise recording.Malformed("more VMAs mapped than were visited")
        self.walks += recording.number(row, "walks")
        self.vmas += vmas
        self.mapped += mapped
        self.lock_ns += recording.number(row, "lock_ns")
        self.vmas_max = max(self.vmas_max, recording.number(row, "vmas_max"))
        self.time.read(row)

    def numbers(self):
        return {"walks": self.walks, "vmas": self.vmas, "mapped": self.mapped,
                "phantom": self.vmas - self.mapped, "lock_ns": self.lock_ns,
                "vmas_max": self.vmas_max, "time": self.time.numbers()}


class Data:
    """What all recordings together have."""

    def __init__(self):
        self.sources = recording.Sources()
        self.spans = []
        self.by_interval = []  # {cause: Walks}, as spans
        self.by_cause = {}  # (cause, kind): Walks
        self.by_task = {}  # (pid, comm): Walks
        self.slowest = []
        self.sample = 1

    def read(self, source):
        source.each(self._interval)
        self.sources.add(source)

    def _interval(self, begin, end, line):
        here = {}
        for row in recording.sequence(line.get("rows"), "'rows'"):
            recording.mapping(row, "a row")
            cause = recording.one_of(row, "cause", CAUSES, "cause") if "cause" in row else ANY
            kind = recording.one_of(row, "kind", KINDS, "kind") if "kind" in row else ""
            here.setdefault(cause, Walks()).read(row)
            self.by_cause.setdefault((cause, kind), Walks()).read(row)
            if "pid" in row:
                task = recording.number(row, "pid"), recording.name(row, "comm")
                self.by_task.setdefault(task, Walks()).read(row)
        for walk in recording.sequence(line.get("slowest", []), "'slowest'"):
            self.slowest.append(self._walk(recording.mapping(walk, "a walk")))
        self.slowest.sort(key=lambda walk: (-walk["ns"], walk["ts"]))
        del self.slowest[SLOWEST:]
        if "sample" in line:
            self.sample = max(self.sample, recording.number(line, "sample"))
        self.spans.append((begin, end))
        self.by_interval.append(here)

    def _walk(self, walk):
        numbers = {key: recording.number(walk, key)
                   for key in ("pid", "ns", "lock_ns", "vmas", "mapped", "order")}
        if numbers["mapped"] > numbers["vmas"] or numbers["lock_ns"] > numbers["ns"]:
            raise recording.Malformed("a part of a walk is more than the walk")
        return {"ts": recording.seconds(walk, "ts"), **numbers,
                "phantom": numbers["vmas"] - numbers["mapped"],
                "nid": walk.get("nid") if type(walk.get("nid")) is int else -1,
                "comm": recording.name(walk, "comm"), "pfn": recording.name(walk, "pfn"),
                "cause": recording.one_of(walk, "cause", CAUSES, "cause"),
                "kind": recording.one_of(walk, "kind", KINDS, "kind"),
                "stack": recording.name(walk, "stack")}


def over_time(data, timeline):
    """Walks by cause, and VMAs, in each column of time: an interval's, as far as it is in it."""
    columns = len(timeline.edges) - 1
    causes = {cause: [0.0] * columns for cause in CAUSES
              if any(cause in here for here in data.by_interval)}
    vmas, mapped = [0.0] * columns, [0.0] * columns
    for i, here in enumerate(data.by_interval):
        for column, share in timeline.spread(i):
            for cause, walks in here.items():
                causes[cause][column] += walks.walks * share
                vmas[column] += walks.vmas * share
                mapped[column] += walks.mapped * share
    return {"walks": causes, "vmas": vmas, "phantom": [a - b for a, b in zip(vmas, mapped)]}


def numbers(data, columns=COLUMNS):
    """All that is drawn, in the form that --numbers prints; at most so many columns of time."""
    if not data.by_cause:
        return None
    timeline = recording.Timeline(data.spans, columns)
    order = list(CAUSES)
    return {
        "kernels": data.sources.kernels,
        "backends": data.sources.backends,
        "begin": timeline.begin,
        "time": timeline.edges,
        "breaks": timeline.breaks,
        "lost": data.sources.lost,
        "sample": data.sample,
        "over_time": over_time(data, timeline),
        "causes": [{"cause": cause, "kind": kind, **walks.numbers()}
                   for (cause, kind), walks in sorted(
                       data.by_cause.items(), key=lambda item: (order.index(item[0][0]),
                                                                item[0][1]))],
        "tasks": [{"pid": pid, "comm": comm, **walks.numbers()}
                  for (pid, comm), walks in sorted(
                      data.by_task.items(), key=lambda item: (-item[1].time.ns, item[0]))],
        "slowest": data.slowest,
    }


# ------------------------------------------------------------------ drawing


def rates(drawn, values):
    """Values of columns of time, a second."""
    edges = drawn["time"]
    return [value / (b - a) for value, a, b in zip(values, edges, edges[1:])]


def time_axes(page, drawn, height):
    axes = page.axes(height)
    axes.set_xlim(0, drawn["time"][-1])
    figure.seconds_axis(axes.xaxis)
    for at in drawn["breaks"]:
        axes.axvline(at, color=figure.FAINT, linestyle=":", linewidth=1)
    page.skip(.3)
    return axes


def draw_walks(page, drawn):
    walks = drawn["over_time"]["walks"]
    lefts = drawn["time"][:-1]
    widths = [b - a for a, b in zip(drawn["time"], drawn["time"][1:])]
    page.heading("Walks over time", "a second, by cause")
    axes = time_axes(page, drawn, 1.8)
    figure.stack(axes, "walks", lefts, widths,
                 {cause: rates(drawn, values) for cause, values in walks.items()}, CAUSES)
    page.legend([(f"{cause} {count_text(round(sum(values)))}", CAUSES[cause])
                 for cause, values in walks.items()])


def draw_phantoms(page, drawn):
    page.heading("Phantom share", "of the VMAs visited, the part that did not map the folio")
    axes = time_axes(page, drawn, 1)
    over = drawn["over_time"]
    shares = [100 * phantom / vmas if vmas else 0
              for phantom, vmas in zip(over["phantom"], over["vmas"])]
    bars = axes.bar(drawn["time"][:-1], shares,
                    [b - a for a, b in zip(drawn["time"], drawn["time"][1:])], align="edge",
                    color=PHANTOM)
    for i, bar in enumerate(bars):
        bar.set_gid(f"phantom-{i}")
    axes.set_ylim(0, 100)
    axes.yaxis.set_major_formatter(lambda value, _at: f"{value:.0f}%")


ROW = .3  # inches


def draw_rows(page, rows, labels, parts, label_of):
    """A line each: what it is, and beside it a bar of its parts, [(name, value, colour)]."""
    wide = max(page.ruler.inches(label) for label in labels) + .25
    axes = page.axes(ROW * len(rows), wide, WIDTH - RIGHT - wide)
    most = max(sum(part[1] for part in parts(row)) for row in rows)
    axes.set(xlim=(0, most * 1.18 or 1), ylim=(len(rows), 0))
    axes.set_yticks([i + .5 for i in range(len(rows))], labels)
    axes.tick_params(left=False)
    axes.xaxis.set_visible(False)
    axes.spines["bottom"].set_visible(False)
    for i, row in enumerate(rows):
        begin = 0
        for name, value, colour in parts(row):
            bar, = axes.barh(i + .5, value, .62, begin, color=colour, edgecolor="white",
                             linewidth=.5)
            bar.set_gid(f"{name}-{i}")
            begin += value
        axes.text(begin + most * .01, i + .5, label_of(row), va="center_baseline",
                  fontsize=figure.SMALL)
    page.skip(.1)


def draw_causes(page, drawn):
    page.heading("VMAs visited by a walk", "on average; those that mapped the folio, and phantoms")
    rows = [row for row in drawn["causes"] if row["walks"]]
    draw_rows(page, rows, [f"{row['cause']} {row['kind']}" for row in rows],
              lambda row: [("mapped", row["mapped"] / row["walks"], MAPPED),
                           ("phantoms", row["phantom"] / row["walks"], PHANTOM)],
              lambda row: f"{row['vmas'] / row['walks']:.3g}, "
              f"{percent_text(row['phantom'] / row['vmas'] if row['vmas'] else 0)} phantom")
    page.legend([("mapped", MAPPED), ("phantom", PHANTOM)])


def draw_slowest(page, drawn):
    rows = drawn["slowest"]
    page.heading("Slowest walks", "of those recorded one by one")
    draw_rows(page, rows,
              [f"{row['cause']} {row['kind']}, {row['pid']} {row['comm'][:16]}" for row in rows],
              lambda row: [("slow", row["ns"] - row["lock_ns"], MAPPED),
                           ("lock", row["lock_ns"], PHANTOM)],
              lambda row: f"{ns_text(row['ns'])}, {row['vmas']} VMAs")
    page.legend([("walking", MAPPED), ("waiting for the lock", PHANTOM)])


def draw(matplotlib, drawn):
    page = figure.Page(matplotlib)
    walks = sum(row["walks"] for row in drawn["causes"])
    vmas = sum(row["vmas"] for row in drawn["causes"])
    began = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(drawn["begin"]))
    for text in page.ruler.wrap([f"{TOOL}, Linux {' and '.join(drawn['kernels'])}, backend",
                                 f"{' and '.join(drawn['backends'])},",
                                 f"{drawn['time'][-1]:.1f} s recorded since {began} UTC"],
                                WIDTH - .3, 11):
        page.line(text, 11, weight="bold")
    page.line(f"{count_text(walks)} walks, {vmas / (walks or 1):.3g} VMAs a walk, "
              f"{ns_text(sum(row['time']['ns'] for row in drawn['causes']))} in walks")
    if drawn["lost"]:
        page.line(f"{count_text(drawn['lost'])} walks were lost: these are not all")
    if drawn["sample"] > 1:
        page.line(f"one walk of {drawn['sample']} was counted: numbers are estimates")
    draw_walks(page, drawn)
    draw_causes(page, drawn)
    draw_phantoms(page, drawn)
    if drawn["slowest"]:
        draw_slowest(page, drawn)
    return page.done()


def main():
    figure.main(TOOL, "Draw recordings of rmaptop --json: walks over time by cause, the VMAs they "
                "visit, how many of them phantoms, and the slowest.", Data(), numbers, draw,
                "no walk")


if __name__ == "__main__":
    sys.exit(recording.run(main))
