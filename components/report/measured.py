"""Trials that were measured instead of diagnosed: what to say of them. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from components.report import published, words
from components.report.svg import DASH, MINUS, SUPERSCRIPT

Trial = Mapping[str, Any]

MOST = 400
"""Figures in a table."""


def measured(trial: Trial) -> bool:
    """Whether a trial has figures in place of a diagnosis."""
    return bool(trial["verdict"] == "measured")


def agreement(trials: Sequence[Trial]) -> tuple[int, int]:
    """How many figures agree with their closed form, of how many that have one."""
    judged = [
        figure["agrees"]
        for trial in trials
        for figure in trial["measurements"].values()
        if figure["agrees"] is not None
    ]
    return sum(judged), len(judged)


def summary(trials: Sequence[Trial]) -> str:
    """The agreement in one sentence."""
    good, total = agreement(trials)
    papers = published.papers(trials)
    if not total and papers:
        return f"Measured beside {words.listed(papers)}"
    if not total:
        return "Measured; theory says nothing of these figures"
    agree = "agrees" if total == 1 else "agree"
    share = "All" if good == total > 1 else f"{good} of"
    return f"{share} {words.plural(total, 'figure')} {agree} with theory"


def table(trials: Sequence[Trial]) -> list[dict[str, Any]]:
    """A row a figure, each trial's together."""
    rows: list[dict[str, Any]] = []
    for trial in trials:
        figures = {
            name: figure
            for name, figure in trial["measurements"].items()
            if not figure.get("published")
        }
        for place, (name, figure) in enumerate(figures.items()):
            rows.append(
                {
                    "trial": _label(trial),
                    "first": not place,
                    "name": words.title(name),
                    "measured": digits(figure["measured"]),
                    "closed_form": digits(figure["closed_form"]),
                    "error": digits(figure["relative_error"], 2),
                    "role": {True: "ok", False: "fail", None: None}[figure["agrees"]],
                }
            )
    return rows


def meanings(trials: Sequence[Trial]) -> dict[str, str]:
    """What each figure is, by its title."""
    return {
        words.title(name): figure["meaning"]
        for trial in reversed(trials)
        for name, figure in trial["measurements"].items()
    }


def _label(trial: Trial) -> str:
    return words.point(trial["point"]) or f"seed {trial['seed']}"


def digits(value: float | None, significant: int = 6) -> str:
    """A number to be compared with another: six significant digits."""
    if value is None:
        return DASH
    if value == 0 or 1e-3 <= abs(value) < 1e6:
        return f"{value:.{significant}g}".replace("-", MINUS)
    mantissa, _, exponent = f"{value:.{significant - 1}e}".partition("e")
    raised = str(int(exponent)).translate(SUPERSCRIPT)
    return f"{mantissa}·10{raised}".replace("-", MINUS)
