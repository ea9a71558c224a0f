"""Why a node has to run: what differs from the last time that it did."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipelines.storage.manifest import NodeRecord
from pipelines.store import Store

NAMED = 3
"""How many differences of one sort a reason names before it counts the rest."""


class History:
    """Node records of the past; read from the store when first asked."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._records: list[NodeRecord] | None = None

    def last(
        self, spec: str, stage: str, points: Sequence[Mapping[str, Any]]
    ) -> NodeRecord | None:
        """The most recent record of a stage of a spec with any of the trial points."""
        for record in self._newest_first():
            if (record.spec, record.stage) == (spec, stage) and any(
                point in record.points for point in points
            ):
                return record
        return None

    def _newest_first(self) -> list[NodeRecord]:
        if self._records is None:
            found = map(self._store.lookup, self._store.node_keys())
            known = [record for record in found if record is not None]
            self._records = sorted(known, key=lambda r: r.time, reverse=True)
        return self._records


def own_changes(last: NodeRecord, new: NodeRecord) -> list[str]:
    """What differs in a node itself: component, source, parameters, seed, run."""
    reasons = []
    if last.component != new.component:
        reasons.append(f"component {last.component} → {new.component}")
    source = source_changes(last.closure, new.closure)
    if source:
        home = new.component.partition(":")[0]
        home = home if ":" in new.component else f"components/{home}"
        reasons.append(f"source of {home} changed: {_some(source)}")
    params = list(changed_values(last.params, new.params, new.stage))
    if params:
        reasons.append(f"changed: {_some(params)}")
    if last.fingerprint != new.fingerprint:
        reasons.append(f"data behind {new.stage} changed")
    if last.seed != new.seed:
        reasons.append(f"seed {last.seed} → {new.seed}")
    if last.seeds != new.seeds:
        reasons.append(f"done as one: seeds {_seeds(last)} → {_seeds(new)}")
    if last.run != new.run:
        reasons.append(f"the run's description changed: {_run_changes(last, new)}")
    return reasons


def input_changes(last: NodeRecord, new: NodeRecord) -> list[str]:
    """Which inputs differ, both nodes' inputs being known."""
    return [
        f"input {new.sources.get(name, name)} changed"
        for name in {**new.inputs, **last.inputs}
        if last.inputs.get(name) != new.inputs.get(name)
    ]


def source_changes(last: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    """Files that differ between two closures, additions and removals marked."""
    marks = []
    for file in sorted({*last, *new}):
        if file not in last:
            marks.append(f"{file} (new)")
        elif file not in new:
            marks.append(f"{file} (gone)")
        elif last[file] != new[file]:
            marks.append(file)
    return marks


def changed_values(last: Any, new: Any, address: str) -> Iterator[str]:
    """`address old → new` for every value that differs in two JSON values."""
    if isinstance(last, Mapping) and isinstance(new, Mapping):
        if last.get("kind") != new.get("kind"):
            # Another part altogether: its other parameters do not compare.
            yield f"{address} {show(last)} → {show(new)}"
            return
        for name in {**new, **last}:
            below = f"{address}.{name}"
            yield from changed_values(last.get(name), new.get(name), below)
    elif last != new:
        yield f"{address} {show(last)} → {show(new)}"


def show(value: Any) -> str:
    """A JSON value in a few characters: a part by its kind."""
    if isinstance(value, Mapping) and "kind" in value:
        return str(value["kind"])
    text = "null" if value is None else str(value)
    return text if len(text) <= 40 else text[:39] + "…"


def _seeds(record: NodeRecord) -> str:
    return ", ".join(map(str, record.seeds)) or "none"


def _run_changes(last: NodeRecord, new: NodeRecord) -> str:
    old, current = last.run or {}, new.run or {}
    names = [n for n in {**current, **old} if old.get(n) != current.get(n)]
    return ", ".join(name for name in names if name != "id") or "id"


def _some(items: Sequence[str]) -> str:
    shown = ", ".join(items[:NAMED])
    left = len(items) - NAMED
    return f"{shown} and {left} more" if left > 0 else shown
