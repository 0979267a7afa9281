# SPDX-License-Identifier: GPL-2.0-only
"""What forkchain recorded."""

import forkchain
from report import chart, scale
from report.markup import colour, count, figure, legend, ns, section, table, tag
from report.walks import gaps, times
from recording import count_text, ns_text

Data = forkchain.Data
COLUMNS = 100
TASKS = 20
EVENTS = {name: colour(i) for i, name in enumerate(("fork", "unlink", "prepare", "clone"))}


def operations(drawn):
    events = drawn["events"]
    sums = [sum(values) for values in zip(*events.values())]
    picture = chart.stacked("ops", "Operations on anon_vmas over time", drawn["time"],
                            [(EVENTS[name], name, values) for name, values in events.items()],
                            scale.seconds(drawn["time"][-1]), scale.counts(max(sums)),
                            breaks=drawn["breaks"], rates=False)
    numbers = tag("div", table(
        [("seconds", False), *((name, True) for name in events), ("linked", True),
         ("freed", True)],
        [[when, *(count(values[i]) for values in events.values()), count(drawn["linked"][i]),
          count(drawn["freed"][i])] for i, when in enumerate(times(drawn))],
        "Operations, and AVCs they linked and freed, by time"), class_="tall")
    return figure("operations", "Operations on anon_vmas",
                  f"in {ns_text((drawn['time'][1] - drawn['time'][0]) * 1e9)} each", picture, numbers,
                  legend([(EVENTS[name], f"{name} {count_text(sum(values))}")
                          for name, values in events.items()]), gaps(drawn))


def avcs(drawn):
    """A line: points are at the ends of the columns."""
    totals = forkchain.net(drawn)
    x = scale.seconds(drawn["time"][-1])
    y = scale.Linear(max(*totals, 0), lambda n: f"{n:g}", lo=min(*totals, 0))
    height = 130
    points, last = [], 0
    for at, total in zip(drawn["time"], totals):
        points += [(at, last), (at, total)]
        last = total
    points.append((drawn["time"][-1], last))
    # Across a picture of its own, stretched; nothing in it but the line, which keeps its width.
    path = " ".join(f"{chart.px(1000 * x.place(at))},{chart.px(height * (1 - y.place(n)))}"
                    for at, n in points)
    line = tag("svg", tag("polyline", points=path, class_=f"line {colour(0)}"), width="100%",
               height=str(height), viewBox=f"0 0 1000 {height}", preserveAspectRatio="none")
    numbers = tag("div", table([("seconds", False), ("AVCs", True)],
                               [[when, count(n)] for when, n in zip(times(drawn), totals)],
                               "AVCs more than before the first event"), class_="tall")
    return figure("avcs", "AVCs", "more than at the beginning of the recording",
                  chart.svg("av", "AVCs over time", height, chart.y_axis(y, height), line,
                            chart.x_axis(x, height)), numbers)


def depths(drawn):
    if not drawn["depths"]:
        return None
    lines = [(f"depth {depth}", count_text(n), [(EVENTS["fork"], "VMAs", n, 1)])
             for depth, n in drawn["depths"].items()]
    return figure("depths", "Depth of forks",
                  "VMAs that forks have copied, by how many ancestors their anon_vma has",
                  chart.rows("de", "VMAs copied by depth", lines,
                             scale.counts(max(drawn["depths"].values()))),
                  table([("depth", False), ("VMAs", True)],
                        [[str(depth), count(n)] for depth, n in drawn["depths"].items()],
                        "VMAs copied by forks, by depth"))


def durations(drawn):
    lines = [(f"{op['event']} {op['cause']}", f"p50 {ns_text(op['p50'])}, p99 {ns_text(op['p99'])}",
              [(EVENTS[op["event"]], "p99, ns", op["p99"], 4)]) for op in drawn["operations"]]
    numbers = table(
        [("operation", False), ("cause", False), ("events", True), ("p50", True), ("p99", True),
         ("max", True), ("AVCs", True), ("reused", True), ("failed", True), ("waited", True),
         ("waiting", True)],
        [[op["event"], op["cause"] or "-", count(op["count"]), ns(op["p50"]), ns(op["p99"]),
          ns(op["max"]), count(op["avcs"]), count(op["reused"]), count(op["failed"]),
          count(op["waited"]), ns(op["lock_ns"])] for op in drawn["operations"]],
        "Time of operations; reused: an anon_vma that was there; waited: for the root's lock, and "
        "how long together")
    return figure("operation-time", "Time of operations", "what 99 of 100 do not exceed",
                  chart.rows("ot", "99th percentile of the time of each operation", lines,
                             scale.nanoseconds(max(op["p99"] for op in drawn["operations"]))),
                  numbers)


def tasks(drawn):
    rows, holders = drawn["tasks"][:TASKS], drawn["holders"][:TASKS]
    more = len(drawn["tasks"]) - len(rows)
    made = [tag("h3", "Who changes the forest"), table(
        [("process", False), ("pid", True), *((name, True) for name in forkchain.EVENTS),
         ("linked", True), ("freed", True), ("time", True), ("waiting", True)],
        [[row["comm"], str(row["pid"]), *(count(row[name]) for name in forkchain.EVENTS),
          count(row["linked"]), count(row["freed"]), ns(row["ns"]), ns(row["lock_ns"])]
         for row in rows],
        f"Processes by AVCs linked{f'; {more} with fewer are not shown' if more else ''}")]
    if holders:
        made.append(table([("process", False), ("pid", True), ("waited for", True)],
                          [[row["comm"], str(row["pid"]), ns(row["ns"])] for row in holders],
                          "Who held the locks that were waited for"))
    return made


def facts(data):
    drawn = forkchain.numbers(data, COLUMNS)
    if drawn is None:
        return [("fork chains", "no event in the recording")]
    waited = sum(op["lock_ns"] for op in drawn["operations"])
    return [("fork chains",
             f"{count_text(len(data.events))} operations in {drawn['time'][-1]:.3g} s: "
             f"{count_text(sum(drawn['linked']))} AVCs linked, "
             f"{count_text(sum(drawn['freed']))} freed, {ns_text(waited)} waiting for locks"
             + (f"; deepest fork {max(drawn['depths'])}" if drawn["depths"] else ""))]


def make(data, note=None):
    drawn = forkchain.numbers(data, COLUMNS)
    if drawn is None:
        return section("chain", "Fork chains", note, tag("p", "No event was recorded."))
    return section("chain", "Fork chains", note, operations(drawn), avcs(drawn), depths(drawn),
                   durations(drawn), tasks(drawn))
