# SPDX-License-Identifier: GPL-2.0-only
"""What rmaptop recorded."""

import rmaptop
from report import chart, scale
from report.markup import (colour, count, figure, legend, ns, percent, section, table, tag)
from recording import count_text, ns_text, percent_text

Data = rmaptop.Data
COLUMNS = 120
TASKS = 20
CAUSES = {cause: colour(i) for i, cause in enumerate(rmaptop.CAUSES)}
MAPPED, PHANTOM = colour(0), colour(1)


def times(drawn):
    """The first cell of a row of a table over time."""
    return [f"{a:.6g} to {b:.6g}" for a, b in zip(drawn["time"], drawn["time"][1:])]


def gaps(drawn):
    return "Dotted: nothing was recorded for a time, which is left out." if drawn["breaks"] else None


def over_time(drawn):
    walks = drawn["over_time"]["walks"]
    sums = [sum(values) for values in zip(*walks.values())]
    edges = drawn["time"]
    most = max(total / (b - a) for total, a, b in zip(sums, edges, edges[1:]))
    picture = chart.stacked(
        "walks", "Walks a second over time, by cause", edges,
        [(CAUSES[cause], cause, values) for cause, values in walks.items()],
        scale.seconds(edges[-1]), scale.counts(most), breaks=drawn["breaks"])
    numbers = table([("seconds", False), *((cause, True) for cause in walks)],
                    [[when, *(count(values[i]) for values in walks.values())]
                     for i, when in enumerate(times(drawn))],
                    "Walks by time recorded and cause")
    return figure("walks-over-time", "Walks over time, by cause", "walks a second", picture,
                  numbers, legend([(CAUSES[cause], f"{cause} {count_text(round(sum(values)))}")
                                   for cause, values in walks.items()]), gaps(drawn))


def visits(drawn):
    rows = [row for row in drawn["causes"] if row["walks"]]
    lines = [(f"{row['cause']} {row['kind']}",
              f"{row['vmas'] / row['walks']:.3g}, "
              f"{percent_text(row['phantom'] / row['vmas'] if row['vmas'] else 0)} phantom",
              [(MAPPED, "mapped", row["mapped"] / row["walks"], 5),
               (PHANTOM, "phantom", row["phantom"] / row["walks"], 6)]) for row in rows]
    most = max(row["vmas"] / row["walks"] for row in rows)
    numbers = table(
        [("cause", False), ("kind", False), ("walks", True), ("VMAs", True), ("VMAs/walk", True),
         ("mapped/walk", True), ("phantom/walk", True), ("phantom", True), ("most VMAs", True)],
        [[row["cause"], row["kind"] or "-", count(row["walks"]), count(row["vmas"]),
          count(row["vmas"] / row["walks"]), count(row["mapped"] / row["walks"]),
          count(row["phantom"] / row["walks"]), percent(row["phantom"], row["vmas"]),
          count(row["vmas_max"])] for row in rows],
        "VMAs visited by walks, by cause and kind of folio")
    return figure("vmas-per-walk", "VMAs per walk",
                  "VMAs that a walk visits on average: those that mapped the folio, and phantoms",
                  chart.rows("vmas", "VMAs per walk by cause and kind", lines, scale.counts(most)),
                  numbers, legend([(MAPPED, "mapped the folio"), (PHANTOM, "phantom")]))


def phantoms(drawn):
    over = drawn["over_time"]
    shares = [100 * phantom / vmas if vmas else 0
              for phantom, vmas in zip(over["phantom"], over["vmas"])]
    picture = chart.stacked("phantom", "Phantom share over time", drawn["time"],
                            [(PHANTOM, "per cent", shares)], scale.seconds(drawn["time"][-1]),
                            scale.Linear(100, lambda value: f"{value:.0f}%"), 110,
                            drawn["breaks"], rates=False)
    numbers = table([("seconds", False), ("phantom", True), ("VMAs", True), ("phantoms", True)],
                    [[when, percent(phantom, vmas), count(vmas), count(phantom)]
                     for when, phantom, vmas in zip(times(drawn), over["phantom"], over["vmas"])],
                    "VMAs visited, and how many of them in vain, by time recorded")
    return figure("phantom-share", "Phantom share",
                  "of the VMAs visited, the part that did not map the folio, in per cent", picture,
                  numbers, after=gaps(drawn))


def durations(drawn):
    rows = [row for row in drawn["causes"] if row["time"]["count"]]
    if not rows:
        return None
    lines = [(f"{row['cause']} {row['kind']}", f"{ns_text(row['time']['ns'])} in all",
              [(CAUSES[row["cause"]], "ns", row["time"]["ns"], 3)]) for row in rows]
    numbers = table(
        [("cause", False), ("kind", False), ("walks", True), ("time", True), ("lock", True),
         ("mean", True), ("p50", True), ("p99", True), ("max", True)],
        [[row["cause"], row["kind"] or "-", count(row["walks"]), ns(row["time"]["ns"]),
          ns(row["lock_ns"]), ns(row["time"]["ns"] // row["walks"] if row["walks"] else 0),
          ns(row["time"]["p50"]), ns(row["time"]["p99"]), ns(row["time"]["max"])] for row in rows],
        "Time in walks, by cause and kind of folio; lock: of it waiting for it")
    return figure("walk-time", "Time in walks",
                  "by cause and kind of folio; percentiles are at most 12.5 % too high",
                  chart.rows("time", "Time in walks by cause and kind", lines, scale.nanoseconds(
                      max(row["time"]["ns"] for row in rows))), numbers)


def tasks(drawn):
    rows = drawn["tasks"][:TASKS]
    if not rows:
        return None
    more = len(drawn["tasks"]) - len(rows)
    return [tag("h3", "Who walks"), table(
        [("process", False), ("pid", True), ("walks", True), ("VMAs/walk", True),
         ("phantom", True), ("time", True), ("lock", True), ("p99", True), ("max", True)],
        [[row["comm"], str(row["pid"]), count(row["walks"]),
          count(row["vmas"] / row["walks"]) if row["walks"] else "-",
          percent(row["phantom"], row["vmas"]), ns(row["time"]["ns"]), ns(row["lock_ns"]),
          ns(row["time"]["p99"]), ns(row["time"]["max"])] for row in rows],
        f"Processes by time in walks{f'; {more} with less time are not shown' if more else ''}")]


def slowest(drawn):
    rows = drawn["slowest"]
    if not rows:
        return tag("p", "Single slow walks were not recorded: rmaptop --outliers N does that.",
                   class_="note", id="slowest")
    lines = [(f"{row['cause']} {row['kind']}, {row['pid']} {row['comm'][:16]}",
              f"{ns_text(row['ns'])}, {row['vmas']} VMAs",
              [(MAPPED, "walking, ns", row["ns"] - row["lock_ns"], 2),
               (PHANTOM, "waiting for the lock, ns", row["lock_ns"], 3)]) for row in rows]
    numbers = table(
        [("process", False), ("time", True), ("walking", True), ("lock", True), ("VMAs", True),
         ("phantoms", True), ("cause", False), ("kind", False), ("pid", True), ("pfn", False),
         ("order", True), ("node", True), ("kernel stack, outermost first", False)],
        [[row["comm"], ns(row["ns"]), ns(row["ns"] - row["lock_ns"]), ns(row["lock_ns"]),
          count(row["vmas"]), count(row["phantom"]), row["cause"], row["kind"], str(row["pid"]),
          row["pfn"] or "-", str(row["order"]), str(row["nid"]) if row["nid"] >= 0 else "-",
          row["stack"].replace(";", "; ")] for row in rows],
        "The slowest of the walks recorded one by one; lock: waiting for it")
    return figure("slowest", "Slowest walks", "each one walk; its time, and the VMAs it visited",
                  chart.rows("slow", "The slowest walks by duration", lines,
                             scale.nanoseconds(max(row["ns"] for row in rows))),
                  numbers, legend([(MAPPED, "walking"), (PHANTOM, "waiting for the lock")]))


def facts(data):
    """(name, words) of the overview."""
    drawn = rmaptop.numbers(data, COLUMNS)
    if drawn is None:
        return [("reverse-map walks", "none in the recording")]
    walks, vmas, phantom = (sum(row[key] for row in drawn["causes"])
                            for key in ("walks", "vmas", "phantom"))
    spent = sum(row["time"]["ns"] for row in drawn["causes"])
    lock = sum(row["lock_ns"] for row in drawn["causes"])
    return [("reverse-map walks",
             f"{count_text(walks)} in {drawn['time'][-1]:.3g} s, {vmas / (walks or 1):.3g} VMAs a "
             f"walk, {percent_text(phantom / (vmas or 1))} of them phantoms; {ns_text(spent)} in "
             f"walks, {ns_text(lock)} of it waiting for locks")]


def make(data, note=None):
    drawn = rmaptop.numbers(data, COLUMNS)
    if drawn is None:
        return section("rmap", "Reverse-map walks", note, tag("p", "No walk was recorded."))
    return section(
        "rmap", "Reverse-map walks", note,
        tag("p", f"One walk of {drawn['sample']} was counted, as if it were {drawn['sample']}: "
            "numbers are estimates.", class_="warn") if drawn["sample"] > 1 else None,
        over_time(drawn), visits(drawn), phantoms(drawn), durations(drawn), tasks(drawn),
        slowest(drawn))
