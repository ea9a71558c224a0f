"""Points in the plane and what a Fréchet distance sees of them: mean and covariance."""

import math
from collections.abc import Mapping
from typing import Any

from components.report.charts import svg
from components.report.plots.frame import HEIGHT, WIDTH, equal
from components.report.plots.scatter import around, marks
from components.report.svg import element, path
from components.report.view import label

EDGE = 10
DEVIATIONS = 2.0
CORNERS = 64


def moments(trial: Mapping[str, Any]) -> dict[str, Any] | None:
    """Both sides' points of 2-D data, and the ellipses of their first two moments."""
    figures = trial["figures"]
    both = figures.get("moments_2d")
    if not both or not figures["real_2d"] or not figures["generated_2d"]:
        return None
    rings = {side: ellipse(both[side]) for side in ("real", "generated")}
    # Samples beyond both ellipses lie on the frame: one far off would shrink the rest.
    x, y = equal([*figures["real_2d"], *rings["real"], *rings["generated"]], EDGE)
    outlines = [
        element(
            "path",
            d=path([x(p[0]) for p in ring], [y(p[1]) for p in ring]) + "Z",
            class_=f"ellipse of-{side}",
        )
        for side, ring in rings.items()
    ]
    spoken = (
        f"Records and samples of {label(trial)} with the ellipses of their moments."
    )
    drawn = marks(figures["real_2d"], figures["generated_2d"], x, y)
    return {
        "id": "moments",
        "title": "Mean and covariance",
        "caption": "Records + and samples ●, with the ellipse of two standard "
        "deviations of each side (records' solid, samples' dashed): a Fréchet distance "
        "in this plane compares the ellipses alone, not what lies within.",
        "svg": svg(WIDTH, HEIGHT, spoken, around(WIDTH, HEIGHT), *drawn, *outlines),
    }


def ellipse(
    stated: Mapping[str, Any], deviations: float = DEVIATIONS
) -> list[list[float]]:
    """The points whose Mahalanobis distance from a mean is `deviations`.

    Args:
        stated: `mean` (2,) and `covariance` (2, 2), positive semidefinite.

    Returns:
        CORNERS points (x, y), by Cholesky's factor of the covariance.
    """
    (a, b), (_, c) = stated["covariance"]
    first = math.sqrt(max(a, 0.0))
    slant = b / first if first > 0 else 0.0
    second = math.sqrt(max(c - slant**2, 0.0))
    turns = [2 * math.pi * i / CORNERS for i in range(CORNERS)]
    at = stated["mean"]
    return [
        [
            at[0] + deviations * first * math.cos(t),
            at[1] + deviations * (slant * math.cos(t) + second * math.sin(t)),
        ]
        for t in turns
    ]
