# SPDX-License-Identifier: GPL-2.0-only
"""Axes: where a value is, as a part of the axis' length, and which values are labelled."""

import math

import recording


class Linear:
    """From lo, 0 unless told otherwise, to hi, which is rounded up to a label."""

    def __init__(self, hi, text, labels=5, base=10, lo=0, exact=False):
        whole = (hi - lo) or 1
        step = base ** math.floor(math.log(whole / labels, base))
        for factor in ((1, 2, 5, 10) if base == 10 else (1, 2, 4, 8, 16, 32, 64, 128, 256, 512,
                                                        1024)):
            if step * factor * labels >= whole * (1 - 1e-9):
                step *= factor
                break
        self.lo = math.floor(lo / step) * step
        self.hi = hi if exact else math.ceil(hi / step - 1e-9) * step or step
        first = round(self.lo / step)
        self.ticks = [(i * step, text(i * step)) for i in
                      range(first, math.floor(self.hi / step + 1e-9) + 1)]

    def place(self, value):
        return (value - self.lo) / (self.hi - self.lo)


class Log:
    """From lo to hi, both more than 0; each power of 10 is labelled, or as many as there is room for."""

    def __init__(self, lo, hi, text, labels=6):
        self.lo, self.hi = lo, hi
        powers = range(math.ceil(math.log10(lo) - 1e-9), math.floor(math.log10(hi) + 1e-9) + 1)
        values = [10 ** power for power in powers]
        if len(values) < 3:
            values = [step * 10 ** power for power in range(math.floor(math.log10(lo)), powers.stop)
                      for step in (1, 2, 5) if lo <= step * 10 ** power <= hi]
        values = values[::-(-len(values) // labels)] if values else [lo]
        self.ticks = [(value, text(value)) for value in values]

    def place(self, value):
        return math.log(value / self.lo) / math.log(self.hi / self.lo)


def seconds(hi):
    """Of recorded time."""
    return Linear(hi, lambda s: f"{s:.6g} s", 4, exact=True)


def counts(hi):
    return Linear(hi, lambda n: recording.count_text(round(n)) if n == int(n) else f"{n:g}")


def sizes(hi):
    return Linear(hi, lambda n: recording.bytes_text(n) if n else "0", base=1024)


def nanoseconds(hi):
    return Linear(hi, lambda n: recording.ns_text(n), 4)
