"""Training and holdout records as the test of memorization sees them.

Which of the two a record belongs to must be all that sets it apart. So not in features:
those that were fitted to training records lay these elsewhere than what is held out (32
components of 100 records of 64 values: samples of the data's density have a training
record nearest in 16 cases of 100, not in two thirds). But by the values themselves, or
a fixed random projection of them, which keeps distances to a tenth (Johnson and
Lindenstrauss 1984) and knows no record.
"""

from dataclasses import replace

import numpy as np

from components.evaluate.comparison import Index, Sample
from components.features import flatten

DIMENSION = 64
"""Of the projection. A distance's error is 1 / √(2 · 64) of it."""


def apart(train: Sample, holdout: Sample) -> tuple[Sample, Sample]:
    """Either part's records with their sketches for features.

    Equal ones count once. Of those that both parts have neither counts: nobody can tell
    which of them a sample would copy. A part may end empty.
    """
    first, second = _first_rows(train), _first_rows(holdout)
    shared = first.keys() & second.keys()
    return _others(train, first, shared), _others(holdout, second, shared)


def sketch(sample: Sample) -> Sample:
    """The sample with its records, projected if they are long, for features."""
    width = int(np.prod(sample.records.shape[1:]))
    if width <= DIMENSION:
        flat = flatten(sample.records)
        return replace(sample, features=flat, population=None)
    axes = np.random.default_rng([width, 13]).standard_normal((width, DIMENSION))
    flat = sample.records.reshape(sample.size, width)
    projected = flat @ (axes / np.sqrt(DIMENSION)).astype(flat.dtype)
    return replace(sample, features=projected.astype(np.float64), population=None)


def _first_rows(sample: Sample) -> dict[bytes, int]:
    """The first row of every distinct record."""
    rows = np.ascontiguousarray(sample.records + 0.0)  # the bytes of -0 are not 0's
    return {row.tobytes(): i for i, row in reversed(list(enumerate(rows)))}


def _others(sample: Sample, first: dict[bytes, int], shared: set[bytes]) -> Sample:
    rows = sorted(i for row, i in first.items() if row not in shared)
    kept: Index = np.array(rows, np.intp)
    return sketch(sample.take(kept))
