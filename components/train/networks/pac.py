"""Packs of records judged as one."""

from typing import Annotated, Any, Literal

from annotated_types import Ge

from components.parts import Without, import_members
from components.train import networks
from components.train.networks import Discriminator, DiscriminatorNormalization

# What can be packed has to be registered before the field `of` is.
import_members(networks.__name__, networks.__path__)
from components.train.networks.mlp import MlpDiscriminator  # noqa: E402

WHY = "a pack of packs is a larger pack: state the product as `samples`"


class PacDiscriminator(Discriminator):
    """Another discriminator on packs of records (Lin et al. 2018, section 3.1).

    Consecutive records of a batch lie side by side along their last axis:
    (n, *shape) -> (n / samples, 1); n has to be a multiple of `samples`. With classes
    the projections of a pack's members add up.
    """

    kind: Literal["pac"] = "pac"
    samples: Annotated[int, Ge(1)] = 2
    """Records in a pack."""
    of: Annotated[Discriminator, Without("pac", WHY)] = MlpDiscriminator()
    """What judges a pack, as one record of `samples` times the channels."""

    @property
    def convolutional(self) -> bool:
        return self.of.convolutional

    @property
    def normalization(self) -> DiscriminatorNormalization:
        return self.of.normalization

    @property
    def packing(self) -> int:
        return self.samples

    @property
    def reads_mates(self) -> bool:
        return self.samples > 1 or self.of.reads_mates

    def fits(self, shape: tuple[int, ...]) -> None:
        self.of.fits(shape)

    def build(
        self, shape: tuple[int, ...], seed: int, classes: int | None = None
    ) -> Any:
        from components.train.networks.assembly import assemble_discriminator

        return assemble_discriminator(self.of, shape, seed, classes, self.samples)
