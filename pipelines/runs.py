"""Past runs: `runs/<run id>/run.json` says which trial used which artifacts.

It is written when a run starts and whenever the run wants to be safe, so what a killed
run used is known too. A run that says `running` but whose process is gone has crashed.
"""

import json
import os
import re
import secrets
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from pipelines.spec.model import Spec
from pipelines.storage.manifest import FormatError, Output, now, read_form
from pipelines.store import Store, StoreError

RUN_FORMAT = "ganopsy.run/1"
RECORD = "run.json"
FOREIGN_HOURS = 24.0
"""A run of another machine whose record is older than this is taken for dead."""


class RunError(StoreError):
    """A run is not there, or the name given could mean several."""


@dataclass(frozen=True)
class NodeUse:
    """A node as a trial used it: its key, its artifacts, and whether it was cached."""

    key: str
    outputs: Mapping[str, Output]
    cached: bool = False


@dataclass(frozen=True)
class TrialRecord:
    """One trial of a run: stage -> node; `failed` says which stage failed and why."""

    id: str
    point: Mapping[str, Any]
    nodes: Mapping[str, NodeUse]
    failed: str | None = None


@dataclass(frozen=True)
class RunRecord:
    """One execution of a spec.

    Attributes:
        id: sorts by time; unique in the store.
        spec, path: the spec's name and file.
        status: `running`, `done`, `failed` or `interrupted`; `crashed` is never
            written: it is what `list_runs` makes of `running` without a process.
        started, ended, updated: ISO 8601 in UTC.
        host, pid: of the process that runs it.
        overrides: what stood behind `--set`.
        trials: what each trial used.
        report: digest of the report artifact.
        message: anything to be said, such as why the run failed.
    """

    id: str
    spec: str
    path: str
    status: str
    started: str
    ended: str | None = None
    updated: str = ""
    host: str = ""
    pid: int = 0
    overrides: tuple[str, ...] = ()
    trials: tuple[TrialRecord, ...] = ()
    report: str | None = None
    message: str = ""

    def to_json(self) -> dict[str, Any]:
        return {"format": RUN_FORMAT, **asdict(self)}

    @classmethod
    def from_json(cls, content: Any) -> "RunRecord":
        """Read a run record.

        Raises:
            FormatError: if `content` is none.
        """
        return read_form(content, RUN_FORMAT, cls._build)

    @classmethod
    def _build(cls, content: dict[str, Any]) -> "RunRecord":
        trials = tuple(map(_read_trial, content.pop("trials")))
        overrides = tuple(content.pop("overrides"))
        return cls(trials=trials, overrides=overrides, **content)

    def artifacts(self) -> set[Output]:
        """Every artifact that the run used."""
        return {
            output
            for trial in self.trials
            for use in trial.nodes.values()
            for output in use.outputs.values()
        }

    def node_keys(self) -> set[str]:
        """The keys of all nodes that the run used."""
        return {use.key for trial in self.trials for use in trial.nodes.values()}

    def alive(self) -> bool:
        """Whether the run is in progress, as far as can be told from here.

        On the same machine its process tells; on another the age of its record.
        """
        if self.status != "running":
            return False
        if self.host == socket.gethostname():
            return _process_lives(self.pid, _seconds(self.started))
        age = datetime.now(UTC).timestamp() - _seconds(self.updated or self.started)
        return age < FOREIGN_HOURS * 3600


def _read_trial(content: Mapping[str, Any]) -> TrialRecord:
    nodes = {
        stage: NodeUse(
            use["key"],
            {name: Output(**output) for name, output in use["outputs"].items()},
            use["cached"],
        )
        for stage, use in content["nodes"].items()
    }
    return TrialRecord(content["id"], content["point"], nodes, content["failed"])


def _seconds(time: str) -> float:
    return datetime.fromisoformat(time).timestamp()


def _process_lives(pid: int, started: float) -> bool:
    """Whether a process lives that was there when the run started."""
    import psutil

    try:
        # A later process may have been given the same number.
        return bool(psutil.Process(pid).create_time() <= started + 1)
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True


def begin(store: Store, spec: Spec) -> RunRecord:
    """Start a run: give it an id and a folder, and write it down as running."""
    time = datetime.now(UTC)
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", spec.name).strip("-.")[:60] or "run"
    while True:
        run = f"{time:%Y%m%dT%H%M%S}-{name}-{secrets.token_hex(2)}"
        if store.files.make(f"runs/{run}"):
            break
    record = RunRecord(
        id=run,
        spec=spec.name,
        path=spec.path,
        status="running",
        started=now(),
        host=socket.gethostname(),
        pid=os.getpid(),
        overrides=tuple(spec.overrides),
        trials=tuple(TrialRecord(t.id, dict(t.point), {}) for t in spec.trials),
    )
    save(store, record)
    return record


def save(store: Store, record: RunRecord) -> None:
    """Write a run down as it stands."""
    content = replace(record, updated=now()).to_json()
    store.files.write(f"runs/{record.id}/{RECORD}", json.dumps(content).encode())


def finish(
    store: Store,
    record: RunRecord,
    status: str,
    report: str | None = None,
    message: str = "",
) -> RunRecord:
    """Write a run down as ended."""
    ended = replace(record, status=status, ended=now(), report=report, message=message)
    save(store, ended)
    return ended


def list_runs(store: Store) -> list[RunRecord]:
    """All runs, the newest first; those whose record cannot be read are left out."""
    records = (_read(store, run) for run in store.files.children("runs"))
    known = [record for record in records if record is not None]
    return sorted(known, key=lambda record: (record.started, record.id), reverse=True)


def load(store: Store, name: str) -> RunRecord:
    """A run by its id, the beginning or end of it, or `last`.

    Raises:
        RunError: if there is none, or several.
    """
    runs = list_runs(store)
    if name == "last" and runs:
        return runs[0]
    found = [r for r in runs if r.id == name] or [
        r for r in runs if r.id.startswith(name) or r.id.endswith(name)
    ]
    if len(found) == 1:
        return found[0]
    some = ", ".join(record.id for record in (found or runs)[:5]) or "no runs at all"
    problem = "Several runs are called" if found else "There is no run"
    raise RunError(
        f"{problem} `{name}` in the store {store.url}. Expected a run's id, the "
        f"beginning or end of one, or `last`. The store has {some}."
    )


def _read(store: Store, run: str) -> RunRecord | None:
    try:
        content = json.loads(store.files.read(f"runs/{run}/{RECORD}"))
        record = RunRecord.from_json(content)
        if record.status == "running" and not record.alive():
            record = replace(record, status="crashed")
    except (OSError, FormatError, ValueError):
        return None
    return record
