# SPDX-License-Identifier: GPL-2.0-only
"""The page: sections by tool, for the recordings that there are."""

import recording
from report import asked, chain, exchange, forest, memory, overview, style, walks
from report.markup import NL, Markup, tag

# In the order of the page; by tool, and what the links to it are called.
SECTIONS = {
    "rmaptop": (walks, "rmap", "Reverse-map walks"),
    "exchangelat": (exchange, "exchange", "Exchange"),
    "folioxchg": (asked, "requests", "Pairs asked for"),
    "anonvma": (forest, "forest", "anon_vma forest"),
    "forkchain": (chain, "chain", "Fork chains"),
    "foliomap": (memory, "memory", "Memory"),
}


def read(paths):
    """(sources, {tool: Data}): several recordings of a tool add up."""
    sources, data = [], {}
    for path in paths:
        source = recording.Recording(path)
        if source.tool not in SECTIONS:
            raise source.bad(f"a recording of {recording.printable(source.tool)}, "
                             "of which no section is made")
        if source.tool not in data:
            data[source.tool] = SECTIONS[source.tool][0].Data()
        data[source.tool].read(source)
        sources.append(source)
    return sources, data


def added(sources, tool):
    names = [source.name for source in sources if source.tool == tool]
    return tag("p", f"{len(names)} recordings of {tool} are added up: {', '.join(names)}.",
               class_="note") if len(names) > 1 else None


def make(title, sources, data):
    tools = [tool for tool in SECTIONS if tool in data]
    parts, facts = [], []
    for tool in tools:
        module = SECTIONS[tool][0]
        facts += module.facts(data[tool])
        parts += [module.make(data[tool], added(sources, tool)), NL]
    kernels = dict.fromkeys(kernel for tool in tools for kernel in data[tool].sources.kernels)
    links = [("overview", "Overview"), *(SECTIONS[tool][1:] for tool in tools)]
    n = len(sources)
    head = tag(
        "head", tag("meta", charset="utf-8"), NL, tag("title", title), NL,
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"), NL,
        # Whatever a recording has in it: the page asks nobody for anything and runs nothing.
        tag("meta", http_equiv="Content-Security-Policy",
            content="default-src 'none'; style-src 'unsafe-inline'"), NL,
        tag("meta", name="color-scheme", content="light dark"), NL,
        tag("style", Markup(style.CSS)))
    body = tag(
        "body", tag("header", tag("h1", title),
                    tag("p", f"{n} recording{'s' if n != 1 else ''}, Linux {', '.join(kernels)}",
                        class_="note"), NL,
                    tag("nav", tag("ul", [tag("li", tag("a", words, href=f"#{name}"))
                                          for name, words in links]), aria_label="Parts")), NL,
        tag("main", overview.make(sources, facts), NL, parts), NL)
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang='en')}\n"
