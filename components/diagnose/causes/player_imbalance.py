"""One player is far ahead of the other, or hardly moves."""

import math
from collections.abc import Mapping
from typing import Any

from components.diagnose.causes import cause, measured
from components.diagnose.cures import USUAL, inside, parameter, wider
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
    leads = [evidence.check(name).alarmed for name in LEADS]
    return measured(
        evidence,
        "One player moves far faster than the other."
        if any(leads)
        else "The discriminator takes samples for records: it does not keep up.",
        SUBJECTS,
        _cures(evidence),
        _experiment(evidence),
    )


def _behind(evidence: Evidence) -> bool:
    """Whether it is the discriminator that does not keep up."""
    return any(evidence.check(name).alarmed for name in ("generator_lead", "blindness"))


def _experiment(evidence: Evidence) -> str:
    """What would tell where nothing is prescribed."""
    generator, discriminator = _rates(evidence.parameters)
    if generator != discriminator:
        return "train both players with the same learning rate"
    if _behind(evidence):
        return (
            "train with more turns of the discriminator a step, or a slower generator"
        )
    return "train with a lower learning rate of the discriminator"


def _rates(parameters: Mapping[str, Any]) -> list[Any]:
    """The rates that generator and discriminator step at: numbers, or schedules."""
    stated = parameter(parameters, "optimizer.learning_rate")
    own = [
        parameter(parameters, f"optimizer.{name}_learning_rate")
        for name in ("generator", "discriminator")
    ]
    return [stated if rate is None else rate for rate in own]


def _common_rate(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Of the players' rates the one nearer to the usual; {} if they have that left.

    {} too where a rate follows a schedule.
    """
    stated = parameter(parameters, "optimizer.learning_rate")
    rates = _rates(parameters)
    usual = USUAL.get(parameter(parameters, "optimizer.kind"))
    numbers = [rate for rate in rates if isinstance(rate, int | float) and rate > 0]
    if usual is None or len(numbers) < len(rates):
        return {}
    best = min(numbers, key=lambda rate: abs(math.log(rate / usual)))
    return {} if best == stated else {"optimizer.learning_rate": best}


def _cures(evidence: Evidence) -> list[tuple[dict[str, Any], str]]:
    """Rates of the same size first; then what the slower player lacks."""
    parameters = evidence.parameters
    generator, discriminator = _rates(parameters)
    own = {
        f"optimizer.{name}_learning_rate": None
        for name in ("generator", "discriminator")
        if parameter(parameters, f"optimizer.{name}_learning_rate") is not None
    }
    cures: list[tuple[dict[str, Any], str]] = []
    unequal = generator != discriminator
    if unequal:
        same = own | _common_rate(parameters)
        cures.append((same, "both players step at the same rate"))
    turns = parameter(parameters, "discriminator_steps") or 1
    if _behind(evidence):
        cures.append(
            ({"discriminator_steps": max(3, int(turns))}, "D gets more turns a step")
        )
        units = inside(parameters, "units")
        widths = parameter(parameters, units)
        if isinstance(widths, list) and min(widths) < 64:
            wide = {units: wider(widths, _groups(parameters))}
            place = 0 if not unequal and min(widths) < NARROW else len(cures)
            cures.insert(place, (wide, "D gets more units"))
    else:
        cures.append(({"discriminator_steps": 1}, "D gets one turn a step"))
    return cures


def _groups(parameters: Mapping[str, Any]) -> int:
    """Groups of channels that the discriminator's widths must be multiples of."""
    kind, groups = (
        parameter(parameters, inside(parameters, name))
        for name in ("normalization", "groups")
    )
    return groups if kind == "group" and isinstance(groups, int) else 1
