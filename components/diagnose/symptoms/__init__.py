"""Symptoms: tested claims about what the generator makes, one a file.

A symptom is a function from `Evidence` to a finding or None, registered with the
statistics that can raise it. What it is registered with counts for the family-wise
false-alarm rate.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from components.diagnose.dating import began, given_up
from components.diagnose.evidence import Evidence, line
from components.diagnose.findings import SymptomFinding
from components.parts import import_members

Examine = Callable[[Evidence], SymptomFinding | None]


@dataclass(frozen=True)
class Symptom:
    """A registered symptom."""

    id: str
    checks: tuple[str, ...]
    examine: Examine


SYMPTOMS: dict[str, Symptom] = {}


def symptom(name: str, *checks: str) -> Callable[[Examine], Examine]:
    """Register a symptom with the statistics whose alarm raises it."""

    def register(examine: Examine) -> Examine:
        SYMPTOMS[name] = Symptom(name, checks, examine)
        return examine

    return register


def finding(
    evidence: Evidence,
    claim: str,
    subjects: Mapping[str, str],
    onset: tuple[str, ...] = (),
) -> SymptomFinding | None:
    """The finding that any alarm among `subjects` makes, None where there is none.

    Args:
        claim: what is wrong, in one sentence.
        subjects: statistic -> what it measures, for the lines of evidence.
        onset: statistics whose series date it; the earliest lasting alarm counts. Where
            there is none, what a training that was given up ended in began then.
    """
    checks = [evidence.check(name) for name in subjects]
    alarms = [check for check in checks if check.alarmed]
    if not alarms:
        return None
    return SymptomFinding(
        claim=claim,
        evidence=tuple(line(check, subjects[check.id]) for check in alarms),
        severity=max(check.badness for check in alarms),
        onset=began(evidence, onset) or given_up(evidence),
    )


import_members(__name__, __path__)
