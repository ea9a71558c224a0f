"""Beam jobs: the pipelines of driver components, and one job for a stage's nodes."""

import functools
import logging
import sys
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import apache_beam as beam
from apache_beam.internal.cloudpickle import cloudpickle
from apache_beam.options.pipeline_options import PipelineOptions

from components.component import Component
from pipelines.execution import workers
from pipelines.execution.rows import Group
from pipelines.execution.task import perform
from pipelines.runners import Runner

log = logging.getLogger("ganopsy")


class Cause(NamedTuple):
    """Why a job left nodes without an outcome."""

    kind: str
    message: str

    def values(self) -> dict[str, str]:
        """As `error.json` has it."""
        return {"type": self.kind, "message": self.message, "raised": ""}


class PerformTask(beam.DoFn):  # type: ignore[misc]
    """Work through nodes in a row: keys -> how it went, in a few words each.

    An element is what a worker does one after another: keys of nodes that are done as
    one have spaces between them, and other nodes' a line each.
    """

    def __init__(self, store: str, run: str) -> None:
        self._store = store
        self._run = run

    def process(self, element: str, *_: Any, **__: Any) -> Iterator[str]:
        for keys in element.splitlines():
            yield f"{keys}: {perform(self._store, self._run, keys.split())}"


def make_pipeline(
    runner: Runner, log_file: str | None, elements: int | None = None
) -> beam.Pipeline:
    """A Beam pipeline on a runner.

    Args:
        runner: the run's runner.
        log_file: where worker processes of this machine write.
        elements: how many there are to be spread; more workers would have no use.
    """
    processes = min(runner.processes, elements or runner.processes)
    workers.prepare(processes, log_file)
    few = [f"--direct_num_workers={processes}"] if processes else []
    options = PipelineOptions([*runner.options(), *few])
    return beam.Pipeline(_beam_runner(runner), options=options)


def _beam_runner(runner: Runner) -> Any:
    """A Beam runner by name; FnApiRunner by its class, which takes no look-up."""
    if runner.beam_name.endswith("FnApiRunner"):
        from apache_beam.runners.portability.fn_api_runner import FnApiRunner

        return FnApiRunner()
    return runner.beam_name


def ship(component: Component) -> None:
    """Make Beam send a user's own module along: workers may not find its file."""
    module = component.function.__module__
    if ":" in component.name and not module.startswith("components."):
        cloudpickle.register_pickle_by_value(sys.modules[module])


def perform_here(
    runner: Runner, store: str, run: str, key: str, log_file: str | None
) -> None:
    """Perform the task of a node whose component builds its own Beam pipelines."""
    perform(store, run, [key], functools.partial(make_pipeline, runner, log_file))


def run_tasks(
    runner: Runner,
    store: str,
    run: str,
    rows: Sequence[Sequence[Group]],
    log_file: str | None,
) -> Cause:
    """Perform the tasks that a run has described as one Beam job.

    Node keys go through a Reshuffle, without which Beam would fuse their creation with
    the work and leave all of it to one worker. A node that fails does not fail the job.

    Args:
        rows: what one worker does one after another.

    Returns:
        what to say of nodes that have no outcome afterwards: how a worker process
        died, or what Beam raised.
    """
    elements = ["\n".join(" ".join(group.keys) for group in row) for row in rows]
    try:
        with make_pipeline(runner, log_file, len(elements)) as pipeline:
            _ = (
                pipeline
                | "Nodes" >> beam.Create(elements, reshuffle=False)
                | "Spread" >> beam.Reshuffle()
                | "Perform" >> beam.ParDo(PerformTask(store, run))
            )
    except Exception as error:
        log.exception("the Beam job failed")
        deaths = list(workers.PROCESSES.deaths.values())
        if deaths:
            return Cause("WorkerDied", deaths[0])
        return Cause(type(error).__name__, str(error))
    return Cause("NoOutcome", f"the {runner.label} runner dropped the node")
