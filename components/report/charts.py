"""The page's plots, as inline SVG that follows its light and dark colours.

No colour is ever the only signal: failing runs are solid lines and crosses, healthy
ones dashed lines and rings.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from components.report.svg import Scale, element, number, path, scale

WIDTH, HEIGHT = 340, 200
LEFT, RIGHT, TOP, BOTTOM = 46, 16, 18, 26


@dataclass(frozen=True)
class Line:
    """One trial's readings; `role` is `fail`, `ok` or `open`, `lead` stands out."""

    label: str
    role: str
    steps: Sequence[float]
    values: Sequence[float]
    lead: bool = False


@dataclass(frozen=True)
class Marks:
    """What a curve is judged against: y values, and when what it shows set in.

    `band` is what nine healthy runs of ten read, `since` the interval of steps that the
    onset has. `until` is the step that null, threshold and band hold until; None: the
    last.
    """

    threshold: float | None = None
    null: float | None = None
    onset: float | None = None
    since: tuple[float, float] | None = None
    band: tuple[float, float] | None = None
    until: float | None = None


def svg(width: int, height: int, label: str, *children: Any) -> Markup:
    """A plot that scales with its box and reads as one picture with a text."""
    title = element("title", label)
    return element(
        "svg",
        title,
        *children,
        viewBox=f"0 0 {width} {height}",
        role="img",
        aria_label=label,
        class_="plot",
    )


def curves(
    name: str, lines: Sequence[Line], marks: Marks, until: float = 1.0
) -> Markup:
    """A probe over training, one line a trial; at least to the step `until`."""
    values = [v for line in lines for v in line.values]
    references = [v for v in (marks.threshold, marks.null) if v is not None]
    log = _spans_decades(values)
    shown = values + [v for v in references if v > 0 or not log]
    steps = [s for line in lines for s in line.steps]
    x = Scale(0, max([*steps, until]), LEFT, WIDTH - RIGHT)
    y = scale(shown, HEIGHT - BOTTOM, TOP, log=log)
    return svg(
        WIDTH,
        HEIGHT,
        _spoken(name, lines, marks),
        *_axes(x, y),
        *_references(x, y, marks, log),
        *(_line(x, y, line) for line in sorted(lines, key=_drawn_last)),
        *_notes(x, y, marks, log),
    )


def _drawn_last(line: Line) -> tuple[bool, bool]:
    return line.role == "fail", line.lead


def _spans_decades(values: Sequence[float]) -> bool:
    return bool(values) and min(values) > 0 and max(values) / min(values) > 200


def _spoken(name: str, lines: Sequence[Line], marks: Marks) -> str:
    ends = [f"{line.label} ends at {number(line.values[-1])}" for line in lines[:6]]
    if marks.threshold is not None:
        ends.append(f"threshold {number(marks.threshold)}")
    if marks.null is not None:
        ends.append(f"healthy runs read {number(marks.null)}")
    if marks.onset is not None:
        ends.append(f"onset at step {number(marks.onset)}{_within(marks.since)}")
    return f"{name} over training: {'; '.join(ends)}."


def _within(since: tuple[float, float] | None) -> str:
    return f" ({number(since[0])} to {number(since[1])})" if since else ""


def _axes(x: Scale, y: Scale) -> list[Markup]:
    drawn = [
        element("path", d=f"M{x.start} {y(t)}H{x.stop}", class_="grid")
        for t in y.ticks()
    ]
    drawn += [
        element("text", number(t), x=x.start - 6, y=y(t) + 4, class_="tick end")
        for t in y.ticks()
    ]
    ticks = x.ticks(3)
    drawn += [
        element(
            "text",
            number(t) if i or len(ticks) < 2 else "step 0",
            x=x(t),
            y=y.start + 17,
            class_="tick start" if not i else "tick mid",
        )
        for i, t in enumerate(ticks)
    ]
    return drawn


def _references(x: Scale, y: Scale, marks: Marks, log: bool) -> list[Markup]:
    drawn = []
    right = _right(x, marks)
    # A logarithmic axis has no place for zero: from there on all is shaded.
    if marks.band is not None and (marks.band[1] > 0 or not log):
        ends = (y.start if log and v <= 0 else y(v) for v in marks.band)
        # Cut at the frame: what is judged fills it, however far healthy runs spread.
        low, high = (min(max(end, y.stop), y.start) for end in ends)
        drawn.append(_shade(x.start, right, high, max(low, high + 2), "band"))
    if marks.since is not None and marks.since[1] > marks.since[0]:
        low, high = (x(step) for step in marks.since)
        drawn.append(_shade(low, high, y.stop, y.start, "since"))
    if marks.onset is not None:
        at = x(marks.onset)
        drawn.append(element("path", d=f"M{at} {y.stop}V{y.start}", class_="onset"))
    for name, value in _levels(marks, log):
        at = y(value)
        drawn.append(element("path", d=f"M{x.start} {at}H{right}", class_=name))
    return drawn


def _right(x: Scale, marks: Marks) -> float:
    """How far null, threshold and band reach."""
    return x.stop if marks.until is None else x(marks.until)


def _shade(left: float, right: float, top: float, bottom: float, kind: str) -> Markup:
    return element(
        "rect", x=left, y=top, width=right - left, height=bottom - top, class_=kind
    )


def _levels(marks: Marks, log: bool) -> list[tuple[str, float]]:
    """What is drawn across the plot; a logarithmic axis has no place for zero."""
    levels = (("null", marks.null), ("threshold", marks.threshold))
    return [(name, v) for name, v in levels if v is not None and (v > 0 or not log)]


def _notes(x: Scale, y: Scale, marks: Marks, log: bool) -> list[Markup]:
    """The references' names, each above its line, one moved where two would meet."""
    drawn = []
    if marks.onset is not None:
        at = x(marks.onset)
        left = at < (x.start + x.stop) / 2
        end, away = ("start", 4) if left else ("end", -4)
        text = element(
            "text", "onset", x=at + away, y=y.start - 5, class_=f"note onset {end}"
        )
        drawn.append(text)
    places = sorted((y(value) - 4, name) for name, value in _levels(marks, log))
    if len(places) == 2 and places[1][0] - places[0][0] < 13:
        (high, upper), (low, lower) = places
        room = y.start - low > 20
        places = (
            [(high, upper), (low + 16, lower)]
            if room
            else [
                (low - 13, upper),
                (low, lower),
            ]
        )
    whole = marks.until is None
    beside, end = (x.stop - 3, "end") if whole else (_right(x, marks) + 3, "start")
    for at, name in places:
        drawn.append(element("text", name, x=beside, y=at, class_=f"note {name} {end}"))
    return drawn


def _line(x: Scale, y: Scale, line: Line) -> Markup:
    xs = [x(step) for step in line.steps]
    ys = [y(value) for value in line.values]
    lead = " lead" if line.lead else ""
    title = element("title", f"{line.label}: ends at {number(line.values[-1])}")
    drawn = element("path", title, d=path(xs, ys), class_=f"line {line.role}{lead}")
    if len(xs) > 24:
        return drawn
    size = 2.2 if len(xs) > 1 else 4.0  # A reading by itself has no line to be seen by.
    dots = [element("circle", cx=a, cy=b, r=size) for a, b in zip(xs, ys, strict=True)]
    return element("g", drawn, *dots, class_=f"dots {line.role}{lead}")


@dataclass(frozen=True)
class Dot:
    """One trial's precision and recall."""

    label: str
    role: str
    precision: float
    recall: float
    lead: bool = True


def precision_recall(dots: Sequence[Dot], null: tuple[float, float] | None) -> Markup:
    """Recall upwards against precision, the healthy corner marked by the null."""
    size = 320
    x, y = Scale(0, 1, 42, size - 14), Scale(0, 1, size - 40, 14)
    drawn = []
    if null is not None:
        left, low = x(null[0] * 0.9), y(null[1] * 0.9)
        drawn.append(
            element(
                "rect",
                x=left,
                y=y.stop,
                width=x.stop - left,
                height=low - y.stop,
                class_="band",
            )
        )
        cross = f"M{x(null[0]) - 5} {y(null[1])}h10m-5 -5v10"
        drawn.append(element("path", d=cross, class_="null solid"))
        drawn.append(
            element(
                "text", "real data", x=left - 5, y=y.stop + 12, class_="note null end"
            )
        )
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        at, up = x(tick), y(tick)
        drawn.append(element("path", d=f"M{x.start} {up}H{x.stop}", class_="grid"))
        drawn.append(element("path", d=f"M{at} {y.start}V{y.stop}", class_="grid"))
        text = number(tick)
        drawn.append(element("text", text, x=at, y=y.start + 16, class_="tick mid"))
        drawn.append(element("text", text, x=x.start - 6, y=up + 4, class_="tick end"))
    middle = (x.start + x.stop) / 2
    drawn.append(
        element(
            "text", "precision: plausible →", x=middle, y=size - 6, class_="axis mid"
        )
    )
    drawn.append(
        element(
            "text",
            "recall: diverse →",
            x=0,
            y=0,
            transform=f"translate(11 {(y.start + y.stop) / 2}) rotate(-90)",
            class_="axis mid",
        )
    )
    order = sorted(dots, key=lambda dot: dot.lead)
    drawn += [_symbol(x(d.precision), y(d.recall), d) for d in order]
    spoken = "; ".join(
        f"{d.label}: precision {number(d.precision)}, recall {number(d.recall)}"
        for d in dots[:12]
    )
    label = f"Recall against precision. {spoken}."
    if null is not None:
        label += f" Real data reads {number(null[0])}, {number(null[1])}."
    return svg(size, size, label, *drawn)


def _symbol(x: float, y: float, dot: Dot) -> Markup:
    text = (
        f"{dot.label}: precision {number(dot.precision)}, recall {number(dot.recall)}"
    )
    title = element("title", text)
    quiet = "" if dot.lead else " quiet"
    if dot.role == "fail":
        d = f"M{x - 5} {y - 5}l10 10m0 -10l-10 10"
        return element("path", title, d=d, class_=f"mark fail{quiet}")
    return element("circle", title, cx=x, cy=y, r=5, class_=f"mark {dot.role}{quiet}")
