"""Drawn shapes, against areas, centroids and reaches known from geometry."""

import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from components.curate.source import Chunk
from components.curate.sources.shapes import BLOCK, DARKEST, Shapes, drawn
from components.curate.stage import CurateParams, curate

ARM, LENGTH = 1 / 3, math.sqrt(1 - 1 / 9)
TURNS = {"square": math.pi / 2, "triangle": 2 * math.pi / 3, "cross": math.pi / 2}
"""After which each looks the same."""


def around(*directions):
    """Corners on the unit circle, (n, 2), counterclockwise."""
    return np.array([(math.cos(at), math.sin(at)) for at in directions])


def bar(across, along):
    return np.array(
        [(across, along), (-across, along), (-across, -along), (across, -along)]
    )


POLYGONS = {
    "square": [around(*(math.pi * (k / 2 + 1 / 4) for k in range(4)))],
    "triangle": [around(*(math.pi * (2 * k / 3 + 1 / 2) for k in range(3)))],
    "cross": [bar(ARM, LENGTH), bar(LENGTH, ARM)],
}
"""Convex ones that a shape is made of; each reaches the unit circle."""


def depth(corners, points):
    """How far inside a convex polygon points (n, 2) lie; below 0 outside."""
    sides = np.roll(corners, -1, axis=0) - corners
    normals = np.stack([-sides[:, 1], sides[:, 0]], axis=1)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    return ((points[:, None] - corners) * normals).sum(axis=2).min(axis=1)


@given(
    st.sampled_from(sorted(POLYGONS)),
    st.floats(0.2, 0.8),
    st.floats(0.2, 0.8),
    st.floats(0.1, 0.5),
    st.floats(0, 2 * math.pi),
)
def test_a_pixel_is_the_share_of_its_points_in_the_polygon(outline, x, y, radius, turn):
    """By the sides of polygons whose corners were turned; on a side is either."""
    made = drawn(outline, 8, x, y, radius, turn)
    at = (np.arange(32) + 0.5) / 32
    points = np.stack(np.meshgrid(at, at), axis=-1).reshape(-1, 2)
    axes = around(turn, turn + math.pi / 2)
    inside = np.max(
        [
            depth(radius * polygon @ axes + (x, y), points)
            for polygon in POLYGONS[outline]
        ],
        axis=0,
    )
    least, most = (
        (inside > edge).reshape(8, 4, 8, 4).mean(axis=(1, 3)) for edge in (1e-9, -1e-9)
    )
    assert (least <= made).all()
    assert (made <= most).all()


@pytest.mark.parametrize("outline", sorted(POLYGONS))
def test_polygons_reach_the_circle_and_no_further(outline):
    away = np.linalg.norm(np.concatenate(POLYGONS[outline]), axis=1)
    assert away == pytest.approx(1)


@pytest.mark.parametrize("outline", sorted(TURNS))
def test_a_turn_turns(outline):
    base, again, other = (
        drawn(outline, 32, 0.5, 0.5, 0.4, turn)
        for turn in (0.1, 0.1 + TURNS[outline], 0.1 + TURNS[outline] / 2)
    )
    assert abs(base - again).max() < 0.2
    assert abs(base - other).max() == 1


def test_a_disk_is_drawn_pixel_by_pixel():
    made = drawn("disk", 8, 0.4, 0.6, 0.3, 1.0)
    for row, column in np.ndindex(8, 8):
        inside = 0
        for y, x in np.ndindex(4, 4):
            right = (column + (x + 0.5) / 4) / 8 - 0.4
            down = (row + (y + 0.5) / 4) / 8 - 0.6
            inside += right**2 + down**2 <= 0.09
        assert made[row, column] == inside / 16


def test_neither_chunks_nor_more_records_change_what_is_read(monkeypatch):
    few, many = Shapes(records=BLOCK + 10), Shapes(records=2 * BLOCK)
    (chunk,) = few.chunks((8, 8, 1))
    whole = few.read(chunk)
    assert whole.origins[-1] == f"shapes#{BLOCK + 9:010d}"
    assert not np.array_equal(whole.values[:10], whole.values[BLOCK:])
    monkeypatch.setattr("components.curate.source.CHUNK_BYTES", 700 * 64 * 4)
    parts = [many.read(chunk) for chunk in many.chunks((8, 8, 1))]
    assert [len(part.labels) for part in parts] == [700] * 5 + [596]
    labels = np.concatenate([part.labels for part in parts])
    values = np.concatenate([part.values for part in parts])
    assert np.array_equal(labels[: BLOCK + 10], whole.labels)
    assert np.array_equal(values[: BLOCK + 10], whole.values)


def test_a_chunk_of_large_images_is_no_larger():
    source = Shapes(side=256, records=1000)
    assert {chunk.count for chunk in source.chunks((256, 256, 1))} == {128, 104}


def test_outlines_come_as_often_as_others_and_as_bright_and_large_as_stated():
    source = Shapes(outlines=("cross", "disk"), side=64, records=BLOCK)
    raw = source.read(Chunk(0, BLOCK))
    assert source.facts().classes == ("cross", "disk")
    # Half of 2,048 by 4.4 deviations of a fair coin.
    assert abs(int(raw.labels.sum()) - BLOCK / 2) < 100
    disks = raw.values[raw.labels == 1][..., 0]
    brightest = disks.max(axis=(1, 2))
    assert DARKEST <= brightest.min() < DARKEST + 0.01
    assert 0.99 < brightest.max() <= 1
    radii = np.sqrt((disks.sum(axis=(1, 2)) / brightest / 64**2) / math.pi)
    # Gauss: of a circle of r grid points N differs from pi r^2 by 2 sqrt(2) pi r at
    # most; the least has 51, so its radius errs by 2.8 %.
    assert 0.2 * 0.972 <= radii.min() < 0.2 * 1.03
    assert 0.4 * 0.97 < radii.max() <= 0.4 * 1.014


def test_what_contradicts_itself_is_refused():
    with pytest.raises(ValidationError, match=r"`largest` must be `smallest`, 0\.4"):
        Shapes(smallest=0.4, largest=0.3)
    with pytest.raises(ValidationError, match="Received: disk, cross, disk"):
        Shapes(outlines=("disk", "cross", "disk"))


def test_curated_shapes_are_scaled_and_labelled(make_context):
    source = {"kind": "shapes", "records": 500}
    params = CurateParams.model_validate({"source": source})
    dataset = curate(params=params, context=make_context())
    assert dataset.info()["counts"]["accepted"] == 500
    assert dataset.info()["classes"] == ["disk", "square", "triangle", "cross"]
    table = pa.concat_tables(map(dataset.read_table, dataset.tables("records")))
    values = table["data"].combine_chunks().flatten().to_numpy()
    assert values.min() == -1
    assert 0.9 < values.max() <= 1
