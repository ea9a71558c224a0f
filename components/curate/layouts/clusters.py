"""Clusters at scattered places, in any dimension."""

from typing import Annotated, Literal

from annotated_types import Ge, Le

from components.curate.layout import Layout, ModeArrays, Positive, equal_modes

CANDIDATES = 64


class Clusters(Layout):
    """Equal clusters at well-separated random centres within a cube.

    Each next centre is the farthest from those before it among 64 random candidates
    (Mitchell 1991, best-candidate sampling).
    """

    kind: Literal["clusters"] = "clusters"
    count: Annotated[int, Ge(1), Le(10_000)] = 5
    """Clusters."""
    dimension: Annotated[int, Ge(1), Le(4096)] = 2
    """Of the space."""
    extent: Positive = 1.0
    """Centres lie in [-extent, extent] along each axis."""
    std: Positive = 0.05
    """Of each cluster, along each axis."""
    arrangement: Annotated[int, Ge(0), Le(2**63 - 1)] = 0
    """Seed of the centres."""

    def modes(self) -> ModeArrays:
        import numpy as np

        seeds = np.random.SeedSequence(self.arrangement)
        random = np.random.Generator(np.random.Philox(seeds))
        bound = self.extent
        centers = random.uniform(-bound, bound, (1, self.dimension))
        while len(centers) < self.count:
            tried = random.uniform(-bound, bound, (CANDIDATES, self.dimension))
            gaps = np.linalg.norm(tried[:, None] - centers, axis=2).min(axis=1)
            centers = np.vstack([centers, tried[gaps.argmax()]])
        return equal_modes(centers, self.std)
