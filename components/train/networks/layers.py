"""Layers that both kinds of network are made of."""

from typing import Any

from components.train.seeds import derive


def initializer(seed: int, name: str) -> Any:
    """Glorot's uniform initializer (Keras's default), seeded by the layer's name."""
    import keras

    return keras.initializers.GlorotUniform(seed=derive(seed, f"initial/{name}"))


def activation(kind: str, name: str) -> Any:
    import keras

    if kind == "leaky_relu":
        return keras.layers.LeakyReLU(negative_slope=0.2, name=name)
    return keras.layers.Activation(kind, name=name)


def normalize(kind: str, name: str, convolutional: bool) -> list[Any]:
    """The normalization layer of a kind, as a list of none or one."""
    import keras

    if kind in ("batch", "batch_split"):
        return [keras.layers.BatchNormalization(momentum=0.9, name=name)]
    if kind == "instance":
        return [keras.layers.GroupNormalization(groups=-1, name=name)]
    if kind == "layer" and convolutional:
        # One group: over height, width and channels, as layer normalization is.
        return [keras.layers.GroupNormalization(groups=1, name=name)]
    if kind == "layer":
        return [keras.layers.LayerNormalization(name=name)]
    return []


def weighted(layer: Any, kind: str) -> Any:
    """The layer, its kernel kept at spectral norm 1 if the normalization says so."""
    import keras

    if kind != "spectral":
        return layer
    return keras.layers.SpectralNormalization(
        layer, power_iterations=1, name=f"spectral_{layer.name}"
    )


def settle(model: Any, seed: int) -> Any:
    """Give spectral layers power-iteration vectors that depend on the seed alone.

    Keras draws them from its global generator, and iterates only in training: the
    kernels start here at norm 1.
    """
    import numpy as np

    for layer in model.layers:
        if type(layer).__name__ != "SpectralNormalization":
            continue
        random = np.random.default_rng(derive(seed, f"power/{layer.name}"))
        shape = tuple(layer.vector_u.shape)
        layer.vector_u.assign(random.standard_normal(shape).astype("float32"))
        kernel = np.asarray(layer.kernel)
        matrix = kernel.reshape(-1, kernel.shape[-1])
        layer.kernel.assign(kernel / np.linalg.norm(matrix, ord=2))
    return model


def sequential(name: str, layers: list[Any]) -> Any:
    import keras

    return keras.Sequential(layers, name=name)
