"""Precision and recall of all trials in one plot, the healthy corner marked. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from components.report import charts, view

Trial = Mapping[str, Any]

DOTS = 300


def corner(trials: Sequence[Trial], lead: Sequence[Trial] = ()) -> Markup | None:
    """At most DOTS trials; the others are quiet where some `lead`. None without any."""
    dots: list[charts.Dot] = []
    null: tuple[float, float] | None = None
    leading = {trial["id"] for trial in lead}
    for trial in trials[:DOTS]:
        precision, recall = (
            trial["metrics"].get(name) or {} for name in ("precision", "recall")
        )
        if precision.get("value") is None or recall.get("value") is None:
            continue
        if null is None and precision.get("null") and recall.get("null"):
            null = precision["null"], recall["null"]
        dots.append(
            charts.Dot(
                view.label(trial),
                view.role(trial),
                precision["value"],
                recall["value"],
                not leading or trial["id"] in leading,
            )
        )
    return charts.precision_recall(dots, null) if dots else None
