"""Tail neglect: the core is covered, the rare records are not."""

from dataclasses import replace

from components.diagnose.cures import parameter
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
    claim = "The samples leave out the data's tail, far more than its dense core."
    found = finding(evidence, claim, SUBJECTS, ("last_tail_over_core",))
    return found and replace(found, experiment=_experiment(evidence))


def _experiment(evidence: Evidence) -> str:
    """What brings in a tail, by how it lies, of what has not been tried."""
    ways = []
    if parameter(evidence.parameters, "pacing.kind") == "none":
        ways.append(
            "with `pacing` from the core outwards, which brings in a tail that lies "
            "around the core"
        )
    if parameter(evidence.parameters, "objective.kind") != "wasserstein":
        ways.append(
            "with the wasserstein objective and a gradient penalty, which reach "
            "clusters that lie apart"
        )
    return f"Train {', and in a second trial '.join(ways)}." if ways else ""
