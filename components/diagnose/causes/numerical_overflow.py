"""Numerical overflow: losses or gradients that are not finite."""

from collections.abc import Mapping
from typing import Any

from components.diagnose.causes import begun, cause, parameter, prescribe
from components.diagnose.evidence import Evidence, line
from components.diagnose.findings import CauseFinding, Line

RATES = (
    "optimizer.learning_rate",
    "optimizer.generator_learning_rate",
    "optimizer.discriminator_learning_rate",
)
USUAL = {"adam": 1e-3, "sgd": 0.1}
"""Rates that an optimizer starts from where nothing is known: from far above a tenth of
a rate is far above still."""


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
        onset=begun(evidence, ["nonfinite_count"]),
        certain=evidence.readings.overflowed,
    )


def slower(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """A tenth of every rate, USUAL at most; of a scheduled one, of both its ends."""
    most = USUAL.get(parameter(parameters, "optimizer.kind"), float("inf"))
    paths = [*RATES, *(f"{path}.{end}" for path in RATES for end in ("start", "end"))]
    rates = {path: parameter(parameters, path) for path in paths}
    return {
        path: min(float(f"{rate / 10:.6g}"), most)
        for path, rate in rates.items()
        if isinstance(rate, int | float) and rate > 0
    }
