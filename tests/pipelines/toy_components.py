"""A pipeline in small: a source on Beam, some work, a report. Copied beside specs."""

import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

from components.artifacts import Diagnosis, Measurements, Metrics, Report
from components.component import Context, OverSeeds, component
from components.parts import Params
from components.run import RunInfo


class SourceParams(Params):
    value: int = 1


@component(placement="driver")
def source(params: SourceParams, *, context: Context) -> Metrics:
    """Square a number on Beam."""
    import apache_beam as beam

    made = context.create(Metrics)
    with context.pipeline() as pipeline:
        _ = (
            pipeline
            | beam.Create([params.value])
            | beam.Map(lambda value, url: _write(url, value), made.url)
        )
    return made


def _write(url: str, value: int) -> None:
    Metrics(url).write_json("metrics.json", {"value": value * value})


class WorkParams(Params):
    seconds: float = 0.0
    fault: str = ""
    """`raise`, or the name of a signal that the worker sends to itself."""
    at: int = -1
    """The seed at which the fault strikes; -1: at every one."""
    steps: int = 20
    meet: str = ""
    """A folder in which two nodes wait for each other."""


@component(placement="worker")
def work(
    metrics: Metrics, params: WorkParams, *, seed: int, context: Context
) -> Diagnosis:
    """Count steps, resuming where a run before left off."""
    first = 0
    if context.scratch.exists("step.json"):
        first = context.scratch.read_json("step.json")
    for step in range(first, params.steps):
        time.sleep(params.seconds / params.steps)
        context.scratch.write_json("step.json", step + 1)
        context.progress(step + 1, params.steps, loss=1.0 / (step + 1))
    if params.fault and params.at in (-1, seed):
        if params.fault == "raise":
            raise ValueError(f"seed {seed} went wrong")
        os.kill(os.getpid(), getattr(signal, params.fault))
    if params.meet:
        _meet(params.meet, seed)
    print("noise on stdout")
    os.write(2, b"noise on stderr\n")
    made = context.create(Diagnosis)
    made.write_json(
        "diagnosis.json",
        {"seed": seed, "value": metrics.content()["value"], "verdict": "healthy"},
    )
    return made


def _meet(folder: str, seed: int) -> None:
    """Return once the other seed's node is here as well: both run at once."""
    own, other = (Path(folder, str(number)) for number in (seed, 1 - seed))
    own.write_text(str(os.getpid()))
    until = time.monotonic() + 20
    while not other.exists():
        if time.monotonic() > until:
            raise TimeoutError("the other node does not run at the same time")
        time.sleep(0.02)


@component(placement="worker")
def where(metrics: Metrics, *, seed: int, context: Context) -> Diagnosis:
    """Say which process this is."""
    made = context.create(Diagnosis)
    made.write_json("diagnosis.json", {"pid": os.getpid(), "seed": seed})
    return made


class TogetherParams(Params):
    together: bool = True
    fault: str = ""


def all_seeds(
    metrics: Metrics,
    params: TogetherParams,
    *,
    seeds: Sequence[int],
    contexts: Sequence[Context],
) -> list[Diagnosis]:
    """Say which seeds were worked on at once."""
    if params.fault == "raise":
        raise ValueError(f"{len(seeds)} seeds went wrong")
    if params.fault:
        os.kill(os.getpid(), getattr(signal, params.fault))
    made = []
    for seed, context in zip(seeds, contexts, strict=True):
        made.append(context.create(Diagnosis))
        told = {"seed": seed, "value": len(seeds), "verdict": "healthy"}
        told |= {"of": metrics.content()["value"]}
        made[-1].write_json("diagnosis.json", told)
    return made


@component(placement="worker", over_seeds=OverSeeds(lambda p: p.together, all_seeds))
def together(
    metrics: Metrics, params: TogetherParams, *, seed: int, context: Context
) -> Diagnosis:
    """Work on one seed, or on all."""
    return all_seeds(metrics, params, seeds=[seed], contexts=[context])[0]


@component(placement="worker")
def gather(diagnoses: list[Diagnosis], *, run: RunInfo, context: Context) -> Report:
    """Report every trial: healthy, or which stage failed."""
    made = context.create(Report)
    contents = iter(diagnoses)
    trials = [
        {
            "id": trial.id,
            "point": dict(trial.point),
            "verdict": "failed" if trial.failed else "healthy",
            "symptoms": [],
            "causes": [] if trial.failed else [_cause(next(contents).content())],
            "failed": trial.failed,
        }
        for trial in run.trials
    ]
    met = [
        {"when": {}, "met": "verdict" in entry.claims, "detail": ""}
        for entry in run.expectations
    ]
    content = {"schema": "ganopsy.report/1", "trials": trials, "expectations": met}
    made.write_json("report.json", content)
    made.write_bytes("report.html", b"<html></html>")
    made.write_bytes("report.md", b"# report")
    return made


@component(placement="worker")
def confusion(
    diagnoses: list[Diagnosis], *, run: RunInfo, context: Context
) -> Measurements:
    """Say of every trial's diagnosis which case it is of, and what was expected."""
    made = context.create(Measurements)
    pairs = zip(run.surviving(), diagnoses, strict=True)
    told = [
        [
            trial.case,
            diagnosis.content()["seed"],
            [entry.claims.get("cause") for entry in run.expected(trial)],
        ]
        for trial, diagnosis in pairs
    ]
    made.write_json("measurements.json", told)
    return made


def _cause(content: dict) -> dict:
    prescription = {"set": {"work.steps": 21}, "where": "spec.yaml:9", "why": ""}
    name = f"toy_{content['value']}"
    return {"id": name, "confidence": 0.5, "prescription": prescription}
