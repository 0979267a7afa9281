#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Draws recordings of foliomap --json census: memory by kind, and how far exchange reaches."""

import math
import sys
import time

# The modules beside this file may be installed where nobody should leave a cache.
sys.dont_write_bytecode = True

import figure
import recording
from figure import WIDTH
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
        self.sources = recording.Sources()
        self.counts = []  # (time, {kind: bytes}, {result: bytes})

    def read(self, source):
        source.each(self._interval)
        self.sources.add(source)

    def _interval(self, _begin, end, line):
        kinds, results = {}, {}
        for row in recording.sequence(line.get("rows"), "'rows'"):
            recording.mapping(row, "a row")
            for key, known, sums in (("kind", KINDS, kinds),
                                     ("exchange", {**RESULTS, NO_USER: None}, results)):
                name = recording.one_of(row, key, known, key)
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
        "kernels": data.sources.kernels,
        "begin": counts[0][0],
        "time": [count[0] - counts[0][0] for count in counts],
        "kinds": stacked(counts, 1, [name for name in KINDS if name not in FREE]),
        "free": stacked(counts, 1, FREE),
        "exchange": stacked(counts, 2, RESULTS),
    }


# ------------------------------------------------------------------ drawing


def draw_stack(page, drawn, key, colours):
    from matplotlib import ticker

    lefts = drawn["time"]
    widths = recording.widths(lefts)
    axes = page.axes(2.3)
    most = figure.stack(axes, key, lefts, widths, drawn[key], colours)
    step = 2 ** max(math.ceil(math.log2((most or 1) / 6)), 0)
    axes.yaxis.set_major_locator(ticker.MultipleLocator(step))
    axes.yaxis.set_major_formatter(ticker.FuncFormatter(
        lambda value, _at: recording.bytes_text(value) if value else "0"))
    if len(lefts) > 1:
        figure.seconds_axis(axes.xaxis)
    else:
        axes.xaxis.set_visible(False)
    page.skip(.3)


def legend(page, drawn, key, colours):
    """Names with their share in the last count."""
    last = {name: values[-1] for name, values in drawn[key].items()}
    whole = sum(last.values()) or 1
    page.legend([(f"{name} {recording.bytes_text(value)} ({percent_text(value / whole)})",
                  colours[name]) for name, value in last.items()])


def draw(matplotlib, drawn):
    page = figure.Page(matplotlib)
    began = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(drawn["begin"]))
    words = [f"foliomap census, Linux {' and '.join(drawn['kernels'])},",
             f"{len(drawn['time'])} counts since {began} UTC"]
    for text in page.ruler.wrap(words, WIDTH - .3, 11):
        page.line(text, 11, weight="bold")
    free = sum(drawn["free"][name][-1] for name in drawn["free"])
    page.heading("Memory in use, by kind", f"at last; {recording.bytes_text(free)} are free")
    draw_stack(page, drawn, "kinds", KINDS)
    legend(page, drawn, "kinds", KINDS)
    if drawn["exchange"]:
        page.heading("Exchange", "what could trade places with an anonymous page, and why not")
        draw_stack(page, drawn, "exchange", RESULTS)
        legend(page, drawn, "exchange", RESULTS)
    return page.done()


# --------------------------------------------------------------------- main


def main():
    figure.main(TOOL, "Draw recordings of foliomap --json census: memory by kind over time, and "
                "how much of it exchange could take.", Data(), numbers, draw, "no census", "census")


if __name__ == "__main__":
    sys.exit(recording.run(main))
