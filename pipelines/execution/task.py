"""One node's work: described in the store by the driver, performed anywhere.

`work/<key>/<run>/task.json` holds all that a worker needs; what it makes, and how it
failed, goes back through the store. Nothing else is shared. That folder is the run's
own, so that runs at the same time do not mistake each other's failures for theirs;
`work/<key>/scratch/` is the node's, so that the next run resumes from it.
"""

import dataclasses
import json
import logging
import os
import platform
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from components.artifacts import Artifact
from components.component import Component, Context
from components.directory import Directory
from components.loading import load_component
from components.run import CaseInfo, ExpectationInfo, RunInfo, TrialInfo
from pipelines.execution.progress import ENDED, Writer

if TYPE_CHECKING:
    import apache_beam as beam

    from pipelines.store import Store

TASK = "task.json"
STARTED = "started.json"
ERROR = "error.json"

Outcome = Literal["done", "failed"]
log = logging.getLogger("ganopsy")


class Task(NamedTuple):
    """What a worker is told, plain JSON values all of it.

    Attributes:
        label: stage and trials, for messages.
        component, base: the component's reference, and the folder of a user's module.
        params: canonical parameters.
        seed: the trial's seed; 0 where the component does not ask for one.
        inputs: input -> [[type, digest], …], one pair unless gathered.
        run: the run's description, or None.
        record: the node's record but for its outputs.
    """

    label: str
    component: str
    base: str
    params: dict[str, Any]
    seed: int
    inputs: dict[str, list[list[str]]]
    run: dict[str, Any] | None
    record: dict[str, Any]


def desk(store: "Store", key: str, run: str) -> Directory:
    """A run's own folder in a node's work."""
    return Directory(f"{store.work(key).url}/{run}")


def perform(
    url: str,
    run: str,
    keys: Sequence[str],
    make_pipeline: "Callable[[], beam.Pipeline] | None" = None,
) -> Outcome:
    """Perform the tasks that `work/<key>/<run>/task.json` describes.

    An exception of the component ends in `error.json` beside each and in the log, so
    that the other nodes go on.

    Args:
        url: the store.
        run: the run's id.
        keys: of nodes that are done as one: they differ in their seed alone. Mostly
            there is one.
        make_pipeline: for components placed in the driver.
    """
    from pipelines.store import Store

    store = Store(url)
    desks = [desk(store, key, run) for key in keys]
    for place in desks:
        place.write_json(
            STARTED,
            {"pid": os.getpid(), "host": platform.node(), "time": time.time()},
        )
    tasks = [Task(**place.read_json(TASK)) for place in desks]
    outcome: Outcome = "done"
    try:
        _perform(store, keys, desks, tasks, make_pipeline)
    except (Exception, SystemExit) as error:
        for key, place, task in zip(keys, desks, tasks, strict=True):
            if store.cached(key) is None:
                outcome = "failed"
                place.write_json(ERROR, describe_error(error))
                place.write_json(ENDED, f"failed: {type(error).__name__}: {error}")
                log.exception("%s failed", task.label)
    if outcome == "done":
        for place in desks:
            place.write_json(ENDED, "done")
    return outcome


def _perform(
    store: "Store",
    keys: Sequence[str],
    desks: Sequence[Directory],
    tasks: Sequence[Task],
    make_pipeline: "Callable[[], beam.Pipeline] | None",
) -> None:
    first = tasks[0]
    base = Path(first.base) if first.base else None
    component = load_component(first.component, base)
    contexts = []
    for key, place, task in zip(keys, desks, tasks, strict=True):
        log.info("%s started", task.label)
        writer = Writer(place)
        writer.begin()
        contexts.append(
            Context(
                create=store.stage,
                scratch=Directory(f"{store.work(key).url}/scratch"),
                make_pipeline=make_pipeline,
                report=writer,
                log=log,
            )
        )
    inputs = _inputs(store, component, first.inputs)
    params = component.params.model_validate_json(json.dumps(first.params))
    if component.as_one(params):
        seeds = [task.seed for task in tasks]
        made = component.call_over_seeds(inputs, params, seeds=seeds, contexts=contexts)
    else:
        run = None if first.run is None else run_info(first.run)
        made = [
            component.call(inputs, params, seed=task.seed, run=run, context=context)
            for task, context in zip(tasks, contexts, strict=True)
        ]
    for task, outputs in zip(tasks, made, strict=True):
        commit(store, task, outputs)
        log.info("%s done", task.label)


def commit(store: "Store", task: Task, outputs: Mapping[str, Artifact]) -> None:
    """Commit a node's artifacts, then record them: a node is done when it is recorded.

    Artifacts that a component made and did not return are discarded with the rest of
    the staging by `ganopsy gc`.
    """
    from pipelines.storage.manifest import NodeRecord, Output, Producer, now

    record = NodeRecord.from_json(task.record)
    producer = Producer(record.key, task.label, task.component)
    used = [digest for digests in record.inputs.values() for digest in digests]
    made = {}
    for name, artifact in outputs.items():
        committed = store.commit(artifact, producer, used)
        assert committed.digest is not None
        made[name] = Output(committed.type, committed.digest)
    store.record(dataclasses.replace(record, outputs=made, time=now()))


def _inputs(
    store: "Store", component: Component, digests: Mapping[str, list[list[str]]]
) -> dict[str, Artifact | list[Artifact]]:
    inputs: dict[str, Artifact | list[Artifact]] = {}
    for name, given in digests.items():
        found: list[Artifact] = [store.get(kind, digest) for kind, digest in given]
        inputs[name] = found if component.inputs[name].gathered else found[0]
    return inputs


def describe_error(error: BaseException) -> dict[str, Any]:
    """An exception as JSON: type, message, traceback, and where it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    last = frames[-1] if frames else None
    return {
        "type": type(error).__name__,
        "message": str(error),
        "raised": f"{last.filename}:{last.lineno}" if last else "",
        "traceback": "".join(traceback.format_exception(error)),
    }


def run_info(values: Mapping[str, Any]) -> RunInfo:
    """A run's description from its JSON form (`dataclasses.asdict`)."""
    return RunInfo(
        **{
            **values,
            "trials": [TrialInfo(**trial) for trial in values["trials"]],
            "expectations": [
                ExpectationInfo(**entry) for entry in values["expectations"]
            ],
            "cases": {name: CaseInfo(**case) for name, case in values["cases"].items()},
            "wiring": {
                stage: {name: (edge[0], edge[1]) for name, edge in inputs.items()}
                for stage, inputs in values["wiring"].items()
            },
        }
    )


def run_info_values(run: RunInfo) -> dict[str, Any]:
    """A run's description as plain JSON values; `run_info` reads it back."""
    return dataclasses.asdict(run)
