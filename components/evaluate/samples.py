"""Samples of a trained generator."""

import hashlib
import warnings
from typing import Any

import numpy as np

from components.artifacts import Gan

BATCH = 512
"""Samples made at once; generators run in inference mode, so that it changes none."""


def generate(gan: Gan, n: int, seed: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    """n samples (n, *shape) from latents that depend on the seed alone.

    Raises:
        ValueError: if the generator's samples have not the shape that it claims.
    """
    import keras

    info = gan.info()
    given = inputs(info, n, seed)
    with gan.local("generator.keras") as path, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        generator = keras.saving.load_model(path, compile=False)
    samples = np.concatenate(
        [
            keras.ops.convert_to_numpy(generator(_batch(given, start), training=False))
            for start in range(0, n, BATCH)
        ]
    ).astype(np.float32)
    if samples.shape[1:] != tuple(info["shape"]):
        raise ValueError(
            f"Invalid generator in {gan.url}. Expected samples of shape "
            f"{tuple(info['shape'])}. Received: {samples.shape[1:]}"
        )
    return samples


def inputs(info: dict[str, Any], n: int, seed: int) -> list[np.ndarray[Any, Any]]:
    """What a generator makes n samples of: latents, and labels where it takes any."""
    given = [latents(info["latents"], n, seed)]
    if info.get("class_shares"):
        given.append(labels(info["class_shares"], n, seed))
    return given


def digest(gan: Gan, n: int, seed: int) -> str:
    """Of what the samples are made of: generators of equal digests can be paired."""
    found = hashlib.sha256()
    for array in inputs(gan.info(), n, seed):
        found.update(f"{array.shape}".encode() + array.tobytes())
    return found.hexdigest()


def latents(
    form: dict[str, Any], n: int, seed: int
) -> np.ndarray[Any, np.dtype[np.float32]]:
    """(n, size) latents: standard `normal`, or `uniform` in [-1, 1)."""
    random = np.random.default_rng([seed, 1])
    shape = (n, int(form["size"]))
    if form["distribution"] == "uniform":
        return random.uniform(-1.0, 1.0, shape).astype(np.float32)
    return random.standard_normal(shape, np.float32)


def labels(shares: list[float], n: int, seed: int) -> np.ndarray[Any, Any]:
    """(n,) int32 classes, each as frequent as its share, to within one sample."""
    edges = np.cumsum(shares) / np.sum(shares)
    # Stratified: chance in the classes' counts would only blur every metric.
    places = (np.random.default_rng([seed, 7]).permutation(n) + 0.5) / n
    return np.searchsorted(edges, places).astype(np.int32)


def _batch(given: list[np.ndarray[Any, Any]], start: int) -> Any:
    """What a model takes: one array by itself, several as a list."""
    parts = [array[start : start + BATCH] for array in given]
    return parts if len(parts) > 1 else parts[0]
