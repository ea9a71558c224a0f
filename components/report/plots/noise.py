"""How far the gradients of two batches agree, against their size."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

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
)
from components.report.svg import Scale, element, number, path
from components.report.view import label

PLAYERS = ("generator", "discriminator")
TIMES = (1, 2, 4)
LEVELS = (0.5, 0.9)
LARGEST = 1e7
"""Records in a batch beyond which no axis goes."""
POINTS = 60
BEGUN = 0.1
"""Share of the training that is left out: at its start far fewer records would do, and
the diagnosis that prescribes a batch leaves it out too."""


@dataclass(frozen=True)
class Agreement:
    """One player's: batch size -> (mean, least, greatest) cosine over the readings.

    `scale`: the noise scale B in records, None where noise hides the gradient.
    """

    player: str
    measured: Mapping[int, tuple[float, float, float]]
    scale: float | None

    def predicted(self, size: float) -> float:
        """1/(1 + B/b), of independent batches of b records (McCandlish et al. 2018)."""
        return 1 / (1 + (self.scale or 0.0) / size)

    def needed(self, cosine: float) -> float:
        """The batch size at which the prediction reaches a cosine."""
        return (self.scale or 0.0) * cosine / (1 - cosine)


def noise(trial: Mapping[str, Any]) -> dict[str, Any] | None:
    """Measured cosines at b, 2b and 4b, and what the noise scale predicts."""
    size = trial["figures"].get("batch_size")
    found = [agreement(trial, player, size) for player in PLAYERS] if size else []
    found = [one for one in found if one.measured]
    if not found:
        return None
    frame = Frame(_sizes(found), Scale(_floor(found), 1, HEIGHT - BOTTOM, TOP))
    levels = (0.0, *LEVELS, 1.0) if frame.y.low >= 0 else (-0.5, 0.0, *LEVELS, 1.0)
    names = ("records in a batch", "cosine of two gradients")
    drawn = frame.ticks(frame.x.ticks(4), levels, names)
    for one in found:
        drawn += _player(frame, one)
    drawn += _key(found)
    return {
        "id": "noise",
        "title": "Agreement of gradients",
        "caption": "Cosine between the gradients of two batches: measured (points, "
        "with their range after the first tenth) and predicted from the noise scale "
        "(lines); " + "; ".join(map(_said, found)) + ".",
        "svg": svg(WIDTH, HEIGHT, _spoken(trial, found), *drawn),
    }


def _later(trial: Mapping[str, Any], name: str) -> dict[int, float]:
    """A series past what is BEGUN of it; all of it where no more was read."""
    series = read(trial, name)
    end = BEGUN * max(series, default=0)
    return {step: value for step, value in series.items() if step > end} or series


def agreement(trial: Mapping[str, Any], player: str, size: int) -> Agreement:
    """What the series say of one player; both terms of B averaged, then divided."""
    measured = {}
    for times in TIMES:
        values = list(_later(trial, f"{player}_gradient_cosine_{times}").values())
        if values:
            mean = math.fsum(values) / len(values)
            measured[size * times] = mean, min(values), max(values)
    variance = _later(trial, f"{player}_gradient_variance")
    square = _later(trial, f"{player}_gradient_square")
    steps = shared([variance, square])
    below = math.fsum(square[step] for step in steps)
    above = math.fsum(variance[step] for step in steps)
    return Agreement(player, measured, above / below if below > 0 <= above else None)


def _sizes(found: list[Agreement]) -> Scale:
    """Batch sizes from half the least to beyond what an agreement of .9 needs."""
    sizes = [float(size) for one in found for size in one.measured]
    needed = [one.needed(level) for one in found if one.scale for level in LEVELS]
    low = max(1.0, min(sizes) / 2)
    high = min(max([*sizes, *needed]) * 1.6, LARGEST)
    return Scale(low, max(high, 10 * low), LEFT, WIDTH - RIGHT, log=True)


def _floor(found: list[Agreement]) -> float:
    least = min(low for one in found for _, low, _ in one.measured.values())
    return 0.0 if least >= 0 else max(-1.0, least - 0.1)


def _player(frame: Frame, one: Agreement) -> list[Markup]:
    drawn = []
    x, y = frame.x, frame.y
    if one.scale is not None:
        ratio = (x.high / x.low) ** (1 / POINTS)
        sizes = [x.low * ratio**i for i in range(POINTS + 1)]
        d = path([x(size) for size in sizes], [y(one.predicted(s)) for s in sizes])
        drawn.append(element("path", d=d, class_=f"line player {one.player}"))
        for level in LEVELS:
            needed = one.needed(level)
            if x.low <= needed <= x.high:
                title = f"{one.player}: {level:g} at {number(needed)} records"
                at, up = x(needed), y(level)
                mark = f"M{at} {up - 5}V{up + 5}"
                inside = element("title", title)
                drawn.append(
                    element("path", inside, d=mark, class_=f"reached {one.player}")
                )
    for size, (mean, low, high) in one.measured.items():
        whisker = f"M{x(size)} {y(low)}V{y(high)}"
        title = f"{one.player}, {size:,} records: {number(mean)}"
        drawn.append(element("path", d=whisker, class_=f"whisker {one.player}"))
        drawn.append(
            element(
                "circle",
                element("title", title),
                cx=x(size),
                cy=y(mean),
                r=3.4,
                class_=f"player {one.player}",
            )
        )
    return drawn


def _key(found: list[Agreement]) -> list[Markup]:
    """Which line is whose, at the foot of the plot where curves are still low."""
    drawn = []
    for index, one in enumerate(found):
        y = HEIGHT - BOTTOM - 24 + 15 * index
        right = WIDTH - RIGHT - 8
        drawn.append(
            element(
                "path",
                d=f"M{right - 22} {y - 4}h22",
                class_=f"line player {one.player}",
            )
        )
        drawn.append(element("text", one.player, x=right - 28, y=y, class_="note end"))
    return drawn


def _said(one: Agreement) -> str:
    if one.scale is None:
        return f"the {one.player}'s gradient is hidden by noise"
    half, most = (number(one.needed(level)) for level in LEVELS)
    return f"the {one.player}'s reaches .5 at {half} records and .9 at {most}"


def _spoken(trial: Mapping[str, Any], found: list[Agreement]) -> str:
    parts = [
        f"{one.player} {number(mean)} at {size:,} records"
        for one in found
        for size, (mean, _, _) in one.measured.items()
    ]
    return (
        f"Cosine between gradients of two batches, {label(trial)}: {'; '.join(parts)}."
    )
