"""The real side of an evaluation: read from a curriculum, or computed before."""

import json
from dataclasses import replace

from components.artifacts import Curriculum, Reference
from components.evaluate.choice import division, kept_records, samples_of
from components.evaluate.comparison import Sample
from components.evaluate.evaluation import Evaluation
from components.evaluate.params import EvaluateParams
from components.features import FittedFeatures
from components.records import Part, Records, modes_of

FITTED, CLUSTERS = "fitted.npz", "clusters.npz"


def evaluation(curriculum: Curriculum, params: EvaluateParams) -> Evaluation:
    """Read the records, fit the features, decide on the number of samples.

    Raises:
        ValueError: if there are too few records, or the features cannot be fitted.
    """
    info = curriculum.info()
    samples = samples_of(info, params)
    kept = kept_records(curriculum, "train", params)
    holdout = kept_records(curriculum, "holdout", params)
    features = fitted(kept, params)

    def sample(records: Records) -> Sample:
        data = records.data
        logits, tiers = features.logits(data), records.tiers
        return Sample(features(data), data, records.labels, logits, tiers=tiers)

    train, trained = sides(sample(kept), params)
    return Evaluation(
        params=params,
        features=features,
        train=train,
        trained=trained,
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
        population = reference.moments(part)
        told = values, records.data, records.labels, logits, population
        return Sample(*told, tiers=records.tiers)

    train, trained = sides(sample("train"), params)
    holdout = sample("holdout")
    if clusters:
        train = replace(train, labels=clusters["train"])
        holdout = replace(holdout, labels=clusters["holdout"])
    return Evaluation(
        params=params,
        features=features,
        train=train,
        trained=trained,
        holdout=holdout,
        shown=holdout.records,
        modes=modes_of(info),
        classes=info["classes"],
        samples=info["samples"],
        tiers=info["tiers"],
        known_nulls=info["nulls"],
        clusters=info["clusters"],
    )


def fitted(trained: Records, params: EvaluateParams) -> FittedFeatures:
    """The features, fitted to all training records that are kept, or to half of them.

    Raises:
        ValueError: if the features cannot be had from these records.
    """
    rows = division(len(trained.data), params).fitted
    data, labels = trained.data[rows], trained.labels[rows]
    return params.features.fit(data, labels, seed=params.seed)


def sides(trained: Sample, params: EvaluateParams) -> tuple[Sample, Sample | None]:
    """`train` and `trained` of an evaluation, of all training records that are kept.

    Their population, where it is known, is that of records the features learnt nothing
    of, and so of the first's.
    """
    if not params.features.learns:
        return trained, None
    rows = division(trained.size, params).compared
    compared = replace(trained.take(rows), population=trained.population)
    return compared, trained


def serves(reference: Reference, params: EvaluateParams) -> bool:
    """Whether an evaluation by these parameters can take a reference's real side.

    The default ones stand for whatever the reference's are.
    """
    return params in (EvaluateParams(), settings_of(reference))


def settings_of(reference: Reference) -> EvaluateParams:
    """The parameters that a reference was measured with."""
    stated = reference.info()["parameters"]
    return EvaluateParams.model_validate_json(json.dumps(stated))
