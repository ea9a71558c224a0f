"""One player is far ahead of the other, or hardly moves."""

import math
from collections.abc import Mapping
from typing import Any

from components.diagnose.causes import cause, measured
from components.diagnose.cures import USUAL, parameter, wider
from components.diagnose.evidence import Evidence
from components.diagnose.findings import CauseFinding

SUBJECTS = {
    "generator_lead": "steps of the generator over those of the discriminator, each "
    "relative to its weights",
    "discriminator_lead": "steps of the discriminator, in all its turns, over those of "
    "the generator, each relative to its weights",
    "blindness": "how often the discriminator takes a sample for the likelier record",
}
LEADS = ("generator_lead", "discriminator_lead")
NARROW = 32
"""Units below which a discriminator is widened before it gets more turns."""


@cause("player_imbalance", *SUBJECTS)
def player_imbalance(evidence: Evidence) -> CauseFinding | None:
    """The players' steps differ by more than in any healthy game."""
    parameters = evidence.parameters
    leads = [evidence.check(name).alarmed for name in LEADS]
    return measured(
        evidence,
        "One player moves far faster than the other."
        if any(leads)
        else "The discriminator takes samples for records: it does not keep up.",
        SUBJECTS,
        _cures(evidence, parameters),
        "train both players with the same learning rate",
    )


def _common_rate(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Of the players' rates the one nearer to the usual; {} if they have that left.

    {} too where a rate follows a schedule.
    """
    stated = parameter(parameters, "optimizer.learning_rate")
    rates = [
        own
        if (own := parameter(parameters, f"optimizer.{name}_learning_rate"))
        else stated
        for name in ("generator", "discriminator")
    ]
    usual = USUAL.get(parameter(parameters, "optimizer.kind"))
    numbers = [rate for rate in rates if isinstance(rate, int | float) and rate > 0]
    if usual is None or len(numbers) < len(rates):
        return {}
    best = min(numbers, key=lambda rate: abs(math.log(rate / usual)))
    return {} if best == stated else {"optimizer.learning_rate": best}


def _cures(
    evidence: Evidence, parameters: Mapping[str, Any]
) -> list[tuple[dict[str, Any], str]]:
    """Rates of the same size first; then what the slower player lacks."""
    own = {
        f"optimizer.{name}_learning_rate": None
        for name in ("generator", "discriminator")
        if parameter(parameters, f"optimizer.{name}_learning_rate") is not None
    }
    cures: list[tuple[dict[str, Any], str]] = []
    if own:
        same = own | _common_rate(parameters)
        cures.append((same, "both players step at the same rate"))
    behind = evidence.check("generator_lead").alarmed
    behind |= evidence.check("blindness").alarmed
    turns = parameter(parameters, "discriminator_steps") or 1
    if behind:
        cures.append(
            ({"discriminator_steps": max(3, int(turns))}, "D gets more turns a step")
        )
        widths = parameter(parameters, "discriminator.units")
        if isinstance(widths, list) and min(widths) < 64:
            wide = {"discriminator.units": wider(widths)}
            place = 0 if not own and min(widths) < NARROW else len(cures)
            cures.insert(place, (wide, "D gets more units"))
    else:
        cures.append(({"discriminator_steps": 1}, "D gets one turn a step"))
    return cures
