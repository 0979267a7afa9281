# SPDX-License-Identifier: GPL-2.0-only
"""HTML and SVG from values: everything is escaped but what was made here."""

import html

import recording

VOID = ("meta", "br")


class Markup(str):
    """Text that is markup already."""


NL = Markup("\n")


def escaped(value):
    if isinstance(value, Markup):
        return value
    if isinstance(value, (list, tuple)):
        return Markup("".join(map(escaped, value)))
    return Markup("" if value is None else html.escape(recording.printable(value)))


def tag(name, /, *children, **attributes):
    """An element; an attribute that is None is left out.  class_ is class, data_row data-row."""
    words = [name]
    for key, value in attributes.items():
        if value is not None:
            key = key if key in ("viewBox", "preserveAspectRatio") else key.rstrip("_").replace("_", "-")
            words.append(f'{key}="{escaped(value)}"')
    start = " ".join(words)
    if name in VOID:
        return Markup(f"<{start}/>")
    return Markup(f"<{start}>{escaped(children)}</{name}>")


def number(value):
    """An exact number, without a trailing .0; of a part of a count six digits after the point."""
    return f"{value:.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def data(value, text):
    """A number as people read it, with the exact one behind it."""
    return tag("data", text, value=number(value))


def count(value):
    return data(value, f"{value:.1f}" if isinstance(value, float) and value % 1
                else recording.count_text(int(value)))


def ns(value):
    return data(value, recording.ns_text(value))


def size(value):
    return data(value, recording.bytes_text(value) if value else "0")


def percent(part, whole):
    return data(100 * part / whole, recording.percent_text(part / whole)) if whole else "-"


def table(head, rows, caption, first_is_name=True):
    """
    head: (title, is it a number).  Cells are text, or from count(), ns() and their like.  It is
    scrolled in a box of its own where it is wider than the page.
    """
    def cell(value, i):
        name = "th" if first_is_name and i == 0 else "td"
        return tag(name, value, class_="n" if head[i][1] else None,
                   scope="row" if name == "th" else None)

    return tag("div", tag(
        "table", tag("caption", caption),
        tag("thead", tag("tr", [tag("th", title, scope="col", class_="n" if numeric else None)
                                for title, numeric in head])), NL,
        tag("tbody", [[tag("tr", [cell(value, i) for i, value in enumerate(row)]), NL]
                      for row in rows])), class_="scroll", tabindex="0", role="region",
        aria_label=caption)


def section(name, title, *children):
    return tag("section", tag("h2", title), NL, children, id=name)


def figure(name, title, note, picture, numbers, legend=None, after=None):
    """A picture with what it shows in words above, and the table of its numbers below."""
    return [tag("figure", tag("figcaption", tag("h3", title), tag("p", note)), NL, legend, NL,
                picture, NL, tag("p", after, class_="note") if after else None,
                tag("details", tag("summary", "Numbers"), numbers), id=name), NL]


def legend(entries):
    """(class of the colour, text)."""
    return tag("ul", [tag("li", tag("span", "", class_=f"chip {colour}"), text)
                      for colour, text in entries], class_="legend")


def colour(i):
    """The class of the i-th colour; after the last they begin again."""
    return f"k{i % 14}"
