"""`cases`: many specs as the trials of one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines.spec import Spec, SpecErrors, load_spec

BASE = """\
name: base
seed: 5
stages:
  curate: {component: "lab:curate", with: {source: {kind: ring}}}
  split: {component: "lab:split"}
  train:
    component: lab:train
    with: {steps: 10}
"""
ZOO = """\
name: zoo
cases: [zoo/*.yaml]
"""
EVALUATE = 'evaluate: {component: "lab:evaluate"}'
Zoo = Callable[..., Spec]


@pytest.fixture
def zoo(lab: Path) -> Zoo:
    """Write `base.yaml`, the collecting spec and cases `zoo/<name>.yaml`; load it."""
    (lab / "zoo").mkdir()
    (lab / "base.yaml").write_text(BASE)

    def load(text: str, *overrides: str, **cases: str) -> Spec:
        (lab / "zoo.yaml").write_text(text)
        for name, own in cases.items():
            base = "" if "extends" in own else "extends: ../base.yaml\n"
            (lab / "zoo" / f"{name}.yaml").write_text(f"name: {name}\n{base}{own}")
        return load_spec("zoo.yaml", overrides)

    return load


def wrong(load: Callable[..., Any], *given: str, **cases: str) -> list[str]:
    with pytest.raises(SpecErrors) as caught:
        load(*given, **cases)
    return [str(error) for error in caught.value.errors]


def ids(spec: Spec) -> list[str]:
    return [trial.id for trial in spec.trials]


def steps(spec: Spec) -> list[int]:
    return [trial.params["train"].steps for trial in spec.trials]  # type: ignore[attr-defined]


def train(text: str) -> str:
    return f"stages: {{train: {{with: {text}}}}}\n"


def test_the_trials_are_those_of_the_cases(zoo: Zoo) -> None:
    spec = zoo(ZOO, b=train("{steps: 20}"), a="")
    assert ids(spec) == ["case=a", "case=b"]
    assert [dict(trial.point) for trial in spec.trials] == [
        {"case": "a"},
        {"case": "b"},
    ]
    assert [trial.index for trial in spec.trials] == [0, 1]
    assert (steps(spec), spec.name, spec.path) == ([10, 20], "zoo", "zoo.yaml")
    assert list(spec.stages) == ["curate", "split", "train"]


def test_files_and_patterns_each_file_once_in_the_order_stated(
    zoo: Zoo, lab: Path
) -> None:
    text = "name: zoo\ncases: [zoo/c.yaml, 'zoo/*.yaml', ./zoo/../zoo/a.yaml]\n"
    (lab / "zoo" / "folder.yaml").mkdir()
    spec = zoo(text, a="", b="", c="")
    assert ids(spec) == ["case=c", "case=a", "case=b"]


def test_patterns_are_relative_to_the_file_that_states_them(
    zoo: Zoo, lab: Path
) -> None:
    (lab / "a[b]").mkdir()
    (lab / "a[b]" / "all.yaml").write_text("name: all\ncases: ['../zoo/**/?.yaml']\n")
    spec = zoo("name: zoo\nextends: a[b]/all.yaml\n", a="", b="", long="")
    assert ids(spec) == ["case=a", "case=b"]


def test_a_pattern_leaves_out_the_spec_that_states_it(zoo: Zoo, lab: Path) -> None:
    (lab / "base.yaml").write_text(BASE)
    assert ids(zoo("name: zoo\ncases: ['*.yaml']\n")) == ["case=base"]


def test_a_matrix_is_crossed_with_every_case_and_takes_the_place_of_its_axes(
    zoo: Zoo,
) -> None:
    spec = zoo(
        ZOO + "matrix: {seed: [0, 1]}\n",
        a="matrix: {seed: [7, 8, 9], train.steps: [1, 2]}\n",
        b="",
    )
    assert ids(spec) == [
        "case=a,steps=1,seed=0", "case=a,steps=1,seed=1",
        "case=a,steps=2,seed=0", "case=a,steps=2,seed=1",
        "case=b,seed=0", "case=b,seed=1",
    ]  # fmt: skip
    assert [trial.seed for trial in spec.trials] == [0, 1] * 3
    assert list(spec.trials[0].point) == ["case", "train.steps", "seed"]
    assert steps(spec) == [1, 1, 2, 2, 10, 10]


def test_seeds_are_the_cases_own_unless_stated(zoo: Zoo) -> None:
    cases = {"a": "seed: 3\n", "b": "", "c": "matrix: {seed: [8]}\n"}
    own = zoo(ZOO, **cases)
    assert ([t.seed for t in own.trials], own.seed) == ([3, 5, 8], 0)
    stated = zoo(ZOO + "seed: 1\n", **cases)
    assert ([t.seed for t in stated.trials], stated.seed) == ([1, 1, 8], 1)
    assert [t.seed for t in zoo(ZOO, "seed=2", **cases).trials] == [2, 2, 2]


def test_stages_are_merged_over_every_case_as_set_would(zoo: Zoo) -> None:
    both = ZOO + train("{discriminator: {normalization: batch}, clip: null}")
    spec = zoo(
        both,
        a=train("{clip: 1.0}"),
        b=train("{discriminator: {kind: conv, filters: 3}}"),
        c="matrix: {train.discriminator: [{kind: mlp}, {kind: conv}]}\n",
        d="matrix: {train.discriminator.normalization: [none, layer]}\n",
    )
    networks = [t.params["train"].model_dump(mode="json") for t in spec.trials]
    assert [n["discriminator"]["normalization"] for n in networks] == ["batch"] * 5
    assert [n["discriminator"]["kind"] for n in networks] == [
        "mlp", "conv", "mlp", "conv", "mlp",
    ]  # fmt: skip
    assert networks[0]["clip"] is None
    assert networks[1]["discriminator"]["filters"] == 3
    assert spec.trials[4].point["train.discriminator.normalization"] == "batch"


def test_files_are_those_beside_the_spec_that_names_them(zoo: Zoo, lab: Path) -> None:
    (lab / "ring.yaml").write_text("kind: ring\nmodes: 3\n")
    (lab / "zoo" / "ring.yml").write_text("kind: ring\nmodes: 4\n")
    own = "stages: {curate: {with: {source: ring.yml}}}\n"

    def modes(text: str) -> list[int]:
        spec = zoo(
            ZOO + f"stages: {{curate: {{with: {{source: {text}}}}}}}\n", a=own, b=""
        )
        return [t.params["curate"].source.modes for t in spec.trials]  # type: ignore[attr-defined]

    assert modes("{kind: ring}") == [4, 8]
    assert modes("ring.yaml") == [3, 3]
    assert modes("{modes: 5}") == [5, 5]


def test_set_works_over_all_of_it(zoo: Zoo) -> None:
    text = ZOO + train("{steps: 30, label: x}") + "matrix: {train.rate: [0.1, 0.2]}\n"
    cases = {"a": "", "b": "matrix: {train.discriminator: [{kind: mlp}]}\n"}
    spec = zoo(
        text, "train.steps=4", "train.rate=0.5", "store=here",
        "train.discriminator={kind: conv}", **cases,
    )  # fmt: skip
    assert (steps(spec), spec.store) == ([4, 4], "here")
    assert ids(spec)[0] == "case=a,rate=0.5"
    assert {t.params["train"].discriminator.kind for t in spec.trials} == {"conv"}  # type: ignore[attr-defined]
    assert spec.overrides[0] == "train.steps=4"


def test_set_chooses_cases(zoo: Zoo) -> None:
    text = ZOO + "expect: [{when: {case: a}, verdict: healthy}]\n"
    cases = {"a": "", "b": "", "c": ""}
    assert ids(zoo(text, "case=b", **cases)) == ["case=b"]
    assert ids(zoo(text, "case=[a, c]", **cases)) == ["case=a", "case=c"]
    assert wrong(zoo, text, "case=d", **cases) == [
        "--set #1:1:6: case: Unknown case. Expected `a`, `b` or `c`. Received: 'd'."
    ]


def test_a_stage_may_be_added_or_dropped(zoo: Zoo) -> None:
    text = ZOO + (
        'stages:\n  split: null\n  cut: {component: "lab:split"}\n'
        '  evaluate: {component: "lab:evaluate"}\n  report: {component: "lab:report"}\n'
    )
    spec = zoo(text, a="", b="")
    assert list(spec.stages) == ["curate", "cut", "train", "evaluate", "report"]
    assert str(spec.stages["report"].inputs["metrics"]) == "evaluate.metrics"


def test_places_are_those_of_the_file_that_states_a_value(zoo: Zoo) -> None:
    text = ZOO + "stages:\n  train:\n    with: {rate: 0.5}\nmatrix: {seed: [0, 1]}\n"
    spec = zoo(text, a=train("{steps: 3}"), b="matrix: {train.steps: [7]}\n")
    a, b = (spec.places(spec.trials[index]) for index in (0, 2))
    assert str(a["train.steps"]) == "zoo/a.yaml:3:25"
    assert str(a["train.rate"]) == "zoo.yaml:5:12"
    assert str(a["train"]) == "zoo/a.yaml:3:10"
    assert str(b["train"]) == "base.yaml:6:3"
    assert str(b["train.steps"]) == "zoo/b.yaml:3:10"
    assert str(a["seed"]) == "zoo.yaml:6:10"
    assert spec.cases["b"].path == "zoo/b.yaml"
    assert "train" not in spec.positions


def test_expectations_of_a_case_are_about_its_own_trials(zoo: Zoo) -> None:
    text = ZOO + "expect: [{when: {case: b, seed: 5}, cause: data_fault}]\n"
    spec = zoo(
        text,
        a="expect: [{verdict: healthy}]\n",
        b="matrix: {train.steps: [1, 2]}\n"
        "expect: [{when: {train.steps: 2}, symptom: divergence}]\n",
    )
    assert [(e.when, e.claims, str(e.position)) for e in spec.expectations] == [
        ({"case": "a"}, {"verdict": "healthy"}, "zoo/a.yaml:3:10"),
        ({"case": "b", "train.steps": 2}, {"symptom": "divergence"}, "zoo/b.yaml:4:10"),
        ({"case": "b", "seed": 5}, {"cause": "data_fault"}, "zoo.yaml:3:10"),
    ]


def test_what_the_collecting_spec_takes_away_is_void_in_a_case(zoo: Zoo) -> None:
    case = (
        "matrix: {seed: [0, 1], train.steps: [1, 2], exclude: [{seed: 1}]}\n"
        "expect:\n  - {when: {seed: 0}, verdict: healthy}\n"
        "  - {when: {train.steps: 2}, verdict: healthy}\n"
    )
    spec = zoo(ZOO + "matrix: {seed: [4]}\n" + train("{steps: 6}"), a=case)
    assert (ids(spec), spec.expectations) == (["case=a,steps=6,seed=4"], ())


def test_points_of_some_cases_can_be_excluded(zoo: Zoo) -> None:
    text = (
        ZOO
        + "matrix: {seed: [0, 1], exclude: [{case: a, seed: 1}, {train.steps: 2}]}\n"
    )
    spec = zoo(text, a="", b="matrix: {train.steps: [1, 2]}\n")
    assert ids(spec) == [
        "case=a,seed=0",
        "case=b,steps=1,seed=0",
        "case=b,steps=1,seed=1",
    ]
    # Nor is what is excluded judged.
    zoo(text, a="", b="matrix: {train.steps: [1, 2]}\n"
        "expect: [{when: {train.steps: 2}, verdict: healthy}]\n")  # fmt: skip
    assert wrong(zoo, text.replace("case: a", "case: c"), a="", b="") == [
        "zoo.yaml:3:34: matrix.exclude.0: Excludes no trial. Expected values that the "
        "matrix has. Received: a mapping of case, seed.",
        "zoo.yaml:3:55: matrix.exclude.1: `train.steps` is not in the matrix. Expected "
        "`case` or `seed`.",
    ]


def test_long_names_stay_apart(zoo: Zoo) -> None:
    stem = "a_name_of_more_than_24_letters"
    spec = zoo(ZOO, **{f"{stem}_1": "", f"{stem}_2": ""})
    assert ids(spec) == [f"case={stem}_1", f"case={stem}_2"]


@pytest.mark.parametrize(
    ("cases", "error"),
    [
        ("[]", "2:8: cases: Wrong size. Expected at least 1 entry. Received: []."),
        ("zoo", "2:8: cases: Wrong type. Expected a list. Received: 'zoo'."),
        ("[3, zoo/a.yaml]", "2:9: cases.0: Wrong type. Expected text (in quotes, if it "
         "looks like a number). Received: 3."),
        ("[zoo/aa.yaml]", "2:9: cases.0: No file `zoo/aa.yaml`. Expected the path of a "
         "spec, or a pattern such as `zoo/*.yaml`. Received: 'zoo/aa.yaml'. Did you "
         "mean `zoo/a.yaml`?"),
        ("[zoo]", "2:9: cases.0: `zoo` is a folder. Expected the path of a spec, or a "
         "pattern such as `zoo/*.yaml`. Received: 'zoo'. Did you mean `zoo/*.yaml`?"),
        ("['zoo/*.yml']", "2:9: cases.0: No file matches. Expected files like "
         "`zoo/*.yml`. Received: 'zoo/*.yml'."),
        ("[zoo/a.yaml, a.yaml]", "2:21: cases.1: Two cases are called `a`. Expected "
         "file names that differ. Received: `a.yaml` beside `zoo/a.yaml` "
         "(zoo.yaml:2:9)."),
        ("['zoo/a b.yaml']", "2:9: cases.0: Not a name for a case: `a b`. Expected a "
         "file name of letters, digits and `._+-`."),
        ("[zoo.yaml]", "2:9: cases: The case `zoo` has cases of its own "
         "(zoo.yaml:2:1). Expected a spec that runs by itself."),
    ],
)  # fmt: skip
def test_cases_that_are_none(zoo: Zoo, lab: Path, cases: str, error: str) -> None:
    (lab / "a.yaml").write_text(BASE)
    (lab / "zoo" / "a b.yaml").write_text(BASE)
    assert wrong(zoo, f"name: zoo\ncases: {cases}\n", a="") == [f"zoo.yaml:{error}"]


def test_errors_in_a_case_stand_in_its_file(zoo: Zoo) -> None:
    assert wrong(zoo, ZOO, a=train("{stepz: 3}"), b="", c="expect: [{cause: colic}]\n")[
        0
    ] == (
        "zoo/a.yaml:3:25: train.stepz: Unknown key `stepz`. Expected `clip`, "
        "`compile`, `discriminator`, `label`, `rate`, `ratio` or `steps`. "
        "Did you mean `steps`?"
    )
    assert wrong(zoo, ZOO, a="", b="", c="extends: x.yaml\n") == [
        "zoo/c.yaml:2:10: extends: No file `zoo/x.yaml`. Expected a YAML file. "
        "Received: 'x.yaml'. Did you mean `zoo/c.yaml`?"
    ]


def test_errors_of_some_cases_elsewhere_name_the_cases(zoo: Zoo) -> None:
    conv = train("{discriminator: {kind: conv}}")
    text = ZOO + train("{discriminator: {units: [3]}, rate: -1}")
    assert wrong(zoo, text, a="", b=conv, c=conv) == [
        "zoo.yaml:3:41: train.discriminator.units: Unknown key `units`, in `b` and "
        "`c`. Expected `filters`, `kind` or `normalization`.",
        "zoo.yaml:3:60: train.rate: Out of range. Expected a number greater than 0.0. "
        "Received: -1.",
    ]


def test_stages_must_be_the_same(zoo: Zoo) -> None:
    more = f"stages: {{{EVALUATE}}}\n"
    why = "Expected the same stages, components and wires in every case."
    assert wrong(zoo, ZOO, a="", b=more, c="") == [
        f"zoo/b.yaml:3:10: stages.evaluate: `b` has a stage `evaluate`, "
        f"and `a` has none. {why}"
    ]
    assert wrong(zoo, ZOO, a=more, b=more, c="") == [
        f"zoo/c.yaml:1:1: stages.evaluate: `c` has no stage `evaluate`. {why} "
        "Received: one in `a` (zoo/a.yaml:3:10)."
    ]


def test_components_must_be_the_same(zoo: Zoo) -> None:
    other = 'stages: {split: {component: "lab:recut"}}\n'
    text = (Path("lab.py")).read_text() + (
        "\n\n@component()\ndef recut(dataset: Dataset) -> Curriculum: ...\n"
    )
    Path("lab.py").write_text(text)
    assert wrong(zoo, ZOO, a="", b="", c=other) == [
        "zoo/c.yaml:3:29: stages.split.component: `c` has another component for "
        "`split` than `a`. Expected the same stages, components and wires in "
        "every case. Received: "
        "`lab:recut` beside `lab:split` (base.yaml:5:22)."
    ]


def test_wires_must_be_the_same(zoo: Zoo) -> None:
    base = ZOO + 'stages: {augment: {component: "lab:augment", inputs: {curriculum: '
    base += "split.curriculum}}}\n"
    by = "stages: {{train: {{inputs: {{curriculum: {}.curriculum}}}}}}\n"
    one, other = by.format("split"), by.format("augment")
    assert str(zoo(base, a=one, b=one).stages["train"].inputs["curriculum"]) == (
        "split.curriculum"
    )
    assert wrong(zoo, base, a=one, b=one, c=other) == [
        "zoo/c.yaml:3:39: stages.train.inputs.curriculum: `c` has another wire into "
        "`train` than `a`. Expected the same stages, components and wires in "
        "every case. Received: "
        "`augment.curriculum` beside `split.curriculum` (zoo/a.yaml:3:39)."
    ]


def test_case_is_no_axis_and_no_stage(zoo: Zoo) -> None:
    found = wrong(zoo, ZOO + "matrix: {case: [a]}\n", a="", b="")
    assert [error.partition(". ")[0] for error in found] == [
        "zoo.yaml:3:10: matrix: Unknown address `case`"
    ]
    found = wrong(
        zoo, ZOO + "expect: [{when: {case: d}, verdict: healthy}]\n", a="", b=""
    )
    assert found == [
        "zoo.yaml:3:24: expect.0.when.case: Selects no trial. Expected `a` or `b`. "
        "Received: 'd'."
    ]
    found = wrong(zoo, ZOO, a='stages: {case: {component: "lab:split"}}\n')
    assert any("stages.case: Not a name for a stage" in error for error in found)


def test_trials_are_counted_over_all_cases(zoo: Zoo) -> None:
    axis = ", ".join(map(str, range(100)))
    rates = ", ".join(str(1 + each) for each in range(60))
    text = ZOO + f"matrix: {{seed: [{axis}], train.rate: [{rates}]}}\n"
    assert len(zoo(text, a="").trials) == 6000
    assert wrong(zoo, text, a="", b="") == [
        "zoo.yaml:2:8: matrix: Too many trials. Expected at most 10,000. "
        "Received: 12,000."
    ]


def test_a_component_is_the_same_whichever_way_it_is_written(zoo: Zoo) -> None:
    stages = """\
stages:
  curate: {component: curate, with: {source: {kind: digits}}}
  split: {component: split}
  train:
    component: "components.train.stage:train"
    with: {steps: 20}
"""
    own = f"extends: null\n{stages}"
    spec = zoo(
        f"{ZOO}stages: {{train: {{component: train, with: {{batch_size: 8}}}}}}\n",
        a=own,
    )
    (trial,) = spec.trials
    params = trial.params["train"]
    assert (params.steps, params.batch_size) == (20, 8)  # type: ignore[attr-defined]
