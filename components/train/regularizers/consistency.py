"""What does not change a record's meaning must not change its score."""

from typing import Annotated, Any, ClassVar

from annotated_types import Ge

from components.lazy import lazy_import
from components.train.regularizers import Move, Penalty, Weight

ops = lazy_import("keras.ops")


class Consistency(Penalty):
    """λ E (D(x) - D(T(x)))² on real x and on samples, with a random small change T.

    Zhang et al. 2020 on real records alone, Zhao et al. 2021 (bCR, algorithm 1) on
    both. T shifts an image by up to `shift` pixels each way, its edge repeated, and
    adds noise to any record.
    """

    name: ClassVar[str] = "consistency"
    weight: Weight = 10.0
    """λ on real records."""
    generated_weight: Weight = 0.0
    """λ on samples."""
    noise: Annotated[float, Ge(0)] = 0.05
    """Standard deviation of the noise, in the records' units."""
    shift: Annotated[int, Ge(0)] = 1
    """Pixels that an image is moved by at most; records of no position stay."""

    def penalty(self, move: Move) -> Any:
        total = move.number(self.weight) * self._difference(move, "real")
        if self.generated_weight != 0.0:
            weight = move.number(self.generated_weight)
            total = total + weight * self._difference(move, "generated")
        return total

    def _difference(self, move: Move, side: str) -> Any:
        records = move.real if side == "real" else move.generated
        changed = records + self.noise * move.normal(tuple(records.shape))
        if self.shift and len(records.shape) == 4:
            changed = self._moved(move, changed)
        return ops.mean(
            ops.square(move.judge(records, side) - move.judge(changed, side))
        )

    def _moved(self, move: Move, images: Any) -> Any:
        """Each image (n, height, width, channels) moved by whole pixels of its own."""
        count, height, width, _ = images.shape
        drawn = move.uniform((count, 2)) * (2 * self.shift + 1)
        moves = ops.cast(ops.floor(drawn), "int32") - self.shift
        down = self._places(moves[:, 0], height, images.dtype)
        along = self._places(moves[:, 1], width, images.dtype)
        # Products with one-hot rows: differentiable, and no gather a pixel.
        images = ops.einsum("nij,njwc->niwc", down, images)
        return ops.einsum("nij,nhjc->nhic", along, images)

    def _places(self, moves: Any, size: int, dtype: Any) -> Any:
        """(n, size, size): row i of the n-th selects pixel i + move, or the edge."""
        index = ops.expand_dims(ops.arange(size, dtype="int32"), 0)
        places = ops.clip(index + ops.expand_dims(moves, 1), 0, size - 1)
        return ops.one_hot(places, size, dtype=dtype)
