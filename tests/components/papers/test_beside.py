"""Figures of an evaluation beside a paper's, and the specs that state them."""

import json
from pathlib import Path

import pytest

from components.artifacts import Gan, Metrics
from components.component import Context
from components.directory import Directory
from components.papers.beside import BesideParams, beside, reach
from pipelines.spec import load_spec

ROOT = Path(__file__).parents[3]
SPECS = ROOT / "specs" / "papers"
PAPER = {
    "paper": "Lin et al. 2018",
    "trials": 10,
    "settings": [
        {
            "when": {"discriminator.samples": 2},
            "figures": {
                "modes": {"value": 7.9, "spread": 0.1},
                "reverse_kl": {"value": 0.07},
            },
        }
    ],
}


def entry(value, ci=None):
    return {"value": value, "ci": ci, "n": 2500, "blind_to": "much"}


@pytest.fixture
def go(tmp_path):
    """`go(samples, …)`: the figures of a training whose packs are of `samples`."""

    def run(samples, metrics=None, captured=(True, True, False), params=PAPER):
        evaluated, gan = Metrics(f"{tmp_path}/metrics"), Gan(f"{tmp_path}/gan")
        read = metrics or {"reverse_kl": entry(0.2, [0.1, 0.3])}
        modes = [{"captured": each} for each in captured] or None
        evaluated.write_json("metrics.json", {"metrics": read, "modes": modes})
        training = {"discriminator": {"samples": samples}}
        gan.write_json("gan.json", {"parameters": training, "steps": 30})
        context = Context(
            create=lambda kind: kind(f"{tmp_path}/{kind.type}"),
            scratch=Directory(f"{tmp_path}/scratch"),
        )
        told = BesideParams.model_validate_json(json.dumps(params))
        return beside(evaluated, gan, told, context=context).figures()

    return run


def test_a_setting_stands_beside_its_figures(go):
    figures = go(2)
    assert figures["modes"]["measured"] == 2
    assert figures["modes"]["steps"] == 30
    assert figures["modes"]["published"] == {
        "paper": "Lin et al. 2018",
        "trials": 10,
        "steps": None,
        "value": 7.9,
        "spread": 0.1,
    }
    assert figures["reverse_kl"]["measured"] == 0.2
    assert figures["reverse_kl"]["interval"] == [0.1, 0.3]
    assert figures["reverse_kl"]["published"]["spread"] is None


def test_a_setting_that_the_paper_lacks_is_listed_alone(go):
    figures = go(3)
    assert figures["modes"]["measured"] == 2
    assert figures["modes"]["published"]["value"] is None


def test_a_figure_that_was_not_evaluated_is_an_error(go):
    with pytest.raises(ValueError, match=r"evaluated: modes, recall\. Received: reve"):
        go(2, metrics={"recall": entry(1.0), "reverse_kl": entry(None)})
    with pytest.raises(ValueError, match="Received: modes"):
        go(2, captured=())


@pytest.mark.parametrize(
    ("name", "modes", "figures"),
    [
        ("pacgan_ring", 8, [6.3, 0.982, 0.45, 7.9, 0.956, 0.07, 7.8, 0.959, 0.07]),
        ("pacgan_grid", 25, [17.3, 0.948, 0.7, 23.8, 0.913, 0.13, 24.8, 0.936, 0.04]),
    ],
)
def test_the_specs_state_the_protocol(name, modes, figures):
    """Lin et al. 2018, table 1, and the settings of the authors' published code."""
    spec = load_spec(SPECS / f"{name}.yaml", ["train.steps=400000"])
    assert len(spec.trials) == 9
    for trial in spec.trials:
        train, packs = trial.params["train"], trial.point["train.discriminator.samples"]
        assert train.steps == 400_000 and train.batch_size == 100 * packs
        source = trial.params["curate"].source
        assert len(source.layout.modes()[0]) == modes
        assert source.records * (1 - trial.params["split"].holdout) == 100_000
        assert train.latents.size == 2 and train.latents.distribution == "normal"
        assert train.generator.units == (400,) * 4
        assert train.generator.normalization == "batch"
        judge = train.discriminator.of
        assert (judge.units, judge.activation, judge.pieces) == (
            (200,) * 3,
            "maxout",
            5,
        )
        assert judge.normalization == "none"
        assert {judge.initial_deviation, train.generator.initial_deviation} == {0.02}
        adam = train.optimizer
        assert (adam.learning_rate, adam.beta_1, adam.beta_2) == (1e-4, 0.8, 0.999)
        assert trial.params["evaluate"].samples == 2500
    stated = spec.trials[0].params["beside"].settings
    values = [each.value for setting in stated for each in setting.figures.values()]
    assert values == figures


def test_a_paper_runs_from_the_command_to_its_figures(run_spec):
    printed, content, folder = run_spec(
        SPECS / "pacgan_ring.yaml",
        {
            "train.steps": 6,
            "train.discriminator.samples": 2,
            "train.batch_size": 200,
            "train.generator.units": "[8, 8]",
            "train.discriminator.of.units": "[8]",
            "curate.source.records": 2000,
            "evaluate.samples": 200,
            "runner.workers": 1,
        },
    )
    assert printed.count("measured: modes ") == 3
    assert "high_quality_share" in printed
    assert len(content["trials"]) == 3
    for trial in content["trials"]:
        assert trial["verdict"] == "measured"
        names = ["modes", "high_quality_share", "reverse_kl"]
        assert list(trial["measurements"]) == names
        assert trial["measurements"]["modes"]["published"]["value"] == 7.9
    page = (folder / "report.html").read_text()
    assert "Beside the paper" in page and "7.9 ± 0.1" in page
    summary = (folder / "report.md").read_text()
    assert "Lin et al. 2018" in summary.replace("\\", "")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("f8", [0.0, 1.0]),
        ("f_eighth", [0.0, 1.0]),
        ("two_sample_accuracy", [0.0, 1.0]),
        ("frechet_distance", [0.0, None]),
        ("frechet_distance_infinite", [None, None]),
    ],
)
def test_what_a_metric_can_read(name, expected):
    """Unbiased estimates of what is never negative can be negative."""
    assert list(reach(name)) == expected
