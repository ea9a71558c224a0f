"""The records to train on, checked."""

import numpy as np

from components.artifacts import Curriculum, Records


def load(curriculum: Curriculum) -> tuple[Records, Records]:
    """Training records from core to outliers, and the holdout, as float32.

    Raises:
        ValueError: if there are no training records, or some are not finite.
    """
    train = curriculum.train()
    if not len(train):
        raise ValueError(
            f"Invalid value for `curriculum` ({curriculum.url}). Expected training "
            f"records. Received: none. Check what curate accepted and split held out."
        )
    order = np.lexsort((train.digests, train.difficulty, train.tiers))
    train = Records(*(np.ascontiguousarray(column[order]) for column in train))
    parts = [_as_float(curriculum, train), _as_float(curriculum, curriculum.holdout())]
    return parts[0], parts[1]


def _as_float(curriculum: Curriculum, records: Records) -> Records:
    data = np.asarray(records.data, np.float32)
    if not np.all(np.isfinite(data)):
        raise ValueError(
            f"Invalid value for `curriculum` ({curriculum.url}). Expected finite "
            f"records. Received: NaN or infinite values. Curate rejects such records."
        )
    # Not `_replace`: a Records' length is its rows.
    return Records(data, *list(records)[1:])
