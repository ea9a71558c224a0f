"""The path angle: how the field lies to the way that the game has come."""

from collections.abc import Mapping
from typing import Any

from components.report.charts import svg
from components.report.plots.frame import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    Frame,
    read,
    shared,
    strength,
)
from components.report.svg import Scale, element, number, path
from components.report.view import label, role

PREFIX = "path_cosine."


def angle(trial: Mapping[str, Any]) -> dict[str, Any] | None:
    """Cosine between field and way against the place on the way, a line a reading."""
    places = sorted(
        (float(name.removeprefix(PREFIX)), name)
        for name in trial["figures"]["series"]
        if name.startswith(PREFIX)
    )
    series = [read(trial, name) for _, name in places]
    steps = shared(series)
    if len(places) < 2 or not steps:
        return None
    along = [place for place, _ in places]
    x = Scale(along[0], along[-1], LEFT, WIDTH - RIGHT)
    frame = Frame(x, Scale(-1, 1, HEIGHT - BOTTOM, TOP))
    kind = role(trial)
    names = ("place on the way since the last reading", "cosine with the way")
    drawn = frame.ticks((0, 0.5, 1), (-1, -0.5, 0, 0.5, 1), names)
    drawn += [frame.across(0, "mark-line"), frame.upright(1, "onset")]
    drawn.append(
        element("text", "the players", x=x(1) - 4, y=TOP + 10, class_="note onset end")
    )
    for index, step in enumerate(steps):
        lead = index == len(steps) - 1
        values = [one[step] for one in series]
        title = f"step {number(step)}: {number(_at(along, values))} at the players"
        drawn.append(
            element(
                "path",
                element("title", title),
                d=path([x(place) for place in along], [frame.y(v) for v in values]),
                class_=f"line {kind} trace{' lead' if lead else ''}",
                opacity=f"{strength(index, len(steps)):g}",
            )
        )
    last = [one[steps[-1]] for one in series]
    spoken = (
        f"Path angle of {label(trial)} at step {number(steps[-1])}: cosine "
        f"{number(last[0])} at {number(along[0])} of the way, "
        f"{number(_at(along, last))} where the players are, {number(last[-1])} beyond."
    )
    return {
        "id": "angle",
        "title": "The field along the way",
        "caption": "Cosine between where the field points and the way since the last "
        "such reading, later readings stronger: a fall through 0 at 1 is a game that "
        "is drawn to where it is, a bump there is one that turns around it.",
        "svg": svg(WIDTH, HEIGHT, spoken, *drawn),
    }


def _at(along: list[float], values: list[float], place: float = 1.0) -> float:
    """The value at the place nearest to one."""
    return min(zip(along, values, strict=True), key=lambda p: abs(p[0] - place))[1]
