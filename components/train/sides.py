"""Batches as what compiled functions are given: tensors, with labels or without."""

from typing import Any

from keras import ops

from components.train.turn import Batch


def in_batches(function: Any, size: int, *sides: Batch) -> tuple[Any, ...]:
    """What a function tells of all sides, each batch by itself, columns (n,)."""
    parts = [
        ops.reshape(part, (-1, size, *part.shape[1:]))
        for side in sides
        for part in listed(side)
    ]
    count = len(sides)
    if parts[0].shape[0] == 1:
        # A loop of one would take as long as what it does.
        columns = function(*_divided([part[0] for part in parts], count))
    else:
        columns = ops.map(lambda part: function(*_divided(part, count)), parts)
    return tuple(ops.reshape(column, (-1,)) for column in columns)


def single_or_list(given: tuple[Any, ...]) -> Any:
    """What Keras takes: one tensor by itself, several as a list."""
    return list(given) if len(given) > 1 else given[0]


def batch_of(part: Any) -> Batch:
    return Batch(*part) if isinstance(part, list | tuple) else Batch(part)


def listed(batch: Batch) -> list[Any]:
    """Records, and labels where there are any."""
    return [part for part in batch if part is not None]


def _divided(parts: Any, count: int) -> list[Batch]:
    """So many sides, of a tensor each or, with labels, of two."""
    width = len(parts) // count
    return [
        Batch(*parts[start : start + width]) for start in range(0, len(parts), width)
    ]
