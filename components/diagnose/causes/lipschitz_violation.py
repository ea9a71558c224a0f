"""A critic without a bound on its slope: its scores are no distance.

Arjovsky et al. 2017; Gulrajani et al. 2017.
"""

from components.diagnose.causes import cause, measured
from components.diagnose.cures import penalty_weight
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
        (
            (
                {
                    "regularizers.gradient_penalty": {
                        "weight": penalty_weight(evidence.readings.kind)
                    }
                },
                "the penalty holds the slope near 1 between data and samples",
            ),
            (
                {"discriminator.normalization": "spectral"},
                "each layer's largest stretch is held to 1",
            ),
        ),
        "train with a gradient penalty",
    )
