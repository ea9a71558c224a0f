"""Data whose fault is known: counts, order, and what the training is told of it."""

import json
from collections.abc import Callable

import numpy as np
import pytest

from components.records import Modes, records_of
from components.theory.faults import FaultsParams, faults
from components.train.facts import facts_of
from components.train.records import opened

RANDOM = np.random.default_rng(0)
LABELS = np.repeat([0, 1, 2], [50, 30, 20])
POINTS = RANDOM.standard_normal((100, 2)).astype("f4")


def spoiled(curriculum, make_context: Callable, **params):
    stated = FaultsParams.model_validate_json(json.dumps(params))
    return faults(curriculum, stated, context=make_context())


def train_of(curriculum):
    tables = [curriculum.read_table(name) for name in curriculum.files("train")]
    parts = [records_of(table, curriculum.shape()) for table in tables]
    return [np.concatenate(each) for each in zip(*parts, strict=True)]


@pytest.fixture
def labelled(curriculum_from_arrays, tmp_path):
    """100 training records of three classes in two files, as many held out."""
    made = curriculum_from_arrays(
        tmp_path / "c", POINTS, POINTS, labels=(LABELS, LABELS), classes="abc", tiers=2
    )
    name = made.files("train")[0]
    table = made.read_table(name)
    made.write_table(name, table[:40])
    made.write_table("train/part-00001.arrow", table[40:])
    return made


def test_by_default_nothing_is_wrong(labelled, make_context):
    made = spoiled(labelled, make_context)
    for before, after in zip(train_of(labelled), train_of(made), strict=True):
        assert np.array_equal(before, after)
    assert made.info() == labelled.info()


@pytest.mark.parametrize("lost", [0.5, 0.9, 1.0])
def test_a_class_is_lost_in_training_alone(lost, labelled, make_context):
    made = spoiled(labelled, make_context, lost=lost, lost_class=1)
    data, labels, _, tiers, _ = train_of(made)
    left = round(30 * (1 - lost))
    assert np.bincount(labels, minlength=3).tolist() == [50, left, 20]
    others = LABELS != 1
    assert np.array_equal(data[labels != 1], POINTS[others])
    info = made.info()
    assert info["counts"] == {"train": 70 + left, "holdout": 100}
    assert [tier["train"] for tier in info["tiers"]] == np.bincount(tiers).tolist()
    with opened(made) as (train, holdout):
        skew = facts_of(made, train, holdout).skew
    assert skew is not None and skew.which == 1
    assert skew.rarest == pytest.approx(left / (70 + left) / 0.3)
    assert (skew.p_value < 1e-3) is (lost >= 0.9)


def test_a_known_mode_stands_for_a_class(
    curriculum_from_arrays, tmp_path, make_context
):
    modes = Modes(np.array([[0.0, 0.0], [9.0, 0.0]]), np.ones(2) / 2, np.ones(2))
    points = (POINTS + modes.centers[np.arange(100) % 2]).astype("f4")
    plain = curriculum_from_arrays(tmp_path / "c", points, points, modes=modes)
    made = spoiled(plain, make_context, lost=0.8, lost_class=1)
    assert len(train_of(made)[0]) == 60
    with opened(made) as (train, holdout):
        skew = facts_of(made, train, holdout).skew
    assert skew is not None and skew.which == 1
    assert skew.rarest == pytest.approx(10 / 60 / 0.5)


def test_one_record_is_copied_until_it_is_so_many(labelled, make_context):
    made = spoiled(labelled, make_context, copies=0.75)
    data, *_ = train_of(made)
    same = (data == POINTS[0]).all(axis=1)
    assert same.mean() == pytest.approx(0.75, abs=0.01)
    assert same[: same.sum()].all()
    assert made.info()["counts"]["train"] == len(data)
    assert made.files("holdout") == labelled.files("holdout")


@pytest.mark.parametrize("missing", [3, 7])
def test_a_class_that_nothing_is_of_cannot_be_lost(missing, labelled, make_context):
    with pytest.raises(ValueError, match=f"`lost_class`.*Received: {missing}, which 0"):
        spoiled(labelled, make_context, lost=0.5, lost_class=missing)
