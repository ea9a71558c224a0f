"""Points in the plane: real ones as crosses, generated ones as dots over them."""

from collections.abc import Sequence

from markupsafe import Markup

from components.report.charts import svg
from components.report.svg import Scale, element, scale

Points = Sequence[Sequence[float]]


def scatter(
    real: Points, generated: Points, label: str, box: Points | None = None
) -> Markup:
    """Generated points over real ones; `box`, [[x, y], …], fixes the frame."""
    size = 240
    frame = box or [*real, *generated]
    x = scale([p[0] for p in frame], 8, size - 8)
    y = scale([p[1] for p in frame], size - 8, 8)
    return svg(size, size, label, around(size), *marks(real, generated, x, y))


def around(width: int, height: int | None = None) -> Markup:
    """The frame of a plot without axes; square if no height is given."""
    return element(
        "rect",
        x=0.5,
        y=0.5,
        width=width - 1,
        height=(height or width) - 1,
        rx=4,
        class_="frame",
    )


def marks(real: Points, generated: Points, x: Scale, y: Scale) -> list[Markup]:
    """The points alone, in an order in which no dot is hidden by a cross."""
    crosses = "".join(_cross(x(p[0]), y(p[1])) for p in real) or "M0 0"
    dots = [
        element("circle", cx=x(p[0]), cy=y(p[1]), r=2.2, class_="generated")
        for p in generated
    ]
    return [element("path", d=crosses, class_="real"), *dots]


def _cross(x: float, y: float) -> str:
    return f"M{x - 2:g} {y:g}h4m-2 -2v4"
