"""Networks: generators and discriminators as plain Keras models.

Every layer has a name of its own and every initializer a seed of its own: models of
equal parameters and seeds are equal, whatever else the process has built before. They
hold nothing but Keras's own layers and operations, so an exported model loads where
this code is not, and they follow the global dtype policy in force while they are
built; samples and scores are float32 at least.

A network may take labels: with `classes` it makes, or judges, records of a class, and
its model has two inputs, the second the labels, int32 in [0, classes).
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, Self

from components.parts import Part, import_members

GeneratorNormalization = Literal["none", "batch", "layer"]
DiscriminatorNormalization = Literal[
    "none",
    "batch",
    "batch_split",
    "layer",
    "instance",
    "group",
    "spectral",
    "minibatch_stddev",
]
Activation = Literal["relu", "leaky_relu", "elu", "tanh"]

READS_MATES = ("batch", "batch_split", "minibatch_stddev")
"""Normalizations by which a record's score depends on its batch-mates."""

Step = Callable[[Any], Any]
"""A Keras layer, or a function of Keras tensors made of layers and operations."""


class ShapeError(ValueError):
    """Records do not fit the network that is to make or judge them."""


class Generator(Part):
    """Latents (n, size) -> samples (n, *shape); one member a kind of network."""

    @property
    def convolutional(self) -> bool:
        """Whether most of its work is convolutions, which decides how to compile."""
        return False

    def build(
        self,
        latents: int,
        shape: tuple[int, ...],
        seed: int,
        classes: int | None = None,
    ) -> Any:
        """The Keras model.

        With `classes` it maps [latents (n, size), labels (n,)] to samples: each class
        has an embedding of the latents' size, which is appended to the latents.

        Raises:
            ShapeError: if the network cannot make records of this shape.
        """
        from components.train.networks.assembly import assemble_generator

        steps = self.steps(latents, shape, seed)
        return assemble_generator(steps, latents, seed, classes)

    def ample(self) -> Self | None:
        """One of its kind that is wide enough for most data, or as wide as this one.

        None where there is none, or none that is quick to teach.
        """
        return None

    def fits(self, shape: tuple[int, ...]) -> None:
        """Raises ShapeError if the network cannot make records of this shape."""

    def steps(self, latents: int, shape: tuple[int, ...], seed: int) -> Sequence[Step]:
        """From latents, with the labels' embedding if there is one, to samples."""
        raise NotImplementedError


class Discriminator(Part):
    """Records (n, *shape) -> raw scores (n, 1); one member a kind of network.

    A member states `features`, `score` and `normalization`.
    """

    @property
    def convolutional(self) -> bool:
        """Whether most of its work is convolutions, which decides how to compile."""
        return False

    if TYPE_CHECKING:
        # At run time a property here would hide the members' parameter of that name.
        @property
        def normalization(self) -> DiscriminatorNormalization:
            """How its layers are normalized: a parameter, or a property if fixed."""

    @property
    def packing(self) -> int:
        """Consecutive records judged as one: n records get n / packing scores."""
        return 1

    @property
    def reads_mates(self) -> bool:
        """Whether a record's score depends on the records beside it in the batch."""
        return self.normalization in READS_MATES

    def build(
        self, shape: tuple[int, ...], seed: int, classes: int | None = None
    ) -> Any:
        """The Keras model.

        With `classes` it maps [records (n, *shape), labels (n,)] to scores, to which
        it adds the label's embedding times the last hidden features (Miyato and
        Koyama 2018, equation 3).

        Raises:
            ShapeError: if the network cannot judge records of this shape.
        """
        from components.train.networks.assembly import assemble_discriminator

        return assemble_discriminator(self, shape, seed, classes)

    def fits(self, shape: tuple[int, ...]) -> None:
        """Raises ShapeError if the network cannot judge records of this shape."""

    def features(self, shape: tuple[int, ...], seed: int) -> Sequence[Step]:
        """From records to the last hidden features, (n, features)."""
        raise NotImplementedError

    def score(self, shape: tuple[int, ...], seed: int) -> Any:
        """The layer from the last hidden features to the score."""
        raise NotImplementedError


import_members(__name__, __path__)
