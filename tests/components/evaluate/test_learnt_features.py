"""Features that learn: what samples are compared with is as new to them as samples."""

import numpy as np
import pytest

from components.evaluate.choice import division, samples_of
from components.evaluate.evaluation import Evaluation
from components.evaluate.metrics import METRICS
from components.evaluate.params import EvaluateParams
from components.evaluate.real import evaluation, recalled
from components.evaluate.reference import reference
from components.features import Classifier, Identity, Pca
from components.moments import Moments

NAMES = ("density", "train_density", "precision", "class_spread")
SETS = 40
PCA = Pca(components=12)


def mixture(random, n):
    """Two clusters in 40-D, wide along few axes, and which of them each is of."""
    labels = random.integers(2, size=n)
    wide = 2 / np.sqrt(1 + np.arange(40))
    points = labels[:, None] + wide * random.standard_normal((n, 40))
    return points.astype("f4"), labels


@pytest.fixture
def few_metrics(monkeypatch):
    chosen = [METRICS[name] for name in NAMES]
    monkeypatch.setattr(Evaluation, "metrics", property(lambda _: chosen))


@pytest.fixture
def apart(tmp_path, curriculum_from_arrays, few_metrics):
    """`apart()`: what each metric reads of honest samples above its null, set by set,
    in standard deviations over the sets; (4, SETS)."""

    def read():
        found = []
        for seed in range(SETS):
            random = np.random.default_rng([seed, 1])
            (train, own), (holdout, held) = mixture(random, 180), mixture(random, 60)
            folder = tmp_path / f"{seed}-{Pca.learns}"
            labels, names = (own, held), ["a", "b"]
            curriculum = curriculum_from_arrays(folder, train, holdout, labels, names)
            real = evaluation(curriculum, EvaluateParams(features=PCA, resamples=4))
            read = real.content(mixture(random, 60)[0])["metrics"]
            found.append([read[n]["value"] - read[n]["null"] for n in NAMES])
        apart = np.array(found).T
        return apart / apart.std(1, keepdims=True)

    return read


def test_nulls_are_what_honest_samples_read(apart):
    """Four standard errors of the mean over new data and new samples."""
    assert np.abs(apart().mean(1)).max() < 4 / np.sqrt(SETS)


def test_records_that_were_learnt_would_read_otherwise(apart, monkeypatch):
    """Were the nulls read of records that the components were fitted to."""
    monkeypatch.setattr(Pca, "learns", False)
    density, trained, _, spread = apart().mean(1)
    assert min(density, trained) > 4 / np.sqrt(SETS)
    assert spread < -4 / np.sqrt(SETS)


@pytest.mark.parametrize("count", [2, 7, 100])
@pytest.mark.parametrize("features", [PCA, Classifier()])
def test_one_half_is_learnt_and_the_other_compared(count, features):
    params = EvaluateParams(features=features, seed=3)
    learnt, compared = division(count, params)
    assert sorted([*learnt, *compared]) == list(range(count))
    assert len(compared) - len(learnt) == count % 2
    assert np.array_equal(division(count, params).fitted, learnt)
    other = division(100, params.model_copy(update={"seed": 4}))
    assert not np.array_equal(other.fitted, division(100, params).fitted)


def test_features_that_learn_nothing_are_given_all_and_compared_with_all():
    learnt, compared = division(9, EvaluateParams(features=Identity()))
    assert np.array_equal(learnt, compared)
    assert len(learnt) == 9


@pytest.mark.parametrize(
    ("train", "holdout", "records", "samples"),
    [
        (300, 100, 4096, 100),
        (200, 100, 4096, 90),  # nine tenths of a half
        (300, 100, 80, 72),
        (100, 100, 4096, 45),
    ],
)
def test_how_many_samples(train, holdout, records, samples):
    info = {"counts": {"train": train, "holdout": holdout}}
    assert samples_of(info, EvaluateParams(features=PCA, records=records)) == samples


def test_too_few_in_the_half(tmp_path, curriculum_from_arrays):
    values = np.random.default_rng(0).normal(size=(40, 3)).astype("f4")
    few = curriculum_from_arrays(tmp_path / "c", values[:10], values[10:])
    with pytest.raises(ValueError, match=r"training records \(5\) \(the half that"):
        evaluation(few, EvaluateParams(features=PCA))


@pytest.mark.parametrize("records", [40, 4096])
def test_no_record_is_on_both_sides(
    tmp_path, curriculum_from_arrays, make_context, monkeypatch, records
):
    """Alone and by a reference: not in what is compared, nor in its moments."""
    seen, fit = [], Pca.fit

    def remembering(self, data, labels, *, seed):
        seen.append({row.tobytes() for row in data})
        return fit(self, data, labels, seed=seed)

    monkeypatch.setattr(Pca, "fit", remembering)
    sides = (mixture(np.random.default_rng(i), n)[0] for i, n in enumerate((150, 70)))
    curriculum = curriculum_from_arrays(tmp_path / "c", *sides)
    params = EvaluateParams(features=PCA, resamples=2, records=records)
    alone = evaluation(curriculum, params)
    made = reference(curriculum=curriculum, params=params, context=make_context())
    known = recalled(made)
    assert seen[0] == seen[1]
    assert len(seen[0]) == min(records, 75)
    for real in (alone, known):
        compared = {row.tobytes() for row in real.train.records}
        assert len(compared) == min(records, 75)
        assert not compared & seen[0]
        trained = {row.tobytes() for row in real.trained.records}
        assert trained == compared | seen[0]
    assert alone.digest() == known.digest()
    assert np.array_equal(alone.train.labels, known.train.labels)
    train = curriculum.train().data
    new = [row.tobytes() not in seen[0] for row in train]
    truth = Moments.of(known.features(train[new]))
    moments = known.train.moments
    assert moments.count == truth.count == 150 - len(seen[0])
    np.testing.assert_allclose(moments.mean, truth.mean, rtol=1e-9)
    np.testing.assert_allclose(moments.scatter, truth.scatter, rtol=1e-9)
