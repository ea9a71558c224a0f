"""No learning: at no time did the samples come near the data."""

from components.diagnose.evidence import Evidence
from components.diagnose.findings import SymptomFinding
from components.diagnose.symptoms import finding, symptom

FAR_OFF = 0.5
"""Share of the way from nothing to a healthy run below which nothing was learnt: a
definition of the word (less than half of it), not a threshold of the test."""

SUBJECTS = {
    "best_precision": "best precision of all snapshots",
    "best_coverage": "best coverage of all snapshots",
}


@symptom("no_learning", *SUBJECTS)
def no_learning(evidence: Evidence) -> SymptomFinding | None:
    """Precision and coverage both stayed far below healthy at every snapshot.

    One of the two is not enough: a collapsed run has learnt something.
    """
    checks = [evidence.check(name) for name in SUBJECTS]
    if not all(check.alarmed and check.badness > FAR_OFF for check in checks):
        return None
    claim = "At no time in training did the samples come near the data."
    return finding(evidence, claim, SUBJECTS, ("last_precision", "last_coverage"))
