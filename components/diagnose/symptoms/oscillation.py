"""Oscillation: what is covered is lost and won back instead of settling."""

from components.diagnose.evidence import Evidence
from components.diagnose.findings import SymptomFinding
from components.diagnose.symptoms import finding, symptom

SUBJECTS = {"swing": "coverage lost and won back per snapshot, late in training"}


@symptom("oscillation", *SUBJECTS)
def oscillation(evidence: Evidence) -> SymptomFinding | None:
    """Coverage goes back and forth more than on a healthy run."""
    claim = "Coverage goes up and down late in training instead of settling."
    return finding(evidence, claim, SUBJECTS, ("swing",))
