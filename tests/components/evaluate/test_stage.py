"""The stage, on generators that are known exactly."""

import json

import numpy as np
import pytest

from components.evaluate.params import EvaluateParams
from components.evaluate.real import evaluation
from components.evaluate.stage import evaluate
from components.records import Modes

CENTERS = np.array([[3.0, 0], [0, 3], [-3, 0], [0, -3]])
MODES = Modes(CENTERS, np.full(4, 0.25), np.full(4, 0.2))
IDS = {
    *("precision", "recall", "density", "coverage", "frechet_distance"),
    *("train_precision", "train_recall", "train_density", "train_coverage"),
    *("mode_coverage", "high_quality_share", "reverse_kl"),
    *("f8", "f_eighth", "frechet_distance_infinite", "two_sample_accuracy"),
    *("class_coverage", "nonfinite_share", "mode_spread", "class_spread"),
    *("tail_coverage", "duplicate_pairs", "support", "train_nearest_share"),
}


def plus(seed, n):
    random = np.random.default_rng(seed)
    labels = random.integers(4, size=n)
    return (CENTERS[labels] + 0.2 * random.normal(size=(n, 2))).astype("f4"), labels


@pytest.fixture
def curriculum(tmp_path, curriculum_from_arrays):
    (train, train_labels), (holdout, holdout_labels) = plus(0, 300), plus(1, 120)
    return curriculum_from_arrays(
        tmp_path / "curriculum",
        train,
        holdout,
        (train_labels, holdout_labels),
        ["east", "north", "west", "south"],
        MODES,
    )


@pytest.fixture
def params():
    return EvaluateParams(resamples=5)


def test_a_collapsed_generator(tmp_path, curriculum, params, make_context, make_gan):
    gan = make_gan(tmp_path / "gan", 0.2 * np.eye(2), CENTERS[1])
    found = evaluate(gan, curriculum, params, context=make_context())
    content = found.content()
    read = {name: entry["value"] for name, entry in content["metrics"].items()}
    assert set(read) == IDS
    assert read["precision"] > 0.9
    assert read["recall"] < 0.5
    assert read["mode_coverage"] == 0.25 == read["class_coverage"]
    assert read["reverse_kl"] == pytest.approx(np.log(4))
    assert [c["captured"] for c in content["classes"]] == [False, True, False, False]
    assert content["classes"][1]["name"] == "north"
    assert content["modes"][1]["share"] == 1.0
    assert content["samples"] == 120
    assert set(content) == {
        *("metrics", "features", "samples", "modes", "classes", "tiers"),
        *("duplicates", "contradictions", "clusters", "measured_on"),
    }
    assert set(content["duplicates"]) == {"threshold", "quantile", "pairs", "copies"}
    assert set(content["contradictions"]) == {*("false_alarm_rate", "metrics", "pairs")}
    for entry in content["metrics"].values():
        assert set(entry) == {
            *("value", "null", "null_interval", "deviation", "p_value", "ci", "n"),
            *("reference_n", "better", "reference", "blind_to"),
        }
        if entry["null"] is None:  # of one tier there is no outermost
            continue
        assert entry["null_interval"][0] <= entry["null"] <= entry["null_interval"][1]
    assert content["metrics"]["coverage"]["null"] > 0.9
    assert content["metrics"]["train_coverage"]["reference_n"] == 300
    plots = found.plots()
    assert plots["real_2d"].shape == (120, 2)
    assert plots["generated_2d"].shape == (120, 2)
    assert np.array_equal(plots["samples"], plots["generated_2d"][:64])
    assert plots["real_samples"].shape == (64, 2)


def test_same_inputs_same_bytes(tmp_path, curriculum, params, make_context, make_gan):
    gan = make_gan(tmp_path / "gan", np.eye(2), np.zeros(2))
    first, second = (
        evaluate(gan, curriculum, params, context=make_context()) for _ in range(2)
    )
    for name in ("metrics.json", "plots.npz"):
        assert first.read_bytes(name) == second.read_bytes(name)
    other = params.model_copy(update={"seed": 1})
    third = evaluate(gan, curriculum, other, context=make_context())
    assert third.read_bytes("metrics.json") != first.read_bytes("metrics.json")


def test_nonfinite_samples(tmp_path, curriculum, params, make_context, make_gan):
    gan = make_gan(tmp_path / "gan", np.eye(2), [np.nan, 0])
    found = evaluate(gan, curriculum, params, context=make_context())
    metrics = found.content()["metrics"]
    assert metrics.pop("nonfinite_share")["value"] == 1.0
    assert all(entry["value"] is None for entry in metrics.values())
    assert metrics["precision"]["null"] > 0.8
    assert found.plots()["generated_2d"].shape == (0, 2)
    # Strict JSON: NaN is not a number that other readers know.
    json.loads(found.read_bytes("metrics.json"), parse_constant=pytest.fail)


def test_some_nonfinite_samples(curriculum, params):
    samples = plus(3, 120)[0]
    samples[:30, 0] = np.inf
    metrics = evaluation(curriculum, params).content(samples)["metrics"]
    assert metrics["nonfinite_share"]["value"] == 0.25
    assert metrics["precision"]["value"] is None


def test_real_data_reads_its_null(curriculum, params):
    content = evaluation(curriculum, params).content(plus(4, 120)[0])
    for name in ("precision", "recall", "coverage", "density"):
        entry = content["metrics"][name]
        assert entry["value"] == pytest.approx(entry["null"], abs=0.1)


def test_copies_of_training_records_show_against_training(curriculum, params):
    copies = curriculum.train().data[:120]
    metrics = evaluation(curriculum, params).content(copies)["metrics"]
    assert metrics["train_precision"]["value"] == 1.0
    entry = metrics["train_coverage"]
    assert entry["value"] > entry["null_interval"][1]


def test_identical_samples(curriculum, params):
    same = np.repeat(curriculum.holdout().data[:1], 120, axis=0)
    metrics = evaluation(curriculum, params).content(same)["metrics"]
    assert metrics["precision"]["value"] == 1.0
    assert metrics["recall"]["value"] == 1 / 120
    assert metrics["frechet_distance"]["value"] > 1


def test_unlabelled_data_without_modes(tmp_path, curriculum_from_arrays, params):
    random = np.random.default_rng(0)
    cloud, more, samples = (random.normal(size=(n, 2)) for n in (40, 20, 20))
    curriculum = curriculum_from_arrays(tmp_path / "plain", cloud, more)
    content = evaluation(curriculum, params).content(samples.astype("f4"))
    assert content["modes"] is None
    assert content["classes"] is None
    for name in ("class_coverage", "mode_coverage"):
        assert content["metrics"][name]["value"] is None
        assert content["metrics"][name]["null"] is None


def test_too_few_records_for_k(tmp_path, curriculum_from_arrays):
    few = curriculum_from_arrays(tmp_path / "few", plus(0, 40)[0], plus(1, 5)[0])
    with pytest.raises(ValueError, match=r"`k`.*holdout records \(5\).*Lower `k`"):
        evaluation(few, EvaluateParams())


def test_large_data_is_compared_in_part(curriculum):
    params = EvaluateParams(records=100, samples=50, resamples=3)
    content = evaluation(curriculum, params).content(plus(2, 50)[0])
    entry = content["metrics"]["train_precision"]
    assert (entry["n"], entry["reference_n"]) == (50, 100)


@pytest.mark.parametrize(
    "features", [{"kind": "pca", "components": 1}, {"kind": "classifier", "epochs": 3}]
)
def test_other_features(curriculum, features):
    params = EvaluateParams.model_validate({"features": features, "resamples": 3})
    content = evaluation(curriculum, params).content(plus(2, 120)[0])
    assert content["features"]["kind"] == features["kind"]
    assert content["features"]["dimension"] == (1 if features["kind"] == "pca" else 64)
    assert content["metrics"]["precision"]["value"] > 0.5


def test_kernel_distance_where_asked_for(curriculum):
    params = EvaluateParams(resamples=3, extra=("kernel_distance",))
    metrics = evaluation(curriculum, params).content(plus(2, 120)[0])["metrics"]
    far = evaluation(curriculum, params).content(plus(2, 120)[0] + 5)["metrics"]
    entry = far["kernel_distance"]
    assert entry["value"] > entry["null_interval"][1]
    assert entry["value"] > 10 * abs(metrics["kernel_distance"]["value"])


def test_every_interval_test_and_number_of_records(curriculum, params):
    """What is beside a value: all of it of the shape that readers expect."""
    params = params.model_copy(update={"samples": 60})
    real = evaluation(curriculum, params)
    samples = (plus(4, 60)[0] + [0, 1.5]).astype("f4")
    metrics = real.content(samples)["metrics"]
    for name in ("f8", "f_eighth", "frechet_distance_infinite", "two_sample_accuracy"):
        entry = metrics[name]
        assert entry["ci"][0] <= entry["value"] <= entry["ci"][1]
        assert entry["n"] == 60
    for name in ("f8", "f_eighth", "two_sample_accuracy"):
        assert metrics[name]["reference_n"] == 60
    assert metrics["frechet_distance_infinite"]["reference_n"] == 120
    tested = {name for name, entry in metrics.items() if entry["p_value"] is not None}
    assert "two_sample_accuracy" in tested
    assert metrics["two_sample_accuracy"]["p_value"] < 1e-3
    assert not tested & {"precision", "frechet_distance", "nonfinite_share"}
    # None of samples that are no numbers.
    samples[0] = np.nan
    assert real.content(samples)["metrics"]["two_sample_accuracy"]["p_value"] is None


def test_nulls_in_closed_form(curriculum):
    """Of 40 splits of real data: 0 and 1/2, within what their number allows."""
    nulls = evaluation(curriculum, EvaluateParams(resamples=40)).nulls
    mean, (low, high), *_ = nulls["frechet_distance_infinite"]
    # The splits share the holdout: its chance does not average out.
    assert low < 0 < high
    assert abs(mean) < nulls["frechet_distance"][0] / 2
    mean, (low, high), *_ = nulls["two_sample_accuracy"]
    deviation = np.sqrt(0.25 / 120)
    assert mean == pytest.approx(0.5, abs=2 * deviation)
    assert 0.5 - 5 * deviation < low < 0.5 < high < 0.5 + 5 * deviation
    assert 0.8 < nulls["f8"][0] < 1
    assert 0.8 < nulls["f_eighth"][0] < 1
