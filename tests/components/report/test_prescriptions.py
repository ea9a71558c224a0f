"""Prescriptions: addresses, places, old values, and commands that read back."""

import dataclasses
import shlex
from pathlib import Path

import pytest
import yaml

from components.matching import lookup
from components.report.prescriptions import addressed, command, trained_stage
from components.run import CaseInfo, RunInfo, TrialInfo
from pipelines.planning.runinfo import run_info
from pipelines.spec.load import load_spec

WIRING = {
    "fit": {"curriculum": ("split", "curriculum")},
    "judge": {"metrics": ("measure", "metrics"), "telemetry": ("fit", "telemetry")},
    "report": {"diagnoses": ("judge", "diagnosis")},
}


def run(wiring=WIRING, positions=None):
    places = {"fit.discriminator": "base.yaml:9"} if positions is None else positions
    return RunInfo("r", "n", "spec.yaml", [], [], wiring, "report", places)


def info(point=None):
    parameters = {"fit": {"discriminator": {"normalization": "batch"}, "rate": None}}
    return TrialInfo("t", point or {}, 0, parameters)


def prescribed(changes, run=run(), trial=info()):  # noqa: B008
    cause = {"id": "c", "prescriptions": [{"set": changes, "why": "w"}]}
    return addressed(run, trained_stage(run), trial, cause)["prescription"]


def test_stage_is_found_through_the_wiring_not_by_name():
    assert trained_stage(run()) == "fit"
    assert trained_stage(run(wiring={"a": {"telemetry": ("b", "t")}})) == "b"
    assert trained_stage(run(wiring={})) == "train"


def test_paths_become_addresses_with_the_nearest_stated_place():
    made = prescribed({"discriminator.normalization": "layer"})
    assert made["set"] == {"fit.discriminator.normalization": "layer"}
    assert made["old"] == {"fit.discriminator.normalization": "batch"}
    assert made["where"] == "base.yaml:9"
    assert not made["in_matrix"]


def test_what_is_nowhere_stated_points_to_the_spec():
    made = prescribed({"rate": 0.1, "absent.path": 1})
    assert made["where"] == "spec.yaml"
    assert made["old"] == {"fit.rate": None, "fit.absent.path": None}


def test_a_value_of_the_matrix_is_said_to_be_one():
    address = "fit.discriminator.normalization"
    places = {"fit": "base.yaml:2", address: "spec.yaml:4"}
    made = prescribed(
        {"discriminator.normalization": "layer"},
        run(positions=places),
        info({address: "batch"}),
    )
    assert made["where"] == "spec.yaml:4"
    assert made["in_matrix"]


PENALIZED = {"kind": "mlp", "units": [8]}
PACKED = {"kind": "pac", "samples": 2, "of": PENALIZED}
VARIED = [
    (
        {"objective.kind": ["minimax", "hinge"]},
        {"objective": {"kind": "wasserstein"}},
        {"objective.kind": "wasserstein"},
    ),
    (
        {"optimizer.learning_rate": [0.1, 0.5]},
        {"optimizer": {"kind": "adam", "learning_rate": 0.001}},
        {"optimizer.learning_rate": 0.001},
    ),
    (
        {"regularizers.r1.gamma": [8.0, 9.0]},
        {"regularizers.r1": {"gamma": 1.0}},
        {"regularizers.r1.gamma": 1.0},
    ),
    (
        {"discriminator": [PENALIZED, PACKED]},
        {"discriminator.units": [128]},
        {"discriminator.units": [128]},
    ),
]


@pytest.mark.parametrize(("axis", "changes", "expected"), VARIED)
def test_a_matrix_does_not_undo_what_is_prescribed(tmp_path, axis, changes, expected):
    ((path, values),) = axis.items()
    base = Path(__file__).parents[3] / "specs" / "digits.yaml"
    spec = {
        "name": "varied",
        "extends": str(base),
        "matrix": {"seed": [0, 1], f"train.{path}": values},
    }
    (tmp_path / "spec.yaml").write_text(yaml.safe_dump(spec))
    trial = TrialInfo("t", {f"train.{path}": values[0]}, 0, {})
    cause = {"prescriptions": [{"set": changes}]}
    made = addressed(run(), "train", trial, cause)["prescription"]
    assert made["in_matrix"]
    given = shlex.split(made["command"])[1::2]
    loaded = load_spec(tmp_path / "spec.yaml", given)
    assert len(loaded.trials) == 2
    for one in loaded.trials:
        for address, value in expected.items():
            told = one.params["train"].model_dump(mode="json")
            assert lookup(told, address) == value


def test_a_cause_without_prescription_has_none():
    made = addressed(run(), "fit", info(), {"id": "c"})
    assert made == {"id": "c", "prescription": None, "prescriptions": []}


@pytest.mark.parametrize(
    "value",
    [
        "layer",
        "no",
        "1e-3",
        "with space",
        "it's",
        0.0001,
        3,
        True,
        None,
        [1, 2],
        {"kind": "r1", "gamma": 0.5},
    ],
)
def test_commands_read_back_as_the_value(value):
    flag, setting = shlex.split(command({"a.b": value}))
    address, _, text = setting.partition("=")
    assert (flag, address) == ("--set", "a.b")
    assert yaml.safe_load(text) == value


def test_of_many_cases_the_place_is_the_cases_and_the_command_runs_it_alone():
    address = "fit.discriminator.normalization"
    cases = {
        "a": CaseInfo("zoo/a.yaml", {address: "zoo/a.yaml:4"}),
        "b": CaseInfo("zoo/b.yaml", {"fit": "base.yaml:2"}),
    }
    given = dataclasses.replace(run(positions={"store": "zoo.yaml:3"}), cases=cases)
    changes = {"discriminator.normalization": "layer"}
    a, b = (prescribed(changes, given, info({"case": name})) for name in "ab")
    assert (a["where"], b["where"]) == ("zoo/a.yaml:4", "base.yaml:2")
    assert a["set"] == b["set"] == {address: "layer"}
    assert a["command"] == f"--set case=a --set {address}=layer"
    cases["b"] = CaseInfo("zoo/b.yaml", {})
    assert prescribed(changes, given, info({"case": "b"}))["where"] == "zoo/b.yaml"


@pytest.mark.parametrize(
    ("stated", "kept"),
    [
        (["train.steps=50", "store=a b"], ["train.steps=50", "store=a b"]),
        (["train.discriminator.normalization=batch", "seed=1"], ["seed=1"]),
        (["train.discriminator.normalization.kind=batch", "seed=1"], ["seed=1"]),
        (["train.discriminator={units: [8]}"], ["train.discriminator={units: [8]}"]),
        (["train.discriminator.normalizations=1"],) * 2,
    ],
)
def test_a_command_repeats_what_its_run_was_given_but_for_the_changes(stated, kept):
    """The rest of the run must stay as it was: a cure is told by pairs."""
    given = dataclasses.replace(run(), overrides=stated)
    cause = {"prescriptions": [{"set": {"discriminator.normalization": "layer"}}]}
    made = addressed(given, "train", info(), cause)["prescription"]
    told = shlex.split(f"{made['repeated']} {made['command']}")[1::2]
    assert told == [*kept, "train.discriminator.normalization=layer"]


def test_the_command_of_an_overridden_run_loads_as_that_run_with_the_change():
    path = Path(__file__).parents[3] / "specs" / "digits.yaml"
    stated = [
        "train.discriminator={kind: mlp, units: [48], normalization: batch}",
        "train.steps=77",
        "train.discriminator.units=[24]",
    ]
    before = load_spec(path, stated)
    described = run_info(before, before.stages["report"])
    (trial,) = described.trials
    cause = {"prescriptions": [{"set": {"discriminator.normalization": "layer"}}]}
    made = addressed(described, "train", trial, cause)["prescription"]
    told = shlex.split(f"{made['repeated']} {made['command']}")[1::2]
    after = load_spec(path, told)
    (one,), (other,) = (
        [trial.params["train"].model_dump(mode="json") for trial in spec.trials]
        for spec in (before, after)
    )
    assert one["discriminator"].pop("normalization") == "batch"
    assert other["discriminator"].pop("normalization") == "layer"
    assert one == other
    assert (one["steps"], one["discriminator"]["units"]) == (77, [24])
