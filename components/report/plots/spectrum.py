"""The game's spectrum in the complex plane, a reading over the other."""

import math
from collections.abc import Mapping
from typing import Any

from components.report.charts import svg
from components.report.plots.frame import HEIGHT, WIDTH, Frame, legend, read, strength
from components.report.svg import Scale, element, number
from components.report.view import label, role

Spectrum = list[tuple[float, float]]


def spectrum(trial: Mapping[str, Any]) -> dict[str, Any] | None:
    """Eigenvalues of each reading over the largest magnitude of that reading."""
    found = spectra(trial)
    if not found:
        return None
    radii = {step: max(math.hypot(*value) for value in found[step]) for step in found}
    steps = [step for step in found if radii[step] > 0]
    if not steps:
        return None
    frame = Frame(Scale(-1.1, 1.1, 44, 226), Scale(-1.1, 1.1, 202, 20))
    kind = role(trial)
    drawn = frame.ticks((-1, 0, 1), (-1, 0, 1), ("Re λ / radius", "Im λ / radius"))
    drawn.append(frame.upright(0, "mark-line"))
    drawn.append(element("text", "pulls in", x=131, y=13, class_="note end"))
    drawn.append(element("text", "pushes out", x=139, y=13, class_="note start"))
    for index, step in enumerate(steps):
        drawn.append(
            element(
                "g",
                element("title", _told(step, found[step])),
                *_dots(frame, found[step], radii[step]),
                class_=f"point {kind}",
                opacity=f"{strength(index, len(steps)):g}",
            )
        )
    drawn += legend(steps, 246, 40, kind)
    first, last = (number(radii[step]) for step in (steps[0], steps[-1]))
    last_ = found[steps[-1]]
    spoken = (
        f"Spectrum of {label(trial)} at step {number(steps[-1])}: "
        + "; ".join(_written(value) for value in last_)
        + "."
    )
    return {
        "id": "spectrum",
        "title": "The game's spectrum",
        "caption": "Leading eigenvalues of the game's Jacobian, each reading's over "
        f"its radius ({first} at first, {last} at the end, per unit of time), later "
        "readings stronger: right of the marked axis they push away from the point, "
        "far above and below it they turn around it.",
        "svg": svg(WIDTH, HEIGHT, spoken, *drawn),
    }


def spectra(trial: Mapping[str, Any]) -> dict[int, Spectrum]:
    """By step the eigenvalues (real, imaginary) that were told, imaginary part >= 0."""
    found: dict[int, Spectrum] = {}
    rank = 0
    while real := read(trial, f"eigenvalue_real_{rank}"):
        imaginary = read(trial, f"eigenvalue_imaginary_{rank}")
        for step in sorted(real.keys() & imaginary.keys()):
            found.setdefault(step, []).append((real[step], imaginary[step]))
        rank += 1
    return dict(sorted(found.items()))


def _dots(frame: Frame, values: Spectrum, radius: float) -> list[Any]:
    """A dot an eigenvalue, and one for the conjugate of each that is not real."""
    both = [*values, *((re, -im) for re, im in values if im > 0)]
    return [
        element("circle", cx=frame.x(re / radius), cy=frame.y(im / radius), r=3.2)
        for re, im in both
    ]


def _told(step: int, values: Spectrum) -> str:
    return f"step {number(step)}: {'; '.join(map(_written, values))}"


def _written(value: tuple[float, float]) -> str:
    real, imaginary = value
    turning = f" ± {number(imaginary)}i" if imaginary else ""
    return number(real) + turning
