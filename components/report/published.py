"""Figures beside a paper's: means over seeds, and what the paper reports. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from components.report import words
from components.report.intervals import student
from components.report.svg import DASH, number

Trial = Mapping[str, Any]


class Mean(NamedTuple):
    """A mean, and its interval; None where there is none."""

    value: float
    interval: tuple[float, float] | None


def papers(trials: Sequence[Trial]) -> list[str]:
    """The papers that figures are beside of."""
    found = (
        figure["published"]["paper"]
        for trial in trials
        for figure in trial["measurements"].values()
        if figure.get("published")
    )
    return list(dict.fromkeys(found))


def mean(
    values: Sequence[float],
    within: Any = None,
    reach: Sequence[float | None] = (None, None),
) -> Mean | None:
    """The mean over seeds, with Student's 95 % interval; equal values have none.

    Args:
        within: the interval that a single value has by its samples.
        reach: the least and most that there can be, where the interval is cut.
    """
    if not values:
        return None
    if len(values) == 1:
        return Mean(values[0], tuple(within) if within else None)
    least, most = reach
    found = student(values, "seeds", reach=(least, most))
    return Mean(found.value, found.interval)


def table(groups: Sequence[tuple[str, Sequence[Trial]]]) -> list[dict[str, Any]]:
    """A row a figure of each variant, in the order given.

    Args:
        groups: variants by name, each the trials that differ by seed alone.
    """
    rows: list[dict[str, Any]] = []
    for variant, trials in groups:
        measured = [trial["measurements"] for trial in trials if trial["measurements"]]
        names = [
            name for name, one in (measured or [{}])[0].items() if one.get("published")
        ]
        for place, name in enumerate(names):
            figures = [each[name] for each in measured if name in each]
            values = [f["measured"] for f in figures if f["measured"] is not None]
            rows.append(
                {
                    "variant": variant,
                    "first": not place,
                    "name": words.title(name),
                    "id": name,
                    "mean": mean(
                        values,
                        figures[0].get("interval"),
                        figures[0].get("range") or (None, None),
                    ),
                    "seeds": len(values),
                    "published": figures[0]["published"],
                    "about": _about(trials, figures),
                }
            )
    return [{**row, **_shown(row, rows)} for row in rows]


def _about(trials: Sequence[Trial], figures: Sequence[Mapping[str, Any]]) -> str:
    """How many trainings of how many steps, here and in the paper."""
    paper = figures[0]["published"]
    said = [
        (words.plural(len(trials), "seed"), paper["trials"]),
        (
            " to ".join(
                f"{steps:,}" for steps in sorted({f.get("steps") or 0 for f in figures})
            )
            + " steps",
            paper.get("steps"),
        ),
    ]
    parts = [f"{own}; the paper {given:,}" if given else own for own, given in said]
    return " · ".join(parts)


def _shown(row: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A row in words, and its places on a scale that the figure's rows share."""
    found: Mean | None = row["mean"]
    paper = row["published"]
    alike = [other for other in rows if other["id"] == row["id"]]
    top = max((_top(other) for other in alike), default=0.0) or 1.0

    def at(value: float) -> float:
        return round(100 * min(max(value / top, 0.0), 1.0), 1)

    span = None
    if found is not None and found.interval is not None:
        low, high = found.interval
        span = at(low), round(at(high) - at(low), 1)
    said = DASH
    if paper["value"] is not None:
        said = number(paper["value"])
        if paper["spread"] is not None:
            said += f" ± {number(paper['spread'])}"
    return {
        "measured": DASH if found is None else number(found.value),
        "interval": DASH
        if found is None or found.interval is None
        else f"{number(found.interval[0])} to {number(found.interval[1])}",
        "paper": said,
        "at": None if found is None else at(found.value),
        "span": span,
        "paper_at": None if paper["value"] is None else at(paper["value"]),
    }


def _top(row: Mapping[str, Any]) -> float:
    found: Mean | None = row["mean"]
    values = [row["published"]["value"] or 0.0]
    if found is not None:
        values += [found.value, *(found.interval or ())]
    return float(max(values)) * 1.05
