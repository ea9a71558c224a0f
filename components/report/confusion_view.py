"""The confusion matrix as page, picture, summary and command say it. Pure.

Of `confusion` in `report.json` alone; all texts are plain and not yet escaped.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from components.report import words
from components.report.confusion import HEALTHY, NO_RESULT, UNDETERMINED
from components.report.svg import DASH, number

Content = Mapping[str, Any]
Row = Mapping[str, Any]

KINDS = {
    "cause": ("cause", "causes"),
    "symptom": ("symptom", "symptoms"),
    "healthy": ("healthy run", "healthy runs"),
}
"""What the totals count, by kind of row."""


def view(content: Content) -> dict[str, Any] | None:
    """What the page and the picture show; None without a matrix."""
    matrix = content.get("confusion")
    if not matrix:
        return None
    columns = [
        label
        for label in matrix["labels"]
        if any(row["counts"].get(label) for row in matrix["rows"])
    ]
    return {
        "headline": headline(content),
        "said": said(content),
        "columns": [{"name": name(c), "role": _no_answer(c)} for c in columns],
        "rows": [_row(row, columns) for row in matrix["rows"]],
        "confidence": words.percent(content["confidence"]),
        "lead": _lead(matrix["lead"]),
        "cases": _cases(matrix["cases"]),
    }


def name(label: str) -> str:
    """A label in words: the titles of its ids."""
    if label in (HEALTHY, UNDETERMINED, NO_RESULT):
        return label[:1].upper() + label[1:]
    return " + ".join(map(words.title, label.split(" + ")))


def headline(content: Content) -> str:
    """How many trials were diagnosed right."""
    top = content["confusion"]["totals"]["top_1"]
    return f"{top['right']} of {words.plural(top['of'], 'trial')} diagnosed right"


def said(content: Content) -> str:
    """The totals in one sentence, after the headline."""
    totals = content["confusion"]["totals"]
    parts = [
        f"{totals[kind]['right']} of {words.plural(totals[kind]['of'], *names)}"
        for kind, names in KINDS.items()
        if totals[kind]["of"]
    ]
    sure = words.percent(content["confidence"])
    alarms = totals["false_alarms"]
    tail = [
        f"{totals['undetermined']} left undetermined and {totals['wrong']} wrong",
        f"{alarms['count']} of {words.plural(alarms['of'], *KINDS['healthy'])} called "
        f"failed ({percents(alarms['interval'])})"
        if alarms["of"]
        else "",
    ]
    return (
        f"{words.listed(parts)} ({sure} interval of all: "
        f"{percents(totals['top_1']['interval'])}); {', '.join(filter(None, tail))}."
    )


def percents(interval: Sequence[float] | None) -> str:
    """`36 to 92 %`."""
    if interval is None:
        return DASH
    low, high = (f"{100 * bound:.0f}" for bound in interval)
    return f"{low} to {high} %"


def others(row: Row, named: Callable[[str], str]) -> str:
    """What a row's trials were found to be that is not right, most frequent first."""
    wrong = [pair for pair in row["counts"].items() if pair[0] not in row["wanted"]]
    wrong.sort(key=lambda pair: -pair[1])
    return ", ".join(f"{named(label)} {count}" for label, count in wrong)


def table(content: Content) -> list[tuple[str, str, str, str]]:
    """A row each: expected, `4 of 5`, interval, what else was found. With ids."""
    return [
        (
            row["expected"],
            f"{row['right']} of {row['of']}",
            percents(row["interval"]),
            others(row, str),
        )
        for row in content["confusion"]["rows"]
    ]


def lines(content: Content) -> list[str]:
    """The matrix in compact, a line a row, and the totals; none without a matrix."""
    if not content.get("confusion"):
        return []
    rows = [("expected", "right", "", "else found"), *table(content)]
    widths = [max(len(row[place]) for row in rows) for place in (0, 1)]
    shown = [
        f"{expected:<{widths[0]}}  {right:>{widths[1]}}  {other}".rstrip()
        for expected, right, _, other in rows
    ]
    return [*shown, f"{headline(content)}: {said(content)}"]


def _no_answer(label: str) -> str:
    return "open" if label in (UNDETERMINED, NO_RESULT) else ""


def _row(row: Row, columns: Sequence[str]) -> dict[str, Any]:
    return {
        "name": name(row["expected"]),
        "kind": row["kind"],
        "cells": [_cell(row, column) for column in columns],
        "right": f"{row['right']} of {row['of']}",
        "bounds": row["interval"],
        "rate": row["right"] / row["of"],
        "interval": percents(row["interval"]),
    }


def _cell(row: Row, column: str) -> dict[str, Any]:
    """A count, and its share of the row, in [0, 1], which shades it."""
    count = row["counts"].get(column, 0)
    right = column in row["wanted"]
    return {
        "count": count,
        "share": round(count / row["of"], 3),
        "right": right,
        "role": "ok" if right else _no_answer(column) or "fail",
        "column": name(column),
        "title": f"{name(row['expected'])} found to be {name(column)}: {count}",
    }


def _lead(lead: Mapping[str, Any]) -> list[dict[str, str]]:
    return [
        {
            "name": name(cause),
            "median": number(found["median"]),
            "span": f"{number(found['low'])} to {number(found['high'])}",
            "n": words.plural(found["n"], "trial"),
        }
        for cause, found in lead.items()
    ]


def _cases(cases: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A row each setting, a column each seed."""
    seeds = sorted({trial["seed"] for case in cases for trial in case["trials"]})
    return {"seeds": seeds, "rows": [_setting(case, seeds) for case in cases]}


def _setting(case: Mapping[str, Any], seeds: Sequence[int]) -> dict[str, Any]:
    by_seed = {trial["seed"]: trial for trial in case["trials"]}
    return {
        "name": words.setting(case["point"]) or "the run",
        "expected": name(case["expected"]),
        "cells": [_told(by_seed.get(seed)) for seed in seeds],
    }


def _told(trial: Mapping[str, Any] | None) -> dict[str, str] | None:
    if trial is None:
        return None
    open_ = _no_answer(trial["found"])
    role = "ok" if trial["right"] else open_ or "fail"
    glyph = {"ok": "✓", "open": "?", "fail": "✕"}[role]
    if trial["found"] == NO_RESULT:
        role, glyph = "gone", "!"
    return {"role": role, "glyph": glyph, "found": name(trial["found"])}
