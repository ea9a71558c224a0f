"""Losses and parameter gradients of the step just made."""

from collections.abc import Iterator
from typing import ClassVar

from components.train.probes import Probe, Series
from components.train.view import View


class Losses(Probe):
    """The last step's own numbers; D's are of its last update in the step."""

    series: ClassVar[dict[str, Series]] = {
        "discriminator_loss": Series("loss of D, penalty included", "nats or score"),
        "generator_loss": Series("loss of G", "nats or score"),
        "discriminator_gradient_norm": Series(
            "Euclidean norm of the gradient of D's loss by its parameters", "≥ 0"
        ),
        "generator_gradient_norm": Series(
            "Euclidean norm of the gradient of G's loss by its parameters", "≥ 0"
        ),
        "nonfinite_count": Series(
            "steps so far with a non-finite loss or gradient", "steps"
        ),
    }

    def read(self, view: View) -> Iterator[tuple[str, float]]:
        yield from view.carry.items()
