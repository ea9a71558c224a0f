"""Reports of figures beside a paper's."""

import math

import pytest
from scipy import stats

from components.artifacts import Measurements
from components.report.html import render_html
from components.report.markdown import render_markdown
from components.report.published import mean

PACKS = "train.discriminator.samples"


def figure(measured, value, spread=None, interval=None):
    return {
        "measured": measured,
        "closed_form": None,
        "relative_error": None,
        "tolerance": None,
        "agrees": None,
        "meaning": "modes with a high-quality sample, of 8",
        "interval": interval,
        "steps": 20_000,
        "published": {
            "paper": "Lin et al. 2018",
            "trials": 10,
            "steps": 400_000,
            "value": value,
            "spread": spread,
        },
    }


@pytest.fixture
def content(synthetic, tmp_path):
    """Two settings of three seeds; of the second the paper says nothing."""
    world = synthetic.World(tmp_path)
    made = []
    for packs, published, counts in ((2, 7.9, (6, 8, 7)), (3, None, (8, 8, 8))):
        for seed, count in enumerate(counts):
            world.add({PACKS: packs, "seed": seed})
            each = world.create(Measurements)
            spread = None if published is None else 0.1
            figures = {"modes": figure(float(count), published, spread)}
            each.write_json("measurements.json", {"figures": figures})
            made.append(each)
    world.measurements = made
    world.diagnoses = None
    return world.report().content()


def test_the_interval_over_seeds_is_students():
    values = [6.0, 8.0, 7.0]
    expected = stats.ttest_1samp(values, 0.0).confidence_interval(0.95)
    found = mean(values)
    assert found.value == 7.0
    assert found.interval == pytest.approx((expected.low, expected.high), rel=1e-12)


def test_a_single_seed_has_the_interval_of_its_samples():
    assert mean([0.5], [0.4, 0.6]).interval == (0.4, 0.6)
    assert mean([0.5]).interval is None
    assert mean([]) is None


def test_an_interval_ends_where_the_figure_does():
    assert mean([8.0, 8.0, 7.0], reach=(0.0, 8.0)).interval[1] == 8.0
    assert mean([0.0, 0.1], reach=(0.0, None)).interval[0] == 0.0


def test_several_papers_keep_their_names(synthetic, tmp_path):
    world = synthetic.World(tmp_path)
    world.add({PACKS: 2})
    made = world.create(Measurements)
    figures = {"modes": figure(7.0, 7.9), "recall": figure(0.5, 0.6)}
    figures["recall"]["published"]["paper"] = "Metz et al. 2017"
    made.write_json("measurements.json", {"figures": figures})
    world.measurements, world.diagnoses = [made], None
    page = render_html(world.report().content())
    assert "Measured beside Lin et al. 2018 and Metz et al. 2017" in page


def test_means_over_seeds_stand_beside_the_papers(content):
    page, summary = render_html(content), render_markdown(content).replace("\\", "")
    half = 4.302652729911275 / math.sqrt(3)
    for text in (page, summary):
        assert "Measured beside Lin et al. 2018" in text
        assert "7.9 ± 0.1" in text
        assert f"{7 - half:.3g} to {7 + half:.3g}" in text
    assert "Beside the paper" in page and "Against theory" not in page
    assert "Failure rate" not in page and "as derived" not in page
    assert "3 seeds; the paper 10 · 20,000 steps; the paper 400,000" in page


def test_what_the_paper_lacks_is_a_dash(content):
    line = next(
        line
        for line in render_markdown(content).replace("\\", "").splitlines()
        if line.startswith("| samples 3 (")
    )
    assert line.rstrip(" |").endswith("\u2013")


def test_equal_seeds_have_no_interval_of_no_width():
    assert mean([8.0, 8.0, 8.0]).interval is None
