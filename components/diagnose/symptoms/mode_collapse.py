"""Mode collapse: the samples cover only a part of the data."""

from components.diagnose.evidence import Evidence
from components.diagnose.findings import SymptomFinding
from components.diagnose.symptoms import finding, symptom

SUBJECTS = {
    "recall": "recall, the share of held-out records that the samples reach",
    "coverage": "coverage, the share of held-out records with a sample nearby",
    "mode_coverage": "share of the known modes that are captured",
    "class_coverage": "share of the classes, or clusters, that are captured",
    "core_over_tail": "coverage of the core over that of the outermost tier",
    "mode_spread": "spread of samples within the modes that they capture",
}


@symptom("mode_collapse", *SUBJECTS)
def mode_collapse(evidence: Evidence) -> SymptomFinding | None:
    """Any measure of how much of the data is produced is below its healthy range."""
    claim = "The samples cover less of the data than those of a healthy run."
    dated = tuple(f"last_{name}" for name in SUBJECTS if name != "mode_spread")
    return finding(evidence, claim, SUBJECTS, dated)
