"""Past runs: records, look-up, comparison, and what may be collected."""

import dataclasses
import os
import re
import secrets
import socket
import subprocess
import sys
import time
from datetime import timedelta

import pytest

from components.artifacts import Metrics, Report
from pipelines.compare import compare
from pipelines.runners import Local
from pipelines.runs import NodeUse, RunError, begin, finish, list_runs, load, save
from pipelines.spec.model import Spec, Trial
from pipelines.storage.collect import collect
from pipelines.storage.manifest import NodeRecord, Output, Producer
from pipelines.store import Store

PRODUCER = Producer("k", "toy:train", "train")
NOW = timedelta(0)


@pytest.fixture(params=["local", "memory"])
def store(request, tmp_path):
    if request.param == "memory":
        return Store(f"memory://past/{secrets.token_hex(4)}")
    return Store(str(tmp_path / "a störe"))


def make_spec(name="toy"):
    return Spec(
        name=name, path="toy.yaml", seed=0, store="", runner=Local(), stages={},
        trials=(Trial(0, "seed=0", {"seed": 0}, 0, {}),), expectations=(),
    )  # fmt: skip


def make_artifact(store, value, kind=Metrics, name="metrics.json"):
    artifact = store.stage(kind)
    artifact.write_json(name, value)
    return store.commit(artifact, PRODUCER)


def make_run(store, steps, status="done", verdict="healthy", name="toy", precision=0.9):
    """A run of one trial of one stage, its artifacts and its report."""
    run = begin(store, make_spec(name))
    key = f"{steps:064d}"
    made = make_artifact(store, {"steps": steps})
    output = {"metrics": Output("metrics", made.digest)}
    store.record(
        NodeRecord(
            key=key, outputs=output, spec=name, stage="train", points=({"seed": 0},),
            component="train", closure={}, params={"steps": steps, "net": {"n": 1}},
            fingerprint=None, seed=0, run=None, inputs={}, sources={},
        )
    )  # fmt: skip
    use = {"train": NodeUse(key, output)}
    trial = dataclasses.replace(run.trials[0], nodes=use)
    content = {"trials": [{
        "point": {"seed": 0}, "verdict": verdict, "symptoms": [{"id": "mode_collapse"}],
        "causes": [], "metrics": {"precision": {"value": precision, "null": 0.9}},
    }]}  # fmt: skip
    report = make_artifact(store, content, Report, "report.json")
    use["report"] = NodeUse(
        "r" + key[1:], {"report": Output("report", report.digest)}, cached=True
    )
    run = dataclasses.replace(run, trials=(trial,))
    if status == "running":
        save(store, run)
        return run
    return finish(store, run, status, report.digest)


def age(store, hours):
    """Make everything in a store on a disk older."""
    if not store.files.local:
        return
    then = time.time() - hours * 3600
    for folder, folders, files in os.walk(store.url, topdown=False):
        for name in (*folders, *files):
            os.utime(os.path.join(folder, name), (then, then))  # noqa: PTH118


def test_a_run_comes_back_as_it_was_written(store):
    run = make_run(store, 10)
    (found,) = list_runs(Store(store.url))
    assert dataclasses.replace(found, updated=run.updated) == run
    assert found.status == "done"
    assert found.ended >= found.started
    assert re.fullmatch(r"\d{8}T\d{6}-toy-[0-9a-f]{4}", run.id)


def test_a_run_is_known_from_its_start(store):
    run = begin(store, make_spec())
    (found,) = list_runs(store)
    assert (found.id, found.status, found.pid) == (run.id, "running", os.getpid())


def test_ids_are_unique_and_safe_as_folder_names(store):
    ids = {begin(store, make_spec("../a b/ü")).id for _ in range(20)}
    assert len(ids) == 20
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+", run) for run in ids)
    assert len(list_runs(store)) == 20


def test_an_id_that_is_taken_is_not_given_again(store, monkeypatch):
    from pipelines import runs

    digits = iter(["aaaa", "aaaa", "bbbb"] * 2)
    monkeypatch.setattr(runs.secrets, "token_hex", lambda n: next(digits))
    assert begin(store, make_spec()).id != begin(store, make_spec()).id


def test_a_run_whose_process_is_gone_has_crashed(store):
    run = begin(store, make_spec())
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    save(store, dataclasses.replace(run, pid=ended.pid))
    assert list_runs(store)[0].status == "crashed"


def test_a_later_process_of_the_same_number_is_not_the_run(store):
    run = begin(store, make_spec())
    assert run.alive()
    assert not dataclasses.replace(run, started="2001-01-01T00:00:00+00:00").alive()


def test_a_run_on_another_machine_is_believed_for_a_day(store):
    run = dataclasses.replace(
        begin(store, make_spec()), host="not-" + socket.gethostname()
    )
    assert run.alive()
    old = "2001-01-01T00:00:00+00:00"
    assert not dataclasses.replace(run, started=old, updated=old).alive()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"format": "ganopsy.run/1"}'])
def test_a_damaged_record_is_left_out(store, content):
    run, broken = make_run(store, 1), begin(store, make_spec())
    store.files.write(f"runs/{broken.id}/run.json", content)
    assert [found.id for found in list_runs(store)] == [run.id]


def test_runs_are_found_by_their_beginning_end_or_as_the_last(store):
    first, second = make_run(store, 1), make_run(store, 2, name="other")
    assert load(store, "last").id == second.id
    assert load(store, first.id).id == first.id
    assert load(store, first.id[-8:]).id == first.id
    with pytest.raises(RunError, match=r"Several runs are called `20"):
        load(store, "20")
    with pytest.raises(RunError, match="There is no run `nothing`"):
        load(store, "nothing")


def test_a_comparison_names_parameters_verdicts_and_metrics(store):
    a = make_run(store, 10, verdict="failed", precision=0.2)
    b = make_run(store, 20, precision=0.95)
    found = compare(store, a.id, b.id)
    assert found.common == ("seed=0",)
    assert [str(d) for d in found.differences] == [
        "seed=0: train.steps 10 → 20",
        "seed=0: verdict failed → healthy",
    ]
    (contrast,) = found.contrasts
    figure = contrast.figures["precision"]
    assert (figure["from"], figure["to"]) == (0.2, 0.95)
    assert figure["difference"] == pytest.approx(0.75)
    assert figure["interval"] is None and figure["why"].startswith("one pair")
    assert compare(store, a.id, a.id).differences == ()


def test_a_comparison_without_reports_still_compares_parameters(store):
    a, b = make_run(store, 10), make_run(store, 20)
    for kind, digest in store.artifacts():
        if kind == "report":
            store.files.remove(f"artifacts/{kind}/{digest}")
    assert [d.name for d in compare(store, a.id, b.id).differences] == ["train.steps"]


def test_collection_keeps_what_the_newest_runs_use(store):
    make_run(store, 1)
    kept = make_run(store, 2, precision=0.5)
    other = make_run(store, 3, name="other", precision=0.6)
    found = collect(store, keep=1, older_than=NOW)
    paths = {item.path.split("/")[0] for item in found.removed}
    assert paths == {"artifacts", "nodes"}
    used = kept.artifacts() | other.artifacts()
    assert {Output(*artifact) for artifact in store.artifacts()} == used
    assert len(store.node_keys()) == 2
    assert all(item.size > 0 for item in found.removed)
    assert store.verify() == []
    assert len(list_runs(store)) == 3, "what was found out is never removed"


def test_a_dry_run_removes_nothing(store):
    make_run(store, 1)
    before = store.files.sizes("")
    found = collect(store, keep=0, older_than=NOW, dry_run=True)
    assert found.size > 0
    assert store.files.sizes("") == before
    assert collect(store, keep=0, older_than=NOW).removed == found.removed
    assert store.artifacts() == []


def test_nothing_young_is_removed(store):
    make_run(store, 1)
    store.stage(Metrics).write_json("metrics.json", 1)
    store.work("k").write_json("step.json", 1)
    assert collect(store, keep=0).removed == ()


def test_stale_staging_and_work_is_removed(tmp_path):
    store = Store(str(tmp_path))
    store.stage(Metrics).write_json("metrics.json", 1)
    store.work("old").write_json("step.json", 1)
    age(store, 48)
    store.work("new").write_json("step.json", 1)
    found = collect(store)
    assert [item.path.split("/")[0] for item in found.removed] == ["staging", "work"]
    assert store.files.children("work") == ["new"]


def test_work_that_is_being_written_to_is_kept(tmp_path):
    store = Store(str(tmp_path))
    store.work("old").write_json("scratch/a.json", 1)
    age(store, 48)
    store.work("old").write_json("scratch/b.json", 1)
    assert collect(store).removed == ()


def test_while_a_run_is_in_progress_no_artifact_is_touched(store):
    make_run(store, 1)
    running = make_run(store, 2, status="running")
    store.work("in-use").write_json("step.json", 1)
    store.stage(Metrics).write_json("metrics.json", 1)
    found = collect(store, keep=0, older_than=NOW)
    assert found.held_by == (running.id,)
    assert found.removed == ()
    finish(store, running, "done")
    assert collect(store, keep=0, older_than=NOW).removed


def test_a_crashed_run_holds_nothing_up(store):
    run = make_run(store, 1, status="running")
    save(store, dataclasses.replace(run, started="2001-01-01T00:00:00+00:00"))
    assert collect(store, keep=0, older_than=NOW).held_by == ()


def test_what_cannot_be_kept_is_refused(store):
    with pytest.raises(ValueError, match="Expected >= 0"):
        collect(store, keep=-1)
