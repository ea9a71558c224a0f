"""Records as arrays, and as columns of Arrow tables."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    Array = np.ndarray[Any, Any]

Part = Literal["train", "holdout"]
"""Of a curriculum."""


class Records(NamedTuple):
    """Records as arrays: n rows in one order.

    data: (n, *shape) float32 in [-1, 1] for images, unscaled for points;
    labels: (n,) int32, -1 where there is none; difficulty: (n,) float64, larger is
    harder; tiers: (n,) int32, 0 is the core; digests: (n,) fixed-length ASCII hex.
    """

    data: "Array"
    labels: "Array"
    difficulty: "Array"
    tiers: "Array"
    digests: "Array"

    def __len__(self) -> int:
        return len(self.data)


class Modes(NamedTuple):
    """Known modes of a mixture: centers (k, *shape), weights (k,), stds (k,)."""

    centers: "Array"
    weights: "Array"
    stds: "Array"


def modes_of(info: Mapping[str, Any]) -> Modes | None:
    """The known modes of what a dataset or curriculum says of itself."""
    import numpy as np

    known = info.get("modes")
    if known is None:
        return None
    return Modes(*(np.asarray(known[name], np.float64) for name in Modes._fields))


def records_of(table: "pa.Table", shape: Sequence[int]) -> Records:
    """The rows of a curriculum's table, each record of a shape."""
    import numpy as np

    return Records(
        data=rows_of(table).reshape(table.num_rows, *shape),
        labels=table["label"].to_numpy(),
        difficulty=table["difficulty"].to_numpy(),
        tiers=table["tier"].to_numpy(),
        digests=np.asarray(table["digest"].to_pylist(), dtype="S64"),
    )


def rows_of(table: "pa.Table", name: str = "data") -> "Array":
    """A column of lists as (n, width), without a copy where it is one chunk."""
    import numpy as np

    column = table[name]
    # Combining copies, even a single chunk, which may be a whole mapped file.
    whole = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    values = whole.flatten().to_numpy()
    return np.asarray(values).reshape(table.num_rows, column.type.list_size)


def column_of(values: "Array") -> "pa.FixedSizeListArray":
    """(n, width) as a column of lists."""
    import numpy as np
    import pyarrow as pa

    flat = pa.array(np.ascontiguousarray(values).ravel())
    return pa.FixedSizeListArray.from_arrays(flat, values.shape[1])
