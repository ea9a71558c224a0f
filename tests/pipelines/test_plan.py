"""Plans: nodes, keys, states, reasons, selections."""

import dataclasses
import json
import secrets
from collections.abc import Mapping
from pathlib import Path

import pytest

from components.artifacts import Dataset, Diagnosis, Gan, Metrics, Report
from components.component import Component, component
from components.parts import Params
from components.run import RunInfo
from pipelines.plan import PlanError, Selection, make_plan
from pipelines.planning.nodes import make_nodes
from pipelines.planning.runinfo import run_info
from pipelines.runners import Local
from pipelines.spec.model import Expectation, Position, Reference, Spec, Stage, Trial
from pipelines.storage.manifest import Output
from pipelines.store import Store


class SourceParams(Params):
    rows: int = 10
    folder: str = "data"


class TrainParams(Params):
    steps: int = 3000
    network: str = "mlp"


class PlainParams(Params):
    k: int = 5


DATA = {"data": "v1"}
"""What stands for the files that `folder` points to: name -> content."""


@component(placement="driver", fingerprint=lambda params: DATA[params.folder])
def curate(params: SourceParams) -> Dataset: ...


@component()
def train(dataset: Dataset, params: TrainParams, *, seed: int) -> Gan: ...


@component()
def measure(gan: Gan, dataset: Dataset, params: PlainParams) -> Metrics: ...


@component()
def judge(metrics: Metrics) -> Diagnosis: ...


@component()
def report(diagnoses: list[Diagnosis], *, run: RunInfo) -> Report: ...


WIRING = {
    "curate": {},
    "train": {"dataset": "curate.dataset"},
    "measure": {"gan": "train.gan", "dataset": "curate.dataset"},
    "judge": {"metrics": "measure.metrics"},
    "report": {"diagnoses": "judge.diagnosis"},
}
FUNCTIONS = {"curate": curate, "train": train, "measure": measure, "judge": judge,
             "report": report}  # fmt: skip


def make_spec(
    points: tuple[Mapping[str, object], ...] = ({},), seed: int = 0, **values: object
) -> Spec:
    """A spec of five stages; `values` and points are `stage__name` and `stage.name`."""
    stages = {}
    for name, edges in WIRING.items():
        declared: Component = FUNCTIONS[name].__component__
        inputs = {k: Reference(*v.split(".")) for k, v in edges.items()}
        stages[name] = Stage(name, declared, declared.name, "", inputs)
    trials = []
    for index, point in enumerate(points):
        given = {k.replace("__", "."): v for k, v in values.items()} | dict(point)
        params = {
            name: stage.component.params(
                **{k.partition(".")[2]: v for k, v in given.items()
                   if k.startswith(f"{name}.")}
            )
            for name, stage in stages.items()
        }  # fmt: skip
        name = ",".join(f"{k}={v}" for k, v in point.items())
        trials.append(Trial(index, name, point, point.get("seed", seed), params))
    position = Position("spec.yaml", 9, 1)
    return Spec(
        name="toy", path="spec.yaml", seed=seed, store="runs", runner=Local(),
        stages=stages, trials=tuple(trials),
        expectations=(Expectation({}, {"verdict": "healthy"}, position),),
        positions={"train.steps": position},
    )  # fmt: skip


@pytest.fixture(params=["local", "memory"])
def store(request, tmp_path):
    if request.param == "memory":
        return Store(f"memory://plans/{secrets.token_hex(4)}")
    return Store(str(tmp_path / "store"))


@pytest.fixture(autouse=True)
def data(monkeypatch):
    monkeypatch.setitem(DATA, "data", "v1")


def execute(spec, store, content=None, selection=None, failures=None):
    """Run what is not cached, its content a function of its key; ids of what ran."""
    plan = make_plan(spec, store, selection)
    known, ran = {}, []
    for node in plan.nodes:
        if set(node.trials) <= set(failures or {}):
            continue
        record = plan.cached(node, known, failures or {})
        if record is None:
            assert plan.selected(node)
            key = plan.key(node, known, failures or {})
            made = {}
            for name, kind in node.stage.component.outputs.items():
                artifact = store.stage(kind)
                value = (content or {}).get(node.stage.name, {"made_by": key})
                artifact.write_json("content.json", value)
                if kind is Dataset:
                    artifact.write_json("dataset.json", value)
                committed = store.commit(artifact, plan.producer(node, key))
                made[name] = Output(kind.type, committed.digest)
            record = plan.record(node, known, made, failures or {})
            assert record.key == key
            store.record(record)
            ran.append(node.id)
        known[node.id] = record.outputs
    return ran


def reasons(spec, store):
    plan = make_plan(spec, store)
    return {node.id: plan.state(node).reason for node in plan.nodes}


def kinds(spec, store):
    plan = make_plan(spec, store)
    return {node.id: plan.state(node).kind for node in plan.nodes}


GRID = tuple({"seed": s, "train.steps": n} for s in (0, 1) for n in (10, 20))


def test_trials_share_what_does_not_differ():
    nodes = {node.id: node for node in make_nodes(make_spec(GRID))}
    assert [n for n in nodes if n.startswith("curate")] == ["curate"]
    assert nodes["curate"].trials == (0, 1, 2, 3)
    assert sum(n.startswith("train[") for n in nodes) == 4
    assert nodes["report"].trials == (0, 1, 2, 3)
    assert [ref.node for ref in nodes["report"].inputs["diagnoses"]] == [
        f"judge[seed={s},train.steps={n}]" for s in (0, 1) for n in (10, 20)
    ]


def test_a_variant_late_in_the_pipeline_shares_what_is_before_it():
    nodes = make_nodes(make_spec(({"measure.k": 1}, {"measure.k": 2})))
    count = {stage: sum(n.stage.name == stage for n in nodes) for stage in WIRING}
    assert count == {"curate": 1, "train": 1, "measure": 2, "judge": 2, "report": 1}


def test_equal_variants_are_one_node():
    nodes = make_nodes(make_spec(({"measure.k": 5}, {"train.steps": 3000})))
    assert [node.id for node in nodes] == list(WIRING)


def test_a_shared_node_among_some_trials_has_a_name_of_its_own():
    ids = [n.id for n in make_nodes(make_spec(GRID)) if n.stage.name == "train"]
    points = tuple({**p, "measure.k": k} for p in ({"seed": 0}, {"seed": 1})
                   for k in (1, 2))  # fmt: skip
    shared = [n.id for n in make_nodes(make_spec(points)) if n.stage.name == "train"]
    assert len(set(ids)) == 4
    assert shared == ["train[seed=0,measure.k=1 +1]", "train[seed=1,measure.k=1 +1]"]


def test_a_first_run_runs_all_and_a_second_nothing(store):
    spec = make_spec(GRID)
    plan = make_plan(spec, store)
    assert plan.state(plan.node("curate")).reason == "never run"
    assert plan.state(plan.node("report")).kind == "unknown"
    assert len(execute(spec, store)) == len(plan.nodes) == 1 + 4 * 3 + 1
    assert set(kinds(spec, Store(store.url)).values()) == {"cached"}
    assert execute(spec, Store(store.url)) == []


def test_planning_writes_nothing(tmp_path):
    make_plan(make_spec(), Store(str(tmp_path / "none"))).states()
    assert not (tmp_path / "none").exists()


def test_a_changed_parameter_is_named_with_old_and_new(store):
    execute(make_spec(), store)
    changed = make_spec(train__steps=100)
    said = reasons(changed, store)
    assert said["curate"] == ""
    assert said["train"] == "changed: train.steps 3000 → 100"
    assert said["measure"] == "waits for train"
    assert said["report"].startswith("waits for judge; the run's description changed")
    assert kinds(changed, store)["train"] == "run"


def test_going_back_is_cached(store):
    execute(make_spec(), store)
    execute(make_spec(train__steps=100), store)
    assert set(kinds(make_spec(), store).values()) == {"cached"}


def test_several_differences_are_all_named(store):
    execute(make_spec(), store)
    said = reasons(make_spec(seed=1, train__steps=5, train__network="conv"), store)
    assert said["train"] == (
        "changed: train.steps 3000 → 5, train.network mlp → conv; seed 0 → 1"
    )


def test_a_changed_seed_runs_only_what_asks_for_it(store):
    execute(make_spec(), store)
    said = reasons(make_spec(seed=1), store)
    assert said["train"] == "seed 0 → 1"
    assert said["curate"] == ""


def test_changed_data_outside_of_the_store_is_seen(store):
    execute(make_spec(), store)
    DATA["data"] = "v2"
    assert reasons(make_spec(), store)["curate"] == "data behind curate changed"


def test_equal_content_made_again_ends_the_recomputation(store):
    execute(make_spec(), store, content={"curate": {"rows": 1}})
    DATA["data"] = "v2"
    assert kinds(make_spec(), store)["train"] == "unknown"
    assert execute(make_spec(), store, content={"curate": {"rows": 1}}) == ["curate"]


def test_an_input_that_changed_is_named(store):
    execute(make_spec(), store)
    DATA["data"] = "v2"
    execute(make_spec(), store, selection=Selection(stop="curate"))
    said = reasons(make_spec(), store)
    assert said["train"] == "input curate.dataset changed"


def test_a_new_trial_was_never_run(store):
    execute(make_spec(({"seed": 0},)), store)
    said = reasons(make_spec(({"seed": 0}, {"seed": 1})), store)
    assert said["train[seed=0]"] == ""
    assert said["train[seed=1]"] == "never run"


def test_a_changed_source_is_named_with_its_file(store, monkeypatch):
    execute(make_spec(), store)
    from pipelines.planning import nodes

    real = nodes.source_closure
    changed = lambda c, base: {**real(c, base), "components/artifacts/artifact.py": "0"}  # noqa: E731
    monkeypatch.setattr(nodes, "source_closure", changed)
    said = reasons(make_spec(), store)["curate"]
    assert said.endswith("changed: components/artifacts/artifact.py")
    assert said.startswith("source of ")


def test_a_lost_artifact_is_made_again(store):
    execute(make_spec(), store)
    ((kind, digest),) = [a for a in store.artifacts() if a[0] == "metrics"]
    store.files.remove(f"artifacts/{kind}/{digest}")
    said = reasons(make_spec(), store)
    assert said["measure"] == f"artifact is gone: metrics {digest[:12]}"
    assert execute(make_spec(), store) == ["measure"]


def test_a_damaged_node_record_is_made_again(store):
    execute(make_spec(), store)
    plan = make_plan(make_spec(), store)
    key = plan.state(plan.node("train")).key
    store.files.write(f"nodes/{key}.json", b"{")
    assert execute(make_spec(), store) == ["train"]


def test_a_trial_that_failed_is_left_out_of_what_gathers(store):
    spec = make_spec(({"seed": 0}, {"seed": 1}))
    failures = {1: "train failed: out of memory"}
    assert "report" in execute(spec, store, failures=failures)
    plan = make_plan(spec, store)
    whole = execute(spec, store)
    assert "train[seed=1]" in whole
    assert "report" in whole
    states = make_plan(spec, store).states()
    known = {name: state.outputs for name, state in states.items()}
    report = plan.node("report")
    assert len(plan.inputs(report, known)["diagnoses"]) == 2
    assert len(plan.inputs(report, known, failures)["diagnoses"]) == 1
    assert plan.key(report, known) != plan.key(report, known, failures)
    assert [t.failed for t in plan.run(report, failures).trials] == [
        None, "train failed: out of memory",
    ]  # fmt: skip


def test_keys_do_not_depend_on_what_a_component_does_not_ask_for():
    one, two = (make_nodes(make_spec(seed=s)) for s in (0, 1))
    assert one[0] == two[0]
    assert one[1] != two[1]


def test_the_run_is_described_for_those_who_ask(store):
    spec = make_spec(GRID)
    info = run_info(spec, spec.stages["report"])
    assert (info.name, info.stage, len(info.trials)) == ("toy", "report", 4)
    assert info.wiring["measure"]["gan"] == ("train", "gan")
    assert info.where("train.steps") == "spec.yaml:9"
    assert info.trials[1].parameters["train"]["steps"] == 20
    assert info.id == run_info(make_spec(GRID), spec.stages["report"]).id
    assert info.id != run_info(make_spec(GRID, seed=3), spec.stages["report"]).id
    moved = dataclasses.replace(spec, path="/elsewhere/spec.yaml")
    assert run_info(moved, spec.stages["report"]).id == info.id
    json.dumps(dataclasses.asdict(info))


def stages_of(plan):
    names = dict.fromkeys(n.stage.name for n in plan.nodes if plan.selected(n))
    return list(names)


def test_selections(store):
    execute(make_spec(), store)
    chosen = {
        (): list(WIRING),
        (None, "train"): ["curate", "train"],
        ("measure",): ["measure", "judge", "report"],
        ("train", "judge"): ["train", "measure", "judge"],
        (None, None, "judge"): ["judge"],
    }
    for given, expected in chosen.items():
        assert stages_of(make_plan(make_spec(), store, Selection(*given))) == expected


def test_a_selection_forces_nothing(store):
    execute(make_spec(), store)
    assert execute(make_spec(), store, selection=Selection(start="train")) == []


def test_to_leaves_out_what_comes_later(store):
    ran = execute(make_spec(), store, selection=Selection(stop="train"))
    assert ran == ["curate", "train"]


def test_what_is_before_a_selection_has_to_be_there(store):
    with pytest.raises(
        PlanError, match=r"`curate` is not selected.*never run.*--to cur"
    ):
        make_plan(make_spec(), store, Selection(start="train"))
    execute(make_spec(), store)
    changed = make_spec(train__steps=1)
    with pytest.raises(
        PlanError, match=r"train is not cached \(changed: train.steps 3"
    ):
        make_plan(changed, store, Selection(only="measure"))


@pytest.mark.parametrize(
    ("selection", "message"),
    [
        (Selection(start="trian"), r"`--from`.*Received: trian\. Did you mean `train`"),
        (Selection(stop="x"), r"`--to`.*curate, train, measure.*Received: x\.$"),
        (Selection(only="judg"), r"`--only`.*Did you mean `judge`"),
        (Selection(only="judge", stop="train"), "neither `--from` nor `--to`"),
        (Selection(start="judge", stop="train"), "train does not depend on judge"),
    ],
)
def test_bad_selections_say_what_is_wrong(store, selection, message):
    with pytest.raises(PlanError, match=message):
        make_plan(make_spec(), store, selection)


def test_what_modules_import_is_remembered_in_the_store(tmp_path):
    store = Store(str(tmp_path))
    for content in (None, b"{", b"[]", b'{"modules": 3}'):
        if content is not None:
            (tmp_path / "imports.json").write_bytes(content)
        make_plan(make_spec(), store)
    assert Path(tmp_path).exists()
