"""The data itself is wrong: what is to be learnt is not what was meant."""

from dataclasses import replace

from components.diagnose.causes import QUALITY, cause, measured
from components.diagnose.evidence import Evidence
from components.diagnose.findings import CauseFinding
from components.diagnose.onset import Onset

SUBJECTS = {"copies": "share of the training records that are copies of another"}


@cause("data_fault", *SUBJECTS, explains=(*QUALITY, "tail_neglect", "memorization"))
def data_fault(evidence: Evidence) -> CauseFinding | None:
    """Training records are copies of one another: the generator learns those.

    No parameter of the training can mend it: what makes the records has to. It was at
    work before the first step.
    """
    found = measured(
        evidence,
        "Training records are copies of one another.",
        SUBJECTS,
        (),
        "train on records without copies",
    )
    return None if found is None else replace(found, onset=Onset(0, 0, 0))
