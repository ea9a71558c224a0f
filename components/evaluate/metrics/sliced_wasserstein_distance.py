"""Sliced Wasserstein distance (Karras et al. 2018), as tensorflow-gan computes it.

Between 7x7 patches of a Laplacian pyramid's levels; the metric is the levels' mean.
Unlike the paper's, a patch is divided by its own deviation, not by that of all.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from components.evaluate.comparison import Comparison, Index, Values
from components.evaluate.metrics import metric
from components.tfgan import import_tensorflow_gan

NAME = "sliced_wasserstein_distance"
PATCH = 7
COARSEST = 16
"""Pyramids have levels down to this width; smaller images have one level."""
PATCHES = 16
"""Patches of an image and level. tensorflow-gan's 64 would halve the null, at four
times the time and memory."""
GREYS = 256

GLOBAL = threading.Lock()
"""Held while NumPy's global generator is ours: stages may share a process."""


@metric(
    better="lower",
    leave_out=lambda comparison, groups: left_out(comparison, groups),
    optional=True,
    balanced=True,
    in_features=False,
    blind_to="a patch's brightness and contrast, where in the image it lies, what "
    "exceeds the data's range, and how patches make up an image",
)
def sliced_wasserstein_distance(comparison: Comparison) -> float:
    """Mean over levels, of patches with mean 0 and deviation 1: about 2 at most.

    Raises:
        ValueError: if the records are not images that it is defined for.
    """
    return float(np.mean(distances(*pictures(comparison))))


def left_out(comparison: Comparison, groups: Sequence[Index]) -> list[float]:
    """The distance without each group of samples and as many of the records.

    Patches and projections stay what they are, so that nothing else changes. A
    distance of equal numbers is no other kind of distance; and what is left out of the
    records, which are a random choice, makes their chance part of the interval.
    """
    levels = projections(*pictures(comparison))
    count = levels[0][0].shape[1] // PATCHES
    return [
        float(np.mean([distance(*level, np.repeat(kept, PATCHES)) for level in levels]))
        for kept in (~np.isin(np.arange(count), rows) for rows in groups)
    ]


def pictures(comparison: Comparison) -> tuple[Values, Values, Values]:
    """Records and samples as `distances` takes them, and its seeds.

    As many on either side, and random ones: records come from core to outliers.
    """
    real, generated = comparison.reference.records, comparison.generated.records
    low, span = value_range(real)
    random = np.random.default_rng([comparison.seed, 10])
    count = min(len(real), len(generated))
    rows = np.sort(random.choice(len(real), count, replace=False))
    draws = random.integers(2**31 - 1, size=2)
    noise = random.random((count, *real.shape[1:3], 1), np.float32) / GREYS
    made = (
        np.clip((images - low) / span, 0.0, 1.0) + noise
        for images in (real[rows], generated[:count])
    )
    first, second = (np.broadcast_to(each, (*each.shape[:3], 3)) for each in made)
    return first, second, draws


def value_range(real: Values) -> tuple[float, float]:
    """The least value of images and how far the others reach above it.

    A patch of one value has no deviation to be divided by. So images are held to the
    real ones' range, as in a file of 8 bits, and both sides' get the same noise, less
    than one of 256 greys: flat patches read as that noise, equal on both sides.

    Raises:
        ValueError: if they are not images that the distance is defined for, or flat.
    """
    shape = real.shape[1:]
    if not is_defined(shape):
        raise ValueError(
            f"Invalid value for `extra`. Expected for {NAME} square images of 1 or 3 "
            f"channels, at least {PATCH} pixels wide; from 32 pixels on of an even "
            "width, from 64 on of a multiple of 4, and so on. Received: records of "
            f"shape {shape}. Resize the images, or leave {NAME} out."
        )
    low, high = float(real.min()), float(real.max())
    if low == high:
        raise ValueError(
            f"Invalid value for `extra`. Expected for {NAME} images of several values. "
            f"Received: {low} in every pixel of the real ones. Leave {NAME} out."
        )
    return low, high - low


def is_defined(shape: tuple[int, ...]) -> bool:
    """Whether images of this shape have patches, and halve evenly level by level."""
    if len(shape) != 3 or shape[0] != shape[1] or shape[2] not in (1, 3):
        return False
    side = shape[0]
    halvings = max((side // COARSEST).bit_length() - 1, 0)
    return side >= PATCH and side % 2**halvings == 0


def distances(real: Values, generated: Values, seeds: Values) -> list[float]:
    """A distance for each level, finest first.

    Args:
        real, generated: (n, side, side, 3) float32.
        seeds: of the patches' places and of the projections.
    """
    return [float(level) for level in _run(real, generated, seeds, _distances)]


def projections(
    real: Values, generated: Values, seeds: Values
) -> list[tuple[Values, Values]]:
    """What the distances are of, level by level: (projections, n · PATCHES) each side.

    An image's patches lie together.
    """
    found = _run(real, generated, seeds, _projections)
    return list(zip(found[::2], found[1::2], strict=True))


def distance(real: Values, generated: Values, kept: Values) -> float:
    """The mean distance of projections (p, m) of some of the patches, `kept` (m,)."""
    one, other = (np.sort(side[:, kept], 1) for side in (real, generated))
    return float(np.abs(one - other).mean(dtype=np.float64))


def _distances(graph: Any, levels: Any) -> list[Any]:
    return [between for _, between in levels]


def _projections(graph: Any, levels: Any) -> list[Any]:
    """What is sorted, of records and of samples by turns.

    Of every level there are four: two of records alone, for a distance of their own.
    """
    sorts = [each for each in graph.get_operations() if each.type == "TopKV2"]
    chosen = zip(sorts[2::4], sorts[3::4], strict=True)
    return [side.inputs[0] for pair in chosen for side in pair]


def _run(
    real: Values, generated: Values, seeds: Values, chosen: Callable[[Any, Any], Any]
) -> list[Values]:
    """What `chosen` picks of tensorflow-gan's graph and its levels' distances."""
    import tensorflow as tf

    v1 = tf.compat.v1
    # A graph has a seed of its own: TensorFlow's global one is not touched.
    with GLOBAL, numpy_seeded(int(seeds[0])), tf.Graph().as_default() as graph:
        graph.seed = int(seeds[1])
        feeds = {v1.placeholder(tf.float32, x.shape): x for x in (real, generated)}
        levels = import_tensorflow_gan().eval.sliced_wasserstein_distance(
            *feeds, patches_per_image=PATCHES
        )
        with v1.Session(config=v1.ConfigProto(device_count={"GPU": 0})) as session:
            # One after the other: a graph's calls of NumPy have no order of their own,
            # and all draw from one generator.
            for operation in graph.get_operations():
                if operation.type.startswith("PyFunc"):
                    patches = operation.outputs[0]
                    feeds[patches] = session.run(patches, feeds)
            found: list[Values] = session.run(chosen(graph, levels), feeds)
            return found


@contextmanager
def numpy_seeded(seed: int) -> Iterator[None]:
    """NumPy's global generator, which tensorflow-gan draws from, seeded for a while."""
    state = np.random.get_state()
    np.random.seed(seed)
    try:
        yield
    finally:
        np.random.set_state(state)
