"""Which records of a curriculum an evaluation looks at, and what for.

Features that learn lay what they learnt elsewhere than new points of the same density.
So they are fitted to one half of the training records, and samples, and all that stands
for them, are compared with the other: to such features both are new, as the held-out
records are.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from components.artifacts import Curriculum
from components.evaluate.comparison import Index
from components.evaluate.params import EvaluateParams
from components.records import Part, Records

STREAMS: dict[Part, int] = {"train": 7, "holdout": 8}
"""What tells the random choices of either part's records apart."""
HALVES = 14
SPARE = 0.9
"""Share of the half that features learn nothing of which stands for samples at most:
splits of all of it would all be the same, and say nothing of chance. Of a curriculum
with a third of all records held out, it has just as many."""


class Division(NamedTuple):
    """Places of the training records that are kept: (m,), (n,), ascending.

    Attributes:
        fitted: of those that the features are fitted to.
        compared: of those that samples are compared with: all others, or, of features
            that learn nothing, all.
    """

    fitted: Index
    compared: Index


def division(count: int, params: EvaluateParams) -> Division:
    """Of so many training records. The features' half is the smaller one."""
    places: Index = np.arange(count)
    if not params.features.learns:
        return Division(places, places)
    order = np.random.default_rng([params.seed, HALVES]).permutation(count)
    fitted, compared = np.split(order, [count // 2])
    return Division(np.sort(fitted), np.sort(compared))


def kept_count(count: int, part: Part, params: EvaluateParams) -> int:
    """How many of a part's records are kept: of training for the features as well."""
    halves = 2 if part == "train" and params.features.learns else 1
    return min(count, halves * params.records)


def kept_rows(
    curriculum: Curriculum, part: Part, params: EvaluateParams
) -> Index | None:
    """Their places (n,) in the order of the part, a random choice; None: all."""
    count = int(curriculum.info()["counts"][part])
    kept = kept_count(count, part, params)
    if kept == count:
        return None
    random = np.random.default_rng([params.seed, STREAMS[part]])
    rows: Index = np.sort(random.choice(count, kept, replace=False))
    return rows


def kept_records(curriculum: Curriculum, part: Part, params: EvaluateParams) -> Records:
    """The records of a part that are kept."""
    return curriculum.records(part, kept_rows(curriculum, part, params))


def learnt_rows(curriculum: Curriculum, part: Part, params: EvaluateParams) -> Index:
    """Places (m,) in the order of the part of the records that the features learnt."""
    if part != "train" or not params.features.learns:
        return np.array([], np.intp)
    count = int(curriculum.info()["counts"][part])
    rows = kept_rows(curriculum, part, params)
    fitted = division(kept_count(count, part, params), params).fitted
    return fitted if rows is None else rows[fitted]


def samples_of(info: Mapping[str, Any], params: EvaluateParams) -> int:
    """How many samples to compare with the records of a curriculum.

    Raises:
        ValueError: if there are too few records.
    """
    kept = {part: kept_count(info["counts"][part], part, params) for part in STREAMS}
    held = {**kept, "train": len(division(kept["train"], params).compared)}
    spare = int(SPARE * held["train"]) if params.features.learns else held["train"]
    samples = int(min(params.samples, held["holdout"], spare))
    if samples <= params.k:
        half = " (the half that the features learn nothing of)"
        raise ValueError(
            f"Invalid value for `k`. Expected fewer neighbours than there are holdout "
            f"records ({held['holdout']}), training records ({held['train']})"
            f"{half if params.features.learns else ''} and "
            f"samples ({samples}). Received: {params.k}. Lower `k`, or give the "
            "holdout a larger share of the data."
        )
    return samples
