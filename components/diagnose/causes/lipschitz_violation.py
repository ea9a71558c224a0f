"""A critic without a bound on its slope: its scores are no distance.

Arjovsky et al. 2017; Gulrajani et al. 2017.
"""

from typing import Any

from components.diagnose.causes import cause, measured
from components.diagnose.cures import inside, parameter, penalized, penalty_weight
from components.diagnose.evidence import Evidence
from components.diagnose.findings import CauseFinding

SUBJECTS = {"critic_slope": "mean slope of the critic between records and samples"}


@cause("lipschitz_violation", *SUBJECTS)
def lipschitz_violation(evidence: Evidence) -> CauseFinding | None:
    """The discriminator is steeper between data and samples than healthy ones."""
    return measured(
        evidence,
        "The critic's slope is not bounded between the data and the samples.",
        SUBJECTS,
        _cures(evidence),
        "train with a gradient penalty, or a heavier one",
    )


def _cures(evidence: Evidence) -> list[tuple[dict[str, Any], str]]:
    """One bound on the slope: more of the one that is there, or one of another kind."""
    parameters, kind = evidence.parameters, evidence.readings.kind
    why = "the penalty holds the slope near 1 between data and samples"
    weight = "regularizers.gradient_penalty.weight"
    if parameter(parameters, weight) is not None:
        # Of one that follows a schedule, both ends.
        paths = (weight, f"{weight}.start", f"{weight}.end")
        present = {path: parameter(parameters, path) for path in paths}
        more = {
            path: max(2.0 * value, penalty_weight(kind))
            for path, value in present.items()
            if isinstance(value, int | float)
        }
        return [(more, why)]
    cures: list[tuple[dict[str, Any], str]] = [(penalized(parameters, kind), why)]
    normalization = inside(parameters, "normalization")
    if parameter(parameters, normalization) != "spectral":
        stretch = "each layer's largest stretch is held to 1"
        cures.append(({normalization: "spectral"}, stretch))
    return cures
