"""Tail neglect: the core is covered, the rare records are not."""

from components.diagnose.evidence import Evidence
from components.diagnose.findings import SymptomFinding
from components.diagnose.symptoms import finding, symptom

SUBJECTS = {"tail_over_core": "coverage of the outermost tier over that of the core"}
LESS = 0.5
"""Of the core's coverage, below which a tail is neglected: what the word means, beside
how rarely healthy runs read it."""


@symptom("tail_neglect", *SUBJECTS)
def tail_neglect(evidence: Evidence) -> SymptomFinding | None:
    """Beside the core the outermost tier is covered less than on a healthy run."""
    tail = evidence.check("tail_over_core")
    if tail.value is None or tail.value >= LESS:
        return None
    claim = "The samples cover the dense core of the data and leave its tail out."
    return finding(evidence, claim, SUBJECTS, ("last_tail_over_core",))
