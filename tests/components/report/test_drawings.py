"""The drawings of the game: numbers against closed forms, and where they stand."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from markupsafe import escape

from components.report import probes
from components.report.charts import Line, Marks, curves
from components.report.html import render_html
from components.report.plots import DRAWINGS, drawings
from components.report.plots.coverage import courses
from components.report.plots.frame import spread, strength
from components.report.plots.moments import ellipse
from components.report.plots.noise import agreement
from components.report.plots.spectrum import spectra
from components.report.probes import _onset, judged
from components.report.projection import moments, players_path
from components.report.svg import MINUS, number


def trial(series=None, **figures):
    made = {
        name: {"steps": list(steps), "values": list(values)}
        for name, (steps, values) in (series or {}).items()
    }
    return {
        "id": "t0", "point": {"seed": 0}, "seed": 0, "failed": None,
        "verdict": "failed", "symptoms": [], "causes": [], "risks": [], "checks": [],
        "metrics": {}, "measurements": {},
        "figures": {"series": made, "real_2d": None, "generated_2d": None, **figures},
    }  # fmt: skip


def drawn(given, name):
    return {one["id"]: one for one in drawings(given)}[name]


def marks(svg, kind):
    return [
        e
        for e in ElementTree.fromstring(svg).iter()
        if kind in (e.get("class") or "").split()
    ]


def test_nothing_is_drawn_of_what_was_not_read():
    assert drawings(trial()) == []
    assert drawings({**trial(), "figures": None}) == []


def test_a_trial_with_all_series_has_all_drawings(synthetic, tmp_path):
    world = synthetic.World(tmp_path)
    world.add({"seed": 0}, failing=True, shape=(2,))
    content = world.report().content()
    made = drawings(content["trials"][0])
    assert len(made) == len(DRAWINGS)
    for one in made:
        root = ElementTree.fromstring(one["svg"])
        assert root.get("role") == "img" and root.get("aria-label")
        assert one["caption"].endswith(".")
        assert "nan" not in one["svg"]
    page = render_html(content)
    assert all(page.count(f"<h4>{escape(one['title'])}</h4>") == 1 for one in made)


def test_the_spectrum_mirrors_conjugates_and_marks_the_imaginary_axis():
    given = trial(
        {
            "eigenvalue_real_0": ([10, 20], [0.0, -3.0]),
            "eigenvalue_imaginary_0": ([10, 20], [2.0, 4.0]),
            "eigenvalue_real_1": ([20], [2.5]),
            "eigenvalue_imaginary_1": ([20], [0.0]),
        }
    )
    assert spectra(given) == {10: [(0.0, 2.0)], 20: [(-3.0, 4.0), (2.5, 0.0)]}
    svg = drawn(given, "spectrum")["svg"]
    (axis,) = marks(svg, "mark-line")
    zero = float(re.match(r"M([\d.]+) ", axis.get("d"))[1])
    first, last = (g for g in marks(svg, "point") if g.tag == "g")
    assert float(first.get("opacity")) < float(last.get("opacity")) == 1
    at = [(float(c.get("cx")), float(c.get("cy"))) for c in first.iter("circle")]
    # ±2i of radius 2: on the axis, at equal distances from the real one.
    assert [x for x, _ in at] == [zero, zero]
    assert at[0][1] < at[1][1]
    at = [(float(c.get("cx")) - zero, float(c.get("cy"))) for c in last.iter("circle")]
    # (-3 ± 4i, 2.5) of radius 5: 0.6 to the left, 0.5 to the right.
    (left, up), (right, middle), (mirrored, down) = at
    assert left == mirrored < 0 < right
    assert left / right == pytest.approx(-0.6 / 0.5, abs=0.02)
    assert up - middle == pytest.approx(middle - down, abs=0.11)
    assert (middle - up) / right == pytest.approx(0.8 / 0.5, abs=0.02)


def test_the_noise_scale_is_the_ratio_of_means_and_the_marks_follow_from_it():
    steps = [1, 2]
    given = trial(
        {
            "generator_gradient_cosine_1": (steps, [0.2, 0.3]),
            "generator_gradient_cosine_2": (steps, [0.4, 0.4]),
            "generator_gradient_variance": (steps, [100.0, 300.0]),
            "generator_gradient_square": (steps, [3.0, 1.0]),
        },
        batch_size=32,
    )
    found = agreement(given, "generator", 32)
    # (100 + 300) / (3 + 1); the mean of ratios would be 166.7.
    assert found.scale == 100
    assert found.measured == {32: (0.25, 0.2, 0.3), 64: (0.4, 0.4, 0.4)}
    assert found.predicted(100) == 0.5
    assert found.needed(0.5) == 100
    assert found.needed(0.9) == pytest.approx(900)
    one = drawn(given, "noise")
    assert ".5 at 100 records and .9 at 900" in one["caption"]
    assert len(marks(one["svg"], "reached")) == 2


def test_of_the_first_tenth_nothing_counts_where_more_was_read():
    steps = [0, 100, 200, 1000]
    given = trial(
        {
            "generator_gradient_cosine_1": (steps, [0.9, 0.8, 0.2, 0.4]),
            "generator_gradient_variance": (steps, [1.0, 1.0, 100.0, 300.0]),
            "generator_gradient_square": (steps, [9.0, 9.0, 3.0, 1.0]),
        },
        batch_size=32,
    )
    found = agreement(given, "generator", 32)
    assert found.scale == 100
    assert found.measured[32] == pytest.approx((0.3, 0.2, 0.4))


def test_a_gradient_hidden_by_noise_has_no_prediction():
    given = trial(
        {
            "generator_gradient_cosine_1": ([1], [0.0]),
            "generator_gradient_variance": ([1], [5.0]),
            "generator_gradient_square": ([1], [-0.1]),
        },
        batch_size=8,
    )
    assert agreement(given, "generator", 8).scale is None
    one = drawn(given, "noise")
    assert "hidden by noise" in one["caption"]
    assert not marks(one["svg"], "reached")


def test_the_path_angle_has_a_line_a_reading_and_its_places_in_order():
    places = {f"path_cosine.{p:.1f}": p for p in (1.1, -0.1, 0.0, 1.0, 0.5)}
    given = trial({n: ([5, 9], [1 - p, (1 - p) / 2]) for n, p in places.items()})
    svg = drawn(given, "angle")["svg"]
    lines = marks(svg, "line")
    assert [line.get("opacity") for line in lines] == ["0.25", "1"]
    for line in lines:
        points = re.findall(r"([\d.]+) ([\d.]+)", line.get("d"))
        assert [float(x) for x, _ in points] == sorted(float(x) for x, _ in points)
        assert [float(y) for _, y in points] == sorted(float(y) for _, y in points)
    (here,) = marks(svg, "onset")[:1]
    (zero,) = marks(svg, "mark-line")
    x, y = (float(re.search(r"M([\d.]+) ([\d.]+)", e.get("d"))[i]) for i, e in
            ((1, here), (2, zero)))  # fmt: skip
    # Each line crosses 0 where the players are.
    assert all(f"{x:g} {y:g}" in line.get("d") for line in lines)


def test_the_players_path_is_found_in_the_plane_that_it_lies_in():
    random = np.random.default_rng(0)
    turn = np.linspace(0, 4 * np.pi, 50)
    plane = np.stack([3 * np.cos(turn), np.sin(turn)], axis=1)
    table = {"step": np.arange(50)}
    for name in ("generator", "discriminator"):
        basis = np.linalg.qr(random.normal(size=(6, 2)))[0]
        table |= {
            f"{name}_coordinate_{i}": column
            for i, column in enumerate((plane @ basis.T).T + 7)
        }
    table["discriminator_coordinate_0"][3] = np.nan
    found = players_path(table, 20)
    assert sum(found["shares"]) == pytest.approx(1, abs=1e-3)
    assert len(found["steps"]) == len(found["points"]) == 20
    assert (found["steps"][0], found["steps"][-1]) == (0, 49)
    # Distances along the path are those of the ellipse, up to one factor.
    whole = np.array(players_path(table, 200)["points"])
    kept = np.delete(plane, 3, axis=0)
    ratios = np.linalg.norm(np.diff(whole, axis=0), axis=1) / np.linalg.norm(
        np.diff(kept, axis=0), axis=1
    )
    assert ratios == pytest.approx(ratios.mean(), rel=0.02)


def test_a_path_that_was_not_read_or_goes_nowhere_is_none():
    steps = np.arange(5)
    assert players_path({"step": steps}, 20) is None
    still = {f"{n}_coordinate_{i}": np.ones(5)
             for n in ("generator", "discriminator") for i in range(2)}  # fmt: skip
    assert players_path({"step": steps, **still}, 20) is None
    lost = {name: np.full(5, np.nan) for name in still}
    assert players_path({"step": steps, **lost}, 20) is None


def test_ellipses_hold_their_moments():
    points = np.random.default_rng(1).normal(size=(500, 2)) @ [[2, 1], [0, 0.5]]
    stated = moments(points + np.array([3, -1]))
    ring = np.array(ellipse(stated, 2.0)) - stated["mean"]
    inverse = np.linalg.inv(stated["covariance"])
    distances = np.sqrt(np.einsum("ni,ij,nj->n", ring, inverse, ring))
    assert distances == pytest.approx(2, rel=1e-3)
    assert moments(np.zeros((1, 2))) is None
    assert moments(np.zeros((5, 3))) is None
    flat = ellipse({"mean": [0, 0], "covariance": [[0, 0], [0, 4]]})
    assert {x for x, _ in flat} == {0.0}


def test_equal_moments_of_different_points_give_equal_ellipses():
    """The plus and its two horizontal clusters: the metric that lies."""
    four = np.array([[2, 0], [-2, 0], [0, 2], [0, -2]], float)
    wide = np.sqrt(2)
    two = np.array([[x, y] for x in (-wide, wide) for y in (-wide, wide)])
    both = [moments(np.repeat(side, 9, axis=0)) for side in (four, two)]
    rings = [np.array(ellipse(one)) for one in both]
    assert rings[0] == pytest.approx(rings[1], abs=1e-3)
    named = dict(zip(("real", "generated"), both, strict=True))
    given = trial(real_2d=four.tolist(), generated_2d=two.tolist(), moments_2d=named)
    svg = drawn(given, "moments")["svg"]
    a, b = (e.get("d") for e in marks(svg, "ellipse"))
    assert a == b
    assert len(marks(svg, "generated")) == 4


def test_coverage_shows_modes_classes_and_tiers_and_thins_many_tiers():
    series = {f"tier_coverage.{i}": ([0, 9], [0.0, 1 - i / 20]) for i in range(12)}
    given = trial({**series, "modes_captured": ([0, 9], [0.0, 0.5]),
                   "mode_spread": ([9], [1.7])})  # fmt: skip
    names = [one.name for one in courses(given)]
    assert names[:3] == ["modes", "spread in modes", "tier 0 (core)"]
    assert names[-1] == "tier 11" and len(names) == 8
    svg = drawn(given, "coverage")["svg"]
    assert len(marks(svg, "course")) == 8
    labels = sorted(float(e.get("y")) for e in marks(svg, "note"))
    assert np.diff(labels).min() >= 12.9


def test_labels_are_spread_within_their_room():
    assert spread([5, 100, 50], 10, 0, 200) == [5, 100, 50]
    assert spread([50, 50, 50], 10, 0, 60) == [40, 50, 60]
    assert spread([], 10, 0, 60) == []
    assert [strength(i, 3) for i in range(3)] == [0.25, 0.62, 1.0]
    assert strength(0, 1) == 1


def test_the_healthy_range_and_the_onset_s_interval_are_shaded():
    line = Line("a", "fail", [0, 50, 100], [0.0, 0.5, 1.0])
    given = Marks(0.4, 0.2, onset=60, since=(40, 80), band=(0.2, 0.4))
    plot = curves("A", [line], given)
    (band,) = marks(plot, "band")
    levels = {kind: marks(plot, kind)[0].get("d") for kind in ("null", "threshold")}
    top, bottom = float(band.get("y")), float(band.get("y")) + float(band.get("height"))
    assert f" {bottom:g}H" in levels["null"] and f" {top:g}H" in levels["threshold"]
    (since,) = marks(plot, "since")
    at = float(re.match(r"M([\d.]+)", marks(plot, "onset")[0].get("d"))[1])
    left, width = float(since.get("x")), float(since.get("width"))
    assert at == pytest.approx(left + width / 2, abs=0.2)
    assert "onset at step 60 (40 to 80)" in plot
    plain = curves("A", [line], Marks(0.4, onset=60, since=(60, 60)))
    assert not marks(plain, "band") and not marks(plain, "since")


def test_where_nine_healthy_runs_of_ten_read_is_shaded_within_the_frame():
    """The frame goes from 174 up to 18; lines at 0.5 and 0.75 say where these are."""
    line = Line("a", "fail", [0, 50, 100], [0.0, 0.5, 1.0])

    def drawn(healthy):
        return curves("A", [line], Marks(0.5, 0.75, band=healthy))

    def ends(healthy):
        (band,) = marks(drawn(healthy), "band")
        top = float(band.get("y"))
        return top, top + float(band.get("height"))

    low, high = (
        float(re.search(r" ([\d.]+)H", marks(drawn(None), kind)[0].get("d"))[1])
        for kind in ("threshold", "null")
    )
    assert ends((0.5, 0.75)) == pytest.approx((high, low), abs=0.2)
    assert ends((0.5, 40.0)) == pytest.approx((18, low), abs=0.2)
    assert ends((-9.0, 0.75)) == pytest.approx((high, 174), abs=0.2)


def test_a_range_from_zero_reaches_the_foot_of_a_logarithmic_axis():
    line = Line("a", "fail", [0, 1], [1e-4, 10.0])
    plot = curves("A", [line], Marks(0.1, 0.0, band=(0.0, 0.1)))
    (band,), (grid, *_) = marks(plot, "band"), marks(plot, "threshold")
    foot = float(band.get("y")) + float(band.get("height"))
    assert f" {float(band.get('y')):g}H" in grid.get("d")
    assert foot == 174


def test_limits_of_the_start_are_drawn_where_they_hold():
    """From 46 to 324 wide for 100 steps: 10 of them end at 73.8. Beyond are names."""
    line = Line("a", "fail", [0, 50, 100], [0.0, 0.5, 1.0])
    given = Marks(0.5, 0.25, band=(0.2, 0.3), until=10)
    plot = curves("A", [line], given)
    for kind in ("null", "threshold"):
        path, name = marks(plot, kind)
        assert path.get("d").endswith("H73.8")
        assert name.text == kind and float(name.get("x")) == pytest.approx(76.8)
    (band,) = marks(plot, "band")
    assert float(band.get("x")) + float(band.get("width")) == pytest.approx(73.8)


def test_a_series_is_dated_by_the_cause_that_names_it_else_by_the_first_symptom():
    cause = {"onset_step": 5, "onset_interval": [3, 6], "evidence": [{"series": "x"}]}
    symptoms = [
        {"onset_step": 40, "onset_interval": [30, 50]},
        {"onset_step": 20},
        {"onset_step": None},
    ]
    given = [{"causes": [cause], "symptoms": symptoms}]
    assert _onset(given, "x") == (5, (3, 6))
    assert _onset(given, "y") == (20, None)
    assert _onset([], "x") == (None, None)


def test_what_is_no_level_of_a_series_lends_it_no_limits():
    """Though it reads, by chance, what the series does."""
    series = {"slope": ([0, 1, 2, 3], [1, 9, 3, 5]), "tier": ([0, 1], [0.5, 1.0])}
    given = trial(series)
    limits = {"value": 1.0, "null": 2.0, "threshold": 3.0}
    given["checks"] = [
        {"id": "sparsity", "series": "tier", "part": None, **limits},
        {"id": "steep", "series": "slope", "part": "late", **limits},
    ]
    given["causes"] = [{"evidence": [{"series": "tier", **limits}]}]
    assert set(judged([given])) == {("series", "slope")}


def test_of_several_levels_the_last_one_s_limits_are_drawn():
    given = trial({"recall": ([0, 1], [0.1, 0.5])})
    given["checks"] = [
        {"id": part, "series": "recall", "part": part, "threshold": place}
        for place, part in enumerate(("early", "any", "last", "late"))
    ]
    assert judged([given])["series", "recall"]["id"] == "last"


def test_what_dates_a_series_lends_it_its_limits():
    """And so does what reads a level of it by another name."""
    given = trial({"recall": ([0, 1, 2], [0.1, 0.5, 0.8]), "auc": ([0, 1], [0.6, 0.7])})
    limit = {"value": 0.8, "null": 0.9, "threshold": 0.6, "band": [0.85, 0.95]}
    place = {"series": "recall", "part": "last"}
    given["limits"] = [{"id": "last_recall", **place, **limit}]
    sure = {"id": "sure", "series": "auc", "part": "late"}
    given["checks"] = [{**sure, "value": 0.7, "threshold": 0.9}]
    found = judged([given])
    assert found["series", "recall"]["band"] == [0.85, 0.95]
    assert found["series", "auc"]["threshold"] == 0.9


def test_what_nothing_judges_shows_what_healthy_runs_read():
    given = trial({"recall": ([0, 1], [0.1, 0.5]), "norm": ([0, 1], [1.0, 2.0])})
    limit = {"value": 0.5, "null": 0.9, "threshold": 0.6, "band": [0.85, 0.95]}
    given["limits"] = [{"id": "last", "series": "recall", "part": "last", **limit}]
    given["bands"] = {"norm": [0.5, 1.5, 2.5], "recall": [0.0, 0.1, 0.2]}
    found = judged([given])
    assert found["series", "recall"]["threshold"] == 0.6
    assert found["series", "norm"]["threshold"] is None
    (plot,) = (one for one in probes.curves([given], [], True) if one["id"] == "norm")
    assert 'class="band"' in plot["svg"] and 'class="null"' in plot["svg"]
    assert 'class="threshold"' not in plot["svg"]


def test_numbers_have_one_sign_for_less_than_nothing():
    told = [number(value) for value in (-17002.4, -3.14159, -0.00012, -2.5e7)]
    written = ["-17,002", "-3.14", "-1.2·10⁻⁴", "-2.5·10⁷"]
    assert told == [text.replace("-", MINUS) for text in written]
