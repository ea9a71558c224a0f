"""`confusion.svg`: the confusion matrix as a picture that stands alone.

It has its own background and colours, and asks for no font by name: a README can show
it on any page.
"""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from components.report import words
from components.report.confusion_view import view
from components.report.svg import element

CELL, ROW = 35, 31
"""Width and height of a cell, px."""
LETTER = 7.0
"""Mean width of a letter at 13 px, px."""
PAD, BAR, RATE = 26, 70, 68
MOST = 34
"""Letters of a name."""

INK, MUTED, RULE, PAPER = "#1d1c1a", "#65615a", "#e2ded6", "#ffffff"
COLOURS = {"ok": "#10695f", "fail": "#b02a1c", "open": "#c98d00"}
FAINT, FULL = 0.14, 0.52
"""Opacity of the least and the greatest share of a row."""
FONT = "system-ui, -apple-system, 'Segoe UI', sans-serif"


def render_svg(content: Mapping[str, Any]) -> str:
    """The picture; equal content gives equal pictures.

    Args:
        content: what `report.json` holds, `confusion` with it.

    Raises:
        ValueError: if it holds no `confusion`.
    """
    shown = view(content)
    if shown is None:
        raise ValueError("Invalid value for `content`. Expected one with `confusion`")
    names = [words.short(row["name"], MOST) for row in shown["rows"]]
    heads = [words.short(column["name"], MOST) for column in shown["columns"]]
    left = PAD + max(130, round(LETTER * max(map(len, names))) + 12)
    right = left + CELL * len(heads)
    width = right + RATE + BAR + 96 + PAD
    said = textwrap.wrap(shown["said"], int((width - 2 * PAD) / (0.93 * LETTER)))
    top = 96 + 19 * len(said) + round(LETTER * max(map(len, heads)))
    height = top + ROW * len(names) + PAD
    title = f"{words.short(content['spec']['name'], 60)}: {shown['headline']}"
    return str(
        element(
            "svg",
            element("title", title),
            element(
                "rect", x=0.5, y=0.5, width=width - 1, height=height - 1, rx=12,
                fill=PAPER, stroke=RULE,
            ),
            _text(PAD, 42, title, font_size=20, font_weight=650),
            *(
                _text(PAD, 68 + 19 * line, text, fill=MUTED)
                for line, text in enumerate(said)
            ),
            _text(left - 12, top - 10, "expected ↓   found →", "end", fill=MUTED),
            *(_head(left, top, place, head) for place, head in enumerate(heads)),
            *(
                _row(row, names[place], (left, top + ROW * place, right))
                for place, row in enumerate(shown["rows"])
            ),
            xmlns="http://www.w3.org/2000/svg",
            viewBox=f"0 0 {width} {height}",
            width=width,
            height=height,
            role="img",
            font_family=FONT,
            font_size=13,
            fill=INK,
        )
    )  # fmt: skip


def _text(x: float, y: float, text: str, anchor: str = "start", **style: Any) -> Markup:
    return element("text", text, x=x, y=y, text_anchor=anchor, **style)


def _head(left: int, top: int, place: int, head: str) -> Markup:
    x = left + CELL * place + CELL / 2 + 4.5
    turned = f"rotate(-90 {x} {top - 10})"
    return element("text", head, x=x, y=top - 10, transform=turned)


def _row(row: Mapping[str, Any], name: str, box: tuple[int, int, int]) -> Markup:
    left, top, right = box
    middle = top + ROW / 2 + 4.5
    return element(
        "g",
        _text(left - 12, middle, name, "end"),
        *(_cell(cell, left + CELL * i, top) for i, cell in enumerate(row["cells"])),
        _text(right + 14, middle, row["right"]),
        _interval(row["bounds"], row["rate"], right + RATE + 12, top + ROW / 2),
        _text(right + RATE + BAR + 24, middle, row["interval"], fill=MUTED),
    )


def _cell(cell: Mapping[str, Any], x: int, y: int) -> Markup:
    count, share = cell["count"], cell["share"]
    shade = element(
        "rect", x=x + 1.5, y=y + 1.5, width=CELL - 3, height=ROW - 3, rx=4,
        fill=COLOURS[cell["role"]] if count else RULE,
        # Not an attribute that rounds to one digit: shades differ by less.
        fill_opacity=f"{FAINT + (FULL - FAINT) * share:.2f}" if count else "0.3",
        stroke=INK if cell["right"] else None,
        stroke_width=1.5 if cell["right"] else None,
    )  # fmt: skip
    if not count:
        return shade
    middle = x + CELL / 2, y + ROW / 2 + 4.5
    said = _text(*middle, str(count), "middle", font_weight=650)
    return element("g", element("title", cell["title"]), shade, said)


def _interval(bounds: Sequence[float] | None, rate: float, x: float, y: float) -> Any:
    if bounds is None:
        return Markup("")
    low, high = bounds
    line = element("rect", x=x, y=y - 1, width=BAR, height=2, fill=RULE)
    span = element(
        "rect", x=x + BAR * low, y=y - 3, width=BAR * (high - low), height=6, rx=3,
        fill=MUTED, fill_opacity=0.55,
    )  # fmt: skip
    dot = element("rect", x=x + BAR * rate - 1.5, y=y - 6, width=3, height=12)
    return element("g", line, span, dot)
