"""The latents, or a network, are too small for the data."""

from typing import Any

from components.diagnose.causes import cause, measured
from components.diagnose.cures import parameter, wider
from components.diagnose.evidence import Evidence
from components.diagnose.findings import CauseFinding

SUBJECTS = {
    "capacity_gap": "how much nearer an ampler generator comes, taught without a game",
    "capacity_dimension": "dimension of what this generator makes when taught so, over "
    "that of the records",
    "sample_dimension": "intrinsic dimension of the samples, at its highest",
}
FEWEST = 32
"""Latents, at least, where there are too few."""


@cause("insufficient_capacity", *SUBJECTS)
def insufficient_capacity(evidence: Evidence) -> CauseFinding | None:
    """Even shown the records it comes less near than an ampler one, or varies less."""
    return measured(
        evidence,
        "The generator cannot make what it is asked for.",
        SUBJECTS,
        _cures(evidence),
        "train with more latents and a wider generator",
    )


def _cures(evidence: Evidence) -> list[tuple[dict[str, Any], str]]:
    """More latents first if there are fewer than directions that records vary in."""
    parameters = evidence.parameters
    latents = parameter(parameters, "latents.size")
    widths = parameter(parameters, "generator.units")
    cures: list[tuple[dict[str, Any], str]] = []
    channels = parameter(parameters, "generator.channels")
    if isinstance(widths, list):
        wide = {"generator.units": wider(widths)}
        cures.append((wide, "a wider network bends more"))
    if isinstance(channels, list):
        twice = {"generator.channels": [2 * each for each in channels]}
        cures.append((twice, "a wider network bends more"))
    if isinstance(latents, int) and latents < FEWEST:
        directions = evidence.readings.settled("record_dimension") or 2.0
        more = (
            {"latents.size": FEWEST},
            "samples vary in as many directions as latents",
        )
        cures.insert(0 if latents < round(directions) else len(cures), more)
    return cures
