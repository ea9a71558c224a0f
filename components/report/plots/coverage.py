"""What the samples cover over training: modes, classes, tiers, in one plot."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from components.report.charts import svg
from components.report.plots.frame import (
    BOTTOM,
    HEIGHT,
    LEFT,
    TOP,
    WIDTH,
    Frame,
    read,
    spread,
    strength,
)
from components.report.svg import Scale, element, number, path
from components.report.view import label

NAMES = {
    "modes_captured": "modes",
    "class_coverage": "classes",
    "mode_spread": "spread in modes",
}
TIER = "tier_coverage."
MOST_TIERS = 6
ROOM = 100
"""Pixels at the right for the lines' names."""


@dataclass(frozen=True)
class Course:
    """One series: its name, how it is drawn, and its readings by step."""

    name: str
    kind: str
    opacity: float
    readings: Mapping[int, float]


def coverage(trial: Mapping[str, Any]) -> dict[str, Any] | None:
    """Shares from 0 to 1, and the spread within modes, where 1 is the data's."""
    found = courses(trial)
    if not found:
        return None
    right = WIDTH - ROOM
    steps = [step for one in found for step in one.readings]
    top = max(1.0, *(max(one.readings.values()) for one in found))
    x = Scale(0, max([*steps, 1]), LEFT, right)
    frame = Frame(x, Scale(0, 1.04 * top, HEIGHT - BOTTOM, TOP))
    drawn = frame.ticks(x.ticks(3), frame.y.ticks(4), ("step", ""))
    drawn.append(frame.across(1, "null"))
    drawn += [_line(frame, one) for one in found]
    ends = [frame.y(list(one.readings.values())[-1]) + 4 for one in found]
    places = spread(ends, 13, TOP + 8, HEIGHT - BOTTOM + 4)
    for one, place in zip(found, places, strict=True):
        drawn.append(
            element(
                "text", one.name, x=right + 7, y=place, class_=f"note start {one.kind}"
            )
        )
    spoken = "; ".join(
        f"{one.name} ends at {number(list(one.readings.values())[-1])}" for one in found
    )
    return {
        "id": "coverage",
        "title": "What the samples cover",
        "caption": _caption(found),
        "svg": svg(WIDTH, HEIGHT, f"Coverage of {label(trial)}: {spoken}.", *drawn),
    }


def courses(trial: Mapping[str, Any]) -> list[Course]:
    """The series that were read, tiers from the core outwards; at most MOST_TIERS."""
    found = [
        Course(name, series, 1.0, read(trial, series)) for series, name in NAMES.items()
    ]
    tiers = sorted(
        int(name.removeprefix(TIER))
        for name in trial["figures"]["series"]
        if name.startswith(TIER)
    )
    shown = tiers if len(tiers) <= MOST_TIERS else [*tiers[: MOST_TIERS - 1], tiers[-1]]
    for index, tier in enumerate(shown):
        name = f"tier {tier}" + (" (core)" if tier == 0 else "")
        opacity = strength(index, len(shown))
        found.append(Course(name, "tiers", opacity, read(trial, f"{TIER}{tier}")))
    return [one for one in found if one.readings]


def _line(frame: Frame, one: Course) -> Markup:
    steps, values = list(one.readings), list(one.readings.values())
    xs, ys = [frame.x(step) for step in steps], [frame.y(value) for value in values]
    title = element("title", f"{one.name}: ends at {number(values[-1])}")
    dots = [element("circle", cx=a, cy=b, r=2) for a, b in zip(xs, ys, strict=True)]
    return element(
        "g",
        title,
        element("path", d=path(xs, ys)),
        *dots,
        class_=f"course {one.kind}",
        opacity=f"{one.opacity:g}",
    )


def _caption(found: list[Course]) -> str:
    kinds = {one.kind for one in found}
    parts = []
    if kinds & {"modes_captured", "class_coverage"}:
        parts.append("share of modes or classes that samples reach")
    if "tiers" in kinds:
        parts.append("coverage of each tier, outer ones stronger")
    if "mode_spread" in kinds:
        parts.append("width of samples within a mode over the data's (dashed)")
    text = ", ".join(parts)
    return f"{text[:1].upper()}{text[1:]}: what falls was lost, 1 is as the data."
