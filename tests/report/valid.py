"""
Is FILE... a page that a strict parser takes, with nothing that asks the network or runs, and
with what a reader without pictures needs?  A line for each thing that is wrong.
"""
import re
import sys

import page

ELEMENTS = set("html head title meta style body header nav main section h1 h2 h3 p a ul li dl dt dd "
               "span figure figcaption details summary div table caption thead tbody tr th td data "
               "svg rect line text circle path polyline".split())
ATTRIBUTES = set("lang charset name content http-equiv id class href role tabindex aria-label "
                 "aria-labelledby scope value width height x y x1 x2 y1 y2 cx cy r d points viewBox "
                 "preserveAspectRatio transform data-row data-col data-value data-at".split())


def strict(path):
    import html5lib
    try:
        html5lib.HTMLParser(strict=True).parse(open(path, "rb").read())
    except html5lib.html5parser.ParseError as error:
        return [f"not HTML: {error}"]
    return []


def structure(root):
    wrong = []
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    wrong += [f"the id {one} twice" for one in set(ids) if ids.count(one) > 1]
    for e in root.iter():
        if e.tag not in ELEMENTS:
            wrong.append(f"an element {e.tag}")
        wrong += [f"an attribute {key} of {e.tag}" for key in e.attrib if key not in ATTRIBUTES]
        target = e.get("href")
        if target is not None and (target[:1] != "#" or target[1:] not in ids):
            wrong.append(f"a link to {target}")
        if e.get("aria-labelledby", ids[0]) not in ids:
            wrong.append(f"no label {e.get('aria-labelledby')}")
    for figure in root.iter("figure"):
        name = figure.get("id")
        pictures = [svg for svg in figure.iter("svg") if svg.get("role") == "img"]
        if figure[0].tag != "figcaption" or figure.find("figcaption/h3") is None \
                or not page.text(figure.find("figcaption/p")):
            wrong.append(f"{name}: no caption")
        if len(pictures) != 1 or not page.text(pictures[0].find("title")):
            wrong.append(f"{name}: not one picture with a title")
        if figure.find("details//tbody/tr") is None:
            wrong.append(f"{name}: no table behind it")
    for table in root.iter("table"):
        head = table.findall("thead/tr/th")
        if not head or any(th.get("scope") != "col" or not page.text(th) for th in head):
            wrong.append("a table without titles")
        if table.find("caption") is None:
            wrong.append("a table without a caption")
        if any(len(tr) != len(head) for tr in table.iterfind("tbody/tr")):
            wrong.append(f"{page.text(table.find('caption'))}: a row with other cells than titles")
    style = "".join(page.text(e) for e in root.iter("style"))
    if re.search(r"url\(|@import|expression", style):
        wrong.append("a style that loads something")
    if not re.search(r"prefers-color-scheme:dark", style):
        wrong.append("no dark style")
    bad = re.findall(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\u061c\u00ad]",
                     page.text(root))
    if bad:
        wrong.append(f"characters that control: {sorted(set(map(hex, map(ord, bad))))}")
    return wrong


def main():
    for path in sys.argv[1:]:
        try:
            wrong = strict(path) + structure(page.load(path))
        except page.ElementTree.ParseError as error:
            wrong = strict(path) + [f"not well-formed: {error}"]
        for line in wrong[:20]:
            print(line)


if __name__ == "__main__":
    main()
