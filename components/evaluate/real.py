"""The real side of an evaluation: read from a curriculum, or computed before."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from components.artifacts import Curriculum, Reference
from components.evaluate.comparison import Index, Sample
from components.evaluate.evaluation import Evaluation
from components.evaluate.params import EvaluateParams
from components.records import Part, Records, modes_of

FITTED, CLUSTERS = "fitted.npz", "clusters.npz"
STREAMS: dict[Part, int] = {"train": 7, "holdout": 8}
"""What tells the random choices of either part's records apart."""


def evaluation(curriculum: Curriculum, params: EvaluateParams) -> Evaluation:
    """Read the records, fit the features, decide on the number of samples.

    Raises:
        ValueError: if there are too few records, or the features cannot be fitted.
    """
    train = some(curriculum, "train", params)
    holdout = some(curriculum, "holdout", params)
    info = curriculum.info()
    samples = samples_of(info, params)
    features = params.features.fit(train.data, train.labels, seed=params.seed)

    def sample(records: Records) -> Sample:
        data = records.data
        logits, tiers = features.logits(data), records.tiers
        return Sample(features(data), data, records.labels, logits, tiers=tiers)

    return Evaluation(
        params=params,
        features=features,
        train=sample(train),
        holdout=sample(holdout),
        shown=holdout.data,
        modes=curriculum.modes(),
        classes=info.get("classes"),
        samples=samples,
        tiers=info["tiers"],
    ).clustered()


def recalled(reference: Reference) -> Evaluation:
    """The evaluation whose real side has been computed before."""
    info, params = reference.info(), settings_of(reference)
    features = params.features.restore(reference.read_arrays(FITTED))

    clusters = reference.read_arrays(CLUSTERS) if info["clusters"] else {}

    def sample(part: Part) -> Sample:
        records, values = reference.records(part)
        logits = features.logits(records.data)
        labels = clusters.get(part, records.labels)
        population = reference.moments(part)
        sides = values, records.data, labels, logits, population
        return Sample(*sides, tiers=records.tiers)

    holdout = sample("holdout")
    return Evaluation(
        params=params,
        features=features,
        train=sample("train"),
        holdout=holdout,
        shown=holdout.records,
        modes=modes_of(info),
        classes=info["classes"],
        samples=info["samples"],
        tiers=info["tiers"],
        known_nulls=info["nulls"],
        clusters=info["clusters"],
    )


def serves(reference: Reference, params: EvaluateParams) -> bool:
    """Whether an evaluation by these parameters can take a reference's real side.

    The default ones stand for whatever the reference's are.
    """
    return params in (EvaluateParams(), settings_of(reference))


def settings_of(reference: Reference) -> EvaluateParams:
    """The parameters that a reference was measured with."""
    stated = reference.info()["parameters"]
    return EvaluateParams.model_validate_json(json.dumps(stated))


def samples_of(info: Mapping[str, Any], params: EvaluateParams) -> int:
    """How many samples to compare with the records of a curriculum.

    Raises:
        ValueError: if there are too few records.
    """
    held = {part: min(info["counts"][part], params.records) for part in STREAMS}
    samples = int(min(params.samples, *held.values()))
    if samples <= params.k:
        raise ValueError(
            f"Invalid value for `k`. Expected fewer neighbours than there are holdout "
            f"records ({held['holdout']}), training records ({held['train']}) and "
            f"samples ({samples}). Received: {params.k}. Lower `k`, or give the "
            "holdout a larger share of the data."
        )
    return samples


def some(curriculum: Curriculum, part: Part, params: EvaluateParams) -> Records:
    """The records of a part, or a random choice of `params.records` of them."""
    return curriculum.records(part, chosen_rows(curriculum, part, params))


def chosen_rows(
    curriculum: Curriculum, part: Part, params: EvaluateParams
) -> Index | None:
    """Their places (n,) in the order of the part; None: all."""
    count = int(curriculum.info()["counts"][part])
    if count <= params.records:
        return None
    random = np.random.default_rng([params.seed, STREAMS[part]])
    rows: Index = np.sort(random.choice(count, params.records, replace=False))
    return rows
