"""The parameters of `split`."""

import itertools
from typing import Annotated

from annotated_types import Ge, Gt, Le, Len, Lt
from pydantic import field_validator

from components.parts import Params
from components.split.difficulties import Difficulty
from components.split.difficulties.knn_distance import KnnDistance

Quantile = Annotated[float, Gt(0), Lt(1)]


class SplitParams(Params):
    """How records are divided and graded."""

    holdout: Annotated[float, Gt(0), Lt(1)] = 0.25
    """Share of the records that training never sees."""
    difficulty: Difficulty = KnnDistance()
    """What makes a record hard."""
    tiers: Annotated[int, Ge(1), Le(100)] | Annotated[list[Quantile], Len(1, 99)] = 3
    """Tiers of equal size, or the quantiles of difficulty that divide them."""
    seed: Annotated[int, Ge(0), Le(2**32 - 1)] = 0
    """Of forests and classifiers; apart from the trial's, so trials share the split."""

    @field_validator("tiers")
    @classmethod
    def _ascending(cls, tiers: int | list[float]) -> int | list[float]:
        if isinstance(tiers, list) and any(
            later <= earlier for earlier, later in itertools.pairwise(tiers)
        ):
            raise ValueError(f"Expected ascending quantiles. Received: {tiers}")
        return tiers
