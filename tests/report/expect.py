"""
What a report of the recordings must say, read from their lines in a way of its own, and what
it says.  Prints what differs.  REPORT FILE...
"""
import json
import sys
from collections import Counter, defaultdict

import page

root = page.load(sys.argv[1])
figures = page.figures(root)
files = [[json.loads(line) for line in open(name)] for name in sys.argv[2:]]
compared = 0


def same(what, got, wanted):
    global compared
    compared += 1
    if got != wanted:
        print(f"{what}:\n  says {got}\n  must {wanted}")


def of(tool):
    return [lines for lines in files if lines[0]["tool"] == tool]


def column(figure, title, key=0):
    """{first cells: number} of the figure's first table."""
    at = figure["head"].index(title)
    return {tuple(row[:key + 1]) if key else row[0]: row[at] for row in figure["first"]}


def overview():
    listed = page.tables(root.find(".//section[@id='overview']"))
    rows = listed["Recordings"][1]
    same("recordings", [row[:2] for row in rows],
         [[name, lines[0]["tool"]] for name, lines in zip(sys.argv[2:], files)])
    for row, lines in zip(rows, files):
        end = lines[-1]
        same(f"accounting of {row[0]}", row[6:9] + row[10:],
             [end["seen"], end["recorded"], sum(end["lost"].values()), end["bpf"]["ns"]])
    lost = Counter()
    for lines in files:
        for key in "lost", "inexact":
            lost.update({cause: n for cause, n in lines[-1][key].items() if n})
    told = listed.get("Events that were lost, or of which something is not exact, by cause")
    same("losses", {row[3]: row[4] for row in told[1]} if told else {}, dict(lost))
    partly = {(lines[0]["tool"], what, state["state"]) for lines in files
              for what, state in lines[0]["coverage"].items() if state["state"] != "full"}
    told = listed.get("Not seen in full on these kernels")
    same("coverage", {tuple(row[:3]) for row in told[1]} if told else set(), partly)
    same("why is said", all(row[3] for row in told[1]) if told else True, True)


def rmaptop():
    sums = defaultdict(Counter)
    most, by_cause, slow, walks_at = {}, Counter(), [], []
    for lines in of("rmaptop"):
        for line in lines[1:-1]:
            at = Counter()
            for row in line["rows"]:
                key = row["cause"], row["kind"]
                sums[key].update({k: row[k] for k in ("walks", "vmas", "mapped", "phantom", "ns",
                                                      "lock_ns")})
                most[key] = [max(a, b) for a, b in zip(most.get(key, (0, 0)),
                                                       (row["vmas_max"], row["max"]))]
                by_cause[row["cause"]] += row["walks"]
                at[row["cause"]] += row["walks"]
            walks_at.append(at)
            slow += line.get("slowest", [])
    figure = figures["walks-over-time"]
    same("walks by cause", {cause: round(sum(row[i + 1] for row in figure["first"]))
                            for i, cause in enumerate(figure["head"][1:])}, dict(by_cause))
    if len(of("rmaptop")) == 1:  # a column each
        same("walks by interval", [{cause: n for cause, n in zip(figure["head"][1:], row[1:]) if n}
                                   for row in figure["first"]], [dict(at) for at in walks_at])
    rows = figures["vmas-per-walk"]["first"]
    same("VMAs", {tuple(row[:2]): [row[2], row[3], row[8]] for row in rows},
         {key: [s["walks"], s["vmas"], most[key][0]] for key, s in sums.items()})
    for row in rows:
        s = sums[row[0], row[1]]
        wanted = (s["vmas"] / s["walks"], s["mapped"] / s["walks"], s["phantom"] / s["walks"],
                  100 * s["phantom"] / s["vmas"])
        same(f"VMAs per walk {row[:2]}",
             all(abs(a - b) < 1e-5 for a, b in zip(row[4:8], wanted)), True)
    same("phantoms over time", [round(sum(row[i] for row in figures["phantom-share"]["first"]))
                                for i in (2, 3)],
         [sum(s[key] for s in sums.values()) for key in ("vmas", "phantom")])
    same("time in walks", {tuple(row[:2]): [row[3], row[4], row[8]]
                           for row in figures["walk-time"]["first"]},
         {key: [s["ns"], s["lock_ns"], most[key][1]] for key, s in sums.items()})
    if slow:
        slow.sort(key=lambda walk: (-walk["ns"], walk["ts"]))
        same("slowest walks", [row[:10] for row in figures["slowest"]["first"]],
             [[w["comm"], w["ns"], w["ns"] - w["lock_ns"], w["lock_ns"], w["vmas"], w["phantom"],
               w["cause"], w["kind"], str(w["pid"]), w["pfn"]] for w in slow[:20]])


def exchangelat():
    ops = {}
    for lines in of("exchangelat"):
        for line in lines[1:-1]:
            for row in line["rows"]:
                op = ops.setdefault(row["op"], {"phases": Counter(), "result": Counter(),
                                                "each": Counter(), "ns": 0})
                op["result"].update(row["result"])
                op["phases"].update({name: d["ns"] for name, d in row["phases"].items()})
                op["each"].update({(b["lo"], "-" if b["hi"] is None else b["hi"]): b["count"]
                                   for b in row.get("each", {"hist": []})["hist"]})
                op["ns"] += row.get("total", {"ns": 0})["ns"]
    for name, op in ops.items():
        same(f"{name}: results", column(figures[f"results-{name}"],
                                        figures[f"results-{name}"]["head"][1]),
             {key: n for key, n in op["result"].items() if n})
        phases = column(figures[f"phases-{name}"], "in all")
        if name == "migrate":
            phases.pop("the rest", None)
        same(f"{name}: phases", phases, {key: n for key, n in op["phases"].items() if n})
        buckets, = (rows for caption, (_, rows) in figures[f"time-{name}"]["tables"].items()
                    if "by time" in caption)
        same(f"{name}: time", {(lo, hi): n for lo, hi, n in buckets}, dict(op["each"]))
        figure = figures[f"over-time-{name}"]
        widths = [float(b) - float(a) for a, b in (title.removesuffix(" s").split(" to ")
                                                   for title in figure["head"][1:])]
        total = sum(rate * width for row in figure["first"]
                    for rate, width in zip(row[1:], widths) if rate != "")
        wanted = sum(op["each"].values())
        same(f"{name}: over time", abs(total - wanted) < .01 * wanted, True)


def anonvma():
    drawn = {}
    for name, figure in figures.items():
        if name.startswith("tree-"):
            for row in figure["first"]:
                drawn.setdefault(row[0], []).append(row[1:4] + [row[5], row[7], row[8]])
    wanted = {}
    for lines in of("anonvma"):
        for line in lines[1:-1]:
            if "addr" in line:
                names = [", ".join(sorted(f"{v['pid']}:{v['start']}" for v in line["vmas"]
                                          if v["active"] is own)) or "-" for own in (True, False)]
                wanted.setdefault(line["addr"], []).append(
                    [line["depth"], line["refcount"],
                     "-" if line["num_children"] is None else line["num_children"],
                     len(line["vmas"]), *names])
    for rows in drawn.values():
        for row in rows:
            row[4:] = [", ".join(sorted(names.split(", "))) for names in row[4:]]
    same("anon_vmas", drawn, wanted)


def forkchain():
    events, linked, freed, depths, ns = Counter(), 0, 0, Counter(), defaultdict(list)
    for lines in of("forkchain"):
        for line in lines[1:-1]:
            events[line["event"]] += 1
            ns[line["event"], line.get("cause", "-")].append(line["ns"])
            if line["event"] == "unlink":
                freed += line["avcs"]
            elif (line["event"], line.get("cause")) != ("clone", "fork"):
                linked += line["avcs"]
            if line["event"] == "fork":
                depths[str(line["depth"])] += 1
    figure = figures["operations"]
    sums = {title: sum(row[i] for row in figure["first"])
            for i, title in enumerate(figure["head"]) if i}
    same("operations", sums, {**events, "linked": linked, "freed": freed})
    same("AVCs at the end", figures["avcs"]["first"][-1][1], linked - freed)
    same("depths", column(figures["depths"], "VMAs"), dict(depths))
    same("time of operations", {tuple(row[:2]): [row[2], row[5]]
                                for row in figures["operation-time"]["first"]},
         {key: [len(values), max(values)] for key, values in ns.items()})


def foliomap():
    counts, frames, runs = [], {}, []
    for lines in of("foliomap"):
        for line in lines[1:-1]:
            if line["type"] == "interval":
                kinds, reach = Counter(), Counter()
                for row in line["rows"]:
                    kinds[row["kind"]] += row["bytes"]
                    reach[row["exchange"]] += row["bytes"]
                counts.append((kinds, reach))
            elif "runs" in line:
                runs.append([[r["start"], r["pages"], r["kind"], *(r.get(k, "-") for k in
                                                                  ("nid", "order", "sharers"))]
                             for r in line["runs"]])
            else:
                frames[line["pfn"]] = [len(line.get("mappers", [])), len(line.get("phantoms", []))]
    for name, which, left in (("census", 0, ("free", "free_cached", "hole")),
                              ("reach", 1, ("none",))):
        if counts:
            same(name, [{kind: n for kind, n in zip(figures[name]["head"][1:], row[1:])
                         if n and kind != "others"} for row in figures[name]["first"]],
                 [{kind: n for kind, n in count[which].items() if n and kind not in left}
                  for count in counts])
    if frames:
        same("frames", {row[0]: row[1:3] for row in figures["frames"]["first"]}, frames)
    same("ranges", [figures[f"range-{i}"]["first"] for i in range(len(runs))], runs)


overview()
for check in rmaptop, exchangelat, anonvma, forkchain, foliomap:
    if of(check.__name__):
        check()
if compared < 4:
    print("nothing to compare")
