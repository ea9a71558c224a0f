"""Models of steps: inputs, labels, packs, and names that do not depend on history."""

from collections.abc import Sequence
from typing import Any

from components.lazy import lazy_import
from components.train.networks import Discriminator, Step
from components.train.networks.layers import (
    initializer,
    last_dtype,
    normal,
    outer_dtype,
)

keras = lazy_import("keras")
ops = lazy_import("keras.ops")


def assemble_generator(
    steps: Sequence[Step], latents: int, seed: int, classes: int | None
) -> Any:
    """The model of a generator; for its arguments see `Generator.build`."""
    inputs = [keras.Input((latents,), name="latents", dtype=outer_dtype())]
    if classes is None:
        return model("generator", inputs, steps)
    inputs.append(keras.Input((), name="labels", dtype="int32"))
    # Of deviation 1 like the latents, so that at first neither drowns the other.
    embedding = keras.layers.Dense(
        latents,
        use_bias=False,
        kernel_initializer=normal(1.0, seed, "generator_embedding"),
        name="generator_embedding",
    )

    def append(inputs: list[Any]) -> Any:
        embedded = embedding(ops.one_hot(inputs[1], classes))
        return ops.concatenate([inputs[0], ops.cast(embedded, outer_dtype())], axis=1)

    return model("generator", inputs, [append, *steps])


def assemble_discriminator(
    network: Discriminator,
    shape: tuple[int, ...],
    seed: int,
    classes: int | None,
    samples: int = 1,
) -> Any:
    """The model of a discriminator, on packs of `samples` records.

    Args:
        network: what judges a record, or a pack as one record of more channels.
        shape: of one record.
        seed: of the network.
        classes: as in `Discriminator.build`.
        samples: records in a pack.
    """
    packed = (*shape[:-1], shape[-1] * samples)
    steps = list(network.features(packed, seed))
    if samples > 1:
        steps.insert(0, lambda records: pack(records, shape, samples))
    score = network.score(packed, seed)
    inputs = [keras.Input(shape, name="records", dtype=outer_dtype())]
    if classes is None:
        return model("discriminator", inputs, [*steps, score])
    inputs.append(keras.Input((), name="labels", dtype="int32"))

    def project(inputs: list[Any]) -> Any:
        features = chain(inputs[0], steps)
        labels = one_hot(inputs[1], classes, samples)
        term = projection(features, labels, seed)
        return ops.add(score(features), term)

    return model("discriminator", inputs, [project])


def pack(records: Any, shape: tuple[int, ...], samples: int) -> Any:
    """Consecutive records (n, …, c) side by side, (n / samples, …, samples * c)."""
    apart = ops.reshape(records, (-1, samples, *shape))
    rank = len(shape)
    together = ops.transpose(apart, (0, *range(2, rank + 1), 1, rank + 1))
    return ops.reshape(together, (-1, *shape[:-1], samples * shape[-1]))


def one_hot(labels: Any, classes: int, samples: int) -> Any:
    """Labels (n,) as indicators, (n / samples, samples * classes)."""
    indicators = ops.one_hot(labels, classes)
    return ops.reshape(indicators, (-1, samples * classes))


def projection(features: Any, labels: Any, seed: int) -> Any:
    """⟨V y, φ(x)⟩, the term of Miyato and Koyama (2018), (n, 1).

    In a pack each place has a V of its own, and the terms of its members add up: with
    one V for all, a pack whose members have swapped their labels would score the same.
    """
    name = "discriminator_projection"
    embedding = keras.layers.Dense(
        features.shape[-1],
        use_bias=False,
        kernel_initializer=initializer(seed, name),
        dtype=last_dtype(),
        name=name,
    )
    embedded = embedding(labels)
    product = ops.multiply(embedded, ops.cast(features, outer_dtype()))
    return ops.sum(product, axis=-1, keepdims=True)


def chain(x: Any, steps: Sequence[Step]) -> Any:
    for step in steps:
        x = step(x)
    return x


def model(name: str, inputs: list[Any], steps: Sequence[Step]) -> Any:
    """The model of steps; the first takes the list of inputs if there are several.

    Keras names an operation by how many the process has made before; here it is named
    by its place in the model, so that equal models have equal files.
    """
    if all(isinstance(step, keras.Layer) for step in steps):
        return keras.Sequential([*inputs, *steps], name=name)
    given = inputs if len(inputs) > 1 else inputs[0]
    made = keras.Model(given, chain(given, steps), name=name)
    for index, operation in enumerate(made.operations):
        if not isinstance(operation, keras.Layer):
            operation.name = f"{name}_operation_{index}"
    return made
