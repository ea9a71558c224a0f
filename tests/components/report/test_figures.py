"""What is drawn: intervals, thinning, pictures, choice of trials, plots."""

import base64
import io
from xml.etree import ElementTree

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from components.artifacts import Telemetry
from components.report.charts import Dot, Line, Marks, curves, precision_recall
from components.report.figures import draw, grid, picture, points, thinned
from components.report.findings import choose
from components.report.intervals import wilson
from components.report.params import ReportParams
from components.report.probes import judged
from components.report.strips import strips
from components.report.svg import Scale, number, scale


def test_wilson_has_its_published_values():
    # Closed form at p = 0: high = z² / (n + z²), z = 1.959964.
    low, high = wilson(0, 10)[1:]
    assert low == 0
    assert high == pytest.approx(3.841459 / 13.841459, abs=1e-6)
    # Newcombe 1998, table I, method 3: 81 of 263 gives 0.2553 to 0.3662.
    assert wilson(81, 263)[1:] == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(3, 3).high == 1
    assert wilson(0, 0) is None
    with pytest.raises(ValueError, match="failures"):
        wilson(3, 2)


def test_wilson_is_symmetric():
    for failures in range(8):
        a, b = wilson(failures, 7), wilson(7 - failures, 7)
        assert (a.low, a.high) == pytest.approx((1 - b.high, 1 - b.low))


def test_thinning_keeps_extremes():
    values = np.sin(np.linspace(0, 60, 10_000))
    values[4321] = 9.0
    values[77] = -9.0
    kept = thinned(np.arange(10_000), values, 200)
    assert len(kept["steps"]) <= 200
    assert kept["steps"] == sorted(set(kept["steps"]))
    assert max(kept["values"]) == 9
    assert min(kept["values"]) == -9


def test_grid_puts_tiles_row_by_row():
    tiles = np.arange(9)[:, None, None, None] * np.ones((1, 2, 2, 1))
    gapped = grid(tiles + 1, 3, 1)
    assert gapped.shape == (8, 8, 1)
    assert not gapped[2].any()
    assert gapped[::3, ::3, 0].tolist() == [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
    image = grid(tiles, 3)
    assert image.shape == (6, 6, 1)
    assert image[::2, ::2, 0].tolist() == [[0, 1, 2], [3, 4, 5], [6, 7, 8]]


def test_picture_round_trips_values():
    ramp = np.linspace(-1, 1, 64).reshape(1, 8, 8, 1)
    shown = picture(ramp, 36, 10_000)
    image = Image.open(io.BytesIO(base64.b64decode(shown["png"]))).convert("L")
    assert shown["size"] == [image.height, image.width]
    # uint8 rounds to the nearest of 255 steps over [-1, 1]; white gives one more to
    # the clear colour.
    assert np.abs(np.asarray(image) / 127.5 - 1 - ramp[0, ..., 0]).max() <= 2 / 255


def test_picture_keeps_to_its_budget():
    noise = np.random.default_rng(0).uniform(-1, 1, (36, 32, 32, 3))
    whole, small = picture(noise, 36, 10**6), picture(noise, 36, 12_000)
    assert whole["columns"] == 6
    assert small["columns"] < 6
    assert len(base64.b64decode(small["png"])) <= 12_000


def test_points_that_are_not_finite_are_left_out():
    assert points(np.array([[0, 1], [np.nan, 1], [2, np.inf]])) == [[0.0, 1.0]]
    assert points(np.zeros((4, 3))) is None


def trials(*shown):
    return [
        {
            "id": f"t{i}",
            "point": {"seed": i},
            "failed": None,
            "verdict": verdict,
            "symptoms": [{"id": "s", "severity": severity}] if severity else [],
            "causes": [{"id": cause}] if cause else [],
        }
        for i, (verdict, severity, cause) in enumerate(shown)
    ]


def test_each_finding_is_drawn_before_any_is_drawn_twice():
    given = trials(
        ("failed", 0.9, "a"),
        ("failed", 0.8, "a"),
        ("failed", 0.2, "b"),
        ("healthy", 0, None),
    )
    assert choose(given, 3) == {"t0", "t2", "t3"}
    assert choose(given, 4) == {"t0", "t1", "t2", "t3"}
    assert choose(given, 0) == set()


def test_a_healthy_trial_is_always_drawn_beside_failing_ones():
    given = trials(*[("failed", 0.9, c) for c in "abcdef"], ("healthy", 0, None))
    assert "t6" in choose(given, 3)


def test_numbers_are_written_for_readers():
    shown = [0, 1, 0.97123, 12345, 0.1, -0.5, 1.2e-5, 1e-9, 3.2e7, None, 100, 0.05]
    expected = "0 1 0.971 12,345 0.1 \u22120.5 1.2·10⁻⁵ 10⁻⁹ 3.2·10⁷ \u2013 100 0.05"
    assert " ".join(map(number, shown)) == expected


def test_what_is_made_up_of_others_is_drawn_like_what_is_read(tmp_path):
    telemetry = Telemetry(str(tmp_path / "telemetry"))
    columns = {"step": [0, 5, 9], "spectrum_radius": [4.0, np.nan, 2.0]}
    columns["spectrum_imaginary_max"] = [1.0, np.nan, 1.0]
    telemetry.write_table("telemetry.parquet", pa.table(columns))
    telemetry.write_json("telemetry.json", {})
    telemetry.write_arrays("snapshots.npz", steps=np.zeros(0), samples=np.zeros(0))
    drawn = draw(None, telemetry, ReportParams(), trials=1)["series"]
    assert drawn["rotation"] == {"steps": [0, 9], "values": [0.25, 0.5]}
    assert "generator_lead" not in drawn


def test_scales_map_ends_and_clip():
    x = Scale(0, 10, 100, 200)
    assert [x(0), x(5), x(10), x(99)] == [100, 150, 200, 200]
    y = Scale(1e-4, 1, 200, 0, log=True)
    assert y(1e-2) == 100
    assert y.ticks() == pytest.approx([1e-4, 1e-3, 1e-2, 1e-1, 1])
    assert scale([3.0, 3.0], 0, 1).low < 3 < scale([3.0, 3.0], 0, 1).high


def paths(svg, kind):
    found = ElementTree.fromstring(svg).iter()
    return [e for e in found if kind in (e.get("class") or "").split()]


@pytest.mark.parametrize("values", [[1.0], [2, 2], [1e-6, 1e3], [-5, 5], [0, 0, 0]])
def test_curves_are_well_formed_for_any_values(values):
    line = Line("<seed 0>", "fail", list(range(len(values))), values, True)
    plot = curves("A & B", [line], Marks(threshold=0.5, null=0.0, onset=1))
    assert len(paths(plot, "line")) == 1
    assert len(paths(plot, "threshold")) == 2
    assert "nan" not in plot
    root = ElementTree.fromstring(plot)
    assert root.get("role") == "img"
    assert "<seed 0>" in root.get("aria-label")


def test_precision_recall_marks_the_null_and_every_trial():
    dots = [Dot("a", "fail", 0.2, 0.3), Dot("b", "ok", 0.9, 0.9)]
    plot = precision_recall(dots, (0.97, 0.96))
    assert len(paths(plot, "mark")) == 2
    assert len(paths(plot, "band")) == 1
    assert not paths(precision_recall(dots, None), "band")


def test_a_threshold_is_drawn_only_in_the_unit_of_the_curve():
    ratio = {"id": "kept", "series": "coverage", "part": None, "threshold": 0.95}
    last = {"id": "last_recall", "series": "recall", "part": "last", "threshold": 0.8}
    line = {"metric": "precision", "value": 0.5, "threshold": 0.8}
    other = {"metric": "recall", "value": 0.4, "threshold": 0.8}
    series = {"steps": [0, 1], "values": [0.7, 0.4]}
    given = {
        "symptoms": [{"evidence": [line, other]}],
        "causes": [],
        "risks": [],
        "checks": [ratio, last],
        "metrics": {"precision": {"value": 0.5}, "recall": {"value": 0.2}},
        "figures": {"series": {"coverage": series, "recall": series}},
    }
    assert set(judged([given])) == {("series", "recall"), ("metric", "precision")}


def test_marks_that_look_like_one_are_one_and_say_so():
    def trial(seed, verdict, value):
        return {
            "id": f"seed={seed}",
            "point": {"seed": seed},
            "seed": seed,
            "failed": None,
            "verdict": verdict,
            "symptoms": [],
            "causes": [],
            "risks": [],
            "checks": [],
            "metrics": {"recall": {"value": value}},
            "figures": None,
        }

    failing = [trial(seed, "failed", 0.1 + 0.0001 * seed) for seed in range(3)]
    (row,) = strips([*failing, trial(3, "failed", 0.5)], [trial(4, "healthy", 0.1)])
    told = {(mark["role"], mark["text"]) for mark in row["marks"]}
    assert told == {
        ("ok", "seed 4: 0.1"),
        ("fail", "seed 3: 0.5"),
        ("fail", "seed 0: 0.1 and 2 more"),
    }
    assert row["marks"][-1]["text"].startswith("seed 0")
