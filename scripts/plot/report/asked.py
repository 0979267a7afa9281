# SPDX-License-Identifier: GPL-2.0-only
"""What folioxchg recorded: pairs asked for by hand, and its benchmark."""

import recording
from report.markup import count, data as exact, ns, section, table, tag
from recording import count_text, ns_text

NUMBERS = ("pairs", "rounds", "sharers", "exchange_ns", "exchanged", "migrate_ns", "migrated",
           "wrong_words")


class Data:
    """Of all recordings together."""

    def __init__(self):
        self.sources = recording.Sources()
        self.results, self.benches = {}, []

    def read(self, source):
        source.lines({"event": self._event, "snapshot": self._snapshot})
        self.sources.add(source)

    def _event(self, _begin, _end, line):
        result = recording.name(line, "result")
        self.results[result] = self.results.get(result, 0) + 1

    def _snapshot(self, _begin, _end, line):
        self.benches.append({"clock": recording.name(line, "clock"),
                             **{key: recording.number(line, key) for key in NUMBERS}})


def each(bench, what):
    return bench[what] // (2 * bench["rounds"] * bench["pairs"] or 1)


def facts(data):
    found = []
    if data.results:
        found.append(("pairs asked for", ", ".join(
            f"{count_text(n)} {name}" for name, n in sorted(data.results.items()))))
    for bench in data.benches:
        found.append(("benchmark", f"exchange {ns_text(each(bench, 'exchange_ns'))} a pair, two "
                      f"move_pages(2) {ns_text(each(bench, 'migrate_ns'))} ({bench['clock']})"))
    return found or [("pairs asked for", "none in the recording")]


def make(data, note=None):
    made = []
    if data.results:
        made.append(table([("result", False), ("pairs", True)],
                          [[name, count(n)] for name, n in sorted(
                              data.results.items(), key=lambda item: (-item[1], item[0]))],
                          "What became of the pairs asked for"))
    if data.benches:
        made.append(table(
            [("pairs a call", True), ("rounds", True), ("sharers", True), ("exchange, a pair", True),
             ("done", True), ("two moves, a pair", True), ("done", True), ("ratio", True),
             ("wrong words", True), ("clock", False)],
            [[count(bench["pairs"]), count(bench["rounds"]), count(bench["sharers"]),
              ns(each(bench, "exchange_ns")), count(bench["exchanged"]),
              ns(each(bench, "migrate_ns")), count(bench["migrated"]),
              exact(bench["migrate_ns"] / bench["exchange_ns"],
                    f"{bench['migrate_ns'] / bench['exchange_ns']:.2f}")
              if bench["exchange_ns"] else "-", count(bench["wrong_words"]), bench["clock"]]
             for bench in data.benches], "folioxchg bench: exchange against two move_pages(2)",
            False))
    return section("requests", "Pairs asked for by folioxchg", note,
                   *(made or [tag("p", "Nothing was recorded.")]))
