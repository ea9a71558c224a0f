"""The metrics of a group of trials as strips: marks, null, threshold. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from components.report import words
from components.report.probes import evidence, judged
from components.report.svg import DASH, number
from components.report.view import label, role

Trial = Mapping[str, Any]

STRIPS = (
    "precision",
    "recall",
    "density",
    "coverage",
    "tail_coverage",
    "mode_coverage",
    "class_coverage",
    "mode_spread",
    "class_spread",
    "high_quality_share",
    "frechet_distance",
    "frechet_distance_infinite",
    "reverse_kl",
    "f8",
    "f_eighth",
    "two_sample_accuracy",
    "duplicate_pairs",
    "support",
    "nonfinite_share",
    "train_nearest_share",
    "train_precision",
    "train_recall",
    "train_density",
    "train_coverage",
)
"""The metrics in the order of the page; others follow by name."""
MARKS = 40
"""Trials on a strip at most."""
APART = 2
"""Places in a per cent of a strip: two marks on one of them look like one."""


def ordered(names: Iterable[str]) -> list[str]:
    """Names of metrics in the order of the page."""
    known = set(names)
    return [n for n in (*STRIPS, *sorted(known - set(STRIPS))) if n in known]


def strips(failing: Sequence[Trial], healthy: Sequence[Trial]) -> list[dict[str, Any]]:
    """Each metric as a strip: trials as marks, the null as a band, the threshold.

    Positions are percentages of the strip's width; 0 is its left end.
    """
    trials = [*failing, *healthy]
    marks = judged(trials)
    known = {name for trial in trials for name in trial["metrics"]}
    named = {line.get("metric") for line in evidence(failing)}
    rows = []
    for name in ordered(known):
        row = _strip(name, failing, healthy, marks.get(("metric", name), {}))
        if row is not None:
            rows.append({**row, "evidence": name in named})
    return rows


def _strip(
    name: str,
    failing: Sequence[Trial],
    healthy: Sequence[Trial],
    judge: Mapping[str, Any],
) -> dict[str, Any] | None:
    read = [(t, t["metrics"].get(name) or {}) for t in (*failing, *healthy)]
    read = [(t, m) for t, m in read if m.get("value") is not None]
    if not read:
        return None
    null = next((m["null"] for _, m in read if m.get("null") is not None), None)
    band = next((m["null_interval"] for _, m in read if m.get("null_interval")), None)
    limit = judge.get("threshold")
    values = [m["value"] for _, m in read]
    high = max([*values, null or 0, limit or 0, *(b or 0 for b in band or ())])
    top = 1.0 if high <= 1 else high * 1.08

    def at(value: float) -> float:
        return round(100 * min(max(value / top, 0), 1), 2)

    first = read[0][1]
    interval = first.get("ci")
    text = number(first["value"])
    return {
        "id": name,
        "title": words.title(name),
        "better": first.get("better"),
        "blind_to": first.get("blind_to"),
        "null": number(null),
        "null_at": None if null is None else at(null),
        "band": None
        if not band
        else (at(band[0]), max(0.6, at(band[1]) - at(band[0]))),
        "threshold": None if limit is None else number(limit),
        "threshold_at": None if limit is None else at(limit),
        "ci": None
        if not interval
        else (at(interval[0]), at(interval[1]) - at(interval[0])),
        "marks": _apart(
            {
                "at": at(m["value"]),
                "role": role(t),
                "text": f"{label(t)}: {number(m['value'])}",
            }
            for t, m in read[:MARKS]
        ),
        "value": text,
        "spread": _spread(
            [t["metrics"][name]["value"] for t in failing if _read(t, name)]
        ),
        "healthy": _spread(
            [t["metrics"][name]["value"] for t in healthy if _read(t, name)]
        ),
        "top": number(top),
    }


def _apart(marks: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that can be seen apart, the first on top, each told how many it hides."""
    seen: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for mark in marks:
        place = mark["role"], round(mark["at"] * APART)
        seen.setdefault(place, []).append(mark)
    shown = []
    for first, *hidden in seen.values():
        more = f" and {len(hidden)} more" if hidden else ""
        shown.append({**first, "text": first["text"] + more})
    return shown[::-1]


def _read(trial: Trial, name: str) -> bool:
    return (trial["metrics"].get(name) or {}).get("value") is not None


def _spread(values: Sequence[float]) -> str:
    if not values:
        return DASH
    low, high = number(min(values)), number(max(values))
    return low if low == high else f"{low}{DASH}{high}"
