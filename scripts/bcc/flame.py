# SPDX-License-Identifier: GPL-2.0-only
"""A flame graph as SVG, in one file that needs nothing else: the outermost function is at the bottom."""

import zlib
from xml.sax.saxutils import escape, quoteattr

WIDTH, MARGIN = 1200, 10
ROW, TEXT = 18, 12
LETTER = TEXT * .61  # a monospaced letter is at most so wide
NARROWEST = .3  # pixels: what is below cannot be seen, nor pointed at


class _Frame:
    def __init__(self):
        self.weight = 0
        self.inner = {}


def _tree(stacks):
    """Of [frame, outermost first] with their weights."""
    root = _Frame()
    for frames, weight in stacks:
        at = root
        at.weight += weight
        for function in frames:
            at = at.inner.setdefault(function, _Frame())
            at.weight += weight
    return root


def _depth(frame):
    return 1 + max((_depth(inner) for inner in frame.inner.values()), default=0)


def _colour(function):
    """Warm, light enough for black text, and always the same for a function."""
    n = zlib.crc32(function.encode())
    return f"rgb({225 + n % 31},{120 + (n >> 8) % 100},{60 + (n >> 16) % 50})"


def _fitting(text, width):
    letters = int((width - 6) / LETTER)
    if letters >= len(text):
        return text
    return text[:letters - 2] + ".." if letters >= 4 else ""


def svg(stacks, title, unit):
    """The picture of ([frame, outermost first], weight), as text."""
    root = _tree(stacks)
    rows = _depth(root)
    height = rows * ROW + 3 * ROW + MARGIN
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}"'
           f' viewBox="0 0 {WIDTH} {height}" font-family="monospace" font-size="{TEXT}">',
           f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
           f'<text x="{WIDTH / 2:.0f}" y="{1.5 * ROW:.0f}" text-anchor="middle" font-size="16">{escape(title)}</text>']

    def draw(function, frame, left, level):
        width = frame.weight / root.weight * (WIDTH - 2 * MARGIN)
        if width < NARROWEST:
            return
        top = height - MARGIN - (level + 1) * ROW
        share = 100 * frame.weight / root.weight
        label = f"{function}: {frame.weight} {unit}, {share:.1f} %"
        text = _fitting(function, width)
        out.append(f'<g><title>{escape(label)}</title>'
                   f'<rect x="{left:.2f}" y="{top}" width="{max(width - .5, NARROWEST):.2f}" height="{ROW - 1}"'
                   f' rx="1" fill={quoteattr(_colour(function))}/>'
                   + (f'<text x="{left + 3:.2f}" y="{top + 13}">{escape(text)}</text>' if text else "") + "</g>")
        for inner_function, inner in sorted(frame.inner.items()):
            draw(inner_function, inner, left, level + 1)
            left += inner.weight / root.weight * (WIDTH - 2 * MARGIN)

    if root.weight:
        draw("all", root, MARGIN, 0)
    else:
        out.append(f'<text x="{WIDTH / 2:.0f}" y="{3 * ROW}" text-anchor="middle">nothing was seen</text>')
    out.append("</svg>")
    return "\n".join(out) + "\n"
