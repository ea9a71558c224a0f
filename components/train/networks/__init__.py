"""Networks: generators and discriminators as plain Keras models.

Every layer has a name of its own and every initializer a seed of its own: models of
equal parameters and seeds are equal, whatever else the process has built before.
"""

from typing import Any, ClassVar, Literal

from components.parts import Part, import_members

GeneratorNormalization = Literal["none", "batch", "layer"]
DiscriminatorNormalization = Literal[
    "none", "batch", "batch_split", "layer", "instance", "spectral"
]
Activation = Literal["relu", "leaky_relu", "elu", "tanh"]


class ShapeError(ValueError):
    """Records do not fit the network that is to make or judge them."""


class Generator(Part):
    """Latents (n, size) -> samples (n, *shape); one member a kind of network."""

    convolutional: ClassVar[bool] = False

    def build(self, latents: int, shape: tuple[int, ...], seed: int) -> Any:
        """The Keras model.

        Raises:
            ShapeError: if the network cannot make records of this shape.
        """
        raise NotImplementedError


class Discriminator(Part):
    """Records (n, *shape) -> raw scores (n, 1); one member a kind of network.

    Normalization `batch` normalizes real and generated in one batch, so that a
    sample's score depends on its batch-mates of both sides; `batch_split` normalizes
    each side with its own statistics.
    """

    convolutional: ClassVar[bool] = False
    normalization: DiscriminatorNormalization = "none"

    def build(self, shape: tuple[int, ...], seed: int) -> Any:
        """The Keras model.

        Raises:
            ShapeError: if the network cannot judge records of this shape.
        """
        raise NotImplementedError


import_members(__name__, __path__)
