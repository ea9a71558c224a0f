"""What a training is told, beside its parameters and its records."""

from typing import NamedTuple

from components.artifacts import Gan, Telemetry
from components.component import Context


class Assignment(NamedTuple):
    """One training to be done.

    Attributes:
        seed: the trial's.
        context: progress, scratch space for checkpoints, log.
        gan, telemetry: what to fill.
    """

    seed: int
    context: Context
    gan: Gan
    telemetry: Telemetry
