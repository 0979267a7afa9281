# SPDX-License-Identifier: GPL-2.0-only
"""What was recorded, by what, how completely, and what it comes to."""

import time

import recording
from report.markup import NL, count, ns, percent, section, table, tag


def whole(obj, key):
    """A number of the end line, 0 where there is none."""
    value = obj.get(key)
    return value if type(value) is int and 0 <= value < 2 ** 64 else 0


def when(at):
    return "-" if at is None else time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(at))


def recordings(sources):
    rows = []
    for source in sources:
        end = source.end or {}
        cost = end.get("bpf") if isinstance(end.get("bpf"), dict) else {}
        seen = whole(end, "seen")
        lasted = source.ended - source.began if source.began is not None else None
        rows.append([
            tag("span", source.name, class_="name"), source.tool,
            recording.printable(source.header.get("kernel") or "unknown"),
            recording.printable(source.header.get("backend") or "unknown"), when(source.began),
            "-" if lasted is None else f"{lasted:.3g} s",
            *([count(seen), count(whole(end, "recorded")), count(source.lost()),
               percent(source.lost(), seen), ns(whole(cost, "ns"))] if source.end
              else ["cut off", "-", "-", "-", "-"])])
    return table([("recording", False), ("tool", False), ("kernel", False), ("backend", False),
                  ("began, UTC", False), ("lasted", True), ("seen", True), ("recorded", True),
                  ("lost", True), ("lost of seen", True), ("own cost", True)], rows,
                 "Recordings; own cost: time of the tool's programs in the kernel")


def coverage(sources):
    """What is not seen in full, and why; several recordings that say the same once."""
    found = {}
    for source in sources:
        listed = source.header.get("coverage")
        for what, state in listed.items() if isinstance(listed, dict) else ():
            if isinstance(state, dict) and state.get("state") != "full":
                key = (source.tool, recording.printable(what),
                       recording.printable(state.get("state")),
                       recording.printable(state.get("why") or "no reason is given"))
                found.setdefault(key, []).append(source.name)
    if not found:
        return tag("p", "Everything the tools look for was seen in full.")
    return table([("tool", False), ("what", False), ("seen", False), ("why", False),
                  ("recordings", False)],
                 [[*key, f"{len(names)} recordings" if len(names) > 1 else names[0]]
                  for key, names in found.items()], "Not seen in full on these kernels")


def losses(sources):
    rows = [[source.name, source.tool, words, recording.printable(cause), count(n)]
            for source in sources for key, words in (("lost", "lost"), ("inexact", "inexact"))
            for cause, n in recording.counts((source.end or {}).get(key)).items()]
    cut = [source.name for source in sources if source.end is None]
    made = [tag("p", f"Cut off, without an account of what was lost: {', '.join(cut)}.",
                class_="warn")] if cut else []
    if not rows:
        return made + [tag("p", "Nothing was lost, and nothing is inexact"
                           + (", as far as there is an account." if cut else "."))]
    return made + [table([("recording", False), ("tool", False), ("is", False), ("cause", False),
                          ("events", True)], rows,
                         "Events that were lost, or of which something is not exact, by cause")]


def make(sources, facts):
    return section(
        "overview", "Overview",
        tag("dl", [[tag("dt", name), tag("dd", words), NL] for name, words in facts]),
        recordings(sources), losses(sources), coverage(sources))
