"""`points`: data that are a few points, for games that are solved on paper."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from annotated_types import Ge, Le, MinLen
from pydantic import field_validator

from components.artifacts import Curriculum
from components.component import Context, component
from components.foresight import Foresight
from components.parts import Params

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

Place = Annotated[list[float], MinLen(1)]


class PointsParams(Params):
    """Where all of the data lie."""

    points: Annotated[list[Place], MinLen(1)]
    """The points, each a list of coordinates."""
    copies: Annotated[int, Ge(1), Le(10_000)] = 16
    """Records at each point; probes need more than five in all."""

    @field_validator("points")
    @classmethod
    def _of_one_dimension(cls, points: list[Place]) -> list[Place]:
        sizes = sorted({len(point) for point in points})
        if len(sizes) > 1:
            raise ValueError(f"Expected points of one dimension. Received: {sizes}")
        return points


def foresee(params: PointsParams, inputs: Mapping[str, Foresight]) -> Foresight:
    """Records of as many numbers as a point has coordinates, without labels."""
    return Foresight(shape=(len(params.points[0]),), labelled=False)


@component(placement="worker", foresee=foresee)
def points(params: PointsParams, *, context: Context) -> Curriculum:
    """State a distribution of equally likely points, as training and as holdout.

    The data of a game on paper are known, not collected: a record stands for its
    point's probability. Copies are therefore no duplicates to drop, and training and
    holdout, two samples of one known distribution, hold the same records. This stage
    takes the place of `curate` and `split`.
    """
    import numpy as np

    places = np.asarray(params.points, np.float32)
    data = np.repeat(places, params.copies, axis=0)
    curriculum: Curriculum = context.create(Curriculum)
    for part in ("train", "holdout"):
        curriculum.write_table(f"{part}/part-00000.arrow", _table(data))
    counts = {"train": len(data), "holdout": len(data)}
    curriculum.write_json(
        "curriculum.json",
        {
            "dataset": "points",
            "shape": [places.shape[1]],
            "classes": None,
            "modes": None,
            "tiers": [{"index": 0, "threshold": None, **counts}],
            "difficulty": None,
            "holdout": 0.5,
            "counts": counts,
        },
    )
    return curriculum


def _table(data: "np.ndarray[Any, Any]") -> "pa.Table":
    """Records (n, d) as a curriculum holds them, each with a digest of its own."""
    import hashlib

    import numpy as np
    import pyarrow as pa

    count, width = data.shape
    digests = [
        hashlib.sha256(b"%d|" % row + data[row].tobytes()).hexdigest()
        for row in range(count)
    ]
    values = pa.array(data.ravel())
    return pa.table(
        {
            "digest": pa.array(digests, pa.string()),
            "label": pa.array(np.full(count, -1), pa.int32()),
            "tier": pa.array(np.zeros(count), pa.int32()),
            "difficulty": pa.array(np.zeros(count), pa.float64()),
            "data": pa.FixedSizeListArray.from_arrays(values, width),
        }
    )
