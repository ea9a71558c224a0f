"""Hard from the start: core and tail differ in scale, and are asked for at once.

Bengio et al. 2009, "Curriculum Learning".
"""

from components.derived import CORE
from components.diagnose.causes import cause
from components.diagnose.cures import prescribe
from components.diagnose.dating import began
from components.diagnose.evidence import Evidence, line
from components.diagnose.findings import CauseFinding

SUBJECTS = {
    "first_sparsity": "how much farther apart than in the core records lie in the "
    "hardest tier that training began with",
    "unequal_tiers": "how far apart the outermost tier and the core are covered, "
    "either way",
}
PACED = {"kind": "linear", "until": 0.75}
"""What made the smeared cores of the calibration and of the zoo healthy."""


@cause("missing_curriculum", *SUBJECTS)
def missing_curriculum(evidence: Evidence) -> CauseFinding | None:
    """Training began with a much sparser tail, and left the core behind it.

    Either alone is no more than a property of the data. A tail that is left behind the
    core is not called so: pacing brings in one that a path leads to and not one that
    lies apart, and no reading tells the two from one another.
    """
    checks = [evidence.check(name) for name in SUBJECTS]
    core = evidence.readings.settled(CORE)
    if not all(check.alarmed for check in checks) or core is None or core >= 1:
        return None
    return CauseFinding(
        claim="Core and tail differ in scale and were asked for at once: the tail set "
        "the scale, and the core is not resolved.",
        evidence=tuple(line(check, SUBJECTS[check.id]) for check in checks),
        prescriptions=prescribe(
            evidence.parameters,
            ({"pacing": PACED}, "the core is learnt first, and the tail joins evenly"),
        ),
        experiment="train with `pacing` from the core outwards",
        onset=began(evidence, ["unequal_tiers"]),
    )
