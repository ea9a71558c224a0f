"""When a classifier is not to be relied on, and what that takes with it."""

import numpy as np
import pytest
from scipy.stats import binomtest

from components.diagnose.readings import Readings
from components.diagnose.stage import DiagnoseParams, diagnose_readings
from components.evaluate.params import EvaluateParams
from components.evaluate.real import evaluation
from components.features.classifier import Classifier, unreliable
from components.records import Modes

VALUES = {
    *("mode_coverage", "high_quality_share", "reverse_kl", "nonfinite_share"),
    *("mode_spread", "train_nearest_share"),
}
"""Metrics that look at the samples themselves, not at features."""


@pytest.mark.parametrize("held", [1, 5, 40, 360])
@pytest.mark.parametrize("most", [0.1, 0.5, 0.9])
def test_better_than_chance_is_an_exact_binomial_test(held, most):
    for right in range(held + 1):
        p = binomtest(right, held, most, alternative="greater").pvalue
        assert (unreliable(right, held, most, 0.0) is None) == (p <= 0.01)


def test_above_chance_it_must_be_as_right_as_is_asked():
    assert unreliable(31, 100, 0.1, 0.3) is None
    told = unreliable(31, 100, 0.1, 0.5)
    assert told.startswith("the classifier is right on 31% of held-back records, fewer")
    assert "50%" in told
    assert "most frequent class, 30% of all" in unreliable(31, 100, 0.3, 0.0)


def records(seed, n, signal):
    """Two classes, whose means lie 2 * signal standard deviations apart."""
    random = np.random.default_rng(seed)
    labels = random.integers(2, size=n)
    data = random.normal(size=(n, 2))
    data[:, 0] += signal * (2 * labels - 1)
    return data.astype("f4"), labels


def evaluated(make, folder, signal, **params):
    (train, known), (holdout, others) = records(0, 400, signal), records(1, 200, signal)
    modes = Modes(np.array([[-signal, 0], [signal, 0]]), np.ones(2), np.ones(2))
    curriculum = make(folder, train, holdout, (known, others), None, modes)
    features = Classifier(epochs=5, **params)
    stated = EvaluateParams(
        features=features, resamples=3, extra=("classifier_score", "kernel_distance")
    )
    return evaluation(curriculum, stated).content(records(2, 200, signal)[0])


def test_a_sound_classifier_withdraws_nothing(tmp_path, curriculum_from_arrays):
    content = evaluated(curriculum_from_arrays, tmp_path / "c", 3.0)
    assert content["features"]["accuracy"] > 0.9
    for name, entry in content["metrics"].items():
        assert "withdrawn" not in entry
        # Of one tier there is no outermost.
        assert (entry["value"] is None) == (name == "tail_coverage")
    assert len(content["classes"]) == 2


@pytest.mark.parametrize(
    ("signal", "params", "told"),
    [
        (0.0, {}, "no better than naming the most frequent class"),
        (1.0, {"least_accuracy": 1.0}, "fewer than the 100% of `features.least_acc"),
    ],
)
def test_what_leans_on_a_poor_one_is_withdrawn(
    tmp_path, curriculum_from_arrays, signal, params, told
):
    content = evaluated(curriculum_from_arrays, tmp_path / "c", signal, **params)
    share = f"right on {content['features']['accuracy']:.0%} of held-back records"
    for name, entry in content["metrics"].items():
        if name in VALUES:
            assert entry["value"] is not None
            assert entry["null"] is not None
            assert "withdrawn" not in entry
        else:
            assert share in entry["withdrawn"]
            assert told in entry["withdrawn"]
            for read in ("value", "null", "null_interval", "ci"):
                assert entry[read] is None
    assert {"classifier_score", "kernel_distance", "class_coverage"} < set(
        content["metrics"]
    )
    assert content["classes"] is None
    assert content["modes"] is not None


def test_without_them_no_run_is_called_healthy(tmp_path, curriculum_from_arrays):
    """Nothing else is wrong with it: the samples are of the data's distribution."""
    content = evaluated(curriculum_from_arrays, tmp_path / "c", 0.0)
    found = diagnose_readings(Readings(content, {}, {}), DiagnoseParams())
    assert not found.symptoms
    assert found.verdict == "undetermined"
    assert "measure coverage, precision, recall" in found.experiment
    assert "withdrawn: the classifier is right on" in found.experiment
