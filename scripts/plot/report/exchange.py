# SPDX-License-Identifier: GPL-2.0-only
"""What exchangelat recorded."""

import exchangelat
import figure as style
from report import chart, scale
from report.markup import colour, count, figure, legend, ns, percent, section, table, tag
from report.walks import gaps
from recording import count_text, ns_text, percent_text

Data = exchangelat.Data
COLUMNS = 60
PHASES = {name: colour(i) for i, name in enumerate((*exchangelat.PHASES, exchangelat.REST))}
DONE, REFUSED, BESIDE = colour(2), colour(1), colour(9)


def phases(drawn):
    """A bar for each phase: one for all would hide the short ones."""
    made = []
    for name, op in drawn["operations"].items():
        kind = exchangelat.KINDS[name]
        each, parts = op["each"]["count"], op["phases"]
        if not parts:
            continue
        lines = [(part["name"], f"{ns_text(round(part['ns'] / each))}, "
                  f"{percent_text(part['share'])}",
                  [(PHASES[part["name"]], "ns", part["ns"] / each, 1)]) for part in parts]
        numbers = table([("phase", False), (f"mean of a {kind.one}", True), ("share", True),
                         ("in all", True)],
                        [[part["name"], ns(part["ns"] / each), percent(part["ns"], sum(
                            p["ns"] for p in parts)), ns(part["ns"])] for part in parts],
                        f"Phases of {name}, in their order")
        made.append(figure(
            f"phases-{name}", f"Phases of {name}",
            f"time of a {kind.one} in each phase, on average; {ns_text(op['each']['ns'] // each)} "
            f"in all{'; the rest is in no phase that is seen' if name == 'migrate' else ''}",
            chart.rows(f"ph-{name}", f"Mean time of a {kind.one} by phase", lines,
                       scale.nanoseconds(max(part["ns"] / each for part in parts))), numbers))
    return made


def results(drawn):
    made = []
    for name, op in drawn["operations"].items():
        kind = exchangelat.KINDS[name]
        rows = [(kind.done, op["done"], DONE), *((key, n, REFUSED)
                                                 for key, n in op["refused"].items()),
                *((key, n, BESIDE) for key, n in op["also"].items())]
        rows = [row for row in rows if row[1]]
        if not rows:
            continue
        lines = [(key[:32], f"{count_text(n)}, {percent_text(n / op['asked'])}" if op["asked"]
                  else count_text(n), [(hue, key, n, 1)]) for key, n, hue in rows]
        numbers = table([("result", False), (kind.many, True), ("share", True)],
                        [[key, count(n), percent(n, op["asked"])] for key, n, _ in rows],
                        f"What became of {kind.many}")
        used = [(hue, words) for hue, words in
                ((DONE, "done"), (REFUSED, "refused" if name == "exchange" else "failed"),
                 (BESIDE, "counted besides")) if any(row[2] == hue for row in rows)]
        made.append(figure(
            f"results-{name}", "Exchange refusals" if name == "exchange" else "Migration results",
            f"{kind.many} by result, of {count_text(op['asked'])} in {count_text(op['calls'])} "
            f"{kind.calls}", chart.rows(f"re-{name}", f"{kind.many} by result", lines,
                                        scale.counts(max(row[1] for row in rows))), numbers,
            legend(used)))
    return made


def durations(drawn):
    made = []
    for name, op in drawn["operations"].items():
        kind = exchangelat.KINDS[name]
        buckets = op["each"]["hist"]
        ends = [style.bounds(b["lo"], b["hi"]) for b in buckets]
        x = scale.Log(min(end[0] for end in ends), max(end[1] for end in ends), ns_text, 4)
        y = scale.counts(max(b["count"] for b in buckets))
        numbers = [table(
            [("of", False), (kind.many, True), ("mean", True), ("p50", True), ("p99", True),
             ("max", True)],
            [[words, count(t["count"]), ns(t["ns"] // t["count"]), ns(t["p50"]), ns(t["p99"]),
              ns(t["max"])] for words, t in (("each", op["each"]), ("blocked", op["blocked"]))
             if t["count"]],
            f"Time of a {kind.one}; blocked: from its unmapping to its unlocking, what a fault "
            "waits; percentiles are at most 12.5 % too high"),
            tag("div", table([("from", True), ("to", True), (kind.many, True)],
                             [[ns(b["lo"]), "-" if b["hi"] is None else ns(b["hi"]),
                               count(b["count"])] for b in buckets],
                             f"{kind.many} by time", False), class_="tall")]
        made.append(figure(
            f"time-{name}", f"Time of a {kind.one}, {name}",
            f"{kind.many} by the time each took (that of a batch or call, divided among what it "
            f"was for), log scale; p50 {ns_text(op['each']['p50'])}, p99 "
            f"{ns_text(op['each']['p99'])}",
            chart.histogram(f"ti-{name}", f"{kind.many} by time",
                            [(*end, b["count"]) for end, b in zip(ends, buckets)],
                            colour(0 if name == "exchange" else 1), x, y), numbers))
    return made


def over_time(drawn):
    made = []
    edges = drawn["time"]
    for name, op in drawn["operations"].items():
        kind = exchangelat.KINDS[name]
        rows = op["heat"]
        ends = [style.bounds(b["lo"], b["hi"]) for b in rows]
        picture, words = chart.heat(
            f"he-{name}", f"{kind.many} a second by time each took, over time", edges,
            [(*end, b["rate"]) for end, b in zip(ends, rows)], scale.seconds(edges[-1]),
            scale.Log(min(end[0] for end in ends), max(end[1] for end in ends), ns_text, 5), 200,
            drawn["breaks"])
        numbers = tag("div", table(
            [("each took", False), *((f"{a:.4g} to {b:.4g} s", True)
                                     for a, b in zip(edges, edges[1:]))],
            [[[ns(b["lo"]), " to ", "-" if b["hi"] is None else ns(b["hi"])],
              *(count(rate) if rate else "" for rate in b["rate"])] for b in rows],
            f"{kind.many} a second, by time recorded (across) and time each took (down)"),
            class_="tall")
        made.append(figure(f"over-time-{name}", f"Over time, {name}",
                           f"{kind.many} a second, by the time each took, log scale", picture,
                           numbers, words, gaps(drawn)))
    return made


def facts(data):
    drawn = exchangelat.numbers(data, COLUMNS)
    if drawn is None:
        return [("exchange", "none in the recording")]
    found = []
    for name, op in drawn["operations"].items():
        kind = exchangelat.KINDS[name]
        found.append((name, f"{count_text(op['done'])} of {count_text(op['asked'])} {kind.many} "
                      f"in {count_text(op['calls'])} {kind.calls}, "
                      f"{ns_text(op['each']['ns'] // op['each']['count'])} a {kind.one} "
                      f"({'a pair is two pages' if name == 'exchange' else 'one page'})"))
    return found


def make(data, note=None):
    drawn = exchangelat.numbers(data, COLUMNS)
    if drawn is None:
        return section("exchange", "Exchange and migration", note,
                       tag("p", "No exchange and no migration was timed."))
    return section("exchange", "Exchange and migration", note, results(drawn), phases(drawn),
                   durations(drawn), over_time(drawn))
