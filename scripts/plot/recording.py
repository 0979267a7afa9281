# SPDX-License-Identifier: GPL-2.0-only
"""Recordings that the tools write with --json: reading them, adding them up."""

import json
import os
import sys

PROGRAM = os.path.basename(sys.argv[0])


class Bad(Exception):
    """What stops a plot: one line for the user, and the exit status."""

    def __init__(self, why, status=1):
        super().__init__(" ".join(str(why).split()))
        self.status = status


class Malformed(ValueError):
    """A line that is JSON but not what a recording has there."""


def warn(text):
    print(f"{PROGRAM}: {text}", file=sys.stderr)


def run(main):
    """Calls main(), which returns nothing; the exit status."""
    try:
        main()
        sys.stdout.flush()
    except Bad as bad:
        warn(bad)
        return bad.status
    except BrokenPipeError:  # whoever read standard output has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        warn(f"cannot write to standard output: {error.strerror}")
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return 0


# ------------------------------------------------------------------- values


def address(obj, key):
    """A number that is written as "0x..."."""
    value = obj.get(key)
    try:
        if not isinstance(value, str) or not value.startswith("0x"):
            raise ValueError
        value = int(value[2:], 16)
    except ValueError:
        raise Malformed(f"'{key}' is not an address") from None
    if not 0 <= value < 2 ** 64:
        raise Malformed(f"'{key}' is not an address")
    return value


def name(obj, key):
    """A text, fit to be shown; what is not there is empty."""
    value = obj.get(key)
    if value is not None and not isinstance(value, str):
        raise Malformed(f"'{key}' is not a text")
    return printable(value or "")


def one_of(obj, key, known, what):
    value = obj.get(key)
    if not isinstance(value, str) or value not in known:
        raise Malformed(f"no {what} '{value}' is known")
    return value


def number(obj, key):
    """A whole number from 0 on, no larger than the tools can count."""
    value = obj.get(key)
    if type(value) is not int or not 0 <= value < 2 ** 64:
        raise Malformed(f"'{key}' is not a whole number")
    return value


def seconds(obj, key):
    value = obj.get(key)
    if type(value) not in (int, float) or not 0 <= value < 1e11:
        raise Malformed(f"'{key}' is not a number of seconds")
    return value


def mapping(value, what):
    if not isinstance(value, dict):
        raise Malformed(f"{what} is not an object")
    return value


def sequence(value, what):
    if not isinstance(value, list):
        raise Malformed(f"{what} is not an array")
    return value


class Hist:
    """Counts by bucket: lo is in it, hi is not and may be None, for no end."""

    def __init__(self):
        self._buckets = {}
        self.total = 0

    def add(self, lo, hi, count):
        if count:
            self._buckets[lo, hi] = self._buckets.get((lo, hi), 0) + count
            self.total += count

    def read(self, buckets):
        for bucket in sequence(buckets, "'hist'"):
            mapping(bucket, "a bucket")
            lo = number(bucket, "lo")
            hi = None if bucket.get("hi", 0) is None else number(bucket, "hi")
            if hi is not None and hi <= lo:
                raise Malformed("a bucket that ends before it begins")
            self.add(lo, hi, number(bucket, "count"))

    def buckets(self):
        """(lo, hi, count) of each bucket that is not empty, ascending."""
        return [(*bounds, self._buckets[bounds])
                for bounds in sorted(self._buckets, key=lambda bounds: bounds[0])]

    def percentile(self, percent, largest):
        """What so many percent do not exceed, as the tools tell it: the bucket's end."""
        below = 0
        for _lo, hi, count in self.buckets():
            below += count
            if hi is not None and below * 100 >= self.total * percent:
                return min(hi - 1, largest)
        return largest


class Durations:
    """Many durations of one thing."""

    def __init__(self):
        self.ns = 0
        self.max = 0
        self.hist = Hist()

    @property
    def count(self):
        return self.hist.total

    def read(self, obj):
        """Adds what a row has; None is nothing."""
        if obj is None:
            return
        mapping(obj, "a duration")
        self.ns += number(obj, "ns")
        self.max = max(self.max, number(obj, "max"))
        self.hist.read(obj.get("hist"))

    def percentile(self, percent):
        return self.hist.percentile(percent, self.max)

    def numbers(self):
        """For --numbers: ns; counts by bucket."""
        return {"count": self.count, "ns": self.ns, "p50": self.percentile(50),
                "p99": self.percentile(99), "max": self.max,
                "hist": [{"lo": lo, "hi": hi, "count": count}
                         for lo, hi, count in self.hist.buckets()]}


# -------------------------------------------------------------------- files


def _open(path):
    try:
        return sys.stdin.buffer if path == "-" else open(path, "rb")
    except OSError as error:
        raise Bad(f"cannot open {path}: {error.strerror}") from None


def _constant(name):
    raise ValueError(f"{name} is not JSON")


class Recording:
    """
    One file.  The header is read at once; lines() or each() reads the rest, and after it
    end is the end line, or None when the recording was cut off, and began and ended are
    the times of what it has, in seconds since the epoch, or None.
    """

    def __init__(self, path, tool=None):
        """tool: what it must be a recording of; None: any."""
        self.name = "standard input" if path == "-" else path
        self.end = None
        self.began = self.ended = None
        self._line = 0
        self._file = _open(path)
        self.header = self._next()
        if self.header is None:
            raise Bad(f"{self.name} is empty")
        recorder = self.header.get("tool")
        if self.header.get("type") != "header" or not isinstance(recorder, str):
            raise self.bad("not a recording: no header")
        self.tool = recorder
        if tool is not None and recorder != tool:
            raise self.bad(f"a recording of {recorder}, not of {tool}")

    def bad(self, why):
        """An error in the line that was read last."""
        return Bad(f"{self.name}, line {self._line}: {why}")

    def _next(self):
        """The next line, or None.  The last may be half: whoever recorded was stopped."""
        try:
            text = self._file.readline()
        except OSError as error:
            raise Bad(f"cannot read {self.name}: {error.strerror}") from None
        if not text:
            return None
        self._line += 1
        try:
            obj = json.loads(text, parse_constant=_constant)
        except (ValueError, RecursionError) as error:
            if self._line > 1 and not text.endswith(b"\n"):
                return None
            column = f", column {error.colno}" if hasattr(error, "colno") else ""
            raise self.bad(f"not JSON: {getattr(error, 'msg', error)}{column}") from None
        if not isinstance(obj, dict):
            raise self.bad("not a JSON object")
        return obj

    def lines(self, takes):
        """Calls takes[type](begin, end, line) for every line of a type that is in takes."""
        while (line := self._next()) is not None:
            kind = line.get("type")
            try:
                if kind == "end":
                    mapping(line.get("lost"), "'lost'")
                    self.end = line
                elif isinstance(kind, str) and kind in takes:
                    end = seconds(line, "ts")
                    begin = end - seconds(line, "interval_s")
                    takes[kind](begin, end, line)
                    self.began = begin if self.began is None else min(self.began, begin)
                    self.ended = end if self.ended is None else max(self.ended, end)
            except Malformed as error:
                raise self.bad(error) from None
        if self.end is None:
            warn(f"{self.name} has no end line: the recording was cut off")
        if self._file is not sys.stdin.buffer:
            self._file.close()

    def each(self, take):
        """Calls take(begin, end, line) for every interval, with its time since the epoch."""
        self.lines({"interval": take})

    def lost(self):
        """Events that were seen and are in no interval."""
        return sum(counts((self.end or {}).get("lost")).values())


def counts(obj):
    """Whole numbers by name of an object of the end line, as "lost"; what else is in it is not."""
    return {name: n for name, n in obj.items() if type(n) is int and 0 < n < 2 ** 64} \
        if isinstance(obj, dict) else {}


class Sources:
    """What recordings that are added up were made with: each kernel and backend once."""

    def __init__(self):
        self.kernels, self.backends = [], []
        self.lost = 0

    def add(self, source):
        """After its lines were read."""
        for key, values in (("kernel", self.kernels), ("backend", self.backends)):
            value = printable(source.header.get(key) or "unknown")
            if value not in values:
                values.append(value)
        self.lost += source.lost()


# --------------------------------------------------------------------- time


def widths(times):
    """How long each count of several lasts, in seconds: up to the next one."""
    between = [max(b - a, SHORTEST) for a, b in zip(times, times[1:])]
    return between + [between[-1] if between else 1]


SHORTEST = 1e-3  # an interval of no length cannot be drawn


class Timeline:
    """
    Columns of time for spans (begin, end) that follow one another, as the intervals of
    a recording do, or overlap, as those of several may.  Time that no span covers is
    left out: recordings of two days make one picture.
    """

    def __init__(self, spans, columns):
        """At most so many columns, of about the same number of spans."""
        spans = [(min(begin, end - SHORTEST), end) for begin, end in spans]
        cells, cell_of = self._cells(spans)
        covered = [False] * cells
        self._spans = [(cell_of[begin], cell_of[end]) for begin, end in spans]
        for first, last in self._spans:
            covered[first:last] = [True] * (last - first)
        self._columns(covered, -(-sum(covered) // columns))

    def _cells(self, spans):
        """Between any two ends of spans; where one ends and the next begins is one place."""
        near = min(end - begin for begin, end in spans) / 8
        self._at, cell_of = [], {}
        for edge in sorted({edge for span in spans for edge in span}):
            if not self._at or edge - self._at[-1] > near:
                self._at.append(edge)
            cell_of[edge] = len(self._at) - 1
        return len(self._at) - 1, cell_of

    def _columns(self, covered, most):
        """edges: of the columns, in seconds of recorded time; breaks: where time is left out."""
        self.begin = self._at[0]
        self.edges, self.breaks, self._column_of = [0.0], [], []
        in_column, passed = 0, 0.0
        for cell, is_covered in enumerate(covered):
            if not is_covered:
                self._column_of.append(None)
                self.breaks.append(passed)
                continue
            if in_column == most:
                self.edges.append(passed)
                in_column = 0
            self._column_of.append(len(self.edges) - 1)
            passed += self._at[cell + 1] - self._at[cell]
            in_column += 1
        self.edges.append(passed)

    def spread(self, span):
        """(column, share) for the columns that a span covers, by its number."""
        first, last = self._spans[span]
        length = self._at[last] - self._at[first]
        return [(self._column_of[cell], (self._at[cell + 1] - self._at[cell]) / length)
                for cell in range(first, last)]


# -------------------------------------------------------------------- words


def printable(text):
    """A name from a recording, fit for a picture and a terminal."""
    return "".join(c if c.isprintable() else "?" for c in str(text))


def _scaled(value, units):
    """Three significant digits in the first unit in which it is below 999.5."""
    unit = 0
    while unit + 1 < len(units) and value >= 999.5:
        value /= 1000
        unit += 1
    if value >= 99.95 or value == int(value):
        return f"{value:.0f}{units[unit]}"
    return f"{value:.1f}{units[unit]}" if value >= 9.995 else f"{value:.2f}{units[unit]}"


def ns_text(ns):
    """Nanoseconds as the tools print them."""
    return _scaled(ns, ["ns", "us", "ms", "s", "ks", "Ms", "Gs"]) if ns else "0"


def count_text(count):
    return str(count) if count < 100000 else _scaled(count, ["", "k", "M", "G", "T", "P", "E"])


def bytes_text(value):
    """Bytes in powers of 1024, three significant digits."""
    units = ["KiB", "MiB", "GiB", "TiB", "PiB"]
    value /= 1024
    while value >= 1000 and len(units) > 1:
        value /= 1024
        units.pop(0)
    return f"{value:.3g} {units[0]}"


def percent_text(share):
    percent = 100 * share
    return f"{percent:.1f}%" if percent < 9.95 else f"{percent:.0f}%"
