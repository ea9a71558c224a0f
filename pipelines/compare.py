"""What differs between two runs: parameters, verdicts and metrics, trial by trial."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from components.artifacts import Report
from pipelines.planning.reasons import show
from pipelines.runs import RunRecord, load
from pipelines.store import Store, StoreError


@dataclass(frozen=True)
class Difference:
    """One value that differs; None where a run has none.

    `sort` is `parameter`, `verdict`, `symptoms`, `causes` or `metric`.
    """

    trial: str
    sort: str
    name: str
    a: Any
    b: Any

    def __str__(self) -> str:
        where = f"{self.trial}: " if self.trial else ""
        return f"{where}{self.name} {show(self.a)} → {show(self.b)}"


@dataclass(frozen=True)
class Comparison:
    """Two runs side by side.

    Attributes:
        a, b: the runs.
        common: ids of the trials whose point both have.
        only_a, only_b: ids of the trials that only one has.
        differences: within the common trials, in order.
    """

    a: RunRecord
    b: RunRecord
    common: tuple[str, ...]
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class _Side:
    """One trial of one run: its parameters and what the report says of it."""

    params: Mapping[str, Any]
    findings: Mapping[str, Any]


def compare(store: Store, a: str, b: str) -> Comparison:
    """Compare two runs, named as for `runs.load`.

    Trials belong together if their points are equal. Runs of which each has but one
    trial are compared whatever their points.

    Raises:
        RunError: if one of them is not there.
    """
    runs = load(store, a), load(store, b)
    left, right = (_sides(store, run) for run in runs)
    if len(left) == len(right) == 1:
        right = {next(iter(left)): next(iter(right.values()))}
    both = [point for point in left if point in right]
    names = {_point(t.point): t.id for run in reversed(runs) for t in run.trials}
    return Comparison(
        a=runs[0],
        b=runs[1],
        common=tuple(names[point] for point in both),
        only_a=tuple(names[point] for point in left if point not in right),
        only_b=tuple(names[point] for point in right if point not in left),
        differences=tuple(
            difference
            for point in both
            for difference in _differences(names[point], left[point], right[point])
        ),
    )


def _point(point: Mapping[str, Any]) -> str:
    return json.dumps(point, sort_keys=True)


def _sides(store: Store, run: RunRecord) -> dict[str, _Side]:
    findings = _findings(store, run)
    sides = {}
    for trial in run.trials:
        params: dict[str, Any] = {}
        for stage, use in trial.nodes.items():
            record = store.lookup(use.key)
            if record is not None:
                params[stage] = record.params
                if record.seed is not None:
                    params["seed"] = record.seed
        found = findings.get(_point(trial.point), {})
        sides[_point(trial.point)] = _Side(params, found)
    return sides


def _findings(store: Store, run: RunRecord) -> dict[str, Mapping[str, Any]]:
    """What a run's report says of each trial; nothing if there is no report."""
    content: Any = {}
    try:
        if run.report is not None:
            content = store.get(Report, run.report).content()
        else:
            content = json.loads(store.files.read(f"runs/{run.id}/report.json"))
    except (OSError, ValueError, StoreError):
        return {}
    trials = content.get("trials", []) if isinstance(content, dict) else []
    return {_point(trial.get("point", {})): trial for trial in trials}


def _differences(trial: str, a: _Side, b: _Side) -> Iterator[Difference]:
    left, right = dict(_flat(a.params)), dict(_flat(b.params))
    for name in {**left, **right}:
        if left.get(name) != right.get(name):
            yield Difference(trial, "parameter", name, left.get(name), right.get(name))
    for sort in ("verdict", "symptoms", "causes"):
        old, new = _ids(a.findings.get(sort)), _ids(b.findings.get(sort))
        if old != new:
            yield Difference(trial, sort, sort, old, new)
    yield from _metrics(trial, a, b)


def _metrics(trial: str, a: _Side, b: _Side) -> Iterator[Difference]:
    left, right = a.findings.get("metrics") or {}, b.findings.get("metrics") or {}
    for name in {**left, **right}:
        old, new = _value(left.get(name)), _value(right.get(name))
        if old != new:
            yield Difference(trial, "metric", name, old, new)


def _ids(found: Any) -> Any:
    """The ids of a list of symptoms or causes; anything else as it is."""
    if isinstance(found, list):
        return ", ".join(str(entry.get("id")) for entry in found) or None
    return found


def _value(metric: Any) -> Any:
    return metric.get("value") if isinstance(metric, Mapping) else metric


def _flat(values: Any, address: str = "") -> Iterator[tuple[str, Any]]:
    """Every leaf of nested mappings with its address."""
    if not isinstance(values, Mapping):
        yield address, values
        return
    for name, value in values.items():
        yield from _flat(value, f"{address}.{name}" if address else name)
