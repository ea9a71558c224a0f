"""The records to train on, checked."""

from collections.abc import Iterator
from contextlib import contextmanager

from components.artifacts import Curriculum
from components.train.precision import Precision
from components.train.shards import Shards, open_shards


@contextmanager
def opened(
    curriculum: Curriculum, precision: Precision = "float32"
) -> Iterator[tuple[Shards, Shards]]:
    """Training records from core to outliers, and the holdout, as float32 or float64.

    Raises:
        ShardError: if some are missing, cannot be read, or are not finite.
        ValueError: if there are no training records.
    """
    dtype = "float64" if precision == "float64" else "float32"
    with (
        open_shards(curriculum, "train", dtype) as train,
        open_shards(curriculum, "holdout", dtype) as holdout,
    ):
        if not len(train):
            raise ValueError(
                f"Invalid value for `curriculum` ({curriculum.url}). Expected training "
                "records. Received: none. Check what curate accepted and split held "
                "out."
            )
        train.check_finite()
        holdout.check_finite()
        yield train, holdout


def class_count(curriculum: Curriculum, *parts: Shards) -> int:
    """Classes of labelled records, numbered from 0.

    Raises:
        ValueError: if there are none, or a record has no label.
    """
    missing = sum(int((part.labels < 0).sum()) for part in parts)
    count = 1 + max(int(part.labels.max(initial=-1)) for part in parts)
    if missing or count < 2:
        raise ValueError(
            "Invalid value for `conditional`. Expected records of two classes or more, "
            f"each with its label. Received: {count} classes and {missing} records "
            f"without a label in {curriculum.url}. Set `conditional` to false, or "
            "choose a source with labels."
        )
    return count
