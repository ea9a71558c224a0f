"""The latents, or a network, are too small for the data."""

from collections.abc import Mapping
from typing import Any

from components.diagnose.causes import cause, measured, parameter
from components.diagnose.evidence import Evidence
from components.diagnose.findings import CauseFinding

SUBJECTS = {
    "capacity_gap": "how much nearer an ampler generator comes, taught without a game",
    "capacity_dimension": "dimension of what this generator makes when taught so, over "
    "that of the records",
    "sample_dimension": "intrinsic dimension of the samples, at its highest",
}
FEWEST, WIDEST = 32, 128


@cause("insufficient_capacity", *SUBJECTS)
def insufficient_capacity(evidence: Evidence) -> CauseFinding | None:
    """Even shown the records it comes less near than an ampler one, or varies less."""
    return measured(
        evidence,
        "The generator cannot make what it is asked for.",
        SUBJECTS,
        _cures(evidence.parameters),
        "train with more latents and a wider generator",
    )


def _cures(parameters: Mapping[str, Any]) -> list[tuple[dict[str, Any], str]]:
    latents = parameter(parameters, "latents.size")
    widths = parameter(parameters, "generator.units")
    cures: list[tuple[dict[str, Any], str]] = []
    if isinstance(latents, int) and latents < FEWEST:
        cures.append(
            ({"latents.size": FEWEST}, "samples vary in as many directions as latents")
        )
    if isinstance(widths, list):
        wide = [max(WIDEST, 2 * int(width)) for width in [*widths, *widths][:2]]
        wider = ({"generator.units": wide}, "a wider network bends more")
        narrow = min(widths, default=0) < FEWEST
        cures.insert(0 if narrow and (latents or 0) > 2 else len(cures), wider)
    return cures
