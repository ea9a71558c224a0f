"""Runs of a toy pipeline: caching, failing, dying, resuming, side by side."""

import json
import re
import shutil
import signal

import pytest

from pipelines.execute import execute
from pipelines.execution.outcomes import Failure
from pipelines.execution.task import STARTED, desk
from pipelines.plan import make_plan
from pipelines.runs import begin, list_runs
from pipelines.spec import load_spec
from pipelines.store import Store

TWO = "runner.workers=2"


class Told:
    """Keeps what an execution says."""

    def __init__(self):
        self.lines = []

    def say(self, line):
        self.lines.append(line)

    def add(self, key, label, work):
        self.lines.append(f"{label}: at work")

    def remove(self, key, line):
        self.lines.append(line)


@pytest.fixture
def go(toy):
    """Execute the toy spec in this process, with changes."""

    def execute_with(*sets):
        spec = load_spec(str(toy.spec), [f"store={toy.store}", *sets])
        store = Store(spec.store)
        told = Told()
        run = begin(store, spec).id
        outcomes = execute(make_plan(spec, store), run, told)
        outcomes.told, outcomes.run, outcomes.store = told.lines, run, store
        return outcomes

    return execute_with


def made(outcomes):
    return sorted(set(outcomes.records) - outcomes.cached)


def report(outcomes):
    output = outcomes.records["gather"].outputs["report"]
    return outcomes.store.get("report", output.digest).content()


def test_everything_is_made_once(go):
    first = go()
    assert made(first) == ["gather", "source", "work[seed=0]", "work[seed=1]"]
    assert made(go()) == []
    assert [trial["verdict"] for trial in report(first)["trials"]] == ["healthy"] * 2


def test_equal_content_ends_the_recomputation(go):
    go()
    # The report states every parameter, so it is made again as well.
    assert made(go("source.value=-3")) == ["gather", "source"], "the square is equal"
    assert len(made(go("source.value=4"))) == 4


def test_only_what_depends_on_a_change_is_made_again(go):
    go()
    assert "source" not in made(go("work.steps=3"))


def test_trials_that_share_a_node_compute_it_once(go):
    assert go().told.count("source: at work") == 1


@pytest.mark.parametrize(
    ("count", "told"),
    [(3, "seed=1 and seed=2: "), (312, "seed=2 and 309 more: ")],
)
def test_a_failed_stage_that_collects_names_a_few_of_its_trials(count, told):
    trials = tuple(f"seed={seed}" for seed in range(count))
    failure = Failure(
        "all", "all", "all", trials, "ValueError", "no", "", "spec.yaml:1"
    )
    assert told in str(failure)


def test_a_failing_node_takes_only_its_own_trial_along(go):
    outcomes = go("work.fault=raise", "work.at=1")
    (failure,) = outcomes.failed.values()
    assert (failure.stage, failure.trials) == ("work", ("seed=1",))
    assert (failure.kind, failure.message) == ("ValueError", "seed 1 went wrong")
    assert re.search(r"toy_components\.py:\d+$", failure.raised)
    assert re.search(r"spec\.yaml:7$", failure.where), "the line of `work:`"
    trials = report(outcomes)["trials"]
    assert [trial["failed"] for trial in trials] == [
        None,
        "work failed: ValueError: seed 1 went wrong",
    ]


def test_the_traceback_of_a_failure_is_kept(go):
    outcomes = go("work.fault=raise", "work.at=1")
    (error,) = outcomes.store.files.root.glob(f"work/*/{outcomes.run}/error.json")
    assert "went wrong" in json.loads(error.read_text())["traceback"]


def test_a_failed_run_resumes(go):
    go("work.fault=raise", "work.at=1")
    outcomes = go()
    assert made(outcomes) == ["gather", "work[seed=0]", "work[seed=1]"], (
        "parameters changed: new nodes"
    )


def test_when_every_trial_fails_nothing_is_gathered(go):
    outcomes = go("work.fault=raise")
    assert len(outcomes.failed) == 2
    assert outcomes.skipped == {"gather": "every trial failed"}


def test_a_failing_source_skips_what_needs_it(go, toy):
    source = toy.folder / "toy_components.py"
    source.write_text(source.read_text().replace("value * value", "value / 0"))
    outcomes = go()
    assert set(outcomes.failed) == {"source"}
    assert outcomes.skipped["work[seed=0]"] == "source failed"
    assert outcomes.skipped["gather"] == "every trial failed"


def test_a_store_in_memory(toy):
    spec = load_spec(str(toy.spec), ["store=memory://execute"])
    store = Store(spec.store)
    outcomes = execute(make_plan(spec, store), begin(store, spec).id, Told())
    assert not outcomes.failed and "gather" in outcomes.records


def test_two_workers_work_at_once(toy):
    """Each of the two nodes ends only once it has seen the other."""
    changes = toy.flags(TWO, f"work.meet={toy.folder}")
    result = toy.ganopsy("run", "spec.yaml", "--to", "work", *changes)
    assert result.returncode == 0, result.stderr + result.stdout
    pids = {(toy.folder / name).read_text() for name in "01"}
    assert len(pids) == 2


def test_a_worker_that_dies_fails_its_node_and_the_rest_goes_on(toy):
    result = toy.run(TWO, "work.fault=SIGKILL", "work.at=1")
    assert result.returncode == 3, result.stderr
    assert "worker process died of SIGKILL" in result.stdout
    assert "memory ran out" in result.stdout
    (record,) = list_runs(Store(str(toy.store)))
    assert record.status == "failed"
    assert [bool(trial.failed) for trial in record.trials] == [False, True]
    assert record.report is not None, "the report of the trial that is left"


def test_worker_processes_are_renewed(go, toy, monkeypatch):
    """What they have compiled fills memory that only their end frees."""
    monkeypatch.setattr("pipelines.runners.RENEWED", 1)
    text = toy.spec.read_text()
    toy.spec.write_text(text.replace("seed: [0, 1]", "seed: [0, 1, 2, 3, 4]"))
    outcomes = go(TWO)
    assert not outcomes.failed
    keys = [r.key for name, r in outcomes.records.items() if name.startswith("work[")]
    places = [desk(outcomes.store, key, outcomes.run) for key in keys]
    pids = [place.read_json(STARTED)["pid"] for place in places]
    assert len(pids) == 5 and max(map(pids.count, pids)) <= 2
    assert len(set(pids)) >= 3


SEEDS = """\
name: toy
store: store
stages:
  source: {component: toy_components:source}
  work: {component: toy_components:together}
  gather: {component: toy_components:gather}
matrix:
  seed: [0, 1, 2]
  work.together: [true, false]
"""


def diagnoses(outcomes):
    found = {}
    for name, record in outcomes.records.items():
        if name.startswith("work"):
            output = record.outputs["diagnosis"]
            content = outcomes.store.get("diagnosis", output.digest).content()
            found[name] = content["seed"], content["value"]
    return found


def test_seeds_are_done_as_one_where_parameters_say_so(go, toy):
    toy.spec.write_text(SEEDS)
    assert diagnoses(go()) == {
        f"work[seed={seed},together={name}]": (seed, count)
        for seed in range(3)
        for name, count in (("true", 3), ("false", 1))
    }
    assert made(go()) == []


def test_what_is_done_as_one_is_done_again_as_one(go, toy):
    """Seeds beside it are part of a node's key, and a lost one takes all along."""
    toy.spec.write_text(SEEDS.replace("[true, false]", "[true]"))
    assert set(diagnoses(go("seed=1")).values()) == {(1, 1)}
    first = go()
    assert set(diagnoses(first).values()) == {(0, 3), (1, 3), (2, 3)}
    output = first.records["work[seed=2,together=true]"].outputs["diagnosis"]
    path = first.store.get("diagnosis", output.digest).path("")
    shutil.rmtree(path)
    works = [f"work[seed={seed},together=true]" for seed in range(3)]
    plan = make_plan(load_spec(str(toy.spec), [f"store={toy.store}"]), first.store)
    states = [plan.state(plan.node(name)) for name in works]
    assert [state.kind for state in states] == ["run"] * 3
    assert "is gone" in states[2].reason
    assert states[0].reason == f"done as one with {works[2]}, which is not cached"
    assert made(go()) == works


def test_a_group_is_tried_again_whole(go, toy, monkeypatch):
    """Even where some of it is in the store, after another group's worker died."""
    from pipelines.execution import jobs

    text = SEEDS.replace("[true, false]", "[true]").replace("[0, 1, 2]", "[0, 1]")
    toy.spec.write_text(text + "  source.value: [1, 2]\n")
    first = go()
    for value, seeds in (("1", (0, 1)), ("2", (1,))):
        for seed in seeds:
            record = first.records[f"work[seed={seed},together=true,value={value}]"]
            digest = record.outputs["diagnosis"].digest
            path = first.store.get("diagnosis", digest).path("")
            shutil.rmtree(path, ignore_errors=True)
    rounds, run_tasks = [], jobs.run_tasks

    def dying(runner, store, run, rows, log_file):
        groups = [group.keys for row in rows for group in row]
        rounds.append([len(keys) for keys in groups])
        if len(rounds) > 1:
            return run_tasks(runner, store, run, rows, log_file)
        for key in groups[0]:
            desk(Store(store), key, run).write_json(STARTED, {})
        return jobs.Cause("WorkerDied", "out of memory")

    monkeypatch.setattr(jobs, "run_tasks", dying)
    again = go()
    assert rounds[:2] == [[2, 2], [2]]
    assert len(again.failed) == 2
    assert all("value=1" in name for name in again.failed)


def test_seeds_of_a_kind_are_done_by_one_worker_in_a_row(go, toy, monkeypatch):
    """What it compiled for the first serves the others."""
    from pipelines.execution import jobs

    toy.spec.write_text(SEEDS)
    told, run_tasks = [], jobs.run_tasks

    def noted(runner, store, run, rows, log_file):
        told.append([[len(group.keys) for group in row] for row in rows])
        return run_tasks(runner, store, run, rows, log_file)

    monkeypatch.setattr(jobs, "run_tasks", noted)
    found = diagnoses(go())
    assert [[3], [1, 1, 1]] in told
    assert len(found) == 6


def test_the_plan_says_that_other_seeds_are_beside(go, toy):
    toy.spec.write_text(SEEDS.replace("[true, false]", "[true]"))
    go()
    spec = load_spec(
        str(toy.spec), [f"store={toy.store}", "work.together=true", "seed=1"]
    )
    plan = make_plan(spec, Store(spec.store))
    reasons = [plan.state(node).reason for node in plan.nodes]
    assert "done as one: seeds 0, 1, 2 → 1" in " ".join(reasons)


@pytest.mark.parametrize(
    "fault, message",
    [("raise", "ValueError: 3 seeds went wrong"), ("SIGKILL", "died of SIGKILL")],
)
def test_seeds_that_are_done_as_one_fail_as_one(toy, fault, message):
    toy.spec.write_text(SEEDS.replace("together: [true, false]", "together: [true]"))
    result = toy.run(TWO, f"work.fault={fault}")
    assert result.returncode == 3, result.stderr
    assert result.stdout.count(message) >= 3
    (record,) = list_runs(Store(str(toy.store)))
    assert all(trial.failed for trial in record.trials) and len(record.trials) == 3


def test_two_runs_at_once_both_succeed(toy):
    both = [toy.start("run", "spec.yaml", "--set", "work.seconds=0.5") for _ in "ab"]
    ends = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], ends
    store = Store(str(toy.store))
    assert [record.status for record in list_runs(store)] == ["done", "done"]
    assert store.verify() == []


def test_the_end_of_a_worker_in_words():
    from pipelines.execution.workers import describe_exit

    assert "memory ran out" in describe_exit(-signal.SIGKILL)
    assert "SIGSEGV: a crash in native code" in describe_exit(-signal.SIGSEGV)
    assert "exit code 7" in describe_exit(7)
