"""Reports of games that were measured against theory."""

import pytest

from components.artifacts import Measurements
from components.report.html import render_html
from components.report.markdown import render_markdown
from components.report.measured import digits
from components.run import ExpectationInfo

RATE = "train.optimizer.learning_rate"


def figure(measured, closed_form=1.0, agrees=True):
    return {
        "measured": measured,
        "closed_form": closed_form,
        "relative_error": None if closed_form is None else abs(measured - closed_form),
        "tolerance": 1e-8,
        "agrees": agrees,
        "meaning": "what a step does in the long run",
    }


def measured_world(synthetic, folder, figures):
    """A run of a trial for each mapping of figures, none diagnosed."""
    world = synthetic.World(folder)
    for number, content in enumerate(figures):
        world.add({RATE: 0.1 + number})
        made = world.create(Measurements)
        made.write_json("measurements.json", {"figures": content})
        world.measurements = [*(world.measurements or []), made]
    world.expectations = [
        ExpectationInfo({}, {"agreement": "spectral_radius"}, "specs/x.yaml:9")
    ]
    return world


def undiagnosed(world):
    world.diagnoses = world.metrics = None
    return world.report().content()


def test_figures_stand_beside_their_closed_forms(synthetic, tmp_path):
    figures = [
        {"spectral_radius": figure(1.00000001, 1.0), "radius": figure(2.5, None, None)}
    ]
    content = undiagnosed(measured_world(synthetic, tmp_path, figures))
    (trial,) = content["trials"]
    assert trial["verdict"] == "measured"
    assert trial["measurements"] == figures[0]
    assert content["expectations"][0]["met"]
    page, summary = render_html(content), render_markdown(content)
    for text in (page, summary):
        assert "1 of 1 figure agrees with theory" in text
        assert "Spectral radius" in text
        assert "1.0·10⁻⁸" in text
    assert "No checks were recorded" not in page
    assert "Failure rate" not in page
    assert "Nothing to change" not in page


def test_a_figure_that_disagrees_fails_its_trial(synthetic, tmp_path):
    figures = [
        {"spectral_radius": figure(1.0)},
        {"spectral_radius": figure(1.5, 1.0, agrees=False)},
    ]
    content = undiagnosed(measured_world(synthetic, tmp_path, figures))
    (expectation,) = content["expectations"]
    assert not expectation["met"]
    assert expectation["unmet"] == [content["trials"][1]["id"]]
    assert "spectral_radius 1.5, not 1.0" in expectation["detail"]
    page = render_html(content)
    assert "1 of 2 figures agree with theory" in page
    assert "not as derived" in page


def test_a_figure_that_was_not_measured_is_no_agreement(synthetic, tmp_path):
    content = undiagnosed(
        measured_world(synthetic, tmp_path, [{"radius": figure(1.0)}])
    )
    assert not content["expectations"][0]["met"]


def test_a_diagnosis_beside_figures_keeps_its_verdict(synthetic, tmp_path):
    world = measured_world(synthetic, tmp_path, [{"spectral_radius": figure(1.0)}])
    content = world.report().content()
    assert content["trials"][0]["verdict"] == "healthy"
    page = render_html(content)
    assert "Against theory" in page
    assert "Healthy" in page


def test_a_game_that_overflowed_agrees_with_nothing(synthetic, tmp_path):
    broken = figure(float("nan"), 1.0, agrees=False)
    content = undiagnosed(
        measured_world(synthetic, tmp_path, [{"spectral_radius": broken}])
    )
    assert content["trials"][0]["measurements"]["spectral_radius"]["measured"] is None
    assert "0 of 1 figure agrees" in render_markdown(content)


def test_lists_that_do_not_match_the_trials_are_refused(synthetic, tmp_path):
    world = measured_world(synthetic, tmp_path, [{"spectral_radius": figure(1.0)}])
    world.measurements = []
    with pytest.raises(ValueError, match="Invalid value for `measurements`"):
        world.report()


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "\u2013"),
        (0.0, "0"),
        (-0.25, "\u22120.25"),
        (3.0969486669, "3.09695"),
        (2.578553376e-10, "2.57855·10⁻¹⁰"),
        (9.999999939e-9, "1.00000·10⁻⁸"),
        (-1e-22, "\u22121.00000·10⁻²²"),
    ],
)
def test_numbers_to_be_compared_have_six_digits(value, shown):
    assert digits(value) == shown
