"""Drawn shapes, against areas, centroids and reaches known from geometry."""

import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from components.curate.sources.shapes import DARKEST, ROWS, Shapes, drawn
from components.curate.stage import CurateParams, curate

BAR = math.sqrt(1 - 1 / 9)
AREAS = {
    "disk": math.pi,
    "square": 2.0,
    "triangle": 3 * math.sqrt(3) / 4,
    "cross": 8 / 3 * BAR - 4 / 9,
}
"""Of shapes that the unit circle goes around."""
TURNS = {"square": math.pi / 2, "triangle": 2 * math.pi / 3, "cross": math.pi / 2}
"""After which each looks the same."""
outlines = st.sampled_from(sorted(AREAS))
places = st.floats(0.45, 0.55)
radii = st.floats(0.2, 0.4)
turns = st.floats(0, 2 * math.pi)


@given(outlines, places, places, radii, turns)
def test_area_and_centroid_are_those_of_geometry(outline, x, y, radius, turn):
    side = 32
    made = drawn(outline, side, np.array([x, y]), radius, turn)
    assert made.shape == (side, side)
    assert made.min() >= 0
    assert made.max() == 1
    area = made.sum() / side**2
    assert area == pytest.approx(AREAS[outline] * radius**2, rel=0.05)
    at = (np.arange(side) + 0.5) / side
    assert (made.sum(axis=0) @ at) / made.sum() == pytest.approx(x, abs=0.01)
    assert (made.sum(axis=1) @ at) / made.sum() == pytest.approx(y, abs=0.01)


@given(outlines, radii, turns)
def test_the_circle_goes_around_all_of_it_and_touches_it(outline, radius, turn):
    side = 64
    made = drawn(outline, side, np.array([0.5, 0.5]), radius, turn)
    at = (np.arange(side) + 0.5) / side - 0.5
    away = np.hypot(at[:, None], at[None, :])[made > 0].max()
    assert away == pytest.approx(radius, abs=1.5 / side)


@pytest.mark.parametrize("outline", sorted(TURNS))
def test_a_turn_turns(outline):
    center = np.array([0.5, 0.5])
    base, again, other = (
        drawn(outline, 32, center, 0.4, turn)
        for turn in (0.1, 0.1 + TURNS[outline], 0.1 + TURNS[outline] / 2)
    )
    assert abs(base - again).max() < 0.2
    assert abs(base - other).max() == 1


def test_a_disk_is_drawn_pixel_by_pixel():
    made = drawn("disk", 8, np.array([0.4, 0.6]), 0.3, 1.0)
    for row, column in np.ndindex(8, 8):
        inside = 0
        for y, x in np.ndindex(4, 4):
            right = (column + (x + 0.5) / 4) / 8 - 0.4
            down = (row + (y + 0.5) / 4) / 8 - 0.6
            inside += right**2 + down**2 <= 0.09
        assert made[row, column] == inside / 16


def test_more_records_change_none_and_chunks_differ():
    few, many = Shapes(records=ROWS + 10), Shapes(records=2 * ROWS)
    first, rest = (few.read(chunk) for chunk in few.chunks((8, 8, 1)))
    assert len(first.labels) == ROWS
    assert len(rest.labels) == 10
    assert [rest.origins[0], rest.origins[-1]] == [
        f"shapes#{row:010d}" for row in (ROWS, ROWS + 9)
    ]
    again = [many.read(chunk) for chunk in many.chunks((8, 8, 1))]
    assert np.array_equal(again[0].values, first.values)
    assert np.array_equal(again[1].values[:10], rest.values)
    assert not np.array_equal(first.values[:10], rest.values)


def test_outlines_come_as_often_and_as_bright_as_stated():
    source = Shapes(outlines=("cross", "disk"), side=16, records=ROWS)
    raw = source.read(source.chunks((16, 16, 1))[0])
    assert source.facts().classes == ("cross", "disk")
    # Half of 2,048 by 4.4 deviations of a fair coin.
    assert abs(int(raw.labels.sum()) - ROWS / 2) < 100
    brightest = raw.values.max(axis=(1, 2, 3))
    assert DARKEST <= brightest.min() < brightest.max() <= 1
    covered = raw.values.sum(axis=(1, 2, 3)) / brightest / 256
    least, most = (np.percentile(covered, share) for share in (0, 100))
    assert least == pytest.approx(AREAS["cross"] * 0.04, rel=0.2)
    assert most == pytest.approx(AREAS["disk"] * 0.16, rel=0.05)


def test_a_greatest_radius_below_the_least_is_refused():
    with pytest.raises(ValidationError, match=r"`largest` must be `smallest`, 0\.4"):
        Shapes(smallest=0.4, largest=0.3)


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
