"""What is known of the data before training."""

import numpy as np
import pytest

from components.train import facts
from components.train.facts import class_shares, facts_of
from components.train.records import opened

RANDOM = np.random.default_rng(0)


def told(curriculum):
    with opened(curriculum) as (train, holdout):
        return facts_of(curriculum, train, holdout)


@pytest.mark.parametrize("at_a_time", [None, 1])
def test_copies_are_counted_across_shards(
    curriculum_from_arrays, tmp_path, monkeypatch, at_a_time
):
    """Of 100 records one is there 41 times, another twice: 59 differ."""
    if at_a_time is not None:
        monkeypatch.setattr(facts, "ROWS_BYTES", at_a_time)
    points = RANDOM.standard_normal((100, 2)).astype(np.float32)
    points[60:] = points[7]
    points[59] = points[3] = [0.0, 1.0]
    points[59, 0] = -0.0
    curriculum = curriculum_from_arrays(tmp_path / "c", points, points[:9], tiers=2)
    table = curriculum.read_table("train/part-00000.arrow")
    curriculum.write_table("train/part-00000.arrow", table[:30])
    curriculum.write_table("train/part-00001.arrow", table[30:])
    found = told(curriculum)
    assert found.records == 100
    assert found.duplicates == pytest.approx(1 - len(np.unique(points, axis=0)) / 100)
    assert found.duplicates == pytest.approx(0.41)
    assert found.tiers == 2
    assert found.told()["largest_class_share"] is None
    assert found.told()["rejects"] is None


def test_shares_of_classes_and_rejects(curriculum_from_arrays, tmp_path):
    points = RANDOM.standard_normal((10, 2))
    labels = np.repeat([0, 1], [7, 3])
    curriculum = curriculum_from_arrays(
        tmp_path / "c", points, points, labels=(labels, labels), classes="ab"
    )
    curriculum.write_json(
        "curriculum.json",
        curriculum.info() | {"rejected": {"duplicate": 4, "non_finite": 5}},
    )
    assert told(curriculum).told() == {
        "kind": "points",
        "records": 10,
        "duplicates": 0.0,
        "largest_class_share": 0.7,
        "smallest_class_share": 0.3,
        "rarest_class": None,  # Of the second too few are held out.
        "rejects": {"duplicate": 4, "non_finite": 5},
        "rejected": 0.2,
    }


def test_a_class_without_records_has_a_share_of_none():
    labels = np.array([1, 1, -1, 2], np.int32)
    np.testing.assert_allclose(class_shares(labels, 4), [0, 2 / 3, 1 / 3, 0])
    assert class_shares(np.full(3, -1, np.int32), 2) is None
