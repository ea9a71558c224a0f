"""Objectives: what each player minimizes, as a function of raw scores."""

from typing import Any, ClassVar

from components.parts import Part, import_members


class Objective(Part):
    """The players' losses; one member a file.

    Scores are the discriminator's raw outputs D(x), (n,), never squashed; larger means
    "real". Losses are means over their batch. `real` and `generated` have equal length;
    the k-th of each is a pair to objectives that compare pairs. G's side of others may
    be given None for `real`.
    """

    pairs: ClassVar[bool] = False

    def discriminator_loss(self, real: Any, generated: Any) -> Any:
        """The discriminator's loss from scores of real and generated, a scalar."""
        raise NotImplementedError

    def generator_loss(self, real: Any, generated: Any) -> Any:
        """The generator's loss from the same scores, a scalar."""
        raise NotImplementedError

    def saturation(self, real: Any, generated: Any) -> Any:
        """|dL_G/dD(G(z))| for each sample's score, (n,), the batch mean undone.

        The factor by which the objective passes the discriminator's slope on to the
        generator: 1 loses nothing, 0 is silence.
        """
        raise NotImplementedError


import_members(__name__, __path__)
