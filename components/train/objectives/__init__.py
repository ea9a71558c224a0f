"""Objectives: what each player minimizes, as a function of raw scores."""

from typing import Any

from components.parts import Part, import_members


class Objective(Part):
    """The players' losses; one member a file.

    Scores are the discriminator's raw outputs D(x), (n,) float32, never squashed;
    larger means "real". Losses are means over their batch.
    """

    def discriminator_loss(self, real: Any, generated: Any) -> Any:
        """The discriminator's loss from scores of real and generated, a scalar."""
        raise NotImplementedError

    def generator_loss(self, generated: Any) -> Any:
        """The generator's loss from the scores of its samples, a scalar."""
        raise NotImplementedError

    def saturation(self, scores: Any) -> Any:
        """|dL_G/dD| for each sample's score, (n,), the batch mean undone.

        The factor by which the objective passes the discriminator's slope on to the
        generator: 1 loses nothing, 0 is silence.
        """
        raise NotImplementedError


import_members(__name__, __path__)
