"""What the drawings share: series by step, axes, legends, strength by reading."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from components.report.svg import Scale, element, number

WIDTH, HEIGHT = 340, 240
LEFT, RIGHT, TOP, BOTTOM = 50, 14, 14, 40
FAINTEST = 0.25


def read(trial: Mapping[str, Any], name: str) -> dict[int, float]:
    """A series of a trial by step, empty where it was not read."""
    series = trial["figures"]["series"].get(name) or {"steps": [], "values": []}
    return dict(zip(series["steps"], series["values"], strict=True))


def shared(many: Iterable[Mapping[int, float]]) -> list[int]:
    """The steps at which all of some series were read, in order."""
    sets = [set(one) for one in many]
    return sorted(set.intersection(*sets)) if sets else []


def strength(index: int, count: int) -> float:
    """Opacity of one of `count` readings: later ones are stronger, the last is full."""
    if count < 2:
        return 1.0
    return round(FAINTEST + (1 - FAINTEST) * index / (count - 1), 2)


@dataclass(frozen=True)
class Frame:
    """Two scales with what is drawn around them."""

    x: Scale
    y: Scale

    def ticks(
        self,
        across: Sequence[float],
        up: Sequence[float],
        names: tuple[str, str] = ("", ""),
    ) -> list[Markup]:
        """Grid lines and numbers at values of both axes, and the axes' names."""
        x, y = self.x, self.y
        drawn = [
            element("path", d=f"M{x.start} {y(v)}H{x.stop}", class_="grid") for v in up
        ]
        drawn += [
            element("path", d=f"M{x(v)} {y.start}V{y.stop}", class_="grid")
            for v in across
        ]
        drawn += [
            element("text", number(v), x=x.start - 6, y=y(v) + 4, class_="tick end")
            for v in up
        ]
        drawn += [
            element("text", number(v), x=x(v), y=y.start + 15, class_="tick mid")
            for v in across
        ]
        middle = (x.start + x.stop) / 2
        if names[0]:
            drawn.append(
                element("text", names[0], x=middle, y=y.start + 32, class_="axis mid")
            )
        if names[1]:
            turned = f"translate(11 {(y.start + y.stop) / 2}) rotate(-90)"
            drawn.append(
                element("text", names[1], x=0, y=0, transform=turned, class_="axis mid")
            )
        return drawn

    def across(self, value: float, kind: str) -> Markup:
        """A horizontal line at a value of y."""
        return element(
            "path", d=f"M{self.x.start} {self.y(value)}H{self.x.stop}", class_=kind
        )

    def upright(self, value: float, kind: str) -> Markup:
        """A vertical line at a value of x."""
        return element(
            "path", d=f"M{self.x(value)} {self.y.start}V{self.y.stop}", class_=kind
        )


def equal(points: Sequence[Sequence[float]], edge: float) -> tuple[Scale, Scale]:
    """Scales of a whole plot with one unit for both axes, the points in its middle."""
    columns = list(zip(*points, strict=True))
    middles = [(max(c) + min(c)) / 2 for c in columns]
    reaches = [(max(c) - min(c)) / 2 for c in columns]
    room = (WIDTH / 2 - edge, HEIGHT / 2 - edge)
    unit = max(r / have for r, have in zip(reaches, room, strict=True)) or 1.0
    (a, b), (wide, high) = middles, (room[0] * unit, room[1] * unit)
    return (
        Scale(a - wide, a + wide, edge, WIDTH - edge),
        Scale(b - high, b + high, HEIGHT - edge, edge),
    )


def spread(
    wanted: Sequence[float], apart: float, low: float, high: float
) -> list[float]:
    """Places near the wanted ones, at least `apart` from each other where they fit.

    In the order given; all within `low` to `high` where there is room for all.
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    placed = [0.0] * len(wanted)
    floor = low
    for i in order:
        placed[i] = max(wanted[i], floor)
        floor = placed[i] + apart
    ceiling = high
    for i in reversed(order):
        placed[i] = min(placed[i], ceiling)
        ceiling = placed[i] - apart
    return [round(place, 1) for place in placed]


def legend(steps: Sequence[int], x: float, y: float, kind: str) -> list[Markup]:
    """Readings by their strength, a dot and its step each, downwards from (x, y)."""
    drawn = []
    for index, step in enumerate(steps):
        at = y + 15 * index
        drawn.append(
            element(
                "circle",
                cx=x,
                cy=at - 4,
                r=3.2,
                class_=f"point {kind}",
                opacity=f"{strength(index, len(steps)):g}",
            )
        )
        name = f"step {number(step)}" if not index else number(step)
        drawn.append(element("text", name, x=x + 8, y=at, class_="tick start"))
    return drawn
