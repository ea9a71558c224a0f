"""The stage with every optional metric, on handwritten digits."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from components.artifacts import Gan
from components.evaluate.metrics import METRICS
from components.evaluate.params import EvaluateParams
from components.evaluate.real import evaluation
from components.evaluate.stage import evaluate

EXTRA = ("kernel_distance", "sliced_wasserstein_distance", "classifier_score")
PARAMS = EvaluateParams.model_validate(
    {"features": {"kind": "classifier", "epochs": 15}, "resamples": 8, "extra": EXTRA}
)


@pytest.fixture(scope="module")
def digits():
    """Images (1500, 8, 8, 1) in [-1, 1], in random order, and their labels."""
    found = load_digits()
    order = np.random.default_rng(0).permutation(len(found.target))[:1500]
    images = (found.images[order] / 8 - 1).astype("f4")[..., None]
    return images, found.target[order]


@pytest.fixture(scope="module")
def curriculum(tmp_path_factory, curriculum_from_arrays, digits):
    images, labels = digits
    return curriculum_from_arrays(
        tmp_path_factory.mktemp("digits") / "curriculum",
        images[:800],
        images[800:1100],
        (labels[:800], labels[800:1100]),
        [str(digit) for digit in range(10)],
    )


@pytest.fixture(scope="module")
def real(curriculum):
    return evaluation(curriculum, PARAMS)


def measured(real, samples):
    return real.content(samples)["metrics"]


def test_every_optional_metric_can_be_asked_for():
    assert set(EXTRA) == {each.name for each in METRICS.values() if each.optional}


def test_unseen_digits_read_the_nulls(real, digits):
    found = measured(real, digits[0][1100:1400])
    for name in EXTRA:
        entry = found[name]
        low, high = entry["null_interval"]
        # A value differs from the nulls' mean by their deviation and, as nulls share
        # the holdout, by as much again: five of it leave one in some thousands out.
        deviation = (high - low) / 3
        assert abs(entry["value"] - entry["null"]) < 5 * deviation, name


def test_one_digit_alone(real, digits):
    """Seen by its strokes and by the classes; a cubic kernel of 300 is not so sure."""
    images, labels = digits
    ones = images[labels == 1]
    found = measured(real, np.resize(ones, (300, 8, 8, 1)))
    distance = found["sliced_wasserstein_distance"]
    assert distance["value"] > 2 * distance["null_interval"][1]
    # A classifier that is right about nine in ten of them is near 1, not at it.
    score = found["classifier_score"]
    assert score["value"] < 2 < 4 < score["null_interval"][0]
    assert score["null"] < 10


def test_digits_with_noise(real, digits):
    noise = np.random.default_rng(1).normal(size=(300, 8, 8, 1)) / 2
    noisy = (digits[0][1100:1400] + noise).astype("f4")
    found = measured(real, noisy)
    for name in EXTRA[:2]:
        assert found[name]["value"] > found[name]["null_interval"][1]
    assert found["classifier_score"]["value"] < found["classifier_score"]["null"]


def test_the_stage(tmp_path, curriculum, make_context):
    """A generator of noise, twice: the same bytes, and nulls beside every value."""
    gan = make_gan(tmp_path / "gan")
    params = PARAMS.model_copy(update={"resamples": 4})
    first, second = (
        evaluate(gan, curriculum, params, context=make_context()) for _ in range(2)
    )
    assert first.read_bytes("metrics.json") == second.read_bytes("metrics.json")
    found = first.content()["metrics"]
    assert set(EXTRA) < set(found)
    for name in EXTRA:
        entry = found[name]
        assert np.isfinite(
            [entry["value"], entry["null"], *entry["null_interval"]]
        ).all()
        assert entry["blind_to"]
        assert entry["ci"][0] < entry["value"] < entry["ci"][1]
    for name in EXTRA[:2]:
        assert found[name]["value"] > found[name]["null_interval"][1]
    assert 1 <= found["classifier_score"]["value"] <= 10


def make_gan(folder):
    """Samples are latents through a random matrix, in [-1, 1]."""
    import keras

    layers = [keras.layers.Dense(64, "tanh"), keras.layers.Reshape((8, 8, 1))]
    model = keras.Sequential([keras.Input((4,)), *layers])
    weights = np.random.default_rng(0).normal(size=(4, 64)).astype("f4")
    layers[0].set_weights([weights, np.zeros(64, "f4")])
    folder.mkdir()
    model.save(folder / "generator.keras")
    gan = Gan(str(folder))
    latents = {"size": 4, "distribution": "normal"}
    gan.write_json("gan.json", {"latents": latents, "shape": [8, 8, 1]})
    return gan


def test_points_have_no_patches(tmp_path, curriculum_from_arrays):
    random = np.random.default_rng(0)
    points = random.normal(size=(60, 2)).astype("f4")
    curriculum = curriculum_from_arrays(tmp_path / "points", points[:40], points[40:])
    params = EvaluateParams(extra=("sliced_wasserstein_distance",), resamples=2)
    with pytest.raises(ValueError, match=r"`extra`.*Received: records of shape \(2,\)"):
        evaluation(curriculum, params).content(points[:20])
