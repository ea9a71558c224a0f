"""Patches of photographs, against pixels cut and averaged one by one."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from sklearn.datasets import load_sample_image

from components.curate.sources.photo_patches import PhotoPatches
from components.curate.stage import CurateParams, curate


def patch(photo, row, column, shrink):
    """The 8x8 patch at (row, column) of the shrunken photograph, pixel by pixel."""
    grey = np.asarray(photo, np.float64) @ [0.299, 0.587, 0.114]
    found = np.empty((8, 8))
    for y, x in np.ndindex(8, 8):
        top, left = (row + y) * shrink, (column + x) * shrink
        found[y, x] = grey[top : top + shrink, left : left + shrink].mean()
    return found


@pytest.mark.parametrize(("shrink", "stride"), [(2, 8), (3, 5)])
def test_patches_are_the_photographs_averages(shrink, stride):
    source = PhotoPatches(shrink=shrink, stride=stride)
    (chunk,) = source.chunks((8, 8, 1))
    raw = source.read(chunk)
    rows, columns = source.grid
    assert raw.values.shape == (2 * rows * columns, 8, 8, 1)
    for label, name in enumerate(["china.jpg", "flower.jpg"]):
        for row, column in [(0, 0), (3, 17), (rows - 1, columns - 1)]:
            place = (label * rows + row) * columns + column
            wanted = patch(
                load_sample_image(name), row * stride, column * stride, shrink
            )
            assert raw.labels[place] == label
            assert np.allclose(raw.values[place, ..., 0], wanted, atol=1e-3)


@pytest.mark.parametrize(("shrink", "stride"), [(1, 64), (1, 1), (2, 8), (16, 5)])
def test_the_grid_holds_every_whole_patch(shrink, stride):
    rows, columns = PhotoPatches(shrink=shrink, stride=stride).grid
    for length, count in zip((427, 640), (rows, columns), strict=True):
        last = (count - 1) * stride + 8
        assert last <= length // shrink < last + stride


def test_chunks_do_not_change_what_is_read(monkeypatch):
    source = PhotoPatches()
    whole = source.read(source.chunks((8, 8, 1))[0])
    monkeypatch.setattr("components.curate.source.CHUNK_BYTES", 700 * 64 * 4)
    parts = [source.read(chunk) for chunk in source.chunks((8, 8, 1))]
    assert len(parts) == 3
    assert [o for part in parts for o in part.origins] == whole.origins
    assert np.array_equal(np.concatenate([p.values for p in parts]), whole.values)
    assert np.array_equal(np.concatenate([p.labels for p in parts]), whole.labels)


def test_curated_patches_are_scaled_and_accounted_for(make_context):
    params = CurateParams.model_validate({"source": {"kind": "photo_patches"}})
    dataset = curate(params=params, context=make_context())
    counts = dataset.info()["counts"]
    assert counts["read"] == 2080
    assert counts["accepted"] + sum(counts["rejected"].values()) == 2080
    assert dataset.info()["classes"] == ["china", "flower"]
    table = pa.concat_tables(map(dataset.read_table, dataset.tables("records")))
    values = table["data"].combine_chunks().flatten().to_numpy()
    assert values.min() >= -1
    assert values.max() <= 1
    first = table.filter(pc.equal(table["origin"], "photo_patches#0000000000"))
    wanted = patch(load_sample_image("china.jpg"), 0, 0, 2) / 127.5 - 1
    found = first["data"].combine_chunks().flatten().to_numpy().reshape(8, 8)
    assert np.allclose(found, wanted, atol=1e-4)
