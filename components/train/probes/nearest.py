"""Whether samples are nearer to what was trained on than to what was held out."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from components.manifold import nearest
from components.sketches import own_rows, sketch
from components.train.bench import Bench
from components.train.probes import Probe, Series
from components.train.seeds import derive
from components.train.view import View

if TYPE_CHECKING:
    from components.train.game import Game

Array = np.ndarray[Any, Any]


class Nearest(Probe):
    """Dates memorization: evaluation finds it in the finished generator alone.

    The share of samples that have a training record for their nearest (Platzer and
    Reutterer 2021), among as many records of either part.
    """

    at_snapshots: ClassVar[bool] = True
    aside: ClassVar[bool] = True
    series: ClassVar[dict[str, Series]] = {
        "train_nearest_share": Series(
            "share of samples whose nearest record was trained on, of as many records "
            "as are held out",
            "0 to 1; 0.5: no copies",
        )
    }

    def __init__(self, game: "Game") -> None:
        self.records: Array | None = None
        """Those of training, then as many of the holdout: they stay the same."""

    def read(self, view: View) -> Iterator[tuple[str, float]]:
        if view.bench.held is view.bench.train or not np.isfinite(view.samples).all():
            return
        if self.records is None:
            self.records = sketch(apart(view.bench))
        if not len(self.records):
            return
        _, index = nearest(sketch(view.samples), self.records)
        yield "train_nearest_share", float((index < len(self.records) // 2).mean())


def apart(bench: Bench) -> Array:
    """Different records (2n, *shape): n of training, then n held out.

    None is of both parts: nobody could tell which of them a sample is near to.
    """
    random = np.random.default_rng(derive(bench.game.seed, "probe/nearest"))
    count = min(len(bench.train), len(bench.holdout))
    chosen = random.choice(len(bench.train), count, replace=False)
    sides = bench.train[chosen], bench.holdout
    rows = own_rows(*sides)
    fewest = min(map(len, rows))
    kept = [side[own[:fewest]] for side, own in zip(sides, rows, strict=True)]
    return np.concatenate(kept)
