"""`differences` of `report.json`: what each axis of the matrix changes."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from components.artifacts import Metrics
from components.report.contrasts import Contrast, contrasts
from components.report.findings import Trial
from components.report.paired import Figures, Load, Pair, figures, judge
from components.report.params import ReportParams
from components.report.samplewise import sampled

MOST = 200
"""Contrasts that are made; whole axes come first, then their settings."""


def differences(
    trials: Sequence[Trial],
    metrics: Mapping[str, Metrics | None],
    params: ReportParams,
) -> dict[str, Any]:
    """Every value of every axis against the axis' baseline, pair by pair.

    Args:
        trials: as in `report.json`.
        metrics: by trial id, to pair the samples of a contrast of one pair.

    Returns:
        {confidence, correction, made, clear, left_out, contrasts: [{change, against,
        where, settings, pairs, alone, figures}]}; `paired.judge` and `paired.figures`
        say what is in them. `where` is null for a mean over all settings.
    """
    found = contrasts(trials, params.baselines)
    made = list(islice(found, MOST))
    load = _loader(metrics)
    read = [figures(each.units, params.confidence, load) for each in made]
    return {
        **judge(read, params.confidence),
        "left_out": sum(1 for _ in found),
        "contrasts": [_entry(c, f) for c, f in zip(made, read, strict=True)],
    }


def _loader(metrics: Mapping[str, Metrics | None]) -> Load:
    def load(pair: Pair) -> Any:
        return tuple(sampled(metrics.get(side.trial["id"])) for side in pair)

    return load


def _entry(contrast: Contrast, found: Figures) -> dict[str, Any]:
    return {
        "change": dict(contrast.change),
        "against": dict(contrast.against),
        "where": None if contrast.where is None else dict(contrast.where),
        "settings": contrast.settings,
        "averaged": contrast.averaged,
        "pairs": [
            [side.trial["id"] for side in pair]
            for unit in contrast.units
            for pair in unit
        ],
        "seeds": len(contrast.units),
        "alone": contrast.alone,
        "figures": found,
    }
