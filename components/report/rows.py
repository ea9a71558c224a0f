"""The table of all trials, a row each. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from components.report import strips, view, words

Trial = Mapping[str, Any]


def columns(trials: Sequence[Trial]) -> list[str]:
    """The metrics that have a column, six at most."""
    known = {name for trial in trials for name in trial["metrics"]}
    return [name for name in strips.STRIPS if name in known][:6]


def row(trial: Trial) -> dict[str, Any]:
    """What the table says of a trial."""
    kind = view.role(trial)
    verdict = words.VERDICTS.get(trial["verdict"], ("open", "?", trial["verdict"]))
    return {
        "label": view.label(trial),
        "id": trial["id"],
        "role": kind,
        "glyph": "!" if kind == "gone" else verdict[1],
        "verdict": "did not finish" if kind == "gone" else verdict[2],
        "found": ", ".join(
            words.title(item["id"]) for item in (*trial["symptoms"], *trial["causes"])
        ),
        "metrics": trial["metrics"],
    }
