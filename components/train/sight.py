"""In what samples are looked at, where their volume is asked for."""

import math
from functools import cached_property
from typing import Any

import numpy as np

from components.features.random_conv import RandomConv, RandomNetwork

Array = np.ndarray[Any, Any]

DIRECTIONS = 8
"""At most: samples are few beside all that images are made of."""


class Sight:
    """Records as a few numbers each, fixed whatever the data and the seed.

    Images are looked at in features of a convolutional network with random weights, as
    `components.features.random_conv` has them, for equal pictures a pixel apart differ
    in most of their pixels; all that has more than DIRECTIONS numbers then in as many
    random directions.

    Args:
        real: records (n, *shape) that samples are held against.
    """

    def __init__(self, real: Array) -> None:
        self.real, self.shape = real, real.shape[1:]
        self.network: RandomNetwork | None = None
        size = math.prod(self.shape)
        if len(self.shape) == 3:
            self.network = RandomNetwork(RandomConv())
            size = self.network.part.channels[-1]
        random = np.random.default_rng(0)
        square = random.standard_normal((size, min(size, DIRECTIONS)))
        self.directions = np.linalg.qr(square)[0]
        """(features, at most DIRECTIONS), orthonormal."""

    def __call__(self, records: Array) -> Array:
        """Records (n, *shape) as (n, at most DIRECTIONS) float64."""
        if self.network is None:
            values = records.reshape(len(records), -1).astype(np.float64)
        else:
            values = self.network(records)
        seen: Array = values @ self.directions
        return seen

    def pulled(self, records: Array, slopes: Array) -> Array:
        """Slopes by what is seen of records (n, d) as slopes by them (n, *shape)."""
        lifted = slopes @ self.directions.T
        if self.network is None:
            return np.asarray(lifted.reshape(records.shape))
        return self.network.pulled(records, lifted)

    @cached_property
    def of_records(self) -> Array:
        """What is seen of `real`."""
        return self(self.real)
