"""Points drawn from a mixture of isotropic Gaussians whose modes are known."""

from typing import Annotated, Literal

from annotated_types import Ge, Le, Lt

from components.curate.layouts import Layout
from components.curate.source import Chunk, Facts, Raw, Source, chunks_of, numbered
from components.foresight import Foresight

ROWS = 8192
"""Records a chunk; each chunk has its own stream of random numbers."""


class Mixture(Source):
    """Points from a mixture; the same seed draws the same points on any cluster."""

    kind: Literal["mixture"] = "mixture"
    layout: Layout
    """Where the modes lie."""
    records: Annotated[int, Ge(1), Le(10**9)] = 10_000
    """How many points to draw."""
    seed: Annotated[int, Ge(0), Le(2**63 - 1)] = 0
    """Of the drawing; apart from the trial's seed, so trials share their data."""
    spoilt: Annotated[float, Ge(0), Lt(1)] = 0.0
    """Share of the points whose numbers are lost (NaN), as curation may find them."""

    def title(self) -> str:
        return str(getattr(self.layout, "kind", "mixture"))

    def foresee(self) -> Foresight:
        dimension = int(getattr(self.layout, "dimension", 2))
        return Foresight((dimension,), labelled=False)

    def facts(self) -> Facts:
        centers, weights, stds = self.layout.places()
        modes = {
            "centers": centers.tolist(),
            "weights": weights.tolist(),
            "stds": stds.tolist(),
        }
        return Facts((centers.shape[1],), "points", modes=modes)

    def chunks(self, shape: tuple[int, ...]) -> list[Chunk]:
        return chunks_of(ROWS, self.records)

    def read(self, chunk: Chunk) -> Raw:
        import numpy as np

        centers, weights, stds = self.layout.modes()
        seeds = np.random.SeedSequence([self.seed, chunk.index])
        random = np.random.Generator(np.random.Philox(seeds))
        # Whole chunks are drawn, so that asking for more records changes none.
        modes = random.choice(len(weights), ROWS, p=weights)[: chunk.count]
        noise = random.standard_normal((ROWS, centers.shape[1]))[: chunk.count]
        points = centers[modes] + stds[modes, None] * noise
        points[random.random(ROWS)[: chunk.count] < self.spoilt] = np.nan
        labels = np.full(chunk.count, -1, np.int32)
        origins = numbered(self.title(), chunk.first, chunk.count)
        return Raw(origins, labels, points)
