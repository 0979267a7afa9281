#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Draws recordings of exchangelat --json."""

import math
import sys
import time

# The modules beside this file may be installed where nobody should leave a cache.
sys.dont_write_bytecode = True

import figure
import recording
from figure import LEFT, RIGHT, WIDTH
from recording import count_text, ns_text, percent_text

TOOL = "exchangelat"
COLUMNS = 240  # of a heat map, the most that can be told apart


class Kind:
    """An operation, and the words for it."""

    def __init__(self, one, many, calls, done, not_refusals, colour):
        self.one, self.many, self.calls = one, many, calls
        self.done = done  # the result that is success
        self.not_refusals = not_refusals  # results that are counted besides
        self.colour = colour


KINDS = {
    "exchange": Kind("pair", "pairs", "batches", "ok", (), "#0072B2"),
    "migrate": Kind("page", "pages", "calls", "succeeded",
                    ("thp_succeeded", "thp_failed", "thp_split", "large_folio_split"), "#D55E00"),
}

# In the order of a batch.  Colours that the colour-blind can tell apart (Paul Tol's).
PHASES = {
    "drain": "#DDCC77", "isolate": "#88CCEE", "lock": "#999933", "unmap": "#332288",
    "flush": "#CC6677", "prepare": "#BBBBBB", "mapping": "#44AA99", "private": "#DDDDDD",
    "data": "#882255", "flags": "#EEDD88", "finish": "#777777", "remap": "#117733",
    "putback": "#AA4499", "move": "#EE8866",
}
REST = "the rest"
REST_COLOUR = "#DDDDDD"


# ------------------------------------------------------------------ reading


class Operation:
    """All rows of one operation."""

    def __init__(self):
        self.total = recording.Durations()
        self.each = recording.Durations()
        self.blocked = recording.Durations()
        self.phases = {name: recording.Durations() for name in PHASES}
        self.results = {}
        self.by_interval = {}  # number of the interval: Hist of each

    def read(self, row, interval):
        each = row.get("each")
        self.total.read(row.get("total"))
        self.each.read(each)
        self.blocked.read(row.get("blocked"))
        if each is not None:
            self.by_interval.setdefault(interval, recording.Hist()).read(each.get("hist"))
        for name, value in recording.mapping(row.get("phases"), "'phases'").items():
            if name not in self.phases:
                raise recording.Malformed(f"no phase '{name}' is known")
            self.phases[name].read(value)
        results = recording.mapping(row.get("result"), "'result'")
        for key in results:
            name = recording.printable(key)
            self.results[name] = self.results.get(name, 0) + recording.number(results, key)


class Data:
    """What all recordings together have."""

    def __init__(self):
        self.sources = recording.Sources()
        self.spans = []
        self.operations = {name: Operation() for name in KINDS}

    def read(self, source):
        source.each(self._interval)
        self.sources.add(source)

    def _interval(self, begin, end, line):
        self.spans.append((begin, end))
        for row in recording.sequence(line.get("rows"), "'rows'"):
            op = recording.one_of(recording.mapping(row, "a row"), "op", self.operations, "operation")
            self.operations[op].read(row, len(self.spans) - 1)


# ------------------------------------------------------------ what is drawn


def phases_of(name, op):
    """Parts of the stacked bar.  Of a migration not all is seen; an exchange is its phases."""
    parts = [(phase, d.ns) for phase, d in op.phases.items() if d.ns]
    seen = sum(ns for _, ns in parts)
    if name == "migrate" and op.total.ns > seen:
        parts.append((REST, op.total.ns - seen))
    whole = max(op.total.ns if name == "migrate" else 0, seen)
    return [{"name": phase, "ns": ns, "share": ns / whole} for phase, ns in parts]


def heat_of(op, timeline):
    """How many a second, by bucket and column of time."""
    edges, rates = timeline.edges, {}
    for interval, hist in op.by_interval.items():
        columns = timeline.spread(interval)
        for lo, hi, count in hist.buckets():
            rate = rates.setdefault((lo, hi), [0.0] * (len(edges) - 1))
            for column, share in columns:
                rate[column] += count * share / (edges[column + 1] - edges[column])
    return [{"lo": lo, "hi": hi, "rate": rates[lo, hi]}
            for lo, hi in sorted(rates, key=lambda bounds: bounds[0])]


def numbers(data, columns=COLUMNS):
    """All that is drawn, in the form that --numbers prints; at most so many columns of time."""
    present = {name: op for name, op in data.operations.items() if op.each.count}
    if not present:
        return None
    timeline = recording.Timeline(data.spans, columns)
    operations = {}
    for name, op in present.items():
        kind = KINDS[name]
        asked = {result: n for result, n in op.results.items() if result not in kind.not_refusals}
        operations[name] = {
            "asked": sum(asked.values()),
            "done": asked.get(kind.done, 0),
            "calls": op.total.count,
            "refused": dict(sorted(((result, n) for result, n in asked.items()
                                    if result != kind.done and n), key=lambda item: -item[1])),
            "also": {result: n for result, n in op.results.items()
                     if result in kind.not_refusals and n},
            "each": op.each.numbers(),
            "blocked": op.blocked.numbers(),
            "phases": phases_of(name, op),
            "heat": heat_of(op, timeline),
        }
    return {
        "kernels": data.sources.kernels,
        "backends": data.sources.backends,
        "begin": timeline.begin,
        "time": timeline.edges,
        "breaks": timeline.breaks,
        "lost": data.sources.lost,
        "operations": operations,
    }


# ------------------------------------------------------------------ drawing


def headline(drawn):
    return [f"{TOOL}, Linux {' and '.join(drawn['kernels'])}, backend",
            f"{' and '.join(drawn['backends'])},",
            f"{drawn['time'][-1]:.1f} s recorded"]


def summary(name, op):
    """Words that may be parted where a line is full."""
    kind = KINDS[name]
    words = [f"{name}:", f"{count_text(op['done'])} of {count_text(op['asked'])} {kind.many}",
             f"in {count_text(op['calls'])} {kind.calls},",
             f"{ns_text(op['each']['ns'] // op['each']['count'])} a {kind.one};"]
    refused = [f"{count_text(n)} {reason}" for reason, n in op["refused"].items()]
    also = [f"{count_text(n)} {result}" for result, n in op["also"].items()]
    if not refused:
        words.append("none refused" if name == "exchange" else "none failed")
    elif name == "exchange":
        words.append("refused:")
    listed = refused + also
    if also and not refused:
        words[-1] += ","
    return words + [f"{text}," for text in listed[:-1]] + listed[-1:]


def draw_histograms(page, operations):
    """One below the other on the same axes, so that they can be compared."""
    ends = [figure.bounds(b["lo"], b["hi"]) for op in operations.values()
            for b in op["each"]["hist"]]
    lo, hi = min(end[0] for end in ends) / 1.15, max(end[1] for end in ends) * 1.15
    most = max(b["count"] for op in operations.values() for b in op["each"]["hist"])
    page.heading("Time of a pair and of a page" if len(operations) > 1 else
                 f"Time of a {KINDS[next(iter(operations))].one}",
                 "the time of a batch or call, divided among what it was for")
    for i, (name, op) in enumerate(operations.items()):
        page.skip(.26)
        axes = page.axes(1.05)
        axes.set(xscale="log", yscale="log", xlim=(lo, hi), ylim=(.7, most * 1.5))
        figure.time_axis(axes.xaxis, lo, hi, 14)
        figure.count_axis(axes.yaxis, most)
        axes.grid(True)
        axes.set_ylabel(f"{name}, {KINDS[name].many}")
        for bucket in op["each"]["hist"]:
            begin, end = figure.bounds(bucket["lo"], bucket["hi"])
            bar, = axes.bar(begin, bucket["count"], end - begin, align="edge", linewidth=.4,
                            edgecolor="white", color=KINDS[name].colour)
            bar.set_gid(f"{name}-{bucket['lo']}")
        mark_percentiles(page, axes, op["each"])
        if i + 1 < len(operations):
            axes.tick_params(labelbottom=False)
    page.skip(.25)


def mark_percentiles(page, axes, each):
    width = WIDTH - LEFT - RIGHT
    lo, hi = axes.get_xlim()
    texts = [f"p{percent} {ns_text(each[f'p{percent}'])}" for percent in (50, 99)]
    widths = [page.ruler.inches(text, figure.SMALL) for text in texts]
    places = [width * math.log(each[key] / lo) / math.log(hi / lo) if each[key] else 0
              for key in ("p50", "p99")]
    # Each at the outer side of its line.
    centres = figure.spread([places[0] - widths[0] / 2, places[1] + widths[1] / 2], widths,
                            width, .12)
    for key, style, text, centre in zip(("p50", "p99"), ("-", "--"), texts, centres):
        axes.axvline(max(each[key], lo), color=figure.INK, linestyle=style, linewidth=1)
        axes.text(centre / width, 1.04, text, ha="center", va="bottom", fontsize=figure.SMALL,
                  transform=axes.transAxes)


TITLE, BAR, LABELS = .22, .36, .42  # inches


def draw_phases(page, operations):
    """A bar each, as long as a pair or a page takes."""
    means = {name: op["each"]["ns"] / op["each"]["count"] for name, op in operations.items()}
    longest = max(means.values()) or 1
    width = WIDTH - LEFT - RIGHT
    page.heading("Phases", "the mean of " + " and of ".join(
        f"a {KINDS[name].one}" for name in operations)
        + ("; a pair is two pages" if len(operations) > 1 else ""))
    axes = page.axes(0, keep=False)
    axes.spines["left"].set_visible(False)
    axes.yaxis.set_visible(False)
    axes.set_xlim(0, longest)
    figure.linear_time_axis(axes.xaxis)
    height = 0  # from the top, in inches
    for name, op in operations.items():
        axes.text(0, height + .15, f"{name}, a {KINDS[name].one}: {ns_text(round(means[name]))}",
                  va="baseline")
        outside = draw_bar(page, axes, height + TITLE, name, op, longest / width)
        height += TITLE + BAR
        if outside:
            lead_out(axes, height, outside, longest / width)
        height += LABELS if outside else .12
    axes.set_ylim(height, 0)
    page.resize(height)
    page.skip(.28)


def draw_bar(page, axes, top, name, op, ns_per_inch):
    """Returns the names that are longer than their parts: (where, width, texts)."""
    outside = []
    begin = 0
    for part in op["phases"]:
        ns = part["ns"] / op["each"]["count"]
        colour = PHASES.get(part["name"], REST_COLOUR)
        bar, = axes.barh(top, ns, BAR, begin, align="edge", color=colour, edgecolor="white",
                         linewidth=.6)
        bar.set_gid(f"{name}-{part['name'].replace(' ', '-')}")
        texts = part["name"], percent_text(part["share"])
        wide = max(page.ruler.inches(text, figure.SMALL) for text in texts)
        middle = begin + ns / 2
        if wide + .08 < ns / ns_per_inch:
            for text, at in zip(texts, (.155, .305)):
                axes.text(middle, top + at, text, ha="center", va="baseline",
                          fontsize=figure.SMALL, color=figure.contrast(colour))
        else:
            outside.append((middle, wide, texts))
        begin += ns
    return outside


def lead_out(axes, top, outside, ns_per_inch):
    """Names below a bar, with lines to their parts."""
    centres = figure.spread([middle / ns_per_inch for middle, *_ in outside],
                            [wide for _, wide, _ in outside], WIDTH - LEFT - RIGHT, .09)
    for (middle, _, texts), centre in zip(outside, centres):
        axes.plot([middle, centre * ns_per_inch], [top, top + .09], color=figure.FAINT,
                  linewidth=.7, clip_on=False)
        for text, at in zip(texts, (.21, .345)):
            axes.text(centre * ns_per_inch, top + at, text, ha="center", va="baseline",
                      fontsize=figure.SMALL)


def draw_heat(page, drawn):
    """Side by side with the same axes and colours."""
    import matplotlib

    operations = drawn["operations"]
    rows = [figure.bounds(b["lo"], b["hi"]) for op in operations.values() for b in op["heat"]]
    lo, hi = min(row[0] for row in rows), max(row[1] for row in rows)
    rates = [rate for op in operations.values() for b in op["heat"] for rate in b["rate"] if rate]
    norm = matplotlib.colors.LogNorm(min(rates), max(max(rates), min(rates) * 10))
    many = [KINDS[name].many for name in operations]
    page.heading("Over time", f"{' and '.join(many)} a second, by the time each took")
    page.skip(.2)
    left, gap, bar = LEFT, .2, .85
    width = (WIDTH - LEFT - bar - gap * len(operations)) / len(operations)
    for i, (name, op) in enumerate(operations.items()):
        axes = page.axes(2, left, width, keep=False)
        mesh = draw_heat_map(axes, drawn["time"], op["heat"], norm)
        axes.set(yscale="log", xlim=(0, drawn["time"][-1]), ylim=(lo, hi))
        figure.time_axis(axes.yaxis, lo, hi, 8)
        figure.seconds_axis(axes.xaxis)
        axes.text(0, 1.03, f"{name}, a {KINDS[name].one}", transform=axes.transAxes)
        for at in drawn["breaks"]:
            axes.axvline(at, color=figure.FAINT, linestyle=":", linewidth=1)
        if i:
            axes.tick_params(labelleft=False)
        left += width + gap
    colours = page.axes(2, left, .13)
    page.colour_bar(mesh, colours, f"{' or '.join(many)} a second")
    figure.count_axis(colours.yaxis, norm.vmax)
    page.skip(.25)
    began = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(drawn["begin"]))
    gaps = ("; dotted: nothing was recorded for a time, which is left out"
            if drawn["breaks"] else "")
    page.label(f"time recorded since {began} UTC{gaps}", LEFT)


def draw_heat_map(axes, columns, heat, norm):
    """Rows are the buckets that have anything, and what is between them."""
    edges = sorted({edge for b in heat for edge in figure.bounds(b["lo"], b["hi"])})
    by_lo = {figure.bounds(b["lo"], b["hi"])[0]: b["rate"] for b in heat}
    empty = [0] * (len(columns) - 1)
    # An image in the SVG as well: thousands of rectangles would have seams.
    return axes.pcolormesh(columns, edges, [by_lo.get(edge, empty) for edge in edges[:-1]],
                           norm=norm, cmap="cividis", rasterized=True)


def draw(matplotlib, drawn):
    page = figure.Page(matplotlib)
    room = WIDTH - .3
    for text in page.ruler.wrap(headline(drawn), room, 11):
        page.line(text, 11, weight="bold")
    page.skip(.03)
    for name, op in drawn["operations"].items():
        for text in page.ruler.wrap(summary(name, op), room):
            page.line(text)
    if drawn["lost"]:
        page.line(f"{count_text(drawn['lost'])} events were lost: these are not all")
    draw_histograms(page, drawn["operations"])
    draw_phases(page, drawn["operations"])
    draw_heat(page, drawn)
    return page.done()


# --------------------------------------------------------------------- main


def main():
    figure.main(TOOL, "Draw recordings of exchangelat --json: how long a pair or a page takes, "
                "in which phase, and when.", Data(), numbers, draw,
                "no exchange and no migration was timed")


if __name__ == "__main__":
    sys.exit(recording.run(main))
