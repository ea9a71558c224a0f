"""A player's steps overshoot the valleys of its loss.

Cohen et al. 2021 and 2022 (the edge of stability; adaptive methods).
"""

from components.diagnose.causes import cause, measured
from components.diagnose.cures import slower
from components.diagnose.evidence import Evidence
from components.diagnose.findings import CauseFinding

SUBJECTS = {
    "generator_stability": "sharpness of the generator's loss over what its steps bear",
    "discriminator_stability": "sharpness of the discriminator's loss over what its "
    "steps bear",
    "generator_step": "a step of the generator over its weights, early on",
    "discriminator_step": "a step of the discriminator over its weights, early on",
    "largest_weight": "the largest parameter that steps have led to",
    "dead_units": "share of the generator's units that steps have thrown past use",
}


@cause("step_size_too_large", *SUBJECTS)
def step_size_too_large(evidence: Evidence) -> CauseFinding | None:
    """Steps are larger, for their loss's curvature or their weights, than healthy."""
    return measured(
        evidence,
        "Steps are too large for the losses that they are to descend.",
        SUBJECTS,
        (
            (
                slower(evidence.parameters),
                "steps stay within the curvature of the losses",
            ),
        ),
        "train with a tenth of the learning rate",
    )
