# SPDX-License-Identifier: GPL-2.0-only
"""What the plots have in common: style, axes, text that must fit, and files."""

import argparse
import io
import json
import logging
import math

import recording

FORMATS = (".png", ".svg")
INK, FAINT = "#222222", "#777777"
TEXT, SMALL = 9, 8.5  # points: as large as the text around it when shown 900 pixels wide
PNG_DPI = 200
WIDTH = 9.4  # inches of 72 points: shown 900 pixels wide, a point is a pixel and a third
LEFT, RIGHT = .8, .25  # margins of axes

_STYLE = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial"],
    "font.size": TEXT,
    "text.color": INK,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "grid.color": "#dddddd",
    "grid.linewidth": .6,
    "text.parse_math": False,  # a $ is a $
    # Text that can be searched, and the same file every time.
    "svg.fonttype": "none",
    "svg.hashsalt": "folioscope",
}


def load():
    """matplotlib, in our style whatever the user's is."""
    # The first run makes a cache of fonts and may say so.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    try:
        import matplotlib
        matplotlib.use("Agg")
        import matplotlib.figure
        import matplotlib.backends.backend_agg
    except ImportError as error:
        raise recording.Bad("needs matplotlib: install python3-matplotlib "
                            f"({str(error).splitlines()[0]})", 3) from None
    matplotlib.rcdefaults()
    matplotlib.rcParams.update(_STYLE)
    return matplotlib


class Parser(argparse.ArgumentParser):
    """Bad usage is one line, as all tools have it."""

    def error(self, message):
        raise recording.Bad(f"{message} (see {self.prog} --help)", 2)


def parser(tool, **kwargs):
    """Arguments every plot has: files, and where to draw."""
    args = Parser(prog=recording.PROGRAM, **kwargs)
    args.add_argument("files", nargs="+", metavar="FILE",
                      help=f"recordings of {tool} --json; several add up; - is standard input")
    args.add_argument("-o", dest="out", action="append", default=[], metavar="OUT.png|OUT.svg",
                      help=f"write this file; may be given several times (default {tool}.svg)")
    args.add_argument("--numbers", action="store_true",
                      help="print what is drawn, as JSON; draw it only if there is a -o as well")
    return args


def parse(args, tool):
    opts = args.parse_args()
    for path in opts.out:
        if not path.endswith(FORMATS):
            args.error(f"'{path}' is neither .png nor .svg")
    if not opts.out and not opts.numbers:
        opts.out = [f"{tool}.svg"]
    return opts


def main(tool, description, data, numbers, draw, nothing, name=None):
    """
    What every plot does: data.read() each file, and show numbers(data) as it was asked to.
    nothing: what to say when that is None; name: of the file without -o, unless it is the tool's.
    """
    opts = parse(parser(tool, description=description), name or tool)
    for path in opts.files:
        data.read(recording.Recording(path, tool))
    drawn = numbers(data)
    if drawn is None:
        raise recording.Bad(f"{nothing} in {', '.join(opts.files)}")
    if opts.out:
        drawing = draw(load(), drawn)
        for path in opts.out:
            save(drawing, path)
    if opts.numbers:
        print(json.dumps(drawn, indent=1))


def save(fig, path):
    """All of it or nothing, and without the date, so that the same data make the same file."""
    buffer = io.BytesIO()
    if path.endswith(".svg"):
        fig.savefig(buffer, format="svg", dpi=PNG_DPI, metadata={"Date": None, "Creator": None})
    else:
        fig.savefig(buffer, format="png", dpi=PNG_DPI, metadata={"Software": None})
    try:
        with open(path, "wb") as file:
            file.write(buffer.getvalue())
    except OSError as error:
        raise recording.Bad(f"cannot write {path}: {error.strerror}") from None


# --------------------------------------------------------------------- axes


def time_axis(axis, lo, hi, most):
    """A log axis of nanoseconds with at most so many labels."""
    from matplotlib import ticker

    for steps in ((1, 2, 5), (1, 3), (1,)):
        ticks = [step * 10 ** power
                 for power in range(int(math.log10(lo)) - 1, int(math.log10(hi)) + 2)
                 for step in steps if lo <= step * 10 ** power <= hi]
        if len(ticks) <= most:
            break
    ticks = ticks[::-(-len(ticks) // most)]
    axis.set_major_locator(ticker.FixedLocator(ticks))
    axis.set_minor_locator(ticker.NullLocator())
    axis.set_major_formatter(ticker.FuncFormatter(lambda ns, _at: recording.ns_text(ns)))


def linear_time_axis(axis):
    """A linear axis of nanoseconds."""
    from matplotlib import ticker

    axis.set_major_formatter(ticker.FuncFormatter(lambda ns, _at: recording.ns_text(round(ns))))


def seconds_axis(axis):
    from matplotlib import ticker

    axis.set_major_locator(ticker.MaxNLocator(6))
    axis.set_major_formatter(ticker.FuncFormatter(lambda s, _at: f"{s:g}s"))


def count_axis(axis, most):
    """A log axis of counts."""
    from matplotlib import ticker

    axis.set_major_locator(ticker.LogLocator(numticks=6))
    axis.set_minor_locator(ticker.NullLocator())
    axis.set_major_formatter(
        ticker.FuncFormatter(lambda n, _at: recording.count_text(n if n % 1 else round(n))))


def stack(axes, name, lefts, widths, series, colours):
    """Bars on one another, {name: values}; the height of the highest."""
    bottom = [0] * len(lefts)
    for part, values in series.items():
        bars = axes.bar(lefts, values, widths, bottom, align="edge", color=colours[part],
                        edgecolor=FAINT, linewidth=0 if len(lefts) > 60 else .3)
        for i, bar in enumerate(bars):
            bar.set_gid(f"{name}-{part}-{i}")
        bottom = [a + b for a, b in zip(bottom, values)]
    most = max(bottom, default=0)
    axes.set(xlim=(0, lefts[-1] + widths[-1]), ylim=(0, most or 1))
    return most


def bounds(lo, hi):
    """A bucket where a log axis can show it: none begins at 0, none is endless."""
    return float(lo or .5), float(2 * lo if hi is None else hi)


# --------------------------------------------------------------------- text


class Ruler:
    """Measures text."""

    def __init__(self, fig):
        self._fig = fig

    def inches(self, text, size=TEXT, **kwargs):
        probe = self._fig.text(0, 0, text, fontsize=size, **kwargs)
        width = probe.get_window_extent(self._fig.canvas.get_renderer()).width / self._fig.dpi
        probe.remove()
        return width

    def wrap(self, words, width, size=TEXT):
        """Lines of words, none wider than so many inches unless it is one word."""
        lines = []
        for word in words:
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self.inches(longer, size) <= width:
                lines[-1] = longer
            else:
                lines.append(word)
        return lines


def spread(wanted, widths, room, gap):
    """
    Centres of labels in a row, as near to the ones wanted as is possible without
    overlap: isotonic regression of where each would be if all were moved together.
    """
    offset, offsets = 0, []
    for i, width in enumerate(widths):
        offset += (widths[i - 1] + width) / 2 + gap if i else 0
        offsets.append(offset)
    groups = []  # (mean, how many)
    for want, offset in zip(wanted, offsets):
        mean, n = want - offset, 1
        while groups and groups[-1][0] > mean:
            last, m = groups.pop()
            mean, n = (last * m + mean * n) / (m + n), m + n
        groups.append((mean, n))
    least, most = widths[0] / 2, room - widths[-1] / 2 - offsets[-1]
    starts = [max(least, min(mean, most)) for mean, n in groups for _ in range(n)]
    return [start + offset for start, offset in zip(starts, offsets)]


def contrast(colour):
    """Black or white, whichever can be read on it."""
    from matplotlib import colors

    red, green, blue = (c / 12.92 if c <= .04045 else ((c + .055) / 1.055) ** 2.4
                        for c in colors.to_rgb(colour))
    return "white" if .2126 * red + .7152 * green + .0722 * blue < .18 else "black"


# --------------------------------------------------------------------- page


class Page:
    """A figure that is filled from the top, in inches: nothing overlaps by construction."""

    def __init__(self, matplotlib):
        self._fig = matplotlib.figure.Figure(figsize=(WIDTH, 20))
        matplotlib.backends.backend_agg.FigureCanvasAgg(self._fig)
        self.ruler = Ruler(self._fig)
        self._used = .1
        self._placed = []  # (artist, left, top) of text; (axes, left, top, width, height)

    def skip(self, inches):
        self._used += inches

    def line(self, text, size=TEXT, **kwargs):
        height = size / 72 * 1.35
        self._placed.append((self._fig.text(0, 0, text, fontsize=size, va="baseline", **kwargs),
                             .15, self._used + height * .8))
        self._used += height

    def heading(self, text, note):
        self.skip(.16)
        height = TEXT / 72 * 1.35
        where = self._used + height * .8
        for words, left, weight in ((text, .15, "bold"),
                                    (note, .3 + self.ruler.inches(text, weight="bold"), "normal")):
            self._placed.append((self._fig.text(0, 0, words, weight=weight, va="baseline"),
                                 left, where))
        self._used += height + .06

    def axes(self, height, left=LEFT, width=WIDTH - LEFT - RIGHT, keep=True):
        """keep: what follows is below these axes, not beside them."""
        axes = self._fig.add_axes([0, 0, .1, .1], label=str(len(self._placed)))
        self._placed.append([axes, left, self._used, width, height])
        if keep:
            self._used += height
        return axes

    def resize(self, height):
        """Of the axes that were placed last, when it is known what is in them."""
        self._placed[-1][-1] = height
        self._used += height

    def label(self, text, left):
        """What an axis is of, below it."""
        self._placed.append((self._fig.text(0, 0, text, va="baseline"), left, self._used + .12))
        self.skip(.25)

    def legend(self, entries):
        """(text, colour), each behind its colour, in lines."""
        room, box, gap, high = WIDTH - LEFT - RIGHT, .13, .16, .19  # inches
        lines, left = [[]], 0
        for text, colour in entries:
            wide = box + .06 + self.ruler.inches(text, SMALL) + gap
            if lines[-1] and left + wide > room:
                lines.append([])
                left = 0
            lines[-1].append((left, text, colour))
            left += wide
        axes = self.axes(high * len(lines))
        axes.set(xlim=(0, room), ylim=(len(lines), 0))
        axes.set_axis_off()
        for row, line in enumerate(lines):
            for left, text, colour in line:
                axes.barh(row + .5, box, box / high, left, color=colour, edgecolor=FAINT,
                          linewidth=.5)
                axes.text(left + box + .06, row + .5, text, va="center_baseline", fontsize=SMALL)
        self.skip(.1)

    def colour_bar(self, mesh, axes, label):
        bar = self._fig.colorbar(mesh, cax=axes)
        bar.outline.set_visible(False)
        bar.set_label(label)
        return bar

    def done(self):
        """The figure, as high as it needs to be."""
        height = self._used
        self._fig.set_size_inches(WIDTH, height)
        for artist, left, top, *size in self._placed:
            if size:
                artist.set_position([left / WIDTH, 1 - (top + size[1]) / height,
                                     size[0] / WIDTH, size[1] / height])
            else:
                artist.set_position((left / WIDTH, 1 - top / height))
        return self._fig
