#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Draws recordings of anonvma --json: the forest, as anonvma --dot does.  A row is an anon_vma, a
column a VMA, those of a process side by side; a dot says that the VMA is in the anon_vma's
interval tree, a filled one that the anon_vma is the VMA's own.
"""

import sys
import time

# The modules beside this file may be installed where nobody should leave a cache.
sys.dont_write_bytecode = True

import figure
import recording
from figure import RIGHT, WIDTH
from recording import count_text

TOOL = "anonvma"
TREES, ROWS, VMAS = 12, 60, 60  # the most that are drawn, of a tree and all together
COUNTERS = ("num_children", "num_active_vmas")  # null where the kernel has none


# ------------------------------------------------------------------ reading


class Tree:
    """anon_vmas of one root, parents before their children."""

    def __init__(self, root):
        self.root = root
        self.rows = []
        self.vmas = {}  # (pid, start): VMA
        self.first_own = {}  # pid: the first row that is the own of a VMA of it
        self.seen = {}  # pid: which process came when

    def add(self, line):
        row = {key: line.get(key) for key in ("addr", "parent")}
        for key in ("addr", "parent"):
            recording.address(line, key)
        row.update({key: recording.number(line, key) for key in ("depth", "refcount")})
        row.update({key: None if line.get(key) is None else recording.number(line, key)
                    for key in COUNTERS})
        elsewhere = recording.mapping(line.get("elsewhere", {}), "'elsewhere'")
        row["elsewhere"] = recording.number(elsewhere, "vmas") if elsewhere else 0
        row["changed"] = line.get("changed") is True
        row["links"] = [self._vma(vma, len(self.rows))
                        for vma in recording.sequence(line.get("vmas"), "'vmas'")]
        self.rows.append(row)

    def _vma(self, vma, row):
        recording.mapping(vma, "a VMA")
        pid, start = recording.number(vma, "pid"), recording.address(vma, "start")
        end = recording.address(vma, "end")
        if end <= start:
            raise recording.Malformed("a VMA that ends before it begins")
        own = vma.get("active") is True
        self.seen.setdefault(pid, len(self.seen))
        if own:
            self.first_own.setdefault(pid, row)
        self.vmas.setdefault((pid, start), {
            "pid": pid, "comm": recording.name(vma, "comm"), "start": start, "end": end,
            "pgoff": recording.number(vma, "pgoff")})
        return (pid, start), own, vma.get("linked") is not False

    @property
    def avcs(self):
        return sum(linked for row in self.rows for *_, linked in row["links"])

    def numbers(self):
        """Columns: processes in the order in which the rows have their VMAs as own."""
        late = len(self.rows)
        keys = sorted(self.vmas, key=lambda key: (self.first_own.get(key[0], late),
                                                  self.seen[key[0]], key[1]))
        column = {key: i for i, key in enumerate(keys)}
        return {
            "root": f"{self.root:#x}",
            "avcs": self.avcs,
            "vmas": [{**self.vmas[key], "start": f"{self.vmas[key]['start']:#x}",
                      "pages": (self.vmas[key]["end"] - key[1]) >> 12,
                      "end": f"{self.vmas[key]['end']:#x}"} for key in keys],
            "rows": [{**row, "links": sorted([column[key], own, linked]
                                             for key, own, linked in row["links"])}
                     for row in self.rows],
        }


class Data:
    """What all recordings together have: a forest each."""

    def __init__(self):
        self.sources = recording.Sources()
        self.trees = []
        self.summaries = []
        self.violations = []
        self.began = None

    def read(self, source):
        self._open = {}  # root: Tree, of the forest under way
        self._there = set()
        source.lines({"snapshot": self._snapshot})
        self.sources.add(source)
        if source.began is not None:
            self.began = min(self.began or source.began, source.began)

    def _snapshot(self, _begin, _end, line):
        if "summary" in line:
            self._summary(line)
            self._open, self._there = {}, set()
            return
        addr, root = recording.address(line, "addr"), recording.address(line, "root")
        if addr in self._there:  # the same again: another forest begins
            self._open, self._there = {}, set()
        self._there.add(addr)
        if root not in self._open:
            self._open[root] = Tree(root)
            self.trees.append(self._open[root])
        self._open[root].add(line)

    def _summary(self, line):
        summary = recording.mapping(line["summary"], "'summary'")
        walk = summary.get("vmas_per_walk")
        if walk is not None and (type(walk) not in (int, float) or not 0 <= walk < 1e18):
            raise recording.Malformed("'vmas_per_walk' is not a number")
        self.summaries.append({
            **{key: recording.number(summary, key)
               for key in ("anon_vmas", "trees", "avcs", "vmas", "bytes")},
            **{key: None if summary.get(key) is None else recording.number(summary, key)
               for key in ("slab_anon_vmas", "slab_avcs")},
            "vmas_per_walk": walk,
            "by_process": [{"comm": recording.name(recording.mapping(row, "a process"), "comm"),
                            **{key: recording.number(row, key)
                               for key in ("pid", "vmas", "avcs", "own")}}
                           for row in recording.sequence(summary.get("by_process"),
                                                         "'by_process'")],
        })
        for violation in recording.sequence(line.get("violations"), "'violations'"):
            recording.mapping(violation, "a violation")
            self.violations.append({key: recording.printable(value)
                                    for key, value in violation.items()})


def numbers(data):
    """All that is drawn, in the form that --numbers prints: trees with most AVCs first."""
    if not data.trees:
        return None
    trees = sorted(data.trees, key=lambda tree: -tree.avcs)
    return {
        "kernels": data.sources.kernels,
        "backends": data.sources.backends,
        "begin": data.began,
        "lost": data.sources.lost,
        "summaries": data.summaries,
        "violations": data.violations,
        "trees": [tree.numbers() for tree in trees],
    }


def shown(tree):
    """(rows, VMAs) of a tree that a picture has room for."""
    return tree["rows"][:ROWS], tree["vmas"][:VMAS]


def left_out(drawn):
    """What no picture has room for, in words; None: nothing."""
    words = []
    if len(drawn["trees"]) > TREES:
        words.append(f"{len(drawn['trees']) - TREES} trees with fewer AVCs")
    for key, most, what in (("rows", ROWS, "anon_vmas"), ("vmas", VMAS, "VMAs")):
        more = sum(max(len(tree[key]) - most, 0) for tree in drawn["trees"][:TREES])
        if more:
            words.append(f"{more} {what} of large trees")
    return "not drawn: " + " and ".join(words) if words else None


def by_process(vmas):
    """(first, end, pid, comm) of VMAs that follow one another."""
    runs = []
    for i, vma in enumerate(vmas):
        if runs and runs[-1][2] == vma["pid"]:
            runs[-1][1] = i + 1
        else:
            runs.append([i, i + 1, vma["pid"], vma["comm"]])
    return runs


def counters(row):
    """d depth, r refcount, c num_children, v num_active_vmas, as anonvma --dot has them."""
    children, active = ("?" if row[key] is None else row[key] for key in COUNTERS)
    return f"d{row['depth']} r{row['refcount']} c{children} v{active}" \
        + (" changed" if row["changed"] else "")


# ------------------------------------------------------------------ drawing

CELL = .22  # inches
OWN, INHERITED, BAND = "#0072B2", "#777777", "#eef2f6"


def draw_tree(page, tree, number):
    rows, vmas = shown(tree)
    labels = [f"{'   ' * min(row['depth'], 30)}{'↳ ' if row['depth'] else ''}{row['addr']}  "
              f"{counters(row)}" for row in rows]
    wide = max(page.ruler.inches(label, figure.SMALL) for label in labels) + .25
    width = min(CELL * len(vmas), WIDTH - RIGHT - wide)
    runs = by_process(vmas)
    heads = [f"{pid}\n{comm[:16]}" for _, _, pid, comm in runs]
    narrow = any(max(map(len, head.split("\n"))) * .085 > (end - first) * width / len(vmas)
                 for head, (first, end, *_) in zip(heads, runs))
    page.skip(1.3 if narrow else .4)
    axes = page.axes(CELL * len(rows), wide, width)
    axes.set(xlim=(0, len(vmas)), ylim=(len(rows), 0))
    axes.xaxis.set_visible(False)
    axes.spines[:].set_visible(False)
    axes.set_yticks([i + .5 for i in range(len(rows))], labels, ha="left")
    axes.tick_params(left=False, pad=wide * 72 - 12)
    for k, (head, (first, end, *_)) in enumerate(zip(heads, runs)):
        if k % 2 == 0:
            axes.axvspan(first, end, color=BAND, linewidth=0)
        axes.text((first + end) / 2, -.2, head.replace("\n", " ") if narrow else head,
                  ha="center", va="bottom", fontsize=figure.SMALL, rotation=90 if narrow else 0)
    for y, row in enumerate(rows):
        for x, own, linked in row["links"]:
            if x >= len(vmas):
                continue
            dot, = axes.plot(x + .5, y + .5, "o" if linked else "x", markersize=6,
                             color=OWN if own else INHERITED,
                             markerfacecolor=OWN if own else "white")
            dot.set_gid(f"avc-{number}-{y}-{x}-{'own' if own else 'inherited'}")
    page.skip(.15)


def draw(matplotlib, drawn):
    page = figure.Page(matplotlib)
    began = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(drawn["begin"]))
    for text in page.ruler.wrap([f"{TOOL}, Linux {' and '.join(drawn['kernels'])},",
                                 f"at {began} UTC"], WIDTH - .3, 11):
        page.line(text, 11, weight="bold")
    rows = sum(len(tree["rows"]) for tree in drawn["trees"])
    page.line(f"{len(drawn['trees'])} tree{'s' if len(drawn['trees']) != 1 else ''} of "
              f"{count_text(rows)} anon_vmas, "
              f"{count_text(sum(tree['avcs'] for tree in drawn['trees']))} AVCs")
    page.line("filled: the VMA's own anon_vma; empty: inherited, each walk visits the VMA; "
              "d depth, r refcount, c num_children, v num_active_vmas")
    for more in (left_out(drawn), f"{len(drawn['violations'])} violations of the forest's "
                 "invariants" if drawn["violations"] else None):
        if more:
            page.line(more)
    for number, tree in enumerate(drawn["trees"][:TREES]):
        draw_tree(page, tree, number)
    return page.done()


def main():
    figure.main(TOOL, "Draw recordings of anonvma --json: the anon_vma forest.", Data(), numbers,
                draw, "no anon_vma")


if __name__ == "__main__":
    sys.exit(recording.run(main))
