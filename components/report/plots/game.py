"""The players' path in the plane in which it varies most."""

from collections.abc import Mapping
from typing import Any

from components.report.charts import svg
from components.report.plots.frame import HEIGHT, WIDTH, equal
from components.report.plots.scatter import around
from components.report.svg import element, number, path
from components.report.view import label, role

EDGE = 12


def game(trial: Mapping[str, Any]) -> dict[str, Any] | None:
    """From the ring where training begins to the dot where it ends, equal scales."""
    found = trial["figures"].get("path")
    if not found:
        return None
    points = found["points"]
    x, y = equal(points, EDGE)
    xs, ys = [x(p[0]) for p in points], [y(p[1]) for p in points]
    kind = role(trial)
    shares = [f"{share:.0%}" for share in found["shares"]]
    steps = found["steps"]
    spoken = (
        f"Path of both players of {label(trial)}, step {number(steps[0])} to "
        f"{number(steps[-1])}, in the plane that holds {shares[0]} and {shares[1]} "
        "of its variance."
    )
    drawn = (
        around(WIDTH, HEIGHT),
        element("path", d=path(xs, ys), class_=f"line {kind} trace"),
        element("circle", cx=xs[0], cy=ys[0], r=5, class_=f"mark {kind}"),
        element("circle", cx=xs[-1], cy=ys[-1], r=4, class_=f"arrived {kind}"),
        *_ends(xs, ys),
    )
    return {
        "id": "path",
        "title": "The players' path",
        "caption": "Both players' parameters from ring to dot, each player to its own "
        f"scale, in the plane in which they vary most ({shares[0]} and {shares[1]} of "
        "the variance): a path that winds around its end is a rotation.",
        "svg": svg(WIDTH, HEIGHT, spoken, *drawn),
    }


def _ends(xs: list[float], ys: list[float]) -> list[Any]:
    """The ends' names, beside them, towards the middle."""
    drawn = []
    for name, at, up in (("start", xs[0], ys[0]), ("end", xs[-1], ys[-1])):
        left = at > WIDTH / 2
        place = at - 9 if left else at + 9
        side = "end" if left else "start"
        text_y = min(max(up + 4, 14), HEIGHT - 8)
        drawn.append(element("text", name, x=place, y=text_y, class_=f"note {side}"))
    return drawn
