"""Causes: tested claims about mechanism, one a file.

A cause is a function from `Evidence` to a finding or None, registered with the
statistics that it measures the mechanism by. Whether a finding is a cause or only a
risk is not its business: that needs symptoms, and is decided where all come together.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from components.diagnose.evidence import Evidence, line
from components.diagnose.findings import CauseFinding, Prescription
from components.diagnose.onset import Onset
from components.parts import import_members

Examine = Callable[[Evidence], CauseFinding | None]

QUALITY = (
    "mode_collapse",
    "low_fidelity",
    "no_learning",
    "oscillation",
    "divergence",
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


def parameter(parameters: Mapping[str, Any], path: str) -> Any:
    """The value at a path inside parameters, None where there is none."""
    value: Any = parameters
    for key in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value


def prescribe(
    parameters: Mapping[str, Any], *options: tuple[Mapping[str, Any], str]
) -> tuple[Prescription, ...]:
    """The options that change something, best first.

    An option is left out where the parameters have no such path (a component of the
    user's own) or already say so.
    """
    return tuple(
        Prescription(changes, why)
        for changes, why in options
        if all(_stated(parameters, path) for path in changes)
        and not all(_says(parameter(parameters, p), v) for p, v in changes.items())
    )


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
        onset=begun(evidence, [check.id for check in alarms]),
    )


def begun(evidence: Evidence, names: Iterable[str]) -> Onset | None:
    """When the first of the statistics that alarm at the end began to."""
    found = [each for each in map(evidence.onset, names) if each is not None]
    return min(found, default=None)


def _stated(parameters: Mapping[str, Any], path: str) -> bool:
    """Whether parameters have a path; its value may be null."""
    *parents, last = path.split(".")
    owner = parameter(parameters, ".".join(parents)) if parents else parameters
    return isinstance(owner, Mapping) and last in owner


def _says(present: Any, wanted: Any) -> bool:
    """Whether a value already holds all that a wanted one states."""
    if isinstance(wanted, Mapping):
        return isinstance(present, Mapping) and all(
            _says(present.get(key), value) for key, value in wanted.items()
        )
    return bool(present == wanted)


import_members(__name__, __path__)
