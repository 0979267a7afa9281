# SPDX-License-Identifier: GPL-2.0-only
"""
Pictures as SVG.  Across they are in per cent, so that they fill whatever width there is and text
keeps its size; down in pixels.  Colours are classes of the page's style, which has them light
and dark.  Every mark says by data-row and data-col whose number of the table it shows, every
label of an axis by data-value what it stands for: so a test can read the picture.
"""

import math

from report.markup import NL, legend, tag

HEIGHT = 180  # pixels of what is between the axes


def part(share):
    """A part of the width."""
    return f"{100 * share:.4f}%".replace(".0000%", "%")


def px(pixels):
    return f"{pixels:.2f}".rstrip("0").rstrip(".")


def svg(name, title, height, *children, class_="plot"):
    return tag("svg", tag("title", title, id=f"{name}-title"), NL, children, role="img",
               aria_labelledby=f"{name}-title", class_=class_, height=px(height), width="100%")


def y_axis(axis, height):
    """Labels at the left of the picture, lines across it."""
    return [[tag("line", x1="0", x2="100%", y1=px(y), y2=px(y), class_="grid"),
             tag("text", text, x="-6", y=px(y + 4), class_="end tick-y", data_value=f"{value:.9g}",
                 data_at=px(y)), NL]
            for value, text in axis.ticks for y in [height * (1 - axis.place(value))]]


def x_axis(axis, height, lines=False):
    """Labels below."""
    def anchor(place):
        return "start" if place < .04 else "end" if place > .93 else "middle"

    return [[tag("line", x1=part(place), x2=part(place), y1="0" if lines else px(height),
                 y2=px(height + 4), class_="grid"),
             tag("text", text, x=part(place), y=px(height + 18),
                 class_=f"{anchor(place)} tick-x", data_value=f"{value:.9g}"), NL]
            for value, text in axis.ticks for place in [axis.place(value)]] + [
                tag("line", x1="0", x2="100%", y1=px(height), y2=px(height), class_="axis"), NL]


def mark(left, width, top, height, colour, row, col, hint):
    return [tag("rect", tag("title", hint), x=part(left), width=part(width), y=px(top),
                height=px(height), class_=f"mark {colour}", data_row=row, data_col=col), NL]


def stacked(name, title, edges, series, x, y, height=HEIGHT, breaks=(), rates=True):
    """
    Bars on one another.  edges: of the bars along x; series: (colour, name, values), column
    k + 1 of the table's row i is what values[i] of the k-th says; rates: it says it of a
    whole bar, and what is drawn is that a second.  breaks: where time was left out.
    """
    marks = []
    for i, (begin, end) in enumerate(zip(edges, edges[1:])):
        bottom = 0
        for k, (colour, words, values) in enumerate(series):
            value = values[i] / (end - begin) if rates else values[i]
            if value:
                top = height * (1 - y.place(bottom + value))
                marks.append(mark(x.place(begin), x.place(end) - x.place(begin), top,
                                  height * (y.place(bottom + value) - y.place(bottom)), colour, i,
                                  k + 1, f"{words}: {y_text(value)}{' a second' if rates else ''}"))
            bottom += value
    return svg(name, title, height, y_axis(y, height), marks,
               pauses(breaks, x, height), x_axis(x, height))


def pauses(breaks, x, height):
    """Where time was left out."""
    return [tag("line", x1=part(x.place(at)), x2=part(x.place(at)), y1="0", y2=px(height),
                class_="break") for at in breaks]


def y_text(value):
    return f"{value:.6g}"


def histogram(name, title, buckets, colour, x, y, height=HEIGHT):
    """(begin, end, count): bars from the bottom, column 2 of the table."""
    floor = y.lo
    marks = [mark(x.place(begin), x.place(end) - x.place(begin), height * (1 - y.place(count)),
                  height * (y.place(count) - y.place(floor)), colour, i, 2, f"{count}")
             for i, (begin, end, count) in enumerate(buckets)]
    return svg(name, title, height, y_axis(y, height), marks, x_axis(x, height))


ROW, BAR = 38, 14  # pixels


def rows(name, title, lines, x):
    """
    A bar below each line's words.  lines: (words at the left, at the right, parts), parts:
    (colour, name, value, column of the table).
    """
    marks, words = [], []
    for i, (left, right, parts) in enumerate(lines):
        top, begin = i * ROW, 0
        words += [tag("text", left, x="0", y=px(top + 13), class_="start"),
                  tag("text", right, x="100%", y=px(top + 13), class_="end"), NL]
        for colour, text, value, column in parts:
            if value:
                marks.append(mark(x.place(begin), x.place(begin + value) - x.place(begin),
                                  top + 18, BAR, colour, i, column, f"{text}: {y_text(value)}"))
            begin += value
    height = len(lines) * ROW
    return svg(name, title, height, x_axis(x, height), words, marks, class_="rows")


def rate(value):
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def heat(name, title, edges, buckets, x, y, height=HEIGHT, breaks=()):
    """
    (begin, end, values by column): the more the darker.  Returns the picture and its legend.
    """
    most = max((value for *_, values in buckets for value in values), default=1)
    least = min((value for *_, values in buckets for value in values if value), default=1)
    steps = 5  # the classes h0 to h4

    def step(value):
        if most == least:
            return steps - 1
        return min(int(math.log(value / least) / math.log(most / least) * steps), steps - 1)

    marks = []
    for i, (begin, end, values) in enumerate(buckets):
        top = height * (1 - y.place(end))
        for k, value in enumerate(values):
            if value:
                marks.append([tag("rect", tag("title", f"{y_text(value)} a second"),
                                  x=part(x.place(edges[k])), y=px(top),
                                  width=part(x.place(edges[k + 1]) - x.place(edges[k])),
                                  height=px(height * (1 - y.place(begin)) - top),
                                  class_=f"mark heat h{step(value)}", data_row=i,
                                  data_col=k + 1), NL])
    bounds = [least * (most / least) ** (i / steps) for i in range(steps + 1)]
    words = [(f"heat h{i}", f"{rate(bounds[i])} to {rate(bounds[i + 1])}") for i in range(steps)] \
        if most > least else [(f"heat h{steps - 1}", rate(most))]
    return svg(name, title, height, y_axis(y, height), marks, pauses(breaks, x, height),
               x_axis(x, height)), legend(words)
