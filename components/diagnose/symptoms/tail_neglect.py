"""Tail neglect: the core is covered, the rare records are not."""

from components.diagnose.evidence import Evidence
from components.diagnose.findings import SymptomFinding
from components.diagnose.symptoms import finding, symptom

SUBJECTS = {"tail_coverage": "coverage of the outermost tier of the records"}
LESS = 0.5
"""Share of the core's coverage below which the tail is neglected, and not just covered
as little as everything: a definition of the word, not a threshold of the test."""


@symptom("tail_neglect", *SUBJECTS)
def tail_neglect(evidence: Evidence) -> SymptomFinding | None:
    """The outermost tier is covered less than on a healthy run, and than the core."""
    tail = evidence.check("tail_coverage")
    core = evidence.readings.tier_coverage(0)
    if tail.value is None or tail.null is None or core is None:
        return None
    outermost = evidence.readings.tier_coverage(-1)
    if outermost is None or outermost >= LESS * core:
        return None
    claim = "The samples cover the dense core of the data and leave its tail out."
    return finding(evidence, claim, SUBJECTS, ("last_tail_coverage",))
