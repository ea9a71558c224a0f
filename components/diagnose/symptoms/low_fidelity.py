"""Low fidelity: the samples do not look like the data."""

from components.diagnose.evidence import Evidence
from components.diagnose.findings import SymptomFinding
from components.diagnose.symptoms import finding, symptom

SUBJECTS = {
    "precision": "precision, the share of samples that lie among held-out records",
    "nonfinite_share": "share of samples with values that are not numbers",
}


@symptom("low_fidelity", *SUBJECTS)
def low_fidelity(evidence: Evidence) -> SymptomFinding | None:
    """Fewer samples are plausible than on a healthy run."""
    claim = "Fewer samples look like the data than those of a healthy run."
    return finding(evidence, claim, SUBJECTS, ("last_precision",))
