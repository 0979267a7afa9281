"""
Do the pictures show what the tables behind them say?  By the labels of the axes a scale is
found, and every mark must be where the number says, within a pixel.
"""
from math import log

RATES = ("walks-over-time",)  # of which the table has counts, and the picture counts a second
LOG_X = ("time-",)


def scale(ticks, logarithmic=False):
    """Where a value is, from the labels of an axis."""
    f = log if logarithmic else float
    (a, at_a), (b, at_b) = min(ticks), max(ticks)
    return lambda value: at_a + (f(value) - f(a)) / (f(b) - f(a)) * (at_b - at_a)


class Wrong(Exception):
    pass


def near(got, wanted, what):
    if abs(got - wanted) > 1:
        raise Wrong(f"{what}: is at {got:.2f}, must be at {wanted:.2f}")


def number(value):
    return value if isinstance(value, (int, float)) else 0


def check_rows(figure):
    """Bars of a line follow one another from the left, as long as their numbers."""
    place = scale(figure["ticks"]["x"])
    zero, seen = place(0), set()
    for row in range(len(figure["first"])):
        at = zero
        for mark in [mark for mark in figure["marks"] if mark["row"] == row]:
            value = figure["first"][row][mark["col"]]
            near(mark["x"], at, f"row {row}, column {mark['col']}, begin")
            at += place(value) - zero
            near(mark["x"] + mark["w"], at, f"row {row}, column {mark['col']}, end")
            seen.add((row, mark["col"]))
    columns = {col for _, col in seen}
    wanted = {(row, col) for row, cells in enumerate(figure["first"]) for col in columns
              if number(cells[col]) > 0}
    if seen != wanted:
        raise Wrong(f"marks for {sorted(seen)}, numbers for {sorted(wanted)}")
    return len(seen)


def span(name, figure, row):
    """Seconds that a row is of, from its first cell."""
    words = str(figure["first"][row][0]).split(" to ")
    if len(words) == 2:
        return float(words[0]), float(words[1])
    starts = [float(str(cells[0])) for cells in figure["first"]]
    ends = starts[1:] + [starts[-1] + (starts[-1] - starts[-2] if len(starts) > 1 else 1)]
    return starts[row], ends[row]


def check_stacked(name, figure, columns):
    """On one another, from the bottom."""
    across, up = scale(figure["ticks"]["x"]), scale(figure["ticks"]["y"])
    seen = set()
    for row, cells in enumerate(figure["first"]):
        begin, end = span(name, figure, row)
        total = 0
        for col in columns:
            value = number(cells[col]) / ((end - begin) if name in RATES else 1)
            marks = [mark for mark in figure["marks"] if (mark["row"], mark["col"]) == (row, col)]
            if len(marks) != (value > 0):
                raise Wrong(f"row {row}, column {col}: {len(marks)} marks for {value}")
            for mark in marks:
                near(mark["x"], across(begin), f"row {row}, left")
                near(mark["x"] + mark["w"], across(end), f"row {row}, right")
                near(mark["y"] + mark["h"], up(total), f"row {row}, column {col}, bottom")
                near(mark["y"], up(total + value), f"row {row}, column {col}, top")
                seen.add((row, col))
            total += value
    return len(seen)


def check_histogram(figure, buckets):
    across, up = scale(figure["ticks"]["x"], True), scale(figure["ticks"]["y"])
    if len(figure["marks"]) != len(buckets):
        raise Wrong(f"{len(figure['marks'])} bars for {len(buckets)} buckets")
    for mark in figure["marks"]:
        lo, hi, count = buckets[mark["row"]]
        near(mark["x"], across(lo or .5), f"bucket {lo}, left")
        near(mark["x"] + mark["w"], across(2 * lo if hi == "-" else hi), f"bucket {lo}, right")
        near(mark["y"], up(count), f"bucket {lo}, top")
        near(mark["y"] + mark["h"], up(0), f"bucket {lo}, bottom")
    return len(buckets)


def check_heat(figure):
    """A mark for each cell that is not empty, and more is never lighter."""
    wanted = {(row, col): value for row, cells in enumerate(figure["first"])
              for col, value in enumerate(cells) if col and value != ""}
    seen = {(mark["row"], mark["col"]): int(mark["class"][-1]) for mark in figure["marks"]}
    if set(seen) != set(wanted):
        raise Wrong("marks that are not the cells with a number")
    shades = [seen[key] for key in sorted(wanted, key=lambda key: wanted[key])]
    if shades != sorted(shades):
        raise Wrong("more is lighter")
    lefts = {mark["col"]: mark["x"] for mark in figure["marks"]}
    if [lefts[col] for col in sorted(lefts)] != sorted(lefts.values()):
        raise Wrong("columns are out of order")
    across = scale(figure["ticks"]["x"])
    for mark in figure["marks"]:
        begin, end = (float(word) for word in
                      figure["head"][mark["col"]].removesuffix(" s").split(" to "))
        near(mark["x"], across(begin), f"column {mark['col']}, left")
        near(mark["x"] + mark["w"], across(end), f"column {mark['col']}, right")
    return len(seen)


def check_forest(figure):
    """A dot for each AVC: its row is the anon_vma's, its column the VMA's."""
    vmas = [f"{row[1]}:{row[0]}" for row in figure["tables"]["Its VMAs"][1]]
    wanted = {(i, vmas.index(name)): kind for i, cells in enumerate(figure["first"])
              for kind, names in (("own", cells[-2]), ("inherited", cells[-1]))
              for name in names.split(", ") if name != "-"}
    seen = {(dot["row"], dot["col"]): dot["class"].split()[-1] for dot in figure["dots"]}
    if seen != wanted:
        raise Wrong(f"dots that are not the AVCs: {sorted(seen.items() ^ wanted.items())}")
    for dot in figure["dots"]:
        first = figure["dots"][0]
        near(dot["x"] - first["x"], 22 * (dot["col"] - first["col"]), "column of a dot")
        near(dot["y"] - first["y"], 22 * (dot["row"] - first["row"]), "row of a dot")
    return len(seen)


def check_line(figure):
    """A step for each row, at the beginning of its time, and nothing else."""
    across, up = scale(figure["ticks"]["x"]), scale(figure["ticks"]["y"])
    level = 0
    points = []
    for row, (_, value) in enumerate(figure["first"]):
        begin, end = span("", figure, row)
        points += [(begin, level), (begin, value)]
        level = value
    points += [(end, level)] * 2
    steps = figure["line"] + figure["line"][-1:] * (len(points) - len(figure["line"]))
    if len(steps) != len(points):
        raise Wrong(f"{len(figure['line'])} points for {len(points)}")
    for i, ((x, y), (at, value)) in enumerate(zip(steps, points)):
        near(x, across(at), f"point {i}, across")
        near(y, up(value), f"point {i}, up")
    return len(points)


def check(name, figure):
    """How many marks were compared, or Wrong."""
    if name.startswith("tree-"):
        return check_forest(figure)
    if name.startswith("over-time-"):
        return check_heat(figure)
    if name.startswith(LOG_X):
        table, = (rows for caption, (_, rows) in figure["tables"].items() if "by time" in caption)
        return check_histogram(figure, table)
    if name == "avcs":
        return check_line(figure)
    if "rows" in figure["class"]:
        return check_rows(figure)
    series = {"phantom-share": [1], "operations": range(1, len(figure["head"]) - 2)}
    head = figure["head"]
    columns = series.get(name) or range(1, head.index("others") + 1 if "others" in head
                                        else len(head))
    return check_stacked(name, figure, columns)


def check_all(figures):
    """Lines of what is wrong, and how many marks were compared."""
    wrong, compared = [], 0
    for name, figure in figures.items():
        try:
            compared += check(name, figure)
        except Wrong as error:
            wrong.append(f"{name}: {error}")
    return wrong, compared
