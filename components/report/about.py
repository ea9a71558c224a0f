"""The pages on mechanisms that a report names, as HTML of its own page."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from markupsafe import Markup

from components import mechanisms
from components.report import words
from components.vocabulary import CAUSES

Trial = Mapping[str, Any]

UNDER = 1
"""Levels by which a page's headings stand below those of its file."""


def named(trials: Sequence[Trial]) -> list[dict[str, Any]]:
    """Every cause, rival and risk of the trials that has a page, in the vocabulary's
    order.

    Returns:
        [{id, title, line, html}]; `line` is the cause in one line.
    """
    told = [one for trial in trials for one in (*trial["causes"], *trial["risks"])]
    found = {one["id"] for one in told}
    found |= {r for one in told for r in one.get("rivals", []) if isinstance(r, str)}
    return [
        {"id": name, "title": words.title(name), "line": line, "html": rendered(name)}
        for name, line in CAUSES.items()
        if name in found
    ]


@cache
def rendered(cause: str) -> Markup:
    """A page without its title. Raw HTML in it, of which it has none, stays text."""
    from markdown_it import MarkdownIt

    source = mechanisms.page(cause) or ""
    parser = MarkdownIt("commonmark", {"html": False})
    tokens = parser.parse(source)
    if tokens and tokens[0].tag == "h1":
        tokens = tokens[3:]
    for token in tokens:
        if token.type.startswith("heading"):
            token.tag = f"h{int(token.tag[1:]) + UNDER}"
    return Markup(parser.renderer.render(tokens, parser.options, {}))
