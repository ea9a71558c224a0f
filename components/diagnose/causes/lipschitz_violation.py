"""A critic without a bound on its slope: its scores are no distance.

Arjovsky et al. 2017; Gulrajani et al. 2017.
"""

from typing import Any

from components.diagnose.causes import cause, measured
from components.diagnose.cures import parameter, penalty_weight
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
        "train with a gradient penalty",
    )


def _cures(evidence: Evidence) -> list[tuple[dict[str, Any], str]]:
    """One bound on the slope, of another kind in place of the first where it is there.

    Both together hold a critic so still that it tells nothing apart.
    """
    parameters, usual = evidence.parameters, penalty_weight(evidence.readings.kind)
    why = "the penalty holds the slope near 1 between data and samples"
    present = parameter(parameters, "regularizers.gradient_penalty.weight")
    if present is not None:
        number = isinstance(present, int | float)
        more = max(2.0 * present, usual) if number else usual
        return [({"regularizers.gradient_penalty.weight": more}, why)]
    penalty: dict[str, Any] = {"regularizers.gradient_penalty": {"weight": usual}}
    if parameter(parameters, "discriminator.normalization") == "spectral":
        return [(penalty | {"discriminator.normalization": "none"}, why)]
    spectral = {"discriminator.normalization": "spectral"}
    return [(penalty, why), (spectral, "each layer's largest stretch is held to 1")]
