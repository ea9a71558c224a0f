"""The k-th nearest of every point, exactly, without all distances at once."""

from typing import NamedTuple

import numpy as np

from components.distances import Array, Block, Distances, Index, Mask

SPARE = 1024
"""Candidates in a block that are never too many."""


class Pairs(NamedTuple):
    """(p,) each: numbers of points, of others, and bounds of their distance."""

    points: Index
    others: Index
    low: Array
    high: Array

    def where(self, mask: Mask) -> "Pairs":
        return Pairs(
            self.points[mask], self.others[mask], self.low[mask], self.high[mask]
        )


class Shortlist:
    """Of each of n points, whatever may be among its k + 1 nearest.

    Attributes:
        most: (n, k + 1), the smallest upper bounds so far, the largest of them last.
        least: (n,) the k-th smallest lower bound, from 0; None if not kept up.
        pairs: all that have a lower bound that is no larger than `most`'s last.
    """

    def __init__(self, count: int, k: int) -> None:
        self.k = k
        self.most = np.full((count, k + 1), np.inf)
        self.least: Array | None = np.empty(count)
        self.pairs: list[Pairs] = []

    def start(self, block: Block) -> None:
        """Take the first block of some rows, of more than k columns, into account."""
        low = np.partition(block.low, self.k, axis=1)[:, : self.k + 1]
        if self.least is not None:
            self.least[block.rows] = low[:, self.k]
        self.most[block.rows] = (low + block.more(True)) / block.level.share

    def candidates(self, block: Block, of_rows: bool) -> Mask:
        """What a block may add for its rows, or its columns (b, w)."""
        points = block.rows if of_rows else block.columns
        limit = self.most[points, -1].astype(block.low.dtype)
        mask: Mask = block.low <= (limit[:, None] if of_rows else limit)
        return mask

    def many(self, mask: Mask, of_rows: bool) -> bool:
        """Whether candidates are so many that a closer look takes less time."""
        usual = 2 * (self.k + 1) * mask.shape[0 if of_rows else 1] + SPARE
        return bool(np.count_nonzero(mask) > usual)

    def add(self, block: Block, mask: Mask, of_rows: bool) -> None:
        places = np.flatnonzero(mask)
        rows, columns = np.divmod(places, mask.shape[1])
        low = block.low.ravel()[places].astype(np.float64)
        more = block.more(of_rows).ravel()[rows if of_rows else columns]
        rows += block.rows.start
        columns += block.columns.start
        ends = (rows, columns) if of_rows else (columns, rows)
        self.pairs.append(Pairs(*ends, low, (low + more) / block.level.share))

    def tighten(self, since: int) -> None:
        """Take the pairs that were added since into account, and drop what is out."""
        self.least = None
        new = _joined(self.pairs[since:])
        points, rows = np.unique(new.points, return_inverse=True)
        added = _smallest(rows, new.high, len(points), self.k)
        both = np.concatenate([self.most[points], added], axis=1)
        both.partition(self.k, axis=1)
        self.most[points] = both[:, : self.k + 1]

    def settle(self) -> Pairs:
        """All pairs as one, without those that are out by now."""
        every = _joined(self.pairs)
        self.pairs = [every.where(every.low <= self.most[every.points, -1])]
        return self.pairs[0]


def smallest(distances: Distances, k: int) -> tuple[Array, Index]:
    """Of each of x's points the k-th smallest distance to y's, from 0, squared.

    Points count as often as they are in y's cloud.

    Returns:
        (u,) and the point of y (u,), of equally far ones the first.
    """
    x, y, own = distances.x, distances.y, distances.x is distances.y
    shortlist = Shortlist(x.size, min(k, y.size - 1))
    across, down = y.parts(shortlist.k + 1), x.parts(shortlist.k + 1)
    for place, rows in enumerate(down):
        for block in distances.blocks(rows, across[place if own else 0]):
            _see(distances, shortlist, block, start=True)
    for place, rows in enumerate(down):
        for columns in across[place + 1 if own else 1 :]:
            known = len(shortlist.pairs)
            for block in distances.blocks(rows, columns):
                _see(distances, shortlist, block, mirrored=own)
            shortlist.tighten(known)
        shortlist.settle()
    return _chosen(distances, shortlist, k)


def _see(
    distances: Distances,
    shortlist: Shortlist,
    block: Block,
    start: bool = False,
    mirrored: bool = False,
) -> None:
    sides = (True, False) if mirrored else (True,)
    while True:
        if start:
            shortlist.start(block)
        masks = [shortlist.candidates(block, side) for side in sides]
        if block.level.dtype is None or not any(map(shortlist.many, masks, sides)):
            break
        if block.rough:
            block = distances.closer(block)
        else:
            block = distances.closest(block, np.logical_or.reduce(masks))
    for mask, side in zip(masks, sides, strict=True):
        shortlist.add(block, mask, side)


def _chosen(distances: Distances, shortlist: Shortlist, k: int) -> tuple[Array, Index]:
    """The k-th smallest of each of x's points, of all that it can be."""
    pairs, count = shortlist.settle(), distances.x.size
    weights, need = distances.y.counts, np.full(count, k + 1)
    if weights is None:
        # It is at least the k-th of the lower bounds: what is surely nearer is counted,
        # and of the others it is to be found.
        least = shortlist.least
        if least is None:
            least = _smallest(pairs.points, pairs.low, count, k)[:, k]
        nearer = pairs.high < least[pairs.points]
        need -= np.bincount(pairs.points[nearer], minlength=count)
        pairs = pairs.where(~nearer)
    squares = distances.exact(pairs.points, pairs.others)
    order = np.lexsort((pairs.others, squares, pairs.points))
    points, others = pairs.points[order], pairs.others[order]
    sums = np.cumsum(np.ones_like(others) if weights is None else weights[others])
    before = np.concatenate([[0], sums])[np.searchsorted(points, np.arange(count))]
    places = np.searchsorted(sums, before + need)
    return squares[order[places]], others[places]


def _joined(parts: list[Pairs]) -> Pairs:
    if len(parts) == 1:
        return parts[0]
    return Pairs(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _smallest(rows: Index, values: Array, count: int, k: int) -> Array:
    """The k + 1 smallest values of each row, (count, k + 1); infinite if it has fewer.

    Args:
        rows, values: (p,), in any order.
    """
    order = np.lexsort((values, rows))
    rows, values = rows[order], values[order]
    rank = np.arange(len(rows)) - np.searchsorted(rows, np.arange(count))[rows]
    few = rank <= k
    found = np.full((count, k + 1), np.inf)
    found[rows[few], rank[few]] = values[few]
    return found
