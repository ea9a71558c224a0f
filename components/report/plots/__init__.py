"""Drawings of what the probes read of the game itself, each only where it was read.

A drawing is a pure function of a trial of `report.json`, {id, title, caption, svg},
where `caption` says in a sentence how to read it; None where its series are missing.
"""

from collections.abc import Mapping
from typing import Any

from components.report.plots.angle import angle
from components.report.plots.coverage import coverage
from components.report.plots.game import game
from components.report.plots.moments import moments
from components.report.plots.noise import noise
from components.report.plots.spectrum import spectrum

DRAWINGS = (moments, coverage, spectrum, angle, game, noise)


def drawings(trial: Mapping[str, Any]) -> list[dict[str, Any]]:
    """All that can be drawn of one trial, in order; nothing without figures."""
    if not trial["figures"]:
        return []
    made = (draw(trial) for draw in DRAWINGS)
    return [one for one in made if one is not None]
