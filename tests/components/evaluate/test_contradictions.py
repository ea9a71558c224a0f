"""Metrics that contradict one another: which is fooled, by what, and false alarms."""

import numpy as np
import pytest
from scipy.stats import binom

from components.evaluate.comparison import Sample
from components.evaluate.contradictions import (
    FALSE_ALARMS,
    contradictions,
    deviation,
    judge,
)
from components.evaluate.evaluation import Evaluation
from components.evaluate.metrics import METRICS
from components.evaluate.nulls import null
from components.evaluate.params import EvaluateParams
from components.evaluate.real import evaluation as curriculum_evaluation
from components.evaluate.splits import chance
from components.features import Identity

ARMS = 2.0 * np.array([[1, 0], [-1, 0], [0, 1], [0, -1.0]])
STD, ONE_TIER = 0.4, [{"index": 0, "threshold": 1.0, "holdout": 0}]


def plus(random, n):
    """Four clusters, whose classes are their arms."""
    labels = random.integers(4, size=n)
    return ARMS[labels] + STD * random.standard_normal((n, 2)), labels


def evaluation(seed, train, holdout, n):
    """A new train and a new holdout part of the plus."""
    random = np.random.default_rng([seed, 1])

    def sample(count):
        values, labels = plus(random, count)
        return Sample(values, values, labels, tiers=np.zeros(count, int))

    sides = sample(train), sample(holdout)
    params, features = EvaluateParams(), Identity().fit(None, None, seed=0)
    records = sides[1].records
    return Evaluation(
        params, features, *sides, records, None, None, min(n, holdout), ONE_TIER
    )


def moment_matched(random, n):
    """Two clusters of the plus's mean and covariance (numbers: the plus)."""
    total, b = 2.0**2 / 2 + STD**2, 1.46
    centers = b * np.array([[1, 0], [-1, 0.0]])
    deviations = np.sqrt([total - b**2, total])
    return centers[np.arange(n) % 2] + deviations * random.standard_normal((n, 2))


def pairs(content):
    return {
        (pair["as_data"]["metric"], pair["not_as_data"]["metric"]): pair
        for pair in content["contradictions"]["pairs"]
    }


def test_the_plus_fools_the_frechet_distance():
    """Its moments are the data's; recall, coverage and precision are not fooled."""
    real = evaluation(0, 1200, 500, 500)
    content = real.content(moment_matched(np.random.default_rng(0), 500))
    found = pairs(content)
    for other in ("recall", "coverage", "precision"):
        pair = found["frechet_distance", other]
        assert pair["blind_to"] == METRICS["frechet_distance"].blind_to
        for side in ("as_data", "not_as_data"):
            told = pair[side]
            entry = content["metrics"][told["metric"]]
            for name in ("value", "null", "null_interval", "deviation"):
                assert told[name] == entry[name]
        assert pair["as_data"]["deviation"] < 2.1 < -pair["not_as_data"]["deviation"]
    assert not any(calm in ("recall", "coverage") for calm, _ in found)
    loud = [p["not_as_data"] for p in found.values()]
    furthest = max(abs(each["deviation"]) for each in loud)
    assert content["contradictions"]["pairs"][0]["not_as_data"] in [
        each for each in loud if abs(each["deviation"]) == furthest
    ]


def test_a_collapse_fools_precision():
    real = evaluation(1, 800, 300, 300)
    one_arm = ARMS[0] + STD * np.random.default_rng(1).standard_normal((300, 2))
    found = pairs(real.content(one_arm))
    for other in ("coverage", "recall", "class_coverage", "frechet_distance"):
        assert "missing modes" in found["precision", other]["blind_to"]


def test_copies_fool_precision_and_coverage():
    real = evaluation(2, 600, 300, 300)
    found = pairs(real.content(real.train.records[:300].copy()))
    for calm in ("precision", "coverage", "frechet_distance"):
        assert (calm, "train_nearest_share") in found
    # What says only that one thing is not wrong vouches for no quality.
    silent = {name for name in METRICS if METRICS[name].says != "quality"}
    assert {"train_precision", "duplicate_pairs", "class_spread"} < silent
    assert not any(calm in silent for calm, _ in found)


def test_equal_distributions_show_none():
    """New records, and new samples of the same density, 40 times: any contradiction at
    all at the stated rate of false alarms, all pairs of all metrics together."""
    seeds, alarms = 40, 0
    judged = set()
    for seed in range(seeds):
        real = evaluation(seed, 200, 90, 90)
        content = real.content(plus(np.random.default_rng([seed, 2]), 90)[0])
        alarms += bool(content["contradictions"]["pairs"])
        judged.add(content["contradictions"]["metrics"])
        assert content["contradictions"]["false_alarm_rate"] == FALSE_ALARMS
    # More than this by chance in one of ten thousand cases.
    assert alarms <= binom.isf(1e-4, seeds, FALSE_ALARMS)
    assert min(judged) >= 13


@pytest.mark.parametrize(("n", "train", "stray"), [(50, 200, 0.5), (150, 200, 0.5)])
def test_a_mean_strays_from_the_splits_mean_as_foretold(n, train, stray):
    """Standardized means of new samples have variance 1, whatever part of the training
    records stands in; √(1/n - 1/N) alone would give 1.7 and 7."""
    deviations = []
    for seed in range(300):
        random = np.random.default_rng([seed, n])
        pool = random.standard_normal(train)
        splits = [random.choice(pool, n, replace=False).mean() for _ in range(20)]
        mean, _, _, error = null(np.array(splits))
        scaled = error * chance("holdout", train, 90, n) * np.sqrt(1 + 1 / 20)
        deviations.append((random.standard_normal(n).mean() - mean) / scaled)
    # A t of 19 degrees has variance 19/17; of 300 the error of one is 10 %.
    assert np.var(deviations) == pytest.approx(19 / 17, rel=0.4)


def test_no_error_no_judgement():
    """As many samples as training records: the splits are all the same."""
    assert chance("holdout", 90, 100, 90) is None
    real = evaluation(0, 90, 100, 90)
    content = real.content(np.zeros((90, 2)))
    assert content["metrics"]["recall"]["deviation"] is None
    judged = {name for pair in pairs(content) for name in pair}
    assert judged <= {name for name in METRICS if METRICS[name].reference != "holdout"}


def test_features_that_learn_are_judged_as_all_others(tmp_path, curriculum_from_arrays):
    """Even where the half that they learnt nothing of is no more than the holdout."""
    random = np.random.default_rng(0)
    sides = (random.standard_normal((n, 8)).astype("f4") for n in (160, 80))
    curriculum = curriculum_from_arrays(tmp_path / "c", *sides)
    params = EvaluateParams.model_validate({"features": {"kind": "pca"}})
    real = curriculum_evaluation(curriculum, params)
    assert real.samples == 72
    mixed = np.r_[real.holdout.records[:40], np.full((32, 8), 6.0)]
    content = real.content(mixed.astype("f4"))
    assert content["metrics"]["precision"]["deviation"] < -3
    assert ("coverage", "precision") in pairs(content)


def test_records_that_are_all_the_same():
    same = np.ones((60, 2))
    side = Sample(same, same, np.zeros(60, int), tiers=np.zeros(60, int))
    features = Identity().fit(None, None, seed=0)
    real = Evaluation(
        EvaluateParams(), features, side, side.take(np.arange(30)), same[:30],
        None, None, 30, ONE_TIER,
    )  # fmt: skip
    assert real.content(same[:30])["contradictions"]["pairs"] == []
    content = real.content(same[:30] + 1)
    assert content["metrics"]["precision"]["value"] == 0.0
    assert all(loud != "precision" for loud, _ in pairs(content))


def entry(away, p_value=None):
    return {
        "value": 1.0,
        "null": 1.0,
        "null_interval": [0, 2],
        "deviation": away,
        "p_value": p_value,
    }


@pytest.mark.parametrize(
    ("name", "away", "as_data", "alarmed"),
    [
        ("recall", -9.0, False, True),
        ("recall", 9.0, True, False),  # better than data is as good as data
        ("frechet_distance", 9.0, False, True),
        ("frechet_distance", -9.0, True, False),
        ("density", 9.0, False, True),
        ("density", -9.0, False, True),
        ("recall", -2.0, True, False),
        ("recall", -2.5, False, False),  # neither as data nor surely not
    ],
)
def test_which_way_is_worse(name, away, as_data, alarmed):
    told = judge(METRICS[name], entry(away), 20, 0.001)
    assert (told.as_data, told.alarmed) == (as_data, alarmed)


def test_a_test_decides_by_its_p_value():
    metric = METRICS["train_nearest_share"]
    assert judge(metric, entry(0.5, 1e-4), 20, 0.001).alarmed
    assert not judge(metric, entry(9.0, 0.2), 20, 0.001).alarmed


def test_a_metric_that_says_what_another_says_is_not_heard():
    metrics = [METRICS["support"], METRICS["recall"]]
    entries = {"support": entry(0.0), "recall": entry(-9.0)}
    found = contradictions(metrics, entries, 20)
    assert (found["metrics"], found["pairs"]) == (1, [])


def test_deviation_of_equal_readings():
    recall, frechet = METRICS["recall"], METRICS["frechet_distance"]
    never = null(np.ones(20), "angle")
    assert deviation(recall, 1.0, never, 0.0, 20) == 0.0
    assert deviation(recall, 0.9, never, 0.0, 20) is None
    assert deviation(recall, None, never, 0.1, 20) is None
    assert deviation(frechet, 1e-12, null(np.zeros(20)), None, 20) is None
