"""Whether samples are nearer to what was trained on than to what was held out."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from components.manifold import nearest
from components.train.bench import Bench
from components.train.probes import Probe, Series
from components.train.seeds import derive
from components.train.view import View

if TYPE_CHECKING:
    from components.train.game import Game

Array = np.ndarray[Any, Any]

WIDTH = 64
"""Numbers of a record above which a random projection to as many stands for it: it
keeps distances to a tenth (Johnson and Lindenstrauss 1984) and knows no record."""


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
    rows = random.choice(len(bench.train), count, replace=False)
    train, held = (
        {row.tobytes(): row for row in records + records.dtype.type(0)}
        for records in (bench.train[rows], bench.holdout)
    )
    sides = [
        [row for key, row in one.items() if key not in other]
        for one, other in ((train, held), (held, train))
    ]
    fewest = min(map(len, sides))
    shape = 2 * fewest, *bench.holdout.shape[1:]
    return np.array([side[:fewest] for side in sides]).reshape(shape)


def sketch(points: Array) -> Array:
    """Points (n, *shape) as (n, d), d at most WIDTH."""
    width = math.prod(points.shape[1:])
    flat = points.reshape(len(points), width)
    if width <= WIDTH:
        return flat
    axes = np.random.default_rng([width, 17]).standard_normal((width, WIDTH))
    return np.asarray(flat @ (axes / np.sqrt(WIDTH)).astype(flat.dtype))
