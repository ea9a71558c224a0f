"""Means and differences as the summary's tables."""

from collections.abc import Mapping
from typing import Any

from components.report import compared, words
from components.report.markdown_text import code, text
from components.report.svg import DASH

ROWS = 60
VARIANTS = 6


def differences(content: Mapping[str, Any]) -> str:
    """A sentence a contrast, and its table."""
    given = compared.differences(content)
    if given is None:
        return ""
    parts = ["**What each axis changes:**", f"{text(given['said'])}"]
    shown = [*given["open"], *given["folded"]]
    left = ROWS
    for contrast in shown:
        if left < len(contrast["rows"]):
            break
        left -= len(contrast["rows"])
        parts.append(_contrast(contrast, given["confidence"]))
    hidden = len(shown) + given["left_out"] - (len(parts) - 2)
    if hidden:
        parts.append(f"{words.plural(hidden, 'more comparison')}.")
    return "\n\n".join(parts)


def _contrast(given: Mapping[str, Any], confidence: str) -> str:
    to, against = code(given["to"]), code(given["from"])
    named = f"{to} against {against}" if given["single"] else code(given["change"])
    said = f"{text(given['said'])}, " if given["said"] else ""
    where = f" {given['where']}" if given["where"] else ""
    why = f" No interval: {given['why']}." if given["why"] else ""
    alone = words.listed(given["alone"])
    lone = f" Without a partner: {alone}." if alone else ""
    sentence = (
        f"{text(given['title'])}, {named}{text(where)}: {said}{given['pairs']}."
        f"{text(why)}{text(lone)}"
    )
    if not given["rows"]:
        return sentence
    lines = [
        sentence,
        "",
        f"| figure | {against} | {to} | difference | {confidence} interval |",
        "|---|---|---|---|---|",
    ]
    for row in given["rows"]:
        mark = f"● {row['way']}" if row["stands"] else ""
        said = f"{row['difference']} {mark}".strip()
        cells = (row["name"], row["from"], row["to"], said)
        lines.append(f"| {' | '.join(map(text, (*cells, _within(row))))} |")
    return "\n".join(lines)


def _within(row: Mapping[str, Any]) -> str:
    return str(row["why"] or row["interval"])


def means(content: Mapping[str, Any]) -> str:
    """A row a figure, a column a variant."""
    given = compared.means(content)
    if given is None:
        return ""
    names = [words.point(each["point"]) or "the run" for each in content["means"]]
    shown = names[:VARIANTS]
    head = " | ".join(text(name) for name in shown)
    why = f" No interval: {given['why']}." if given["why"] else ""
    lines = [
        f"**Means over seeds** ({given['confidence']} interval).{text(why)}",
        "",
        f"| figure | {head} |",
        "|---" * (len(shown) + 1) + "|",
    ]
    for figure in given["figures"]:
        cells = {row["variant"]: _cell(row) for row in figure["rows"]}
        row = " | ".join(text(cells.get(name, DASH)) for name in shown)
        lines.append(f"| {text(figure['name'])} | {row} |")
    if len(names) > VARIANTS:
        lines += ["", f"{words.plural(len(names) - VARIANTS, 'more variant')}."]
    return "\n".join(lines)


def _cell(row: Mapping[str, Any]) -> str:
    if row["interval"] != DASH:
        return f"{row['mean']} ({row['interval']})"
    return f"{row['mean']} ({row['why']})" if row["why"] else str(row["mean"])
