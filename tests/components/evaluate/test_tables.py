"""Modes, classes and tiers, a row each: a generator of the core alone shows."""

import numpy as np
import pytest

from components.evaluate import tables
from components.evaluate.comparison import Sample
from components.evaluate.params import EvaluateParams
from components.evaluate.real import evaluation
from components.evaluate.tables import share_interval, tier_spacings
from components.records import Modes

CENTERS = np.array([[6.0, 0], [0, 6], [-6, 0]])
MODES = Modes(CENTERS, np.full(3, 1 / 3), np.full(3, 1.0))
ENTRY = {"value", "null", "null_interval", "ci", "n"}
PARAMS = EvaluateParams(resamples=10)


def graded(seed, n):
    """Records in three clusters, from core to outliers, with their classes."""
    random = np.random.default_rng(seed)
    labels, away = np.arange(n) % 3, random.standard_normal((n, 2))
    order = np.argsort((away**2).sum(1))
    labels, away = labels[order], away[order]
    return (CENTERS[labels] + away).astype("f4"), labels


@pytest.fixture
def curriculum(tmp_path, curriculum_from_arrays):
    (train, own), (holdout, held) = graded(0, 360), graded(1, 180)
    names = ["a", "b", "c"]
    folder = tmp_path / "curriculum"
    return curriculum_from_arrays(folder, train, holdout, (own, held), names, MODES, 3)


def test_a_generator_of_the_core_alone(curriculum):
    """Samples within the inner third: tiers further out are covered ever less."""
    random = np.random.default_rng(2)
    # In two dimensions a third of a normal lies within √(2 ln 1.5) = 0.9 deviations.
    turn, reach = 2 * np.pi * random.random(180), 0.9 * np.sqrt(random.random(180))
    away = reach[:, None] * np.stack([np.cos(turn), np.sin(turn)], 1)
    content = evaluation(curriculum, PARAMS).content(CENTERS[np.arange(180) % 3] + away)
    core, _, tail = (row["coverage"] for row in content["tiers"])
    assert core["value"] >= core["null_interval"][0]
    assert tail["ci"][1] < 0.6 < tail["null_interval"][0]
    read = content["metrics"]["tail_coverage"]
    assert read["value"] == tail["value"]
    # One in a thousand of Student's t with nine degrees of freedom reaches 4.3.
    assert read["deviation"] < -3


def test_rows_have_figures_with_nulls_and_intervals(curriculum):
    content = evaluation(curriculum, PARAMS).content(graded(3, 180)[0])
    assert [row["index"] for row in content["tiers"]] == [0, 1, 2]
    assert sum(row["records"] for row in content["tiers"]) == 180
    assert set(content["tiers"][0]) == {
        *("index", "threshold", "records", "spacing", "coverage")
    }
    for table, columns in (
        ("tiers", ("coverage",)),
        ("classes", ("coverage", "spread")),
        ("modes", ("spread",)),
    ):
        for row in content[table]:
            for name in columns:
                entry = row[name]
                assert set(entry) == ENTRY
                assert entry["ci"][0] <= entry["value"] <= entry["ci"][1]
                assert entry["null_interval"][0] <= entry["null"]
                assert 0.5 < entry["value"] < 1.5
    # Each holdout record is in one tier and one class: the tables' means are coverage.
    whole = content["metrics"]["coverage"]["value"]
    for table in ("tiers", "classes"):
        entries = [row["coverage"] for row in content[table]]
        parts = [each["value"] for each in entries]
        sizes = [each["n"] for each in entries]
        assert np.average(parts, weights=sizes) == pytest.approx(whole)


def test_a_class_that_is_missing_is_not_covered(curriculum):
    samples, labels = graded(4, 270)
    content = evaluation(curriculum, PARAMS).content(samples[labels != 1][:180])
    row = content["classes"][1]
    assert row["name"] == "b"
    assert row["share"] == row["coverage"]["value"] == 0.0
    assert row["coverage"]["ci"][1] < 0.1
    assert row["spread"] == row["spread"] | {"value": None, "ci": None, "n": 0}
    # What the data's own would be is known all the same.
    assert row["spread"]["null"] == pytest.approx(1.0, abs=0.2)


def test_a_tier_is_as_sparse_as_its_records_lie_apart():
    random = np.random.default_rng(4)
    core = random.standard_normal((300, 2))
    tail = 100 + 50 * random.standard_normal((300, 2))
    data = np.concatenate([core, tail])
    tiers = np.repeat([0, 1], 300)
    none = np.full(600, -1)
    spacings = tier_spacings(Sample(data, data, none, tiers=tiers))
    # As many records 50 times as wide lie 50 times as far apart; a median's error of
    # 300 is some 7 %.
    assert spacings[1] / spacings[0] == pytest.approx(50, rel=0.3)
    apart = np.linalg.norm(core[:, None] - core, axis=2) + 1e9 * np.eye(300)
    assert spacings[0] == pytest.approx(np.median(apart.min(1)), rel=1e-5)
    copied = np.concatenate([np.repeat(core[:1], 300, axis=0), tail])
    assert set(tier_spacings(Sample(copied, copied, none, tiers=tiers))) == {1}
    assert tier_spacings(Sample(data, data, none)) == {}


def test_of_many_records_some_tell_how_far_apart_they_lie(monkeypatch):
    data = np.random.default_rng(5).standard_normal((400, 2))
    sample = Sample(data, data, np.full(400, -1), tiers=np.repeat([0, 1], 200))
    monkeypatch.setattr(tables, "SPACED", 100)
    assert set(tier_spacings(sample)) == {0, 1}
    assert tier_spacings(sample)[0] > np.median(sample.spacing[:200])


def test_one_tier_and_an_empty_one(tmp_path, curriculum_from_arrays):
    train, holdout = graded(0, 60)[0], graded(1, 40)[0]
    plain = curriculum_from_arrays(tmp_path / "one", train, holdout)
    content = evaluation(plain, PARAMS).content(graded(2, 40)[0])
    assert content["metrics"]["tail_coverage"]["value"] is None
    whole = content["metrics"]["coverage"]["value"]
    assert content["tiers"][0]["coverage"]["value"] == whole
    assert content["modes"] is None
    # Of 45 tiers five have no held-out record.
    empty = curriculum_from_arrays(tmp_path / "many", train, holdout, tiers=45)
    content = evaluation(empty, PARAMS).content(graded(2, 40)[0])
    last = content["tiers"][-1]["coverage"]
    assert last == {**dict.fromkeys(ENTRY), "n": 0}


def test_samples_that_are_no_numbers_have_no_tables(curriculum):
    content = evaluation(curriculum, PARAMS).content(np.full((180, 2), np.nan))
    for name in ("modes", "classes", "tiers", "duplicates", "contradictions"):
        assert content[name] is None


def test_wilsons_interval():
    """Brown, Cai and DasGupta 2001: of n hits of n it ends at 1 / (1 + z²/n)."""
    low, high = share_interval(np.ones(10))
    assert high == pytest.approx(1)
    assert low == pytest.approx(1 / (1 + 1.959964**2 / 10))
    assert share_interval(np.zeros(10)) == pytest.approx([0, 1 - low], abs=1e-12)
