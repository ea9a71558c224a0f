"""The data itself is wrong: what is to be learnt is not what was meant."""

from components.diagnose.causes import QUALITY, cause
from components.diagnose.evidence import Evidence, line
from components.diagnose.findings import CauseFinding, Check
from components.diagnose.onset import Onset

SUBJECTS = {
    "copies": "share of the training records that are copies of another",
    "rarest_class": "least share of a class among training records over its share "
    "held out",
    "rejected": "share of the records read that curation left out as unfit",
}
CLAIMS = {
    "copies": "Training records are copies of one another.",
    "rarest_class": "A class is rarer among training records than among held-out ones.",
    "rejected": "Much of what was read is unfit, and was not trained on.",
}
MENDED = {
    "copies": "without copies",
    "rarest_class": "whose classes are as frequent as those held out",
    "rejected": "that are whole",
}
"""Of records: what they would be."""
LESS = 0.5
"""Of its share held out, below which a class is rare: what the word means, beside how
rarely healthy runs read it. A split at random leaves a small one with less than all."""
WHOLE = ("mode_coverage", "class_coverage")
"""Statistics that say whether a class is made at all: no generator makes one that it
was never shown."""


@cause("data_fault", *SUBJECTS, explains=(*QUALITY, "memorization"))
def data_fault(evidence: Evidence) -> CauseFinding | None:
    """Training records are not what they are held against.

    Copies of one another: the generator learns those. A class that is rarer than it is
    held out: it has been lost on the way. No parameter of the training can mend it:
    what makes the records has to. It was at work before the first step.
    """
    checks = [evidence.check(name) for name in SUBJECTS]
    alarms = [check for check in checks if check.alarmed and _fault(check)]
    if not alarms:
        return None
    subjects = dict(SUBJECTS)
    skew = (evidence.readings.info.get("data") or {}).get("rarest_class") or {}
    if "which" in skew:
        subjects["rarest_class"] += f" (number {skew['which']})"
    lost = skew.get("rarest") == 0 and "rarest_class" in [one.id for one in alarms]
    missed = any(evidence.check(name).alarmed for name in WHOLE)
    mended = " and ".join(MENDED[check.id] for check in alarms)
    return CauseFinding(
        claim=" ".join(CLAIMS[check.id] for check in alarms),
        evidence=tuple(line(check, subjects[check.id]) for check in alarms),
        prescriptions=(),
        experiment=f"train on records {mended}",
        onset=Onset(0, 0, 0),
        certain=lost and missed,
    )


def _fault(check: Check) -> bool:
    """Whether what alarms is large enough to be a fault of the data."""
    if check.id != "rarest_class":
        return True
    return check.value is not None and check.value < LESS
