#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Draws recordings of foliomap --json census: memory by kind, and how far exchange reaches."""

import json
import math
import sys
import time

# The modules beside this file may be installed where nobody should leave a cache.
sys.dont_write_bytecode = True

import figure
import recording
from figure import LEFT, RIGHT, WIDTH
from recording import percent_text

TOOL = "foliomap"

# Kinds from below to above: users' first.  Colours that the colour-blind can tell apart.
KINDS = {
    "anon": "#0072B2", "ksm": "#56B4E9", "file": "#009E73", "shmem": "#88CCAA",
    "hugetlb": "#CC79A7", "zero_page": "#AA4499", "device": "#882255", "swap_cache": "#332288",
    "detached": "#DDCC77",
    "slab": "#D55E00", "kmalloc": "#EE8866", "page_table": "#E69F00", "zsmalloc": "#F0E442",
    "movable": "#999933", "guard": "#777777", "offline": "#666666", "unaccepted": "#555555",
    "kernel": "#AA7744", "reserved": "#444444", "changed": "#000000", "hole": "#FFFFFF",
    "free_cached": "#CCCCCC", "free": "#E4E4E4",
}
FREE = ("free_cached", "free", "hole")  # not drawn: most of the memory, mostly
RESULTS = {
    "ok": "#009E73", "not_present": "#DDDDDD", "unsupported": "#444444", "type": "#0072B2",
    "order": "#CC79A7", "shared": "#E69F00", "isolate": "#F0E442", "locked": "#D55E00",
    "hwpoison": "#000000", "writeback": "#56B4E9", "swapcache": "#AA4499", "private": "#999933",
    "pinned": "#882255", "extra_refs": "#CC6677",
}
NO_USER = "none"  # what exchange does not speak of


# ------------------------------------------------------------------ reading


class Data:
    """What all recordings together have: counts in the order of their times."""

    def __init__(self):
        self.kernels = []
        self.counts = []  # (time, {kind: bytes}, {result: bytes})

    def read(self, path):
        source = recording.Recording(path, TOOL)
        kernel = recording.printable(source.header.get("kernel") or "unknown")
        if kernel not in self.kernels:
            self.kernels.append(kernel)
        source.each(self._interval)

    def _interval(self, _begin, end, line):
        kinds, results = {}, {}
        for row in recording.sequence(line.get("rows"), "'rows'"):
            recording.mapping(row, "a row")
            for key, known, sums in (("kind", KINDS, kinds),
                                     ("exchange", {**RESULTS, NO_USER: None}, results)):
                name = row.get(key)
                if name not in known:
                    raise recording.Malformed(f"no {key} '{name}' is known")
                sums[name] = sums.get(name, 0) + recording.number(row, "bytes")
        results.pop(NO_USER, None)
        self.counts.append((end, kinds, results))


def stacked(counts, which, names):
    """What is drawn of one sum: each name's bytes, count by count."""
    present = [name for name in names if any(count[which].get(name) for count in counts)]
    return {name: [count[which].get(name, 0) for count in counts] for name in present}


def numbers(data):
    """All that is drawn, in the form that --numbers prints."""
    counts = sorted(data.counts, key=lambda count: count[0])
    if not counts:
        return None
    return {
        "kernels": data.kernels,
        "begin": counts[0][0],
        "time": [count[0] - counts[0][0] for count in counts],
        "kinds": stacked(counts, 1, [name for name in KINDS if name not in FREE]),
        "free": stacked(counts, 1, FREE),
        "exchange": stacked(counts, 2, RESULTS),
    }


# ------------------------------------------------------------------ drawing


def bytes_text(value):
    units = ["KiB", "MiB", "GiB", "TiB", "PiB"]
    value /= 1024
    while value >= 1000 and len(units) > 1:
        value /= 1024
        units.pop(0)
    return f"{value:.3g} {units[0]}"


def bars_of(times):
    """Where each count's bar begins and how wide it is: up to the next one."""
    widths = [max(b - a, recording.SHORTEST) for a, b in zip(times, times[1:])]
    return times, widths + [widths[-1] if widths else 1]


def draw_stack(page, drawn, key, colours):
    from matplotlib import ticker

    axes = page.axes(2.3)
    lefts, widths = bars_of(drawn["time"])
    bottom = [0] * len(lefts)
    for name, values in drawn[key].items():
        bars = axes.bar(lefts, values, widths, bottom, align="edge", color=colours[name],
                        edgecolor=figure.FAINT, linewidth=0 if len(lefts) > 60 else .3)
        for i, bar in enumerate(bars):
            bar.set_gid(f"{key}-{name}-{i}")
        bottom = [a + b for a, b in zip(bottom, values)]
    axes.set(xlim=(0, lefts[-1] + widths[-1]), ylim=(0, max(bottom) or 1))
    step = 2 ** max(math.ceil(math.log2((max(bottom) or 1) / 6)), 0)
    axes.yaxis.set_major_locator(ticker.MultipleLocator(step))
    axes.yaxis.set_major_formatter(ticker.FuncFormatter(
        lambda value, _at: bytes_text(value) if value else "0"))
    if len(lefts) > 1:
        figure.seconds_axis(axes.xaxis)
    else:
        axes.xaxis.set_visible(False)
    page.skip(.3)


def legend(page, drawn, key, colours):
    """Names with their share in the last count, each behind its colour, in lines."""
    last = {name: values[-1] for name, values in drawn[key].items()}
    whole = sum(last.values()) or 1
    room, box, gap, high = WIDTH - LEFT - RIGHT, .13, .16, .19  # inches
    lines, left = [[]], 0
    for name, value in last.items():
        text = f"{name} {bytes_text(value)} ({percent_text(value / whole)})"
        wide = box + .06 + page.ruler.inches(text, figure.SMALL) + gap
        if lines[-1] and left + wide > room:
            lines.append([])
            left = 0
        lines[-1].append((left, name, text))
        left += wide
    axes = page.axes(high * len(lines))
    axes.set(xlim=(0, room), ylim=(len(lines), 0))
    axes.set_axis_off()
    for row, line in enumerate(lines):
        for left, name, text in line:
            axes.barh(row + .5, box, box / high, left, color=colours[name],
                      edgecolor=figure.FAINT, linewidth=.5)
            axes.text(left + box + .06, row + .5, text, va="center_baseline",
                      fontsize=figure.SMALL)
    page.skip(.1)


def draw(matplotlib, drawn):
    page = figure.Page(matplotlib)
    began = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(drawn["begin"]))
    words = [f"foliomap census, Linux {' and '.join(drawn['kernels'])},",
             f"{len(drawn['time'])} counts since {began} UTC"]
    for text in page.ruler.wrap(words, WIDTH - .3, 11):
        page.line(text, 11, weight="bold")
    free = sum(drawn["free"][name][-1] for name in drawn["free"])
    page.heading("Memory in use, by kind", f"at last; {bytes_text(free)} are free")
    draw_stack(page, drawn, "kinds", KINDS)
    legend(page, drawn, "kinds", KINDS)
    if drawn["exchange"]:
        page.heading("Exchange", "what could trade places with an anonymous page, and why not")
        draw_stack(page, drawn, "exchange", RESULTS)
        legend(page, drawn, "exchange", RESULTS)
    return page.done()


# --------------------------------------------------------------------- main


def main():
    args = figure.parser(TOOL, description="Draw recordings of foliomap --json census: memory "
                         "by kind over time, and how much of it exchange could take.")
    opts = figure.parse(args, "census")
    data = Data()
    for path in opts.files:
        data.read(path)
    drawn = numbers(data)
    if drawn is None:
        raise recording.Bad(f"no census in {', '.join(opts.files)}")
    if opts.out:
        drawing = draw(figure.load(), drawn)
        for path in opts.out:
            figure.save(drawing, path)
    if opts.numbers:
        print(json.dumps(drawn, indent=1))


if __name__ == "__main__":
    sys.exit(recording.run(main))
