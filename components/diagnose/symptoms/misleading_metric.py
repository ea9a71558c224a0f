"""Misleading metric: the Fréchet distance reads well while modes are missing."""

from components.diagnose.dating import began
from components.diagnose.evidence import Evidence, line
from components.diagnose.findings import Line, SymptomFinding
from components.diagnose.onset import Onset
from components.diagnose.symptoms import symptom

WITNESSES = {
    "recall": "recall",
    "coverage": "coverage",
    "precision": "precision",
    "mode_coverage": "share of the known modes that are captured",
    "class_coverage": "share of the classes, or clusters, that are captured",
}
DATED = tuple(f"last_{name}" for name in WITNESSES)
"""The witnesses' series."""


@symptom("misleading_metric")
def misleading_metric(evidence: Evidence) -> SymptomFinding | None:
    """Means and covariances agree with the data's, and yet another metric alarms.

    It has no check of its own: it needs another symptom's alarm, and so adds nothing
    to the family-wise rate of false alarms. The Fréchet distance must be inside the
    interval that real data reads, not merely unsuspicious for a trained generator.
    """
    distance = evidence.readings.metric("frechet_distance")
    if distance is None or distance.null_interval is None:
        return None
    alarms = [c for c in map(evidence.check, WITNESSES) if c.alarmed]
    if not alarms or distance.value > distance.null_interval[1]:
        return None
    told = Line(
        f"Fréchet distance: {distance.value:.3g}, where real data reads up to "
        f"{distance.null_interval[1]:.3g}",
        distance.value,
        distance.null,
        distance.null_interval[1],
        metric="frechet_distance",
    )
    return SymptomFinding(
        claim="The Fréchet distance reads as for real data while others alarm.",
        evidence=(told, *(line(check, WITNESSES[check.id]) for check in alarms)),
        severity=max(check.badness for check in alarms),
        onset=_onset(evidence),
    )


def _onset(evidence: Evidence) -> Onset | None:
    """Since when the witnesses alarm.

    No series of the distance is read, so how long it has misled is not known: at least
    at the last step, and at most since then.
    """
    first = began(evidence, DATED)
    if first is None:
        return None
    return first._replace(high=int(evidence.readings.table["step"][-1]))
