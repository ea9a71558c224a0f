"""Causes: tested claims about mechanism, one a file.

A cause is a function from `Evidence` to a finding or None, registered with the
statistics that it measures the mechanism by. Whether a finding is a cause or only a
risk is not its business: that needs symptoms, and is decided where all come together.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from components.diagnose.cures import prescribe
from components.diagnose.dating import began
from components.diagnose.evidence import Evidence, line
from components.diagnose.findings import CauseFinding
from components.parts import import_members

Examine = Callable[[Evidence], CauseFinding | None]

QUALITY = (
    "mode_collapse",
    "low_fidelity",
    "no_learning",
    "oscillation",
    "divergence",
    "tail_neglect",
)
"""Symptoms of samples that are bad, as opposed to copied or misjudged."""


@dataclass(frozen=True)
class Cause:
    """A registered cause, and the symptoms that it can explain."""

    id: str
    checks: tuple[str, ...]
    explains: tuple[str, ...]
    examine: Examine


CAUSES: dict[str, Cause] = {}


def cause(
    name: str, *checks: str, explains: tuple[str, ...] = QUALITY
) -> Callable[[Examine], Examine]:
    """Register a cause with its statistics and what it can explain."""

    def register(examine: Examine) -> Examine:
        CAUSES[name] = Cause(name, checks, explains, examine)
        return examine

    return register


def measured(
    evidence: Evidence,
    claim: str,
    subjects: Mapping[str, str],
    options: Sequence[tuple[Mapping[str, Any], str]],
    experiment: str,
) -> CauseFinding | None:
    """The finding that any alarm among `subjects` makes, None where there is none.

    Args:
        subjects: statistic -> what it measures, for the lines of evidence.
        options: changes that should remove the cause, and why, best first.
        experiment: completes "to decide, …".
    """
    checks = [evidence.check(name) for name in subjects]
    alarms = [check for check in checks if check.alarmed]
    if not alarms:
        return None
    return CauseFinding(
        claim=claim,
        evidence=tuple(line(check, subjects[check.id]) for check in alarms),
        prescriptions=prescribe(evidence.parameters, *options),
        experiment=experiment,
        onset=began(evidence, (check.id for check in alarms)),
    )


import_members(__name__, __path__)
