"""Features: shapes, determinism, what a classifier must reach, bad input."""

import subprocess
import sys

import numpy as np
import pytest
from pydantic import ValidationError
from sklearn.datasets import load_digits

from components.features import Classifier, Features, Identity, Pca
from components.parts import Params


@pytest.fixture(scope="module")
def digits():
    data = load_digits()
    images = (data.images / 8 - 1).astype(np.float32)[..., None]
    return images[:1200], data.target[:1200].astype(np.int32), images[1200:]


def test_identity_flattens(digits):
    data, labels, rest = digits
    found = Identity().fit(data, labels, seed=0)(rest)
    assert found.dtype == np.float64
    assert found.tolist() == rest.reshape(len(rest), 64).astype(float).tolist()


def test_full_pca_keeps_distances(digits):
    data, labels, rest = digits
    found = Pca(components=100).fit(data, labels, seed=0)(rest)
    assert found.shape == (len(rest), 64)
    flat = rest.reshape(len(rest), 64).astype(float)
    direct = ((flat[:50, None] - flat[None, :50]) ** 2).sum(-1)
    kept = ((found[:50, None] - found[None, :50]) ** 2).sum(-1)
    assert kept == pytest.approx(direct, abs=1e-8)


def test_pca_keeps_the_largest_variances(digits):
    data, labels, _ = digits
    found = Pca(components=5).fit(data, labels, seed=0)(data)
    variances = np.linalg.eigvalsh(np.cov(data.reshape(len(data), -1), rowvar=False))
    assert found.var(0, ddof=1) == pytest.approx(variances[::-1][:5], rel=1e-4)


def test_classifier_learns_and_repeats_itself(digits):
    data, labels, rest = digits
    features = Classifier(units=(32, 16), epochs=10)
    first = features.fit(data, labels, seed=3)
    # Chance is .1; a linear classifier reads over .9 on these digits.
    assert first.accuracy > 0.85
    found = first(rest)
    assert found.shape == (len(rest), 16)
    assert found.dtype == np.float64
    again = features.fit(data, labels, seed=3)
    assert np.array_equal(again(rest), found)
    assert again.accuracy == first.accuracy
    assert not np.array_equal(features.fit(data, labels, seed=4)(rest), found)


def test_logits_classify_and_the_others_have_none(digits):
    data, labels, rest = digits
    # Every second digit has a label, and labels have gaps: columns are in their order.
    labels = np.where(labels % 2 == 0, 3 * labels, -1)
    features = Classifier(units=(32, 16), epochs=40)
    logits = features.fit(data, labels, seed=0).logits(data)
    assert (logits.shape, logits.dtype) == ((len(data), 5), np.float64)
    known = labels >= 0
    guesses = np.array([0, 6, 12, 18, 24])[logits.argmax(1)]
    # Four fifths of these it was trained on; five digits are easier than ten.
    assert (guesses == labels)[known].mean() > 0.9
    assert features.classifies
    for other in (Identity(), Pca()):
        assert other.fit(data, labels, seed=0).logits(rest) is None
        assert not other.classifies


def test_unlabelled_records_are_left_out_and_labels_need_not_be_dense(digits):
    data, labels, _ = digits
    sparse = np.where(labels < 2, 10 * labels + 5, -1)
    fitted = Classifier(units=(8,), epochs=30).fit(data, sparse, seed=0)
    assert fitted.accuracy > 0.9


@pytest.mark.parametrize("labels", [np.full(50, -1), np.zeros(50, int)])
def test_classifier_needs_classes(digits, labels):
    with pytest.raises(ValueError, match=r"at least two classes.*kind: identity"):
        Classifier().fit(digits[0][:50], labels, seed=0)


def test_family_reads_specs():
    class Model(Params):
        features: Features

    stated = {"kind": "pca", "components": 3}
    assert Model.model_validate({"features": stated}).features == Pca(components=3)
    with pytest.raises(ValidationError, match="'classifier', 'identity', 'pca'"):
        Model.model_validate({"features": {"kind": "inception"}})


def test_import_is_light():
    heavy = ("numpy", "keras", "tensorflow", "sklearn", "scipy")
    code = (
        "import sys, components.features, components.evaluate.stage;"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.stdout.strip() == "[]", run.stderr
