"""Splitting: stable parts, honest difficulties, tiers from core to outliers."""

import hashlib

import numpy as np
import pyarrow as pa
import pytest
from pydantic import ValidationError

from components.artifacts import Dataset
from components.curate.stage import CurateParams, curate
from components.split.difficulties.gaussian import Gaussian
from components.split.difficulties.isolation_forest import IsolationForest
from components.split.difficulties.knn_distance import KnnDistance
from components.split.difficulty import SplitError
from components.split.grading import in_holdout, thresholds, tier_of
from components.split.params import SplitParams
from components.split.stage import split


def hashes(count, start=0):
    return [hashlib.sha256(str(n).encode()).hexdigest() for n in range(start, count)]


def dataset_of(folder, data, labels=None, shards=1):
    """A Dataset of given records (n, *shape), in so many shards."""
    dataset = Dataset(str(folder))
    data = np.asarray(data, np.float32)
    digests = [hashlib.sha256(row.tobytes()).hexdigest() for row in data]
    labels = np.full(len(data), -1) if labels is None else labels
    for shard in range(shards):
        rows = np.arange(shard, len(data), shards)
        flat = pa.array(data[rows].ravel())
        width = int(np.prod(data.shape[1:]))
        table = pa.table(
            {
                "digest": [digests[row] for row in rows],
                "origin": [str(row) for row in rows],
                "label": pa.array(labels[rows], pa.int32()),
                "data": pa.FixedSizeListArray.from_arrays(flat, width),
            }
        )
        dataset.write_table(f"records/part-{shard:05d}.parquet", table)
    dataset.write_json(
        "dataset.json",
        {
            "name": "made",
            "shape": list(data.shape[1:]),
            "classes": None,
            "modes": None,
        },
    )
    return dataset


def params(**values):
    return SplitParams.model_validate(values)


def content(artifact):
    return {name: artifact.read_bytes(name) for name in artifact.names()}


@pytest.fixture
def points():
    return np.random.default_rng(0).normal(size=(400, 2))


def test_the_holdout_is_the_share_asked_for():
    count, share = 20_000, 0.2
    held = in_holdout(hashes(count), share).mean()
    # Binomial: four standard errors.
    assert abs(held - share) < 4 * np.sqrt(share * (1 - share) / count)


def test_a_larger_share_keeps_the_smaller_holdout():
    digests = hashes(1000)
    small, large = in_holdout(digests, 0.1), in_holdout(digests, 0.3)
    assert not (small & ~large).any() and small.sum() < large.sum()


def test_added_records_move_no_old_one(tmp_path, points, make_context):
    parts = []
    for count in (300, 400):
        dataset = dataset_of(tmp_path / f"d{count}", points[:count])
        made = split(dataset=dataset, params=params(), context=make_context())
        parts.append((set(made.train().digests), set(made.holdout().digests)))
    (few_train, few_held), (train, held) = parts
    assert few_train < train and few_held < held
    assert not train & held and len(train | held) == 400


def test_the_layout_of_shards_and_workers_has_no_influence(
    tmp_path, points, make_context, monkeypatch
):
    monkeypatch.setattr("components.split.work.FILE_BYTES", 100 * 8)
    one = split(
        dataset=dataset_of(tmp_path / "one", points),
        params=params(),
        context=make_context(),
    )
    many = split(
        dataset=dataset_of(tmp_path / "many", points[::-1], shards=5),
        params=params(),
        context=make_context("memory://split", workers=3),
    )
    assert content(one) == content(many)
    assert len([name for name in one.names() if name.startswith("train/")]) > 2


def test_records_are_sorted_and_complete(tmp_path, points, make_context):
    context = make_context()
    made = split(
        dataset=dataset_of(tmp_path / "d", points, labels=np.arange(400) % 7, shards=3),
        params=params(holdout=0.3, tiers=4),
        context=context,
    )
    info = made.info()
    assert info["counts"] == {
        "train": len(made.train()),
        "holdout": len(made.holdout()),
    }
    originals = {
        row.tobytes(): n % 7 for n, row in enumerate(points.astype(np.float32))
    }
    for part in (made.train(), made.holdout()):
        keys = list(zip(part.tiers, part.difficulty, part.digests, strict=True))
        assert keys == sorted(keys)
        for row, label, digest in zip(
            part.data, part.labels, part.digests, strict=True
        ):
            assert originals.pop(row.tobytes()) == label
            assert hashlib.sha256(row.tobytes()).hexdigest().encode() == digest
    assert not originals
    for tier in info["tiers"]:
        assert tier["train"] == (made.train().tiers == tier["index"]).sum()
        assert tier["holdout"] == (made.holdout().tiers == tier["index"]).sum()
        inside = made.train().difficulty[made.train().tiers == tier["index"]]
        assert inside.max() == tier["threshold"]
    assert context.scratch.names() == []


def test_difficulty_is_fitted_on_training_records_alone(tmp_path, points, make_context):
    made = split(
        dataset=dataset_of(tmp_path / "d", points),
        params=params(difficulty={"kind": "knn_distance", "k": 3}),
        context=make_context(),
    )
    train, held = made.train(), made.holdout()
    among = np.linalg.norm(train.data[:, None] - train.data, axis=2)
    np.fill_diagonal(among, np.inf)
    across = np.linalg.norm(held.data[:, None] - train.data, axis=2)
    # float32 coordinates below 4: squared distances carry errors near 1e-6.
    assert np.allclose(np.sort(among)[:, 2], train.difficulty, atol=1e-5)
    assert np.allclose(np.sort(across)[:, 2], held.difficulty, atol=1e-5)


def test_neighbours_exclude_oneself_even_among_equals():
    equal = np.array([[0.0], [0.0], [5.0], [9.0]])
    score = KnnDistance(k=1).fit(equal, 0)
    fitted = np.ones(4, bool)
    assert score(equal, fitted).tolist() == [0, 0, 4, 4]
    assert score(np.array([[5.0]]), np.zeros(1, bool)).tolist() == [0]


def test_gaussian_is_the_negative_log_density():
    from scipy.stats import multivariate_normal
    from sklearn.covariance import ledoit_wolf

    x = np.random.default_rng(1).normal(size=(500, 3)) @ np.diag([1, 2, 3.0])
    score = Gaussian().fit(x, 0)
    law = multivariate_normal(x.mean(axis=0), ledoit_wolf(x)[0])
    assert np.allclose(score(x, np.ones(500, bool)), -law.logpdf(x))


def test_gaussian_bears_constant_columns():
    x = np.random.default_rng(1).normal(size=(50, 3))
    x[:, 1] = 7
    assert np.isfinite(Gaussian().fit(x, 0)(x, np.ones(50, bool))).all()
    same = np.ones((50, 3))
    assert np.isfinite(Gaussian().fit(same, 0)(same, np.ones(50, bool))).all()


@pytest.mark.parametrize("part", [KnnDistance(), Gaussian(), IsolationForest()])
def test_outliers_are_harder_and_fits_repeat(part):
    random = np.random.default_rng(0)
    x = np.concatenate([random.normal(size=(300, 2)), random.normal(9, 4, size=(9, 2))])
    fitted = np.ones(len(x), bool)
    score = part.fit(x, 5)(x, fitted)
    assert score[300:].mean() > np.quantile(score[:300], 0.95)
    assert np.array_equal(score, part.fit(x, 5)(x, fitted))


def test_tiers_are_quantiles_and_bounds_belong_below():
    difficulty = np.arange(1.0, 13.0)
    bounds = thresholds(difficulty, 3)
    assert bounds.tolist() == [4, 8]
    assert np.bincount(tier_of(difficulty, bounds)).tolist() == [4, 4, 4]
    uneven = thresholds(difficulty, [0.5, 0.75])
    assert np.bincount(tier_of(difficulty, uneven)).tolist() == [6, 3, 3]
    assert np.bincount(tier_of(difficulty, thresholds(difficulty, 1))).tolist() == [12]
    assert tier_of(np.array([-5.0, 99.0]), bounds).tolist() == [0, 2]


@pytest.mark.parametrize(
    ("count", "values", "message"),
    [
        (2, {"holdout": 1e-6}, r"Invalid value for `holdout`"),
        (
            40,
            {"difficulty": {"kind": "knn_distance", "k": 50}},
            r"Invalid value for `difficulty\.k",
        ),
        (40, {"tiers": 100}, r"Invalid value for `tiers`"),
    ],
)
def test_what_cannot_be_split_is_explained(
    tmp_path, points, make_context, count, values, message
):
    dataset = dataset_of(tmp_path / "d", points[:count])
    # Beam adds the step to the message, and keeps the type.
    with pytest.raises(SplitError, match=message):
        split(dataset=dataset, params=params(**values), context=make_context())


@pytest.mark.parametrize(
    "values",
    [{"holdout": 0.0}, {"holdout": 1.0}, {"tiers": 0}, {"tiers": [0.5, 0.5]},
     {"tiers": []}, {"tiers": [1.0]}, {"difficulty": {"kind": "knn"}}],
)  # fmt: skip
def test_bad_parameters_are_refused(values):
    with pytest.raises(ValidationError):
        params(**values)


def test_difficulty_in_principal_components(make_context, tmp_path):
    source = CurateParams.model_validate({"source": {"kind": "digits"}})
    dataset = curate(params=source, context=make_context())
    difficulty = {
        "kind": "knn_distance",
        "k": 5,
        "features": {"kind": "pca", "components": 8},
    }
    made = split(
        dataset=dataset, params=params(difficulty=difficulty), context=make_context()
    )
    assert made.info()["difficulty"]["features"]["components"] == 8
    assert made.info()["classes"] == [str(n) for n in range(10)]
    assert made.train().data.shape[1:] == (8, 8, 1)
    # Thirds, up to ties.
    sizes = [tier["train"] for tier in made.info()["tiers"]]
    assert max(sizes) - min(sizes) <= 1
