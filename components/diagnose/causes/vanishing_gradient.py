"""The silent critic: a sure discriminator and an objective that saturates.

Goodfellow et al. 2014, section 3; Arjovsky and Bottou 2017, theorem 2.4.
"""

from components.diagnose.causes import cause
from components.diagnose.cures import critic, prescribe
from components.diagnose.dating import began
from components.diagnose.evidence import Evidence, line
from components.diagnose.findings import CauseFinding


@cause("vanishing_gradient", "transmission", "discriminator_auc", "score_overlap")
def vanishing_gradient(evidence: Evidence) -> CauseFinding | None:
    """The objective lets little of the discriminator's slope through to the samples
    (`transmission`), while the discriminator can tell the sides apart.

    Without the second the objective is dim because samples pass for real, as it is at
    the end of a good run of the non-saturating game.
    """
    dim = evidence.check("transmission")
    sure = evidence.check("discriminator_auc")
    apart = evidence.check("score_overlap")
    if not dim.alarmed or not sure.value or sure.value <= 0.5:
        return None
    subjects = {
        dim: "share of the discriminator's slope that the objective lets through",
        sure: "AUC of the discriminator, held-out records against samples",
    }
    if apart.value is not None:
        subjects[apart] = "what histograms of its scores of the two sides share"
    return CauseFinding(
        claim="The objective saturates where the samples are: they get no gradient.",
        evidence=tuple(line(check, text) for check, text in subjects.items()),
        prescriptions=prescribe(
            evidence.parameters,
            (
                critic(evidence.parameters, evidence.readings.kind),
                "a critic of bounded slope pushes with the same strength everywhere",
            ),
            (
                {"objective": {"kind": "non_saturating"}},
                "it is strong just where the discriminator is sure",
            ),
        ),
        experiment="train with the wasserstein objective and a gradient penalty",
        onset=began(evidence, ["transmission"]),
    )
