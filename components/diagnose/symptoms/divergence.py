"""Divergence: the samples were better before, or training blew up."""

from dataclasses import replace

from components.diagnose.evidence import Evidence
from components.diagnose.findings import Line, SymptomFinding
from components.diagnose.onset import Onset
from components.diagnose.symptoms import finding, symptom

SUBJECTS = {"kept_coverage": "coverage at the end over the best during training"}


@symptom("divergence", *SUBJECTS)
def divergence(evidence: Evidence) -> SymptomFinding | None:
    """Coverage fell from its best and stayed down, or training had to be given up."""
    claim = "The samples had been better earlier in training and were lost."
    found = finding(evidence, claim, SUBJECTS, ("last_coverage",))
    if not evidence.readings.overflowed:
        return found
    steps = evidence.readings.info.get("steps")
    text = f"training was given up at step {steps}: its numbers were not finite"
    told = Line(text, series="nonfinite_count")
    step = steps if isinstance(steps, int) else None
    if found is None:
        claim = "Training blew up; there is no usable generator."
        at = None if step is None else Onset(step, step, step)
        return SymptomFinding(claim, (told,), severity=1.0, onset=at)
    return replace(found, evidence=(told, *found.evidence), severity=1.0)
