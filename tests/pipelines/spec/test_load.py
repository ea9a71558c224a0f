"""Good specs: what is read is what was meant."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from pipelines.spec import Spec, load_spec

Read = Callable[..., Spec]
Edit = Callable[[Mapping[int, str]], str]
Errors = Callable[..., list[str]]

MATRIX = {
    10: "      discriminator: {kind: mlp, normalization: batch}",
    11: "matrix:",
    12: "  seed: [0, 1]",
    13: "  train.discriminator.normalization: [batch, none]",
}


def params(spec: Spec, stage: str, trial: int = 0) -> dict[str, Any]:
    return spec.trials[trial].params[stage].model_dump(mode="json")


def test_one_trial_and_defaults(read: Read, edited: Edit) -> None:
    spec = read(edited({}))
    assert (spec.name, spec.seed, spec.store, spec.runner.kind) == (
        "a", 0, "runs", "local",
    )  # fmt: skip
    assert [trial.id for trial in spec.trials] == ["seed=0"]
    assert params(spec, "train")["steps"] == 10
    assert spec.stages["train"].reference == "lab:train"


def test_wiring_is_inferred_and_stages_are_ordered(read: Read, edited: Edit) -> None:
    text = edited({4: "  evaluate: {component: lab:evaluate}", 10: (
        '  curate: {component: "lab:curate", with: {source: {kind: ring}}}'
    )})  # fmt: skip
    spec = read(text)
    assert list(spec.stages) == ["curate", "split", "train", "evaluate"]
    wires = {name: str(at) for name, at in spec.stages["evaluate"].inputs.items()}
    assert wires == {"gan": "train.gan", "curriculum": "split.curriculum"}


def test_wiring_stated_decides(read: Read, edited: Edit) -> None:
    augment = (
        "  augment: {component: lab:augment, inputs: {curriculum: split.curriculum}}"
    )
    spec = read(edited({
        5: f'  split: {{component: "lab:split"}}\n{augment}',
        7: "    component: lab:train\n    inputs: {curriculum: augment.curriculum}",
    }))  # fmt: skip
    assert str(spec.stages["train"].inputs["curriculum"]) == "augment.curriculum"


def test_matrix_is_a_product(read: Read, edited: Edit) -> None:
    spec = read(edited(MATRIX))
    assert [trial.id for trial in spec.trials] == [
        "seed=0,normalization=batch",
        "seed=0,normalization=none",
        "seed=1,normalization=batch",
        "seed=1,normalization=none",
    ]
    assert [trial.seed for trial in spec.trials] == [0, 0, 1, 1]
    assert params(spec, "train", 1)["discriminator"]["normalization"] == "none"
    assert spec.trials[1].point == {
        "seed": 0, "train.discriminator.normalization": "none",
    }  # fmt: skip


def test_matrix_excludes(read: Read, edited: Edit) -> None:
    spec = read(edited(MATRIX | {
        14: "  exclude: [{seed: 1, train.discriminator.normalization: none}]"
    }))  # fmt: skip
    assert [trial.id for trial in spec.trials][-1] == "seed=1,normalization=batch"
    assert len(spec.trials) == 3


def test_matrix_of_parts_and_ids_that_stay_apart(read: Read, edited: Edit) -> None:
    spec = read(edited({
        10: "matrix:",
        11: "  train.discriminator: [{kind: conv}, {kind: mlp}, {kind: mlp, units: [3]}]",  # noqa: E501
        12: "  train.ratio: [[1, 2], [3, 4]]",
    }))  # fmt: skip
    ids = [trial.id for trial in spec.trials]
    assert ids[:3] == [
        "discriminator=conv,ratio=1x2",
        "discriminator=conv,ratio=3x4",
        "discriminator=mlp#1,ratio=1x2",
    ]
    assert len(set(ids)) == 6


def test_a_kind_that_changes_drops_the_keys_of_the_old_kind(
    read: Read, edited: Edit
) -> None:
    text = edited({
        10: "      discriminator: {kind: mlp, units: [3]}",
        11: "matrix: {train.discriminator.kind: [mlp, conv]}",
    })  # fmt: skip
    spec = read(text)
    assert params(spec, "train", 0)["discriminator"]["units"] == [3]
    assert params(spec, "train", 1)["discriminator"]["filters"] == 32


def test_address_that_the_spec_does_not_state_starts_from_the_default(
    read: Read, edited: Edit
) -> None:
    spec = read(edited({}), "train.discriminator.normalization=layer")
    assert params(spec, "train")["discriminator"] == {
        "kind": "mlp", "units": [64], "normalization": "layer",
    }  # fmt: skip


def test_overrides(read: Read, edited: Edit) -> None:
    spec = read(
        edited({}), "seed=7", "store=s3://bucket/x", "runner.workers=3",
        "train.steps=20", "train.discriminator={kind: conv}", "train.label='3'",
        "curate.source.modes=0x10",
    )  # fmt: skip
    assert (spec.seed, spec.store, spec.trials[0].seed) == (7, "s3://bucket/x", 7)
    assert spec.runner.model_dump()["workers"] == 3
    assert params(spec, "train")["steps"] == 20
    assert params(spec, "train")["discriminator"]["kind"] == "conv"
    assert params(spec, "train")["label"] == "3"
    assert params(spec, "curate")["source"]["modes"] == 16
    assert str(spec.positions["train.steps"]) == "--set #4:1:1"


def test_override_of_an_axis_replaces_it(read: Read, edited: Edit) -> None:
    expect = {14: "expect:", 15: "  - when: {train.discriminator.normalization: batch}",
              16: "    cause: batch_norm_leakage"}  # fmt: skip
    text = edited(MATRIX | expect)
    assert len(read(text).expectations) == 1
    spec = read(text, "train.discriminator.normalization=layer", "seed=3")
    assert [trial.id for trial in spec.trials] == ["seed=3,normalization=layer"]
    # What was expected of `batch` is void, not wrong: it was overridden.
    assert spec.expectations == ()


def test_override_inside_the_values_of_an_axis(read: Read, edited: Edit) -> None:
    text = edited({10: "matrix: {train.discriminator: [{kind: conv}, {kind: mlp}]}"})
    spec = read(text, "train.discriminator.normalization=layer")
    found = [params(spec, "train", n)["discriminator"] for n in (0, 1)]
    assert [part["normalization"] for part in found] == ["layer", "layer"]


@pytest.mark.parametrize(
    ("override", "error"),
    [
        (
            "train.steps=ten",
            "--set #1:1:13: train.steps: Wrong type. Expected a whole number. "
            "Received: 'ten'.",
        ),
        (
            "train.discriminator={kind: mlp, unit: [3]}",
            "--set #1:1:33: train.discriminator.unit: Unknown key `unit`. Expected "
            "`kind`, `normalization` or `units`. Did you mean `units`?",
        ),
        (
            "seed=-1",
            "--set #1:1:6: seed: Out of range. Expected a number of at least 0. "
            "Received: -1.",
        ),
        (
            "train.steps=[1",
            "--set #1:1:15: Not YAML: did not find expected ',' or ']' "
            "(while parsing a flow sequence, begun at line 1).",
        ),
        (
            "trian.steps=3",
            "--set #1:1:1: Unknown address `trian.steps`. Expected "
            "`<stage>.<parameter>` of `curate`, `split` or `train`, or `seed`, `store` "
            "or `runner`. Did you mean `train.steps`?",
        ),
        (
            "train.steps",
            "--set #1:1:1: Not an override. Expected `address=value`. "
            "Received: 'train.steps'.",
        ),
    ],
)
def test_override_errors(
    override: str, error: str, errors: Errors, edited: Edit
) -> None:
    assert errors(edited({}), override) == [error]


def test_one_cause_is_reported_once_for_all_trials(
    errors: Errors, edited: Edit
) -> None:
    assert len(errors(edited(MATRIX | {9: "      steps: 0"}))) == 1


def test_extends_merges_deeply_through_a_chain(read: Read, edited: Edit) -> None:
    base = edited({10: "      discriminator: {kind: mlp, units: [3, 4]}"})
    middle = "extends: base.yaml\nname: b\nstages: {train: {with: {rate: 0.5}}}\n"
    top = """\
extends: middle.yaml
stages:
  train:
    with:
      steps: 5
      discriminator: {units: [9]}
"""
    spec = read(top, base=base, middle=middle)
    train = params(spec, "train")
    assert (spec.name, train["steps"], train["rate"]) == ("b", 5, 0.5)
    assert train["discriminator"]["units"] == [9]
    assert str(spec.positions["train.steps"]) == "spec.yaml:5:7"
    assert str(spec.positions["train.rate"]) == "middle.yaml:3:25"
    assert str(spec.positions["curate.source.kind"]) == "base.yaml:4:53"


def test_extends_replaces_a_part_of_another_kind(read: Read, edited: Edit) -> None:
    base = edited({10: "      discriminator: {kind: mlp, units: [3, 4]}"})
    top = "extends: base.yaml\nstages: {train: {with: {discriminator: {kind: conv}}}}"
    assert params(read(top, base=base), "train")["discriminator"]["kind"] == "conv"


def test_empty_keys_drop_what_the_base_states(read: Read, edited: Edit) -> None:
    base = edited(MATRIX | {14: "  ", 15: "expect: [{verdict: healthy}]"})
    spec = read("extends: base.yaml\nmatrix:\nexpect:\n", base=base)
    assert (len(spec.trials), spec.expectations) == (1, ())


def test_extends_in_a_circle(errors: Errors) -> None:
    assert errors(
        "extends: b.yaml\n", b="extends: c.yaml\n", c="extends: b.yaml\n"
    ) == [
        "c.yaml:1:10: extends: A spec that extends itself: b.yaml → c.yaml → b.yaml. "
        "Expected a chain that ends."
    ]


def test_an_error_in_the_base_is_shown_there(errors: Errors, edited: Edit) -> None:
    assert errors("extends: base.yaml\n", base=edited({9: "      steps: x"})) == [
        "base.yaml:9:14: train.steps: Wrong type. Expected a whole number. "
        "Received: 'x'."
    ]


def test_paths_are_relative_to_the_file_that_states_them(
    lab: Path, edited: Edit
) -> None:
    for name in ("specs/bases", "data/images"):
        (lab / name).mkdir(parents=True)
    (lab / "lab.py").rename(lab / "specs" / "bases" / "lab.py")
    curate = '  curate: {component: "lab:curate", with: {source: %s}}'
    base = edited({4: curate % "../../data/folder.yaml"})
    (lab / "specs/bases/base.yaml").write_text(base)
    (lab / "specs/spec.yaml").write_text("extends: bases/base.yaml\n")
    (lab / "data/folder.yaml").write_text("kind: folder\npath: images\n")
    spec = load_spec("specs/spec.yaml")
    assert params(spec, "curate")["source"]["path"] == "data/images"
    assert spec.stages["curate"].base == "specs/bases"
    assert str(spec.positions["curate.source"]) == "specs/bases/base.yaml:4:44"
    assert str(spec.positions["curate.source.path"]) == "data/folder.yaml:2:1"


CURATE = {4: '  curate: {component: "lab:curate", with: {source: ring.yaml}}'}


def test_errors_inside_a_descriptor_stand_in_the_descriptor(
    errors: Errors, edited: Edit
) -> None:
    ring = "kind: ring\nmodes: -8\nmods: 3\n"
    assert errors(edited(CURATE), ring=ring) == [
        "ring.yaml:2:8: curate.source.modes: Out of range. "
        "Expected a number greater than 0. Received: -8.",
        "ring.yaml:3:1: curate.source.mods: Unknown key `mods`. "
        "Expected `kind` or `modes`. Did you mean `modes`?",
    ]


def test_an_address_reaches_into_a_descriptor(read: Read, edited: Edit) -> None:
    spec = read(edited(CURATE), "curate.source.modes=3", ring="kind: ring\nmodes: 8\n")
    assert params(spec, "curate")["source"]["modes"] == 3


def test_positions(read: Read, edited: Edit) -> None:
    spec = read(edited(MATRIX))
    stated = {key: str(at).partition(":")[2] for key, at in spec.positions.items()}
    assert stated["seed"] == "12:3"
    assert stated["train"] == "6:3"
    assert stated["train.steps"] == "9:7"
    assert stated["train.discriminator"] == "10:7"
    assert stated["train.discriminator.kind"] == "10:23"
    assert stated["train.discriminator.normalization"] == "13:3"


def test_expectations(read: Read, edited: Edit) -> None:
    spec = read(
        edited({10: "expect: [{when: {train.steps: 10}, symptom: no_learning}]"})
    )
    expectation = spec.expectations[0]
    assert expectation.when == {"train.steps": 10}
    assert expectation.claims == {"symptom": "no_learning"}
    assert str(expectation.position) == "spec.yaml:10:10"


def test_reading_imports_nothing_heavy(read: Read, edited: Edit) -> None:
    read(edited(MATRIX))
    code = (
        "import sys, json; from pipelines.spec import load_spec; "
        "load_spec('spec.yaml'); "
        "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    heavy = {"numpy", "tensorflow", "keras", "apache_beam", "sklearn", "pyarrow",
             "matplotlib", "fsspec", "scipy", "jax"}  # fmt: skip
    assert not heavy & set(json.loads(out.stdout))
