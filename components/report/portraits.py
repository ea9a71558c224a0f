"""Phase portraits: the paths that games of two numbers take, as inline SVG."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from components.report.charts import svg
from components.report.svg import Scale, element, number, path
from components.report.view import label, role

SIDE = 220
EDGE = 14
PLAYERS = ("generator_point", "discriminator_point")


def portraits(trials: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A drawn trial each: its name, and psi against theta over training."""
    found = []
    for trial in trials:
        series = (trial["figures"] or {"series": {}})["series"]
        if not all(name in series for name in PLAYERS):
            continue
        theta, psi = (series[name] for name in PLAYERS)
        # Long series are thinned each by its own extremes; then they are no pairs.
        if theta["steps"] == psi["steps"]:
            drawn = portrait(theta["values"], psi["values"], role(trial), label(trial))
            found.append({"name": label(trial), "role": role(trial), "svg": drawn})
    return found


def portrait(
    theta: Sequence[float], psi: Sequence[float], kind: str, name: str
) -> Markup:
    """The path in the plane: a ring where it starts, a dot where it ends."""
    reach = 1.05 * max(abs(value) for value in (*theta, *psi)) or 1.0
    x = Scale(-reach, reach, EDGE, SIDE - EDGE)
    y = Scale(-reach, reach, SIDE - EDGE, EDGE)
    xs, ys = [x(value) for value in theta], [y(value) for value in psi]
    middle = SIDE / 2
    frame = element(
        "rect", x=0.5, y=0.5, width=SIDE - 1, height=SIDE - 1, rx=4, class_="frame"
    )
    axes = element(
        "path", d=f"M{EDGE} {middle}H{SIDE - EDGE}M{middle} {EDGE}V{SIDE - EDGE}"
    )
    spoken = (
        f"Path of {name}: from theta {number(theta[0])}, psi {number(psi[0])} "
        f"to theta {number(theta[-1])}, psi {number(psi[-1])}; "
        f"the frame reaches {number(reach)} from the equilibrium."
    )
    return svg(
        SIDE,
        SIDE,
        spoken,
        frame,
        element("g", axes, class_="axes"),
        element("text", "θ", x=SIDE - 12, y=middle - 5, class_="tick mid"),
        element("text", "ψ", x=middle + 10, y=18, class_="tick mid"),
        element("path", d=path(xs, ys), class_=f"line {kind} trace"),
        element("circle", cx=xs[0], cy=ys[0], r=5, class_=f"mark {kind}"),
        element("circle", cx=xs[-1], cy=ys[-1], r=3.5, class_=f"arrived {kind}"),
    )
