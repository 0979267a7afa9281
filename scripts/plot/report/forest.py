# SPDX-License-Identifier: GPL-2.0-only
"""What anonvma recorded: the forest."""

import anonvma
from report import chart
from report.markup import NL, count, data as exact, figure, section, size, table, tag
from recording import count_text

Data = anonvma.Data
CELL, GLYPH, INDENT = 22, 6.7, 14  # pixels
PROCESSES = 20


def dot(x, y, own, linked, row, col, hint):
    """A circle; where there is no AVC a cross."""
    where = {"data_row": row, "data_col": col}
    if linked:
        return [tag("circle", tag("title", hint), cx=chart.px(x), cy=chart.px(y), r="5",
                    class_=f"dot {'own' if own else 'inherited'}", **where), NL]
    return [tag("path", tag("title", hint), d=f"M{x - 4} {y - 4}l8 8m0 -8l-8 8",
                class_="dot unlinked", **where), NL]


def picture(tree, name):
    """Of a fixed width: it is scrolled where the page is narrower."""
    rows, vmas = anonvma.shown(tree)
    labels = [f"{row['addr']} {anonvma.counters(row)}" for row in rows]
    left = max(len(label) * GLYPH + min(row["depth"], 30) * INDENT + (row["depth"] > 0) * 14
               for label, row in zip(labels, rows)) + 12
    runs = anonvma.by_process(vmas)
    top = 8 + GLYPH * max(len(f"{pid} {comm[:16]}") for _, _, pid, comm in runs) if runs else 8
    height = top + CELL * len(rows)
    made = []
    for k, (first, end, pid, comm) in enumerate(runs):
        x = left + first * CELL
        if k % 2 == 0:
            made.append(tag("rect", x=chart.px(x), y="0", width=str((end - first) * CELL),
                            height=chart.px(height), class_="band"))
        middle = left + (first + end) * CELL / 2 + 4
        made.append(tag("text", f"{pid} {comm[:16]}", class_="mono",
                        transform=f"translate({chart.px(middle)} {chart.px(top - 4)}) rotate(-90)"))
        made.append(NL)
    for i, (row, label) in enumerate(zip(rows, labels)):
        y = top + i * CELL + CELL / 2
        x = min(row["depth"], 30) * INDENT
        made.append([tag("text", f"{'↳ ' if row['depth'] else ''}{label}", x=str(x),
                         y=chart.px(y + 4), class_="mono"),
                     tag("line", x1=str(x), x2=chart.px(left + len(vmas) * CELL),
                         y1=chart.px(y + CELL / 2), y2=chart.px(y + CELL / 2), class_="grid"), NL])
        for column, own, linked in row["links"]:
            if column < len(vmas):
                vma = vmas[column]
                made.append(dot(
                    left + column * CELL + CELL / 2, y, own, linked, i, column,
                    f"{vma['pid']} {vma['comm']}, VMA {vma['start']}-{vma['end']}: "
                    f"{'its own anon_vma' if own else 'inherited'}"
                    f"{'' if linked else ', without an AVC'}"))
    title = f"anon_vmas of the tree {tree['root']} as rows, VMAs as columns"
    return tag("div", tag(
        "svg", tag("title", title, id=f"{name}-title"), NL, made, role="img",
        aria_labelledby=f"{name}-title", class_="forest", width=chart.px(left + len(vmas) * CELL),
        height=chart.px(height)), class_="scroll", tabindex="0", role="region", aria_label=title)


def numbers(tree):
    rows, vmas = anonvma.shown(tree)

    def names(row, wanted):
        return ", ".join(f"{vmas[column]['pid']}:{vmas[column]['start']}"
                         for column, own, linked in row["links"]
                         if own is wanted and linked and column < len(vmas)) or "-"

    def counter(value):
        return "-" if value is None else count(value)

    unlinked = any(not linked for row in rows for *_, linked in row["links"])
    return tag("div", table(
        [("anon_vma", False), ("depth", True), ("refcount", True), ("num_children", True),
         ("num_active_vmas", True), ("AVCs", True), ("elsewhere", True), ("own VMAs", False),
         ("inherited by VMAs", False)],
        [[row["addr"], count(row["depth"]), count(row["refcount"]), counter(row["num_children"]),
          counter(row["num_active_vmas"]), count(sum(linked for *_, linked in row["links"])),
          count(row["elsewhere"]), names(row, True), names(row, False)] for row in rows],
        f"The tree {tree['root']}; VMAs as pid:start; elsewhere: VMAs linked to it that were not "
        f"asked for{'; a cross: a VMA calls it its own without an AVC' if unlinked else ''}"),
        table([("VMA", False), ("pid", True), ("process", False), ("end", False), ("pgoff", True),
               ("pages", True)],
              [[vma["start"], str(vma["pid"]), vma["comm"], vma["end"],
                exact(vma["pgoff"], f"{vma['pgoff']:#x}"), count(vma["pages"])] for vma in vmas],
              "Its VMAs"), class_="tall")


def trees(drawn):
    made = []
    for i, tree in enumerate(drawn["trees"][:anonvma.TREES]):
        processes = len({vma["pid"] for vma in tree["vmas"]})
        made.append(figure(
            f"tree-{i}", f"Tree {tree['root']}",
            f"{count_text(len(tree['rows']))} anon_vmas, {count_text(len(tree['vmas']))} VMAs of "
            f"{processes} process{'es' if processes != 1 else ''}, {count_text(tree['avcs'])} AVCs",
            picture(tree, f"forest-{i}"), numbers(tree)))
    return made


def summaries(drawn):
    rows = drawn["summaries"]
    if not rows:
        return None
    made = [table(
        [("forest", False), ("trees", True), ("anon_vmas", True), ("VMAs", True), ("AVCs", True),
         ("slab memory", True), ("VMAs per walk", True), ("anon_vmas of the machine", True),
         ("AVCs of the machine", True)],
        [[str(i + 1), *(count(row[key]) for key in ("trees", "anon_vmas", "vmas", "avcs")),
          size(row["bytes"]),
          "-" if row["vmas_per_walk"] is None else exact(row["vmas_per_walk"],
                                                         f"{row['vmas_per_walk']:.3g}"),
          *("-" if row[key] is None else count(row[key]) for key in ("slab_anon_vmas",
                                                                    "slab_avcs"))]
         for i, row in enumerate(rows)], "Forests recorded; VMAs per walk: mean over all pages")]
    by_process = sorted((row for summary in rows for row in summary["by_process"]),
                        key=lambda row: (-row["avcs"], row["pid"]))
    more = len(by_process) - PROCESSES
    made.append(table(
        [("process", False), ("pid", True), ("VMAs", True), ("AVCs", True), ("own", True)],
        [[row["comm"], str(row["pid"]), count(row["vmas"]), count(row["avcs"]), count(row["own"])]
         for row in by_process[:PROCESSES]],
        "Processes by AVCs; own: VMAs with an anon_vma of their own"
        + (f"; {more} with fewer are not shown" if more > 0 else "")))
    return made


def violations(drawn):
    if not drawn["violations"]:
        return None
    keys = ["check", "anon_vma", "pid", "start", "is", "should"]
    return table([(key, False) for key in keys],
                 [[row.get(key, "-") for key in keys] for row in drawn["violations"]],
                 "Violations of the forest's invariants")


def facts(data):
    drawn = anonvma.numbers(data)
    if drawn is None:
        return [("anon_vma forest", "no anon_vma in the recording")]
    rows = [row for tree in drawn["trees"] for row in tree["rows"]]
    return [("anon_vma forest",
             f"{count_text(len(rows))} anon_vmas in {count_text(len(drawn['trees']))} "
             f"tree{'s' if len(drawn['trees']) != 1 else ''}, "
             f"{count_text(sum(tree['avcs'] for tree in drawn['trees']))} AVCs, deepest "
             f"{max(row['depth'] for row in rows)}; {len(drawn['violations']) or 'no'} "
             "violations of its invariants")]


def make(data, note=None):
    drawn = anonvma.numbers(data)
    if drawn is None:
        return section("forest", "anon_vma forest", note, tag("p", "No anon_vma was recorded."))
    more = anonvma.left_out(drawn)
    return section(
        "forest", "anon_vma forest", note,
        tag("p", "A row is an anon_vma, a column a VMA. A filled dot: the anon_vma is the VMA's own; "
            "an empty one: it is inherited, and each walk for a page of the anon_vma visits the VMA. "
            "d depth, r refcount, c num_children, v num_active_vmas.", class_="note"),
        tag("p", more[0].upper() + more[1:] + ".", class_="warn") if more else None,
        violations(drawn), summaries(drawn), trees(drawn))
