"""The unstable saddle: nothing in the generator's loss leads to more diversity."""

from components.diagnose.causes import cause, measured
from components.diagnose.evidence import Evidence
from components.diagnose.findings import CauseFinding

SUBJECTS = {
    "diversity_slope": "cosine between the generator's descent and more diversity",
    "diversity_curvature": "curvature of its loss along the way to more diversity, "
    "over its largest",
}


@cause(
    "flat_diversity",
    *SUBJECTS,
    explains=("mode_collapse", "no_learning", "oscillation", "divergence"),
)
def flat_diversity(evidence: Evidence) -> CauseFinding | None:
    """The loss does not fall along log det Cov(G(z)), or bends down away from it."""
    return measured(
        evidence,
        "Nothing in the generator's loss leads to samples that differ more.",
        SUBJECTS,
        (
            (
                {"discriminator.normalization": "minibatch_stddev"},
                "a discriminator that sees how much samples differ asks for it",
            ),
            (
                {
                    "objective": {"kind": "relativistic"},
                    "regularizers.r1": {"gamma": 1},
                },
                "each sample is held against a record: no place is good for all",
            ),
        ),
        "train with a discriminator that sees the deviation within a batch",
    )
