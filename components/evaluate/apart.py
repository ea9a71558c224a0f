"""Training and holdout records as the test of memorization sees them.

Which of the two a record belongs to must be all that sets it apart. So not in features:
those that were fitted to training records lay these elsewhere than what is held out (32
components of 100 records of 64 values: samples of the data's density have a training
record nearest in 16 cases of 100, not in two thirds). But by `components.sketches`.
"""

from dataclasses import replace

from components import sketches
from components.evaluate.comparison import Sample
from components.features import flatten


def apart(train: Sample, holdout: Sample) -> tuple[Sample, Sample]:
    """Either part's own records with their sketches for features; may be empty."""
    first, second = sketches.own_rows(train.records, holdout.records)
    return sketch(train.take(first)), sketch(holdout.take(second))


def sketch(sample: Sample) -> Sample:
    """The sample with its records, projected if they are long, for features."""
    features = flatten(sketches.sketch(sample.records))
    return replace(sample, features=features, population=None)
