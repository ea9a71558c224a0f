"""A run of a spec that collects others: shared work, places, what gathers learns."""

import json

import pytest

from pipelines.plan import make_plan
from pipelines.spec import load_spec
from pipelines.store import Store

ZOO = """\
name: zoo
cases: ["cases/*.yaml"]
store: store
stages:
  confusion: {component: "toy_components:confusion"}
matrix:
  seed: [0, 1]
expect:
  - when: {case: long}
    verdict: healthy
    cause: data_fault
"""
SHORT = """\
name: short
extends: ../spec.yaml
expect:
  - {verdict: healthy}
  - {when: {work.steps: 20}, verdict: healthy, cause: gradient_noise}
"""
LONG = """\
name: long
extends: ../spec.yaml
stages:
  work:
    with: {steps: 30}
expect: null
"""


@pytest.fixture
def zoo(toy):
    (toy.folder / "cases").mkdir()
    (toy.folder / "zoo.yaml").write_text(ZOO)
    (toy.folder / "cases" / "short.yaml").write_text(SHORT)
    (toy.folder / "cases" / "long.yaml").write_text(LONG)
    return toy


def record(toy, newest=-1):
    """The run record, in order of time."""
    runs = sorted((toy.store / "runs").iterdir())
    return json.loads((runs[newest] / "run.json").read_text())


def test_two_cases_run_as_one_and_share_what_is_equal(zoo):
    done = zoo.ganopsy("run", "zoo.yaml")
    assert done.returncode == 0, done.stderr
    # One source, four of work, two that gather.
    assert "7 made, 0 cached" in done.stdout
    assert "Expectations 3 of 3 met" in done.stdout
    trials = record(zoo)["trials"]
    assert [trial["id"] for trial in trials] == [
        "case=long,seed=0", "case=long,seed=1",
        "case=short,seed=0", "case=short,seed=1",
    ]  # fmt: skip
    keys = {
        stage: len({trial["nodes"][stage]["key"] for trial in trials})
        for stage in trials[0]["nodes"]
    }
    assert keys == {"source": 1, "work": 4, "gather": 1, "confusion": 1}
    [output] = trials[0]["nodes"]["confusion"]["outputs"].values()
    made = Store(str(zoo.store)).get("measurements", output["digest"])
    assert made.read_json("measurements.json") == [
        ["long", 0, ["data_fault"]],
        ["long", 1, ["data_fault"]],
        ["short", 0, [None, "gradient_noise"]],
        ["short", 1, [None, "gradient_noise"]],
    ]

    # What a case did among others it has done alone.
    alone = zoo.ganopsy("run", "cases/short.yaml")
    assert alone.returncode == 0, alone.stderr
    assert "1 made, 3 cached" in alone.stdout
    again = zoo.ganopsy("run", "zoo.yaml")
    assert "0 made, 7 cached" in again.stdout
    assert "zoo" in zoo.ganopsy("runs", "--store", "store").stdout


def test_a_failure_names_the_file_of_its_case(zoo):
    text = LONG.replace("{steps: 30}", "{steps: 30, fault: raise, at: 1}")
    (zoo.folder / "cases" / "long.yaml").write_text(text)
    done = zoo.ganopsy("run", "zoo.yaml", "--set", "case=long")
    assert done.returncode == 3
    assert "cases/long.yaml:4" in done.stdout
    assert "--set case=long" in done.stdout


def test_what_is_expected_is_part_of_the_key_of_what_gathers_it(zoo, monkeypatch):
    monkeypatch.chdir(zoo.folder)

    def described():
        spec = load_spec("zoo.yaml")
        plan = make_plan(spec, Store("memory://cases"))
        nodes = {node.stage.name: node for node in plan.nodes}
        return plan.run(nodes["confusion"]), plan.run(nodes["source"])

    before, nothing = described()
    assert nothing is None
    assert before.where("work", before.trials[0]) == "cases/long.yaml:4"
    assert before.where("work", before.trials[2]) == "spec.yaml:7"
    zoo_file = zoo.folder / "zoo.yaml"
    zoo_file.write_text(zoo_file.read_text().replace("data_fault", "gradient_noise"))
    after, _ = described()
    assert (before.trials, before.cases) == (after.trials, after.cases)
    assert before.expectations != after.expectations


def test_check_and_plan_speak_of_cases(zoo):
    assert zoo.ganopsy("check", "zoo.yaml").stdout == (
        "zoo.yaml: good. 2 cases, 4 stages, 4 trials, 3 expectations.\n"
    )
    planned = zoo.ganopsy("plan", "zoo.yaml").stdout
    assert "work[case=short,seed=1]" in planned
    assert "7 nodes of 4 trials" in planned
