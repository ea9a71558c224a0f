"""Divergence: the samples were better before, or training blew up."""

from dataclasses import replace

from components.diagnose.dating import given_up
from components.diagnose.evidence import Evidence
from components.diagnose.findings import Line, SymptomFinding
from components.diagnose.onset import Onset, change_point
from components.diagnose.symptoms import finding, symptom

SUBJECTS = {"kept_coverage": "coverage at the end over the best during training"}


@symptom("divergence", *SUBJECTS)
def divergence(evidence: Evidence) -> SymptomFinding | None:
    """Coverage fell from its best and stayed down, or training had to be given up."""
    claim = "The samples had been better earlier in training and were lost."
    found = finding(evidence, claim, SUBJECTS, ("last_coverage",))
    if found is not None and found.onset is None:
        found = replace(found, onset=_fallen(evidence))
    if not evidence.readings.overflowed:
        return found
    steps = evidence.readings.info.get("steps")
    text = f"training was given up at step {steps}: its numbers were not finite"
    told = Line(text, series="nonfinite_count")
    if found is None:
        claim = "Training blew up; there is no usable generator."
        return SymptomFinding(claim, (told,), severity=1.0, onset=given_up(evidence))
    return replace(found, evidence=(told, *found.evidence), severity=1.0)


def _fallen(evidence: Evidence) -> Onset | None:
    """Where coverage fell from its best, though it is not below a healthy run's yet."""
    series = evidence.readings.series("coverage")
    if series is None:
        return None
    best = int(series.values.argmax())
    if best > len(series.values) - 2:
        return None
    return change_point(series.steps[best:], series.values[best:], -1)
