"""What is kept of a metric for pairing: what its interval is made of, and of what."""

import numpy as np
import pytest
from scipy import stats

from components.artifacts import Gan
from components.evaluate.params import EvaluateParams
from components.evaluate.real import evaluation
from components.evaluate.stage import evaluate
from components.report.samplewise import difference, sampled

PARAMS = EvaluateParams(resamples=3)
MEANS = ("precision", "recall", "density", "coverage")


@pytest.fixture
def curriculum(tmp_path, curriculum_from_arrays):
    random = np.random.default_rng(0)
    train, holdout = (random.normal(size=(n, 2)).astype("f4") for n in (260, 120))
    return curriculum_from_arrays(tmp_path / "curriculum", train, holdout)


def make_gan(folder, scale, size=2):
    import keras

    layer = keras.layers.Dense(2)
    model = keras.Sequential([keras.Input((size,)), layer])
    layer.set_weights([scale * np.eye(size, 2, dtype="f4"), np.zeros(2, "f4")])
    folder.mkdir()
    model.save(folder / "generator.keras")
    gan = Gan(str(folder))
    latents = {"size": size, "distribution": "normal"}
    gan.write_json("gan.json", {"latents": latents, "shape": [2]})
    return gan


@pytest.fixture
def measure(curriculum, make_context, tmp_path):
    def measured(name, scale, size=2, params=PARAMS):
        gan = make_gan(tmp_path / name, scale, size)
        return evaluate(gan, curriculum, params, context=make_context())

    return measured


def test_a_metric_is_the_mean_of_its_points_and_its_interval_of_its_parts(measure):
    found = measure("gan", 0.9)
    metrics, spreads = found.content()["metrics"], found.read_arrays("spreads.npz")
    for name in MEANS:
        assert spreads[f"points.{name}"].mean() == pytest.approx(metrics[name]["value"])
    parts, entry = spreads["parts.frechet_distance"], metrics["frechet_distance"]
    margin = 1.96 * parts.std() * (len(parts) - 1) ** 0.5
    ends = [entry["value"] - margin, entry["value"] + margin]
    assert entry["ci"] == pytest.approx(ends, rel=1e-12)


def test_two_generators_of_the_same_latents_are_paired(measure):
    first, second = measure("a", 0.9), measure("b", 0.6)
    a, b = (found.content()["metrics"] for found in (first, second))
    pair = sampled(first), sampled(second)
    for name in MEANS:
        value = b[name]["value"] - a[name]["value"]
        made = difference(name, value, pair, 0.95, (None, None))
        points = [each.spreads[f"points.{name}"] for each in pair]
        test = stats.ttest_rel(points[1], points[0]).confidence_interval(0.95)
        assert made.interval == pytest.approx((test.low, test.high), rel=1e-9)
    value = b["frechet_distance"]["value"] - a["frechet_distance"]["value"]
    made = difference("frechet_distance", value, pair, 0.95, (None, None))
    # Samples shrunk by a third are farther from the data, and no chance of latents is.
    assert made.interval[0] > 0


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"size": 3}, "different latents"),
        ({"params": EvaluateParams(resamples=3, seed=1)}, "different latents"),
        ({"params": EvaluateParams(resamples=3, samples=100)}, "different latents"),
        ({"params": EvaluateParams(resamples=3, records=110)}, "different records"),
    ],
)
def test_others_are_not_and_it_is_known_why(measure, other, why):
    pair = sampled(measure("a", 0.9)), sampled(measure("b", 0.9, **other))
    assert why in difference("recall", 0.0, pair, 0.95, (None, None)).why


def test_samples_that_are_not_finite_leave_nothing_to_pair(curriculum):
    found = evaluation(curriculum, PARAMS)
    broken = np.full((120, 2), np.nan, "f4")
    assert found.measure(broken).spreads == {}


def test_metrics_of_before_are_read_and_not_paired(measure, tmp_path):
    found = measure("gan", 0.9)
    (tmp_path / "old").mkdir()
    old = type(found)(str(tmp_path / "old"))
    content = {k: v for k, v in found.content().items() if k != "measured_on"}
    old.write_json("metrics.json", content)
    assert sampled(old) is None
