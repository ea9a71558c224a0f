"""The shaking hand: gradients of two batches point to different directions.

McCandlish et al. 2018, "An Empirical Model of Large-Batch Training".
"""

import math
from typing import Any

from components.diagnose.causes import cause, measured
from components.diagnose.cures import parameter
from components.diagnose.evidence import Evidence
from components.diagnose.findings import CauseFinding

SUBJECTS = {
    "generator_agreement": "cosine between the generator's gradients on two batches, "
    "early on",
    "discriminator_agreement": "the same of the discriminator's gradients",
}
AGREED = 4
"""Noise scales in the batch that is prescribed: two agree by 1 / (1 + 1/4), .8, as
those of healthy runs do early on."""
HALF = 0.5
"""Cosine at which a gradient is as much noise as signal."""
LARGEST = 1024
"""Records in a batch, at most, that are prescribed at once."""
DIVIDING = ("devices", "discriminator.samples")
"""Parameters that must divide a batch."""


@cause("gradient_noise", *SUBJECTS)
def gradient_noise(evidence: Evidence) -> CauseFinding | None:
    """Independent batches disagree more than on a healthy run."""
    size = parameter(evidence.parameters, "batch_size")
    wanted = larger(evidence, int(size)) if isinstance(size, int) else 64
    checks = [evidence.check(name) for name in SUBJECTS]
    apart = any(c.alarmed and c.value is not None and c.value < HALF for c in checks)
    return measured(
        evidence,
        "Each batch pulls another way: the players walk at random."
        if apart
        else "Two batches agree less on the way to go than those of a healthy run.",
        SUBJECTS,
        (
            ({"batch_size": wanted}, _why(evidence)),
            (
                _as_many_records(evidence, size, wanted),
                "sees as many records in batches of this size: where that cures, "
                "records were lacking, and noise did no harm by itself",
            ),
        ),
        f"train with batches of {wanted} records and as many steps",
    )


def noise_scale(evidence: Evidence) -> float | None:
    """Records at which two batches agree by a half, the noisier player's.

    Infinite where noise hides the gradient; None where no more was read than the first
    tenth of the training: at its start far fewer records would do.

    Numerator and denominator are averaged before they are divided.
    """
    found = []
    for name in ("generator", "discriminator"):
        variance = evidence.readings.later(f"{name}_gradient_variance")
        square = evidence.readings.later(f"{name}_gradient_square")
        if variance is None or square is None:
            return None
        found.append(variance / square if square > 0 else math.inf)
    return max(found)


def larger(evidence: Evidence, size: int) -> int:
    """The next power of two in which batches agree, from 4 times the batch on.

    Rounded up to what packs and devices divide.
    """
    scale = noise_scale(evidence)
    wanted = max(4 * size, min(AGREED * (scale or 0), LARGEST))
    power = 1 << (int(wanted) - 1).bit_length()
    told = max(size, min(power, max(LARGEST, 4 * size)))
    parts = [parameter(evidence.parameters, path) for path in DIVIDING]
    whole = math.prod(part for part in parts if isinstance(part, int))
    return -(-told // whole) * whole


def _as_many_records(evidence: Evidence, size: Any, wanted: int) -> dict[str, int]:
    """The steps in which batches as they are see what larger ones would.

    At equal steps smaller batches see fewer records: this tells the two apart.
    """
    steps = parameter(evidence.parameters, "steps")
    if not isinstance(size, int) or not isinstance(steps, int):
        return {}
    return {"steps": steps * -(-wanted // size)}


def _why(evidence: Evidence) -> str:
    scale = noise_scale(evidence)
    if scale is None:
        return "noise was read at the start alone; of four times the records it is half"
    if math.isinf(scale):
        return "noise hides the gradient at this size; larger batches agree more"
    return (
        f"two batches would agree by a half at about {scale:.0f} records, and by "
        f"{AGREED / (1 + AGREED):.1f} at {AGREED} times as many"
    )
