"""What degenerate samples and records read: a value that is documented, or None."""

import json

import numpy as np
import pytest

from components.evaluate.comparison import Comparison, Sample
from components.evaluate.metrics import METRICS
from components.evaluate.params import EvaluateParams
from components.evaluate.real import evaluation
from components.records import Modes

NEW = (
    *("mode_spread", "class_spread", "tail_coverage"),
    *("duplicate_pairs", "support", "train_nearest_share"),
)
D, N = 20, 15
PARAMS = EvaluateParams(resamples=5)
CENTERS = np.zeros((2, D))
CENTERS[:, 0] = [-4.0, 4.0]


def records(seed, n):
    labels = np.arange(n) % 2
    noise = np.random.default_rng(seed).standard_normal((n, D))
    return (CENTERS[labels] + noise).astype("f4"), labels


@pytest.fixture
def content(tmp_path, curriculum_from_arrays):
    """metrics.json of samples, beside fewer records than dimensions, in two tiers."""
    (train, own), (holdout, held) = records(0, N + 3), records(1, N)
    curriculum = curriculum_from_arrays(
        tmp_path / "curriculum",
        train,
        holdout,
        (own, held),
        modes=Modes(CENTERS, np.full(2, 0.5), np.ones(2)),
        tiers=2,
    )

    def measure(samples):
        found = evaluation(curriculum, PARAMS).content(samples)
        # Strict JSON: NaN is not a number that other readers know.
        json.loads(json.dumps(found), parse_constant=pytest.fail)
        return found

    return measure


def values(content):
    return {name: content["metrics"][name]["value"] for name in NEW}


def test_fewer_samples_than_dimensions(content):
    found = content(records(2, N)[0])
    assert all(value is not None for value in values(found).values())
    for name in NEW:
        assert found["metrics"][name]["null"] is not None
        assert found["metrics"][name]["ci"] is not None


def test_samples_that_are_all_the_same(content):
    found = content(np.repeat(records(2, 1)[0], N, 0))
    read = values(found)
    assert read["mode_spread"] == read["class_spread"] == 0.0
    assert read["duplicate_pairs"] == N * (N - 1) / 2
    assert read["support"] == 1.0
    assert read["train_nearest_share"] in (0.0, 1.0)
    assert found["duplicates"]["copies"] == N * (N - 1) / 2
    # Who all samples belong to has a spread of 0; the other mode has no sample.
    assert sorted(row["spread"]["n"] for row in found["modes"]) == [0, N]
    assert {row["spread"]["value"] for row in found["modes"]} == {0.0, None}


def test_samples_in_no_mode(content):
    """Each belongs to the nearest, as far as that is; none is captured."""
    found = content(records(2, N)[0] + 1000 * np.eye(D, dtype="f4")[1])
    assert found["metrics"]["mode_coverage"]["value"] == 0.0
    assert found["metrics"]["tail_coverage"]["value"] == 0.0
    assert all(row["coverage"]["value"] == 0 for row in found["tiers"])
    # The samples' own spread is the data's, wherever they are.
    assert 0.5 < values(found)["mode_spread"] < 1.5


def test_one_sample():
    """Neighbours are refused, as `k` has no meaning; what needs none has an answer."""
    (x, labels), (y, _) = records(0, N), records(1, 1)
    real, lone = Sample(x, x, labels), Sample(y, y, np.array([-1]))
    modes = Modes(CENTERS, np.full(2, 0.5), np.ones(2))
    comparison = Comparison(lone, real, 5, modes, holdout=real.take(np.arange(5)))
    read = {name: METRICS[name].value(comparison) for name in NEW}
    assert read.pop("train_nearest_share") in (0.0, 0.5, 1.0)
    assert set(read.values()) == {None}
    tiered = Sample(x, x, labels, tiers=labels)
    with pytest.raises(ValueError, match=r"fewer than the 1 points of `generated`"):
        METRICS["tail_coverage"].value(Comparison(lone, tiered, 5, modes))
