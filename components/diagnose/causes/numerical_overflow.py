"""Numerical overflow: losses or gradients that are not finite."""

from components.diagnose.causes import cause
from components.diagnose.cures import prescribe, slower
from components.diagnose.dating import began
from components.diagnose.evidence import Evidence, line
from components.diagnose.findings import CauseFinding, Line


@cause("numerical_overflow", "nonfinite_count")
def numerical_overflow(evidence: Evidence) -> CauseFinding | None:
    """Steps with a loss or gradient that is not finite were counted."""
    counted = evidence.check("nonfinite_count")
    if not counted.alarmed and not evidence.readings.overflowed:
        return None
    steps = evidence.readings.info.get("steps")
    lines = []
    if counted.alarmed:
        lines.append(line(counted, "steps with a loss or gradient that is not finite"))
    if evidence.readings.overflowed:
        lines.append(Line(f"training was given up for it at step {steps}"))
    return CauseFinding(
        claim="A loss or a gradient left the range of floating-point numbers.",
        evidence=tuple(lines),
        prescriptions=prescribe(
            evidence.parameters,
            (slower(evidence.parameters), "smaller steps keep the weights bounded"),
        ),
        experiment="train with a tenth of the learning rate",
        onset=began(evidence, ["nonfinite_count"]),
        certain=evidence.readings.overflowed,
    )
