"""Memorization: the samples copy training records."""

from dataclasses import replace

from components.diagnose.evidence import Evidence
from components.diagnose.findings import SymptomFinding
from components.diagnose.symptoms import finding, symptom

SUBJECTS = {
    "memorization": "coverage of training records above that of held-out ones, each "
    "over its null",
    "train_nearest_share": "share of samples whose nearest record is a training one",
}

EXPERIMENT = (
    "Train on more records: a smaller `holdout` of the split, or more that are curated."
)


@symptom("memorization", *SUBJECTS)
def memorization(evidence: Evidence) -> SymptomFinding | None:
    """Samples lie nearer to training records than a distribution's would."""
    claim = "The samples follow the training records more than the distribution."
    found = finding(evidence, claim, SUBJECTS, ("last_train_nearest_share",))
    return found and replace(found, experiment=EXPERIMENT)
