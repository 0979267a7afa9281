# SPDX-License-Identifier: GPL-2.0-only
"""What foliomap recorded: a census, single page frames, ranges of addresses."""

import census
import recording
from report import chart, scale
from report.markup import colour, count, figure, legend, percent, section, size, table, tag
from recording import bytes_text, percent_text

PICTURED = 13  # kinds with a colour of their own; what is less is put together
SHOWN = 100  # frames, and runs of a range


class Data(census.Data):
    """Of all recordings together."""

    def __init__(self):
        super().__init__()
        self.frames, self.ranges = [], []

    def read(self, source):
        source.lines({"interval": self._interval, "snapshot": self._snapshot})
        self.sources.add(source)

    def _snapshot(self, _begin, _end, line):
        if "runs" in line:
            self.ranges.append(self._range(line))
            return
        frame = {key: recording.name(line, key) for key in ("pfn", "kind", "zone", "path", "fs")}
        frame.update({key: recording.number(line, key) for key in ("order", "refcount",
                                                                   "mapcount")})
        frame["nid"] = line.get("nid") if type(line.get("nid")) is int else None
        for key in ("mappers", "phantoms"):
            frame[key] = [{"pid": recording.number(recording.mapping(one, "a VMA"), "pid"),
                           **{k: recording.name(one, k) for k in ("comm", "address", "prot",
                                                                  "has")}}
                          for one in recording.sequence(line.get(key, []), f"'{key}'")]
        self.frames.append(frame)

    def _range(self, line):
        runs = []
        for run in recording.sequence(line["runs"], "'runs'"):
            recording.mapping(run, "a run")
            runs.append({"start": recording.address(run, "start"),
                         "pages": recording.number(run, "pages"),
                         "kind": recording.name(run, "kind"),
                         **{key: run.get(key) if type(run.get(key)) is int else None
                            for key in ("nid", "order", "sharers")}})
        return {"pid": recording.number(line, "pid"), "start": recording.address(line, "start"),
                "end": recording.address(line, "end"), "runs": runs}


def over_time(drawn, key, name, title, note, colours):
    """All names have a column of the table; those with most a colour of their own."""
    columns = drawn[key]
    if not columns:
        return None
    edges = [*drawn["time"], drawn["time"][-1] + recording.widths(drawn["time"])[-1]]
    order = sorted(columns, key=lambda one: -max(columns[one]))
    large = set(order[:PICTURED])
    kept = [one for one in columns if one in large]
    small = [one for one in columns if one not in large]
    series = [(colours[one], one, columns[one]) for one in kept]
    heads, values = list(kept), [columns[one] for one in kept]
    if small:
        together = [sum(parts) for parts in zip(*(columns[one] for one in small))]
        series.append(("k13", "others", together))
        heads += ["others", *small]
        values += [together, *(columns[one] for one in small)]
    most = max(sum(parts) for parts in zip(*columns.values()))
    last = sum(parts[-1] for parts in columns.values())
    numbers = table(
        [("seconds", False), *((head, True) for head in heads)],
        [[f"{at:.6g}", *(size(parts[i]) for parts in values)]
         for i, at in enumerate(drawn["time"])],
        f"{title}: bytes by time" + (f"; others: {', '.join(small)}" if small else ""))
    return figure(name, title, note,
                  chart.stacked(f"{name}-p", title, edges, series, scale.seconds(edges[-1]),
                                scale.sizes(most), rates=False), numbers,
                  legend([(hue, f"{one} {bytes_text(parts[-1]) if parts[-1] else '0'} "
                           f"({percent_text(parts[-1] / (last or 1))})")
                          for hue, one, parts in series]))


def colours_of(names):
    return {name: colour(i) for i, name in enumerate(names)}


def counts(data):
    drawn = census.numbers(data)
    if drawn is None:
        return None
    free = sum(values[-1] for values in drawn["free"].values())
    return [
        over_time(drawn, "kinds", "census", "Memory in use, by kind",
                  f"bytes; the legend has the last count; {bytes_text(free)} are free then",
                  colours_of(drawn["kinds"])),
        over_time(drawn, "exchange", "reach", "What exchange could take",
                  "bytes of users by what an exchange with an anonymous page would say; ok: it "
                  "could be made", colours_of(drawn["exchange"]))]


def frames(data):
    if not data.frames:
        return None
    rows = data.frames[:SHOWN]
    more = len(data.frames) - len(rows)
    lines = [(frame["pfn"], f"{len(frame['mappers'])} map it, {len(frame['phantoms'])} phantoms",
              [(colour(0), "VMAs that map it", len(frame["mappers"]), 1),
               (colour(1), "phantoms", len(frame["phantoms"]), 2)]) for frame in rows]
    numbers = [table(
        [("pfn", False), ("mappers", True), ("phantoms", True), ("kind", False), ("node", True),
         ("order", True), ("references", True), ("mapcount", True), ("file", False)],
        [[frame["pfn"], count(len(frame["mappers"])), count(len(frame["phantoms"])),
          frame["kind"], "-" if frame["nid"] is None else str(frame["nid"]), str(frame["order"]),
          count(frame["refcount"]), count(frame["mapcount"]), frame["path"] or "-"]
         for frame in rows], "Page frames asked for"),
        table([("pfn", False), ("pid", True), ("process", False), ("address", False),
               ("prot", False), ("has", False)],
              [[frame["pfn"], str(one["pid"]), one["comm"], one["address"], one["prot"],
                "it" if key == "mappers" else one["has"] or "-"]
               for frame in rows for key in ("mappers", "phantoms") for one in frame[key]],
              "VMAs that a walk visits; has: what is mapped there")]
    return figure("frames", "Page frames", "VMAs that a walk for each frame visits"
                  + (f"; {more} more frames are not shown" if more else ""),
                  chart.rows("fr", "VMAs that map a frame, and phantoms", lines, scale.counts(max(
                      max(len(frame["mappers"]) + len(frame["phantoms"]) for frame in rows), 1))),
                  numbers, legend([(colour(0), "maps it"), (colour(1), "phantom")]))


def ranges(data):
    made = []
    for i, one in enumerate(data.ranges):
        runs = one["runs"][:SHOWN]
        more = len(one["runs"]) - len(runs)
        kinds = colours_of(dict.fromkeys(run["kind"] for run in runs))
        lines = [(f"{run['start']:#x}", f"{run['pages']} pages, {run['kind']}",
                  [(kinds[run["kind"]], "pages", run["pages"], 1)]) for run in runs]
        numbers = table(
            [("start", False), ("pages", True), ("kind", False), ("node", True), ("order", True),
             ("sharers", True)],
            [[f"{run['start']:#x}", count(run["pages"]), run["kind"],
              *("-" if run[key] is None else count(run[key])
                for key in ("nid", "order", "sharers"))] for run in runs], "Runs of like pages")
        if runs:
            made.append(figure(
                f"range-{i}", f"Addresses {one['start']:#x} to {one['end']:#x} of process "
                f"{one['pid']}", "pages of each run of pages that are alike"
                + (f"; {more} more runs are not shown" if more else ""),
                chart.rows(f"ra-{i}", "Runs of like pages", lines,
                           scale.counts(max(run["pages"] for run in runs))), numbers,
                legend([(hue, kind) for kind, hue in kinds.items()])))
    return made


def facts(data):
    found = []
    drawn = census.numbers(data)
    if drawn is not None:
        used = sum(values[-1] for values in drawn["kinds"].values())
        users = sum(values[-1] for values in drawn["exchange"].values())
        could = drawn["exchange"].get("ok", [0])[-1]
        found.append(("memory", [f"{bytes_text(used)} in use; of the {bytes_text(users)} of users ",
                                 percent(could, users) if users else "nothing",
                                 " could trade places with an anonymous page"]))
    if data.frames:
        found.append(("page frames", f"{len(data.frames)} looked at"))
    if data.ranges:
        found.append(("ranges of addresses", f"{len(data.ranges)} looked at"))
    return found or [("memory", "none in the recording")]


def make(data, note=None):
    parts = [part for part in (counts(data), frames(data), ranges(data)) if part]
    return section("memory", "Memory", note, *(parts or [tag("p", "Nothing was recorded.")]))
