"""A report as a test reads it: its tables, and the marks of its pictures."""
import re
from xml.etree import ElementTree


def text(element):
    return "".join(element.itertext())


def cell(td):
    """A number where there is one behind the text, otherwise the text."""
    data = td.find("data")
    if data is None:
        return text(td)
    value = float(data.get("value"))
    return int(value) if value == int(value) else value


def rows(table):
    return [[cell(td) for td in tr] for tr in table.iterfind("tbody/tr")]


def tables(element):
    """By caption, up to the first semicolon: (titles, rows)."""
    return {text(table.find("caption")).split(";")[0]:
            ([text(th) for th in table.iterfind("thead/tr/th")], rows(table))
            for table in element.iter("table")}


def load(path):
    return ElementTree.parse(path).getroot()


def figures(root):
    """By id: title, note, tables, and the picture by its numbers."""
    return {figure.get("id"): {
        "title": text(figure.find("figcaption/h3")),
        "tables": tables(figure),
        "first": rows(next(figure.iter("table"))),
        "head": [text(th) for th in next(figure.iter("table")).iterfind("thead/tr/th")],
        **picture(figure)} for figure in root.iter("figure")}


def length(value, whole):
    return float(value[:-1]) / 100 * whole if value.endswith("%") else float(value)


def picture(figure, width=1000):
    """
    Places of marks and labels, as they are when the picture is so many pixels wide; a line is
    drawn in a box of 1000.
    """
    svg = next(svg for svg in figure.iter("svg") if svg.get("role"))
    marks = [{"row": int(e.get("data-row")), "col": int(e.get("data-col")),
              "class": e.get("class"), "x": length(e.get("x"), width),
              "y": float(e.get("y")), "w": length(e.get("width"), width),
              "h": float(e.get("height"))} for e in svg.iter("rect") if e.get("data-row")]
    dots = [{"row": int(e.get("data-row")), "col": int(e.get("data-col")), "class": e.get("class"),
             "x": float(e.get("cx")), "y": float(e.get("cy"))}
            for e in svg.iter("circle") if e.get("data-row")]
    ticks = {"x": [], "y": []}
    for e in svg.iter("text"):
        found = re.search(r"\btick-([xy])\b", e.get("class") or "")
        if found:
            at = length(e.get("x"), width) if found[1] == "x" else float(e.get("data-at"))
            ticks[found[1]].append((float(e.get("data-value")), at))
    lines = [[float(n) for n in point.split(",")] for e in svg.iter("polyline")
             for point in e.get("points").split()]
    return {"class": svg.get("class"), "line": lines, "marks": marks, "dots": dots, "ticks": ticks,
            "height": float(svg.get("height"))}
