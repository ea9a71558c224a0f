"""The specs of theory: valid, and one of them from the command to the report."""

from pathlib import Path

import pytest

from pipelines.spec import SpecErrors, load_spec

ROOT = Path(__file__).parents[2]
SPECS = ROOT / "specs" / "theory"


@pytest.mark.parametrize(
    ("name", "trials"), [("dirac", 16), ("bilinear", 15), ("two_points", 10)]
)
def test_every_trial_of_a_spec_is_expected_to_agree(name, trials):
    spec = load_spec(SPECS / f"{name}.yaml")
    assert len(spec.trials) == trials
    assert len({trial.id for trial in spec.trials}) == trials
    assert all("agreement" in entry.claims for entry in spec.expectations)


def test_a_spec_runs_from_the_command_to_its_figures(run_spec):
    # One trial: `--set` on an axis leaves that value.
    printed, content, folder = run_spec(
        SPECS / "bilinear.yaml",
        {
            "runner.workers": 1,
            "train.update": "{kind: extragradient}",
            "train.steps": 12,
            "train.optimizer.learning_rate": 0.3,
        },
    )
    assert "measured: 1 of 1 agree" in printed
    (trial,) = content["trials"]
    assert trial["verdict"] == "measured"
    figure = trial["measurements"]["spectral_radius"]
    # √((1 - .09)² + .09), the fit's error aside.
    assert figure["measured"] == pytest.approx(0.9581753, abs=1e-7)
    assert "0.958175" in (folder / "report.md").read_text()


def test_only_what_is_measured_needs_no_diagnosis(tmp_path):
    text = (SPECS / "bilinear.yaml").read_text()
    start, end = text.index("  measure:"), text.index("  report:")
    (tmp_path / "spec.yaml").write_text(text[:start] + text[end:])
    with pytest.raises(SpecErrors) as raised:
        load_spec(tmp_path / "spec.yaml")
    shown = str(raised.value)
    assert "Missing input `diagnoses`" in shown
    assert "Missing input `metrics`" in shown
    assert "measurements" not in shown
