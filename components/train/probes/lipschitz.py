"""How steep the discriminator is, and how far its layers stretch."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from components.train.probes import Probe, Series
from components.train.view import View

if TYPE_CHECKING:
    from components.train.game import Game

Array = np.ndarray[Any, Any]

SMALL = 32
"""Rows or columns below which a decomposition takes less time than an iteration."""


class Slope(Probe):
    """What a gradient penalty looks at, whether or not there is one.

    A point lies uniformly between a held-out record, whose label it has, and a sample.
    To a discriminator that reads mates such points are a batch of their own.
    """

    series: ClassVar[dict[str, Series]] = {
        f"slope_interpolates_{which}": Series(
            f"{which} of ‖∇D(x)‖ over points x between held-out records and samples",
            "raw score per unit of x",
        )
        for which in ("mean", "max")
    }

    def read(self, view: View) -> Iterator[tuple[str, float]]:
        yield "slope_interpolates_mean", float(np.mean(view.slopes_between))
        yield "slope_interpolates_max", float(np.max(view.slopes_between))


class SingularValues(Probe):
    """The largest singular value of each dense layer and convolution of D.

    Of a convolution it is that of its kernel as a matrix (height * width * in, out), as
    spectral normalization takes it (Miyato et al. 2018). With spectral normalization it
    is of the kernel that D computes with: what power iteration leaves above 1.
    """

    rare: ClassVar[bool] = True

    def __init__(self, game: "Game") -> None:
        self.layers = {f"singular_value.{each.name}": each for each in _linear(game)}
        self.told = {
            name: Series(f"largest singular value of the kernel of {layer.name}", "≥ 0")
            for name, layer in self.layers.items()
        }

    def reads(self) -> dict[str, Series]:
        return self.told

    @classmethod
    def applies(cls, game: "Game") -> bool:
        return bool(_linear(game))

    def read(self, view: View) -> Iterator[tuple[str, float]]:
        from keras import ops

        with view.bench.game.normalized():
            kernels = {
                name: np.asarray(ops.convert_to_tensor(layer.kernel), np.float64)
                for name, layer in self.layers.items()
            }
        for name, kernel in kernels.items():
            yield name, norm(kernel.reshape(-1, kernel.shape[-1]))


def norm(matrix: Array) -> float:
    """The largest singular value of a matrix (n, m); NaN if it is not finite.

    By Lanczos' iteration, to ten digits at least: where other processes have the cores,
    the threads of a whole decomposition wait for one another a hundred times as long.
    """
    from scipy.sparse.linalg import svds

    if not np.isfinite(matrix).all():
        return float("nan")
    side = min(matrix.shape)
    if side < SMALL or not matrix.any():
        return float(np.linalg.norm(matrix, 2))
    first = np.random.default_rng(0).standard_normal(side)
    (value,) = svds(matrix, 1, tol=1e-10, v0=first, return_singular_vectors=False)
    return float(value)


def _linear(game: "Game") -> list[Any]:
    import keras

    kinds = keras.layers.Dense, keras.layers.Conv2D
    return [each for each in game.discriminator.layers if isinstance(each, kinds)]
