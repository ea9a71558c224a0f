"""Metrics of single modes, classes and tiers, beside what real data reads. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from components.report import words
from components.report.svg import DASH, number

Trial = Mapping[str, Any]
Row = Mapping[str, Any]

ROWS = 100
WITNESSES = 4
"""Metrics that are named beside the one that they contradict."""
KINDS = {"tiers": "tier", "classes": "class", "modes": "mode"}
SHARES = {"classes": "real_share", "modes": "weight"}
"""What the data's share of a row is called."""


def name(kind: str, row: Row, rows: Sequence[Row]) -> str:
    """A row's name; tiers go from core to outliers."""
    if kind != "tiers":
        return str(row.get("name") or row["index"])
    if row["index"] == rows[0]["index"]:
        return "core"
    return "outliers" if row is rows[-1] else f"tier {row['index'] + 1}"


def entry(row: Row, column: str) -> Mapping[str, Any]:
    """A figure of a row, empty where it was not measured."""
    return row.get(column) or {}


def tiers(trial: Trial) -> list[dict[str, Any]]:
    """Coverage of each tier as a bar; nothing where there is one tier only."""
    rows = trial.get("tiers") or []
    if len(rows) < 2 or entry(rows[0], "coverage").get("value") is None:
        return []
    return [_bar(row, name("tiers", row, rows)) for row in rows]


def _bar(row: Row, title: str) -> dict[str, Any]:
    read = entry(row, "coverage")
    value, null, low = read["value"], read["null"], (read["null_interval"] or [None])[0]
    return {
        "name": title,
        "value": number(value),
        "null": number(null),
        "n": read["n"],
        "height": round(100 * (value or 0), 1),
        "null_height": round(100 * (null or 0), 1),
        "below": value is not None and low is not None and value < low,
    }


def tables(trial: Trial) -> list[dict[str, Any]]:
    """A table for each of tiers, classes and modes that figures were read of."""
    made = []
    for kind, title in KINDS.items():
        rows = trial.get(kind) or []
        columns = [
            column
            for column in ("coverage", "spread")
            if any(entry(row, column).get("value") is not None for row in rows)
        ]
        if not columns:
            continue
        share = SHARES.get(kind)
        made.append(
            {
                "title": title,
                "share": share is not None,
                "columns": columns,
                "rows": [
                    _row(row, name(kind, row, rows), share, columns)
                    for row in rows[:ROWS]
                ],
                "left_out": max(0, len(rows) - ROWS),
            }
        )
    return made


def _row(
    row: Row, title: str, share: str | None, columns: Sequence[str]
) -> dict[str, Any]:
    shares = [] if share is None else [f"{row['share']:.1%}", f"{row[share]:.1%}"]
    return {
        "name": title,
        "shares": shares,
        "cells": [_cell(entry(row, column)) for column in columns],
    }


def _cell(read: Mapping[str, Any]) -> dict[str, Any]:
    """A figure with its interval, its null, and whether it leaves the null's band."""
    value, band, interval = (read.get(n) for n in ("value", "null_interval", "ci"))
    out = value is not None and band and not band[0] <= value <= band[1]
    return {
        "value": number(value),
        "interval": "" if not interval else DASH.join(map(number, interval)),
        "null": number(read.get("null")),
        "n": read.get("n", 0),
        "out": bool(out),
    }


def contradictions(trial: Trial) -> list[dict[str, Any]]:
    """Each metric that reads as for data, with those that read otherwise, worst first.

    `says` follows the metric's name, `but` a full stop.
    """
    found: dict[str, dict[str, Any]] = {}
    for pair in (trial.get("contradictions") or {}).get("pairs", []):
        calm, loud = pair["as_data"], pair["not_as_data"]
        told = found.setdefault(calm["metric"], {"calm": calm, "loud": []})
        told["blind_to"] = pair["blind_to"]
        told["loud"].append(loud)
    return [
        {
            "metric": words.title(one["calm"]["metric"]),
            "says": f"{number(one['calm']['value'])}, as for real data "
            f"({number(one['calm']['null'])})",
            "but": "Not so " + words.listed([*map(_reading, one["loud"])], WITNESSES),
            "blind_to": one["blind_to"],
        }
        for one in found.values()
    ]


def _reading(told: Mapping[str, Any]) -> str:
    name = words.title(told["metric"])
    return f"{name}: {number(told['value'])} ({number(told['null'])})"
