"""Records on disk: their order, their rows, and what is said of damaged ones."""

import shutil

import numpy as np
import pyarrow as pa
import pytest

from components.artifacts import Curriculum
from components.train import shards
from components.train.records import opened
from components.train.shards import ShardError, open_shards

PART = "train/part-0000{}.arrow"


@pytest.fixture
def scattered(curriculum_from_arrays, tmp_path):
    """60 records in three shards of several record batches, in no order at all.

    Every difficulty occurs three times, so that digests decide.
    """
    random = np.random.default_rng(0)
    points = random.standard_normal((60, 2, 3)).astype(np.float32)
    curriculum = curriculum_from_arrays(tmp_path / "made", points, points[:5])
    table = curriculum.read_table(PART.format(0))
    values = np.repeat(np.arange(20.0), 3)
    table = table.set_column(3, "difficulty", pa.array(values))
    table = table.set_column(1, "label", pa.array(np.arange(60), pa.int32()))
    table = table.set_column(2, "tier", pa.array(np.arange(60) // 20, pa.int32()))
    table = table.take(random.permutation(60))
    for number in range(3):
        with pa.OSFile(curriculum.path(PART.format(number)), "wb") as file:
            piece = table.slice(20 * number, 20).combine_chunks()
            with pa.ipc.new_file(file, table.schema) as writer:
                writer.write_table(piece, max_chunksize=8)
    return curriculum


def test_rows_are_in_the_order_of_tier_difficulty_and_digest(scattered):
    records = scattered.train()
    order = np.lexsort((records.digests, records.difficulty, records.tiers))
    with open_shards(scattered, "train") as train:
        assert len(train) == 60
        assert len(train.views) == 9
        np.testing.assert_array_equal(train.labels, records.labels[order])
        np.testing.assert_array_equal(train.tiers, records.tiers[order])
        assert train.first == records.digests[order[0]].decode()
        rows = np.array([59, 0, 7, 7, 31, 0])
        np.testing.assert_array_equal(train[rows], records.data[order[rows]])
        assert train[rows].shape == (6, 2, 3)
        assert train.nbytes == 60 * 6 * 4


def test_what_split_has_put_in_order_needs_no_order_in_memory(curriculum):
    with open_shards(curriculum, "holdout") as holdout:
        assert holdout.order is None
        rows = np.arange(len(holdout))
        np.testing.assert_array_equal(holdout[rows], curriculum.holdout().data)


def test_records_are_mapped_not_copied(curriculum):
    """Views own no memory, and show what is in the file."""
    with open_shards(curriculum, "holdout") as holdout:
        (view,) = holdout.views
        assert not view.flags.owndata
        assert not view.flags.writeable
        content = curriculum.read_bytes("holdout/part-00000.arrow")
        assert view.tobytes() in content


def test_records_can_be_read_in_float64(scattered):
    with open_shards(scattered, "train", "float64") as train:
        assert train[np.arange(3)].dtype == np.float64
        assert train.nbytes == 60 * 6 * 8


def test_shards_of_a_remote_store_are_on_the_disk_meanwhile(scattered, monkeypatch):
    remote = Curriculum("memory://shards/curriculum")
    for name in scattered.names():
        remote.write_bytes(name, scattered.read_bytes(name))
    rows = np.arange(60)
    with opened(scattered) as (local, _), opened(remote) as (train, _):
        np.testing.assert_array_equal(train[rows], local[rows])
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=10))
    with (
        pytest.raises(OSError, match=r"No room .*memory://shards.* 10 free.*TMPDIR"),
        open_shards(remote, "train"),
    ):
        pass


def refused(curriculum):
    with pytest.raises(ShardError) as caught, opened(curriculum):
        pass
    return str(caught.value)


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:-100],
        lambda content: content[: len(content) // 2],
        lambda content: b"",
        lambda content: content[:-200] + bytes(200),
        lambda content: b"\xff" * 64 + content[64:-64] + b"\xff" * 64,
    ],
    ids=["no end", "half", "empty", "zeros", "garbage"],
)
def test_a_shard_that_cannot_be_read_is_named(scattered, damage):
    name = PART.format(1)
    scattered.write_bytes(name, damage(scattered.read_bytes(name)))
    message = refused(scattered)
    assert f"Cannot read {scattered.url}/{name}" in message
    assert "ganopsy verify" in message


def test_a_shard_of_other_columns_is_named(scattered):
    name = PART.format(2)
    table = scattered.read_table(name).drop_columns(["tier"])
    scattered.write_table(name, table)
    message = refused(scattered)
    assert f"Cannot read {scattered.url}/{name}" in message
    assert "'difficulty'" in message


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_shard_that_is_missing_is_named(scattered, number):
    name = PART.format(number)
    scattered.filesystem.rm_file(scattered.path(name))
    message = refused(scattered)
    assert "Expected 60" in message
    assert f"Received: 40 in 2 files; there is no {name}." in message


def test_a_shard_too_many_is_counted(scattered):
    scattered.write_bytes(PART.format(3), scattered.read_bytes(PART.format(0)))
    assert "Expected 60, as curriculum.json counts them. Received: 80 in 4 files." in (
        refused(scattered)
    )


def test_records_of_another_shape_are_named_with_both(scattered):
    scattered.write_json("curriculum.json", scattered.info() | {"shape": [5]})
    message = refused(scattered)
    assert f"{scattered.url}/{PART.format(0)}" in message
    assert "Expected 5 values a record, of shape (5,)" in message
    assert "[6]" in message


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_record_that_is_not_finite_is_found_and_its_shard_named(
    curriculum_from_arrays, tmp_path, monkeypatch, value
):
    """The last value of all, in a block that is not full."""
    monkeypatch.setattr(shards, "CHECKED_VALUES", 8)
    points = np.zeros((11, 3))
    points[-1, -1] = value
    curriculum = curriculum_from_arrays(tmp_path / "bad", points, points[:5])
    message = refused(curriculum)
    assert f"{curriculum.url}/{PART.format(0)}" in message
    assert "Expected finite values" in message


def test_what_is_closed_says_so_and_how_many_there_were(scattered):
    with open_shards(scattered, "train") as train:
        pass
    assert len(train) == 60
    with pytest.raises(ShardError, match=r"open.*closed"):
        train[np.arange(3)]
