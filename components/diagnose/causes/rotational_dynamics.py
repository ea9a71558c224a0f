"""Rotation: the players circle the equilibrium instead of settling.

Mescheder et al. 2017, "The Numerics of GANs"; Berard et al. 2020.
"""

from components.diagnose.causes import cause, measured
from components.diagnose.cures import damped, unhurried
from components.diagnose.evidence import Evidence
from components.diagnose.findings import CauseFinding

SUBJECTS = {
    "rotation": "largest imaginary part of the game's spectrum over its radius",
    "turns": "times that the players went round in the second half",
    "circulation": "how steadily the players answer each other's moves",
    "damping_undone": "share of an orbit's damping that its turning undoes at these "
    "steps",
}


@cause("rotational_dynamics", *SUBJECTS)
def rotational_dynamics(evidence: Evidence) -> CauseFinding | None:
    """The game's spectrum lies along the imaginary axis, or its path goes round."""
    return measured(
        evidence,
        "The players turn around each other; their steps do not bring them to rest.",
        SUBJECTS,
        (
            (
                unhurried(evidence.parameters),
                "momentum answers late: by then the other has moved on",
            ),
            (
                damped(evidence.parameters),
                "a penalty on the slope at the data damps the rotation",
            ),
            (
                {"update": {"kind": "extragradient"}},
                "a step that looks ahead spirals inwards where a plain one spirals out",
            ),
            (
                {"update": {"kind": "alternating"}},
                "answering the other's step keeps the orbit from growing",
            ),
        ),
        "train with a penalty on the slope at the data (r1)",
    )
