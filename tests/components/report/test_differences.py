"""Means and differences of a run: as data, as page and as summary."""

import numpy as np
import pytest
from scipy import stats

from components.artifacts import Measurements
from components.report import compared, words
from components.report.html import render_html
from components.report.markdown import render_markdown
from components.report.svg import number

ADDRESS = "train.discriminator.normalization"


@pytest.fixture(scope="module")
def content(synthetic, tmp_path_factory):
    return synthetic.seeds(tmp_path_factory.mktemp("seeds")).report().content()


def read(content, name, normalization):
    return [
        trial["metrics"][name]["value"]
        for trial in content["trials"]
        if trial["point"][ADDRESS] == normalization
    ]


def test_every_figure_has_its_mean_over_seeds(content):
    assert [each["point"] for each in content["means"]] == [
        {ADDRESS: name} for name in ("batch", "none", "layer")
    ]
    for each in content["means"]:
        assert each["seeds"] == list(range(10))
        for name, figure in each["figures"].items():
            values = read(content, name, each["point"][ADDRESS])
            test = stats.ttest_1samp(values, 0).confidence_interval(0.95)
            assert figure["mean"] == pytest.approx(np.mean(values), rel=1e-12)
            assert figure["interval"] == pytest.approx([test.low, test.high], rel=1e-9)
            assert figure["n"] == 10 and figure["why"] is None


def test_differences_are_scipys_paired_ones(content):
    none, layer = content["differences"]["contrasts"]
    assert none["change"] == {ADDRESS: "none"} and none["against"] == {ADDRESS: "batch"}
    assert len(none["pairs"]) == none["seeds"] == 10
    for contrast in (none, layer):
        for name, figure in contrast["figures"].items():
            before = read(content, name, "batch")
            after = read(content, name, contrast["change"][ADDRESS])
            if figure["interval"] is None:
                continue
            test = stats.ttest_rel(after, before)
            low, high = test.confidence_interval(0.95)
            assert figure["interval"] == pytest.approx([low, high], rel=1e-9)
            assert figure["p_value"] == pytest.approx(test.pvalue, rel=1e-6)
            assert figure["difference"] == pytest.approx(
                np.mean(after) - np.mean(before)
            )
            assert figure["over"] == "seeds" and figure["n"] == 10


def test_what_overlaps_unpaired_is_clear_in_pairs(content):
    batch, none = (each["figures"]["recall"] for each in content["means"][:2])
    assert batch["interval"][1] > none["interval"][0], "side by side they overlap"
    figure = content["differences"]["contrasts"][0]["figures"]["recall"]
    assert figure["interval"][0] > 0 and figure["clear"]


def test_how_many_were_made_is_said_and_corrected_for(content):
    found = content["differences"]
    figures = [f for each in found["contrasts"] for f in each["figures"].values()]
    tested = [f for f in figures if f["interval"]]
    assert found["correction"] == "holm" and found["made"] == len(tested) == 4
    assert found["clear"] == sum(f["clear"] for f in figures) == 2
    for figure in tested:
        assert figure["p_holm"] >= figure["p_value"]
        assert figure["clear"] == (figure["p_holm"] <= 0.05)
    unmoved = found["contrasts"][0]["figures"]["precision"]
    assert unmoved["interval"] is None and not unmoved["clear"]
    assert unmoved["why"] == "the same on 10 pairs: no spread to judge by"


def test_page_and_summary_say_it_in_words(content):
    page = render_html(content)
    summary = render_markdown(content).replace("\\", "")
    figure = content["differences"]["contrasts"][0]["figures"]["recall"]
    apart, low, high = map(words.signed, (figure["difference"], *figure["interval"]))
    assert apart.startswith("+0.0") and low.startswith("+0.0")
    for text in (page, summary):
        assert f"ecall {apart} ({low} to {high})" in text
        assert "4 differences were tested; 2 are clear of 0 after Holm" in text
        assert "10 pairs" in text
        assert "the same on 10 pairs: no spread to judge by" in text
    assert "Normalization: none against batch" in page
    assert "Normalization, `none` against `batch`:" in summary
    assert "Means over seeds" in page and "**Means over seeds**" in summary
    assert "better" in page


def test_one_seed_has_no_interval_over_seeds_and_says_why(synthetic, tmp_path):
    world = synthetic.World(tmp_path)
    for normalization in ("batch", "none"):
        world.add({ADDRESS: normalization, "seed": 0})
    content = world.report().content()
    for each in content["means"]:
        for figure in each["figures"].values():
            assert figure["interval"] is None and figure["why"] == "one seed"
    (contrast,) = content["differences"]["contrasts"]
    for figure in contrast["figures"].values():
        assert figure["interval"] is None
        assert figure["why"] == "one pair: what its interval is made of was not kept"
    page, summary = render_html(content), render_markdown(content)
    for text in (page, summary):
        assert "No interval: one seed." in text.replace("\\", "")
        assert "No interval: one pair: what its interval is made of" in text
        assert "No difference could be tested." in text.replace("\\", "")


def test_one_pair_on_the_same_records_and_latents_is_paired_by_them(
    synthetic, tmp_path
):
    world = synthetic.World(tmp_path)
    random, points = np.random.default_rng(0), []
    hard = random.random(300)
    for share, normalization in ((0.7, "batch"), (0.6, "none")):
        reached = (hard + 0.03 * random.standard_normal(300) < share).astype(float)
        entry = {"value": reached.mean(), "better": "higher", "null": 0.9}
        on = {"records": "r", "latents": "l"}
        content = {"metrics": {"recall": entry}, "measured_on": on}
        world.add({ADDRESS: normalization, "seed": 0}, content=content)
        world.metrics[-1].write_arrays("spreads.npz", **{"points.recall": reached})
        points.append(reached)
    (contrast,) = world.report().content()["differences"]["contrasts"]
    figure = contrast["figures"]["recall"]
    low, high = stats.ttest_rel(points[1], points[0]).confidence_interval(0.95)
    assert figure["interval"] == pytest.approx([low, high], rel=1e-9)
    assert figure["over"] == "samples" and figure["clear"]


def measured_once(synthetic, folder):
    world = synthetic.World(folder)
    world.measurements = []
    for kind in ("simultaneous", "alternating"):
        world.add({"train.update": {"kind": kind}, "seed": 0})
        made = world.create(Measurements)
        figure = {"measured": 1.0, "closed_form": 1.0, "relative_error": 0.0}
        figure |= {"tolerance": 1e-6, "agrees": True, "meaning": "a radius"}
        made.write_json("measurements.json", {"figures": {"radius": figure}})
        world.measurements.append(made)
    world.diagnoses = world.metrics = None
    return world.report().content()


def test_games_that_are_solved_and_played_once_are_put_against_theory_alone(
    synthetic, tmp_path
):
    content = measured_once(synthetic, tmp_path)
    (contrast,) = content["differences"]["contrasts"]
    assert contrast["figures"]["radius"]["difference"] == 0.0
    page, summary = render_html(content), render_markdown(content)
    assert "Against theory" in page
    for text in (page, summary):
        assert "What each axis changes" not in text and "Means over seeds" not in text


def test_a_matrix_of_many_variants_stays_readable(synthetic, tmp_path):
    world = synthetic.World(tmp_path)
    for rate in range(30):
        for units in (64, 128):
            point = {"train.rate": rate, "train.units": units, "seed": 0}
            world.add(point, like=0 if world.trials else None)
    content = world.report().content()
    found = content["differences"]
    assert len(found["contrasts"]) + found["left_out"] == 29 + 1 + 29 * 2 + 30
    page = render_html(content)
    assert f"{29 + 1 + 58 + 30 - 24} more comparisons not shown" in page
    assert "more comparison" in render_markdown(content)


def test_what_no_two_trials_differ_in_alone_is_said(synthetic, tmp_path):
    world = synthetic.World(tmp_path)
    for normalization, rate in (("batch", 1), ("batch", 2), ("none", 3)):
        world.add({ADDRESS: normalization, "train.rate": rate, "seed": 0})
    content = world.report().content()
    for text in (render_html(content), render_markdown(content)):
        assert "no two trials differ in this alone" in text
        assert "Without a partner: normalization batch, rate 1" in text


def test_means_of_a_thousand_variants_leave_most_to_the_data():
    figure = {"mean": 0.5, "interval": None, "why": "one seed", "n": 1, "null": None}
    variants = [
        {"point": {"train.rate": rate}, "figures": {"recall": figure, "radius": figure}}
        for rate in range(1000)
    ]
    trials = [{"metrics": {"recall": {"value": 0.5}}}] * 1000
    found = compared.means({"means": variants, "trials": trials, "confidence": 0.95})
    assert sum(len(each["rows"]) for each in found["figures"]) == 400
    assert found["left_out"] == 800


def test_ends_that_would_look_the_same_have_more_digits():
    assert words.span([1.4991, 1.5009], number) == "1.4991 to 1.5009"
    assert (
        words.span([-0.50001, -0.49999], words.signed)
        == "\u22120.50001 to \u22120.49999"
    )
    assert words.span([0.2, 0.3], words.signed) == "+0.2 to +0.3"
