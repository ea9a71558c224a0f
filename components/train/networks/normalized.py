"""Discriminators whose hidden layers can be normalized."""

from typing import Annotated

from annotated_types import Ge
from pydantic import model_validator

from components.train.networks import Discriminator, DiscriminatorNormalization
from components.train.networks.layers import BatchNorm, Deviation


class NormalizedDiscriminator(Discriminator):
    """What such discriminators have in common."""

    normalization: DiscriminatorNormalization = "none"
    """Of each hidden layer: `batch` normalizes real and generated in one batch,
    `batch_split` each side with its own statistics, `group` each record over groups of
    channels. `minibatch_stddev` normalizes nothing and shows the last layer how much
    the records of a batch vary."""
    batch_norm: BatchNorm = BatchNorm()
    """Of normalization `batch` and `batch_split`."""
    initial_deviation: Deviation = None
    """Of weights drawn from a normal distribution; null: Glorot's uniform one."""
    groups: Annotated[int, Ge(1)] = 8
    """Groups of channels that `group` normalizes apart; must divide each width."""
    group_size: Annotated[int, Ge(2)] | None = 4
    """Records whose deviation `minibatch_stddev` takes; null: the whole batch. Of a
    batch that it does not divide some groups have more, never twice as many."""

    @property
    def widths(self) -> tuple[int, ...]:
        """Channels of each hidden layer."""
        raise NotImplementedError

    @model_validator(mode="after")
    def _groups_divide(self) -> "NormalizedDiscriminator":
        odd = [width for width in self.widths if width % self.groups]
        if self.normalization == "group" and odd:
            raise ValueError(
                f"group normalization with `groups` {self.groups}, which does not "
                f"divide a layer of {odd[0]} channels; `groups` must divide each of "
                f"{', '.join(map(str, self.widths))}"
            )
        return self
