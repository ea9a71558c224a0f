"""The classifier score: closed forms, an independent formula, specs that ask for it."""

import numpy as np
import pytest
from pydantic import ValidationError

from components.evaluate.choice import division
from components.evaluate.comparison import Comparison, Sample
from components.evaluate.intervals import confidence
from components.evaluate.metrics import METRICS
from components.evaluate.params import EvaluateParams
from components.evaluate.real import evaluation
from pipelines.spec import SpecErrors, load_spec

SCORE = METRICS["classifier_score"]


def comparison(logits):
    n = 2 if logits is None else len(logits)
    blank = np.zeros((n, 1))
    sample = Sample(blank, blank, np.full(n, -1), logits)
    return Comparison(sample, sample, 1, None)


def score(logits):
    return SCORE.value(comparison(np.asarray(logits, np.float64)))


# Surer than float64 can say in probabilities (e^-708), and less sure; at 40 the
# other classes' e^-40 is below the rounding of 1.
@pytest.mark.parametrize("sure", [40.0, 1e3, 1e9])
@pytest.mark.parametrize("classes", [2, 3, 10])
def test_sure_and_even_is_the_number_of_classes(classes, sure):
    even = np.tile(sure * np.eye(classes), (7, 1))
    assert score(even) == pytest.approx(classes, rel=1e-12)


@pytest.mark.parametrize("logits", [[0.0, 0, 0], [3.0, -1, 0.5], [1e9, 0, 0]])
def test_samples_classified_alike_score_1(logits):
    assert score(np.tile(logits, (20, 1))) == pytest.approx(1.0, rel=1e-12)


def test_sure_and_uneven_is_the_exponential_of_the_entropy():
    """Classes that are never predicted count for nothing."""
    shares = np.array([0.5, 0.3, 0.2])
    labels = np.repeat([0, 1, 2], [50, 30, 20])
    expected = np.exp(-(shares * np.log(shares)).sum())
    assert score(1e3 * np.eye(5)[labels]) == pytest.approx(expected, rel=1e-12)


def test_agrees_with_the_formula():
    """exp of the mean of Σ p log(p / q), by SciPy, in float64 throughout."""
    from scipy.special import rel_entr, softmax

    logits = 2 * np.random.default_rng(0).normal(size=(500, 10))
    p = softmax(logits, axis=1)
    expected = np.exp(rel_entr(p, p.mean(0)).sum(1).mean())
    assert score(logits) == pytest.approx(expected, rel=1e-12)
    # A sample's logits mean the same with any number added; classes have no order.
    shifts = np.linspace(-50, 50, 500)[:, None]
    assert score(logits[:, ::-1] + shifts) == pytest.approx(expected, rel=1e-9)


def test_interval_holds_the_score_of_more_samples():
    """Of one normal distribution of logits: 300 samples' interval, 30000's score."""
    random = np.random.default_rng(1)
    few, many = random.normal(size=(300, 4)), random.normal(size=(30000, 4))
    low, high = confidence(SCORE, comparison(few), 0)
    assert low < score(few) < high
    assert low < score(many) < high


def test_undefined_without_a_classifier():
    assert SCORE.value(comparison(None)) is None


def noise(seed, n):
    """Much noise, in which two classes show: the best guess is right on 84 %."""
    random = np.random.default_rng(seed)
    data, labels = random.normal(size=(n, 20)), random.integers(2, size=n)
    data[:, 0] += 2 * labels - 1
    return data.astype("f4"), labels


def test_null_is_what_fresh_records_read(tmp_path, curriculum_from_arrays):
    """A classifier that learnt its records by heart is surer of them than of others."""
    (train, known), (holdout, others) = noise(0, 600), noise(1, 200)
    curriculum = curriculum_from_arrays(
        tmp_path / "noise", train, holdout, (known, others)
    )
    params = EvaluateParams.model_validate_json(
        '{"features": {"kind": "classifier", "epochs": 60}, "resamples": 12,'
        ' "extra": ["classifier_score"]}'
    )
    found = evaluation(curriculum, params)

    def entry(samples):
        return found.content(samples)["metrics"]["classifier_score"]

    learnt = train[division(600, params).fitted[:200]]
    fresh, copies = entry(noise(2, 200)[0]), entry(learnt)
    low, high = fresh["null_interval"]
    # The holdout and the samples are as many: their scores' difference has twice the
    # variance of the null, which the interval's four standard deviations hold.
    assert abs(fresh["value"] - fresh["null"]) < high - low
    assert copies["value"] > high
    assert (fresh["reference"], fresh["reference_n"], fresh["n"]) == ("none", 0, 200)
    assert fresh["ci"][0] < fresh["value"] < fresh["ci"][1]


def test_needs_labels(tmp_path, curriculum_from_arrays):
    plain = curriculum_from_arrays(tmp_path / "plain", noise(0, 40)[0], noise(1, 20)[0])
    params = EvaluateParams.model_validate_json(
        '{"features": {"kind": "classifier"}, "extra": ["classifier_score"]}'
    )
    with pytest.raises(ValueError, match=r"`features`.*0 labelled.*or label the data"):
        evaluation(plain, params)


@pytest.mark.parametrize("features", [{"kind": "identity"}, {"kind": "pca"}, None])
def test_parameters_without_a_classifier_are_refused(features):
    stated = {"extra": ("kernel_distance", "classifier_score")}
    if features is not None:
        stated["features"] = features
    kind = (features or {"kind": "identity"})["kind"]
    with pytest.raises(ValidationError, match=rf"kind {kind} have none.*classifier\}}"):
        EvaluateParams.model_validate(stated)
    EvaluateParams.model_validate(stated | {"features": {"kind": "classifier"}})


def test_a_spec_without_a_classifier_is_refused_where_it_asks(tmp_path):
    path = tmp_path / "scored.yaml"
    path.write_text(
        "name: scored\nstages:\n  curate:\n    component: curate\n"
        "    with: {source: {kind: digits}}\n  split: {component: split}\n"
        "  train: {component: train}\n  evaluate:\n    component: evaluate\n"
        "    with:\n      extra: [classifier_score]\n"
    )
    with pytest.raises(SpecErrors) as raised:
        load_spec(path)
    (error,) = raised.value.errors
    text = str(error)
    assert "scored.yaml:11:14: evaluate.extra: `classifier_score`" in text
    assert "set `features` to {kind: classifier}" in text
    assert "Received: ['classifier_score']" in text
