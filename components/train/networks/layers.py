"""Layers that several kinds of network are made of."""

from typing import Annotated, Any

from annotated_types import Ge, Gt, Lt

from components.lazy import lazy_import
from components.parts import Params
from components.train.seeds import derive

keras = lazy_import("keras")
ops = lazy_import("keras.ops")

EPSILON = 1e-8
"""Under the root of `minibatch_stddev`, whose slope at 0 is infinite without it."""


class BatchNorm(Params):
    """How layers of batch normalization are set."""

    momentum: Annotated[float, Ge(0), Lt(1)] = 0.9
    """Share of the old running statistics that a step keeps."""
    epsilon: Annotated[float, Gt(0)] = 1e-3
    """Added to a variance, whose root divides."""


Deviation = Annotated[float, Gt(0)] | None
"""Of weights drawn from a normal distribution; None: Glorot's uniform one."""


def initializer(seed: int, name: str, deviation: Deviation = None) -> Any:
    """What weights are drawn from at first, seeded by the layer's name."""
    if deviation is not None:
        return normal(deviation, seed, name)
    return keras.initializers.GlorotUniform(seed=derive(seed, f"initial/{name}"))


def normal(deviation: float, seed: int, name: str) -> Any:
    """A normal initializer of mean 0, seeded by the layer's name."""
    return keras.initializers.RandomNormal(
        stddev=deviation, seed=derive(seed, f"initial/{name}")
    )


def outer_dtype() -> str:
    """What goes into networks and comes out of them: float32 at least.

    Sixteen bits resolve a score of 100 to a half, and a pixel's tail not at all.
    """
    dtype = str(keras.config.dtype_policy().compute_dtype)
    return "float32" if dtype in ("bfloat16", "float16") else dtype


def last_dtype() -> str | None:
    """For the layers that samples and scores come from; None: as all the others."""
    dtype = outer_dtype()
    return None if dtype == keras.config.dtype_policy().compute_dtype else dtype


def linear(name: str, kernel: Any) -> Any:
    """x -> x · kernel, assigned: Keras rounds constants to float32 on their way."""
    layer = keras.layers.Dense(
        kernel.shape[1],
        use_bias=False,
        kernel_initializer="zeros",
        dtype=last_dtype(),
        name=name,
    )
    layer.build((None, kernel.shape[0]))
    layer.kernel.assign(kernel)
    return layer


def activation(kind: str, name: str, dtype: str | None = None) -> Any:
    if kind == "leaky_relu":
        return keras.layers.LeakyReLU(negative_slope=0.2, name=name, dtype=dtype)
    return keras.layers.Activation(kind, name=name, dtype=dtype)


def dense(
    width: int,
    name: str,
    seed: int,
    dtype: str | None = None,
    deviation: Deviation = None,
) -> Any:
    drawn = initializer(seed, name, deviation)
    return keras.layers.Dense(width, kernel_initializer=drawn, name=name, dtype=dtype)


def normalize(
    kind: str, name: str, convolutional: bool, batch: BatchNorm, groups: int = 1
) -> list[Any]:
    """The normalization layer of a kind, as a list of none or one."""
    if kind in ("batch", "batch_split"):
        return [
            keras.layers.BatchNormalization(
                momentum=batch.momentum, epsilon=batch.epsilon, name=name
            )
        ]
    if kind == "instance":
        return [keras.layers.GroupNormalization(groups=-1, name=name)]
    if kind == "group":
        return [keras.layers.GroupNormalization(groups=groups, name=name)]
    if kind == "layer" and convolutional:
        # One group: over height, width and channels, as layer normalization is.
        return [keras.layers.GroupNormalization(groups=1, name=name)]
    if kind == "layer":
        return [keras.layers.LayerNormalization(name=name)]
    return []


def append_stddev(x: Any, size: int | None) -> Any:
    """Records' features (n, …, c), and how much they vary in a group, (n, …, c + 1).

    The standard deviation over the records of a group, averaged over positions and
    features, is one number a group, appended to each of its records as a feature map
    (Karras et al. 2018, section 3). Groups are of `size` consecutive records; of a
    batch that they do not divide, some have more, never twice as many; a smaller
    batch is one group, as is every batch if `size` is None.
    """
    dtype = outer_dtype()
    flat = ops.reshape(ops.cast(x, dtype), (-1, _size(x.shape[1:])))
    share = _shares(flat, size)
    mean = ops.matmul(share, flat)
    variance = ops.matmul(share, ops.square(flat - mean))
    deviation = ops.mean(ops.sqrt(variance + EPSILON), axis=1)
    one = ops.reshape(deviation, (-1, *(1 for _ in x.shape[1:])))
    ones = ops.ones_like(ops.max(x, axis=-1, keepdims=True))
    spread = ops.cast(one, x.dtype) * ones
    return ops.concatenate([x, spread], axis=-1)


def _shares(flat: Any, size: int | None) -> Any:
    """What times the records (n, …) is their group's mean, (n, n).

    A product with a matrix takes any batch, known or not when the model is built; it
    costs as much as a dense layer of n units.
    """
    ones = ops.ones_like(ops.max(flat, axis=1))
    index = ops.cast(ops.cumsum(ones) - 1, "int32")
    count = ops.cast(ops.sum(ones), "int32")
    group = ops.zeros_like(index)
    if size is not None:
        groups = ops.maximum(count // size, 1)
        group = (index * groups) // count
    same = ops.equal(ops.expand_dims(group, 0), ops.expand_dims(group, 1))
    member = ops.cast(same, flat.dtype)
    return member / ops.sum(member, axis=1, keepdims=True)


def _size(shape: tuple[int, ...]) -> int:
    product = 1
    for side in shape:
        product *= side
    return product
