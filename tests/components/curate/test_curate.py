"""Curating: what comes out does not depend on how Beam went about it."""

import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pydantic import ValidationError
from sklearn.datasets import load_digits

from components.curate import flow
from components.curate.duplicates import by_band, near_drops, near_pairs
from components.curate.perceptual import perceptual_hashes
from components.curate.source import CurateError
from components.curate.stage import CurateParams, curate


def params(source, **more):
    return CurateParams.model_validate({"source": source, **more})


def digest(dataset):
    return dataset.content_digest(dict.fromkeys(dataset.names(), ""))


def rows(dataset, folder="records"):
    tables = [dataset.read_table(name) for name in dataset.tables(folder)]
    return pa.concat_tables(tables).sort_by("origin")


def values(dataset):
    table = rows(dataset)
    flat = table["data"].combine_chunks().flatten().to_numpy()
    return flat.reshape(table.num_rows, *dataset.info()["shape"])


@pytest.fixture
def npz(tmp_path):
    """Random 6x6 images, every tenth a repeat of its predecessor; and one NaN."""
    data = np.random.default_rng(0).uniform(-1, 1, (200, 6, 6)).astype(np.float32)
    data[9::10] = data[8::10]
    data[0, 0, 0] = np.nan
    data[1, 0, 0] = 1.5
    labels = np.arange(200) % 10
    labels[19] = labels[18]
    np.savez(tmp_path / "data.npz", x=data, y=labels)
    path = str(tmp_path / "data.npz")
    return {"kind": "npz", "path": path, "data": "x", "labels": "y"}


@pytest.fixture
def small_chunks(monkeypatch):
    """Cut sources into many chunks."""
    monkeypatch.setattr("components.curate.source.CHUNK_BYTES", 36 * 4 * 7)


def test_digits_are_all_there_and_scaled(make_context):
    dataset = curate(params=params({"kind": "digits"}), context=make_context())
    digits = load_digits()
    assert dataset.info()["counts"] == {"read": 1797, "accepted": 1797, "rejected": {}}
    # 16 grey levels over 8 are exact in float32.
    assert np.array_equal(values(dataset)[..., 0], digits.images / 8 - 1)
    assert np.array_equal(rows(dataset)["label"].to_numpy(), digits.target)


def test_flaws_and_duplicates_are_counted(npz, make_context, small_chunks):
    dataset = curate(params=params(npz), context=make_context())
    # Of 20 repeats one has its twin's label.
    assert dataset.info()["counts"] == {
        "read": 200,
        "accepted": 178,
        "rejected": {
            "conflicting_label": 19,
            "duplicate": 1,
            "non_finite": 1,
            "out_of_range": 1,
        },
    }
    twins = rows(dataset, "rejects").filter(
        pa.compute.equal(rows(dataset, "rejects")["reason"], "duplicate")
    )
    assert twins.to_pylist() == [
        {
            "origin": "data.npz#0000000019",
            "reason": "duplicate",
            "detail": "same content as data.npz#0000000018",
        }
    ]
    assert len(dataset.tables("records")) > 20


@pytest.mark.parametrize("near", [None, 3])
def test_the_result_is_free_of_workers(npz, make_context, small_chunks, near):
    made = {
        digest(curate(params=params(npz, near_duplicates=near), context=context))
        for context in (make_context(), make_context(workers=3))
    }
    assert len(made) == 1


def test_records_do_not_depend_on_chunks(npz, make_context, monkeypatch):
    one = curate(params=params(npz), context=make_context())
    monkeypatch.setattr("components.curate.source.CHUNK_BYTES", 36 * 4 * 7)
    many = curate(params=params(npz), context=make_context())
    assert len(one.tables("records")) == 1 < len(many.tables("records"))
    assert digest(one) == digest(many)


def test_a_retried_bundle_changes_nothing(npz, make_context, small_chunks, monkeypatch):
    expected = digest(curate(params=params(npz), context=make_context()))
    process = flow.Prepare.process

    def twice(self, chunk):
        list(process(self, chunk))
        yield from process(self, chunk)

    monkeypatch.setattr(flow.Prepare, "process", twice)
    assert digest(curate(params=params(npz), context=make_context())) == expected


def test_memory_filesystem(make_context):
    context = make_context("memory://curate")
    dataset = curate(params=params({"kind": "digits"}), context=context)
    assert dataset.url.startswith("memory://")
    assert rows(dataset).num_rows == 1797


def test_lost_records_are_an_error(make_context, npz, small_chunks, monkeypatch):
    count = flow.count
    lost = {"left": 1}

    def forgetful(records, rejects):
        lost["left"] -= 1
        return {} if lost["left"] == 0 else count(records, rejects)

    monkeypatch.setattr(flow, "count", forgetful)
    with pytest.raises(CurateError, match=r"do not add up\. Expected 200 read"):
        curate(params=params(npz), context=make_context())


def test_negative_zero_is_zero(tmp_path, make_context):
    np.savez(tmp_path / "z.npz", data=np.array([[0.0, 1.0], [-0.0, 1.0]]))
    source = {"kind": "npz", "path": str(tmp_path / "z.npz")}
    dataset = curate(params=params(source), context=make_context())
    assert dataset.info()["counts"]["rejected"] == {"duplicate": 1}


def test_near_duplicates_meet_across_chunks(tmp_path, make_context, monkeypatch):
    monkeypatch.setattr("components.curate.source.CHUNK_BYTES", 16 * 16 * 4 * 5)
    random = np.random.default_rng(3)
    # Smooth images, then the same ones hardly brighter: alike, yet not equal.
    grid = np.linspace(0, 3, 16)
    waves = [
        np.sin(a * grid[:, None] + b) * np.cos(c * grid + d)
        for a, b, c, d in random.uniform(0.5, 4, (20, 4))
    ]
    first = 0.4 * np.array(waves, np.float32)
    np.savez(tmp_path / "n.npz", data=np.concatenate([first, first * 1.01]))
    source = {"kind": "npz", "path": str(tmp_path / "n.npz")}
    exact = curate(params=params(source), context=make_context())
    assert exact.info()["counts"]["accepted"] == 40
    near = curate(params=params(source, near_duplicates=2), context=make_context())
    rejects = rows(near, "rejects")
    assert set(rejects["reason"].to_pylist()) == {"near_duplicate"}
    assert set(range(20, 40)) <= {int(o[-2:]) for o in rejects["origin"].to_pylist()}


def test_bands_miss_no_pair_within_the_distance():
    random = np.random.default_rng(0)
    hashes = random.integers(0, 2**63, 60, np.uint64)
    for row in range(30, 60):  # flips of at most three bits
        flips = random.choice(64, row % 4, replace=False).astype(np.uint64)
        hashes[row] = hashes[row - 30] ^ np.bitwise_or.reduce(
            np.uint64(1) << flips, initial=0, dtype=np.uint64
        )
    distances = np.bitwise_count(hashes[:, None] ^ hashes)
    expected = {(a, b) for a, b in np.argwhere(distances <= 3) if a < b}
    found = set()
    for pairs in pairs_of(hashes, 3):
        sides = (pairs[name].to_pylist() for name in ("row_a", "row_b"))
        found |= {(min(pair), max(pair)) for pair in zip(*sides, strict=True)}
    assert found == expected and len(expected) >= 30


def pairs_of(hashes, distance):
    count = len(hashes)
    batch = pa.RecordBatch.from_pydict(
        {
            "origin": [f"{row:06d}" for row in range(count)],
            "chunk": pa.array(np.arange(count) % 3, pa.int64()),
            "row": pa.array(np.arange(count)),
            "hash": pa.array(hashes),
        }
    )
    for key, part in by_band(batch, distance):
        yield from near_pairs((key, [part]), distance)


def test_equal_hashes_make_as_many_pairs_as_records():
    hashes = np.repeat(np.array([0, 1, 2**40], np.uint64), 4000)
    made = list(pairs_of(hashes, 3))
    # Each but the first of its hash; and 0 with 1, which agree on three bands of four.
    # Comparing all with all would make tens of millions.
    same = [sum(p["same"].to_pylist()) for p in made]
    assert sum(same) == 3 * 3999
    assert sum(p.num_rows for p in made) - sum(same) <= 3 * 4
    [*verdicts] = near_drops((0, made))
    assert sum(v.num_rows for _, v in verdicts) == len(hashes) - 1


def test_near_duplicates_are_those_of_a_slow_search():
    random = np.random.default_rng(5)
    for _ in range(30):
        # Few bits in use, so that hashes are equal, near and chained in every way.
        hashes = random.integers(0, 2**9, 80).astype(np.uint64)
        hashes *= np.uint64(2**7 + 1)
        kept, expected = [], {}
        for row, own in enumerate(hashes):
            near = [k for k in kept if (int(own) ^ int(hashes[k])).bit_count() <= 2]
            if near:
                expected[row] = f"looks like {near[0]:06d}"
            else:
                kept.append(row)
        found = {}
        for _, verdict in near_drops((0, list(pairs_of(hashes, 2)))):
            rows, details = (verdict[n].to_pylist() for n in ("row", "detail"))
            found |= dict(zip(rows, details, strict=True))
        assert found == expected and 10 < len(expected) < 79


def test_a_chain_of_near_duplicates_keeps_every_second():
    def pair(a, b):
        columns = {}
        for side, row in (("a", a), ("b", b)):
            columns |= {f"origin_{side}": [str(row)], f"chunk_{side}": [0]}
            columns[f"row_{side}"] = [row]
        columns["same"] = [False]
        return pa.RecordBatch.from_pydict(columns)

    [(chunk, verdict)] = near_drops((0, [pair(1, 2), pair(0, 1), pair(3, 2)]))
    assert chunk == 0 and verdict["row"].to_pylist() == [1, 3]


def test_hashes_ignore_brightness_not_content():
    image = np.random.default_rng(0).uniform(-0.5, 0.5, (1, 12, 12, 1))
    same = perceptual_hashes(np.concatenate([image, image * 1.5]).astype(np.float32))
    assert same[0] == same[1]
    other = perceptual_hashes(np.flip(image, axis=1).astype(np.float32))
    assert np.bitwise_count(other[0] ^ same[0]) > 10


def test_points_have_no_near_duplicates(make_context):
    source = {"kind": "mixture", "layout": {"kind": "ring"}}
    with pytest.raises(CurateError, match="perceptual hashes are for images"):
        curate(params=params(source, near_duplicates=1), context=make_context())


def test_importing_the_stage_is_light():
    code = (
        "import sys, components.curate.stage, components.split.stage;"
        "heavy = {'numpy','apache_beam','pyarrow','PIL','keras','sklearn','scipy'};"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_parquet_records_ragged_and_null(tmp_path, make_context):
    column = [[0.1, 0.2], [0.3], None, [0.4, None], [0.5, 0.6]]
    labels = pa.array([0, 0, 1, 1, None], pa.int64())
    table = pa.table({"data": column, "kind": labels})
    (tmp_path / "in").mkdir()
    pq.write_table(table, tmp_path / "in" / "a.parquet", row_group_size=2)
    source = {"kind": "parquet", "path": str(tmp_path / "in"), "labels": "kind"}
    dataset = curate(params=params(source), context=make_context())
    assert dataset.info()["counts"]["rejected"] == {"missing_value": 2, "wrong_size": 1}
    assert rows(dataset)["label"].to_pylist() == [0, -1]
    assert np.array_equal(
        values(dataset), np.array([[0.1, 0.2], [0.5, 0.6]], np.float32)
    )


def test_parquet_columns_and_shapes(tmp_path, make_context):
    path = tmp_path / "t.parquet"
    pixels = np.arange(32, dtype=np.uint8).reshape(2, 16)
    pq.write_table(
        pa.table({"a": [1.0, 2.0], "b": [3.0, 4.0], "p": list(pixels)}), path
    )
    source = {"kind": "parquet", "path": str(path), "data": ["a", "b"]}
    dataset = curate(params=params(source), context=make_context())
    assert values(dataset).tolist() == [[1, 3], [2, 4]]
    source |= {"data": "p", "shape": [4, 4]}
    dataset = curate(params=params(source), context=make_context())
    assert values(dataset).shape == (2, 4, 4, 1)
    assert np.allclose(values(dataset).reshape(2, 16), pixels / 127.5 - 1, atol=1e-7)
    with pytest.raises(CurateError, match="No column q"):
        curate(params=params(source | {"data": "q"}), context=make_context())
    with pytest.raises(CurateError, match="Expected 16 numbers a record"):
        curate(params=params(source | {"shape": [5, 5]}), context=make_context())


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        (
            {"other": np.zeros((3, 2))},
            "No array `data` in b.npz. Expected one of: other",
        ),
        ({"data": np.zeros(3)}, "Expected .records, …"),
        ({"data": np.zeros((3, 4, 4, 7))}, "Invalid shape of records"),
        ({"data": np.zeros((3, 2), complex)}, "Invalid type of records"),
        ({"data": np.array([[{}]], object)}, "plain numbers"),
    ],
)
def test_bad_archives_are_explained(tmp_path, make_context, arrays, message):
    np.savez(tmp_path / "b.npz", **arrays)
    source = {"kind": "npz", "path": str(tmp_path / "b.npz")}
    with pytest.raises(CurateError, match=message):
        curate(params=params(source), context=make_context())


def test_a_text_file_is_no_archive(tmp_path, make_context):
    (tmp_path / "b.npz").write_text("not numbers")
    source = {"kind": "npz", "path": str(tmp_path / "b.npz")}
    with pytest.raises(CurateError, match=r"Cannot read `data` of b\.npz"):
        curate(params=params(source), context=make_context())


def test_a_range_must_ascend():
    with pytest.raises(ValidationError, match="lowest < highest"):
        params({"kind": "npz", "path": "x", "range": [1.0, 0.0]})


def test_an_early_failure_of_the_pipeline_leaves_no_counts(make_context, monkeypatch):
    """Counts of an earlier attempt must not pass for this one's."""
    context = make_context()
    context.scratch.write_json("counts.json", {"accepted": 1797})
    monkeypatch.setattr(flow.WriteCounts, "process", lambda self, total: iter(()))
    with pytest.raises(CurateError, match="digits were not counted"):
        curate(params=params({"kind": "digits"}), context=context)


def test_progress_follows_the_chunks(npz, make_context, small_chunks, monkeypatch):
    monkeypatch.setattr("components.curate.watch.INTERVAL", 0.01)
    context, seen = make_context(), []
    context.report = lambda step, total, fields: seen.append((step, total))
    curate(params=params(npz), context=context)
    steps, [total] = [step for step, _ in seen], {total for _, total in seen}
    assert steps[0] == 0 and steps[-1] == total > 20 and steps == sorted(steps)
    assert len(set(steps)) > 2
