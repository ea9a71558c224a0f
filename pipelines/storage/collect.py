"""Garbage collection: what no run that is worth keeping refers to.

Kept: the artifacts and node records of the newest runs of every spec, of the newest
record of every node of theirs, and whatever is younger than a day. Removed: the rest,
stale staging and work folders, leftovers of killed writers, and old quarantine.

While a run is in progress (its process lives, or, on another machine, its record is
not a day old) no artifact, node record or fresh folder is touched at all: a run may be
about to use any artifact that it found cached. A run that starts in the very moment of
a collection may still lose a cached artifact; it then stops with an error that says
so, and makes it again when it is run again.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from pipelines.runs import RunRecord, list_runs
from pipelines.storage.integrity import artifact_folder
from pipelines.storage.manifest import Output
from pipelines.store import Store

RESTING = timedelta(days=1)
"""How long a run in progress may leave a folder of its own untouched."""


@dataclass(frozen=True)
class Removal:
    """Something removed, or to be removed: its path in the store, bytes, and why."""

    path: str
    size: int
    why: str


@dataclass(frozen=True)
class Collected:
    """What a collection removed, or would remove.

    `held_by` names the runs in progress on whose account artifacts were left alone.
    """

    removed: tuple[Removal, ...]
    held_by: tuple[str, ...]

    @property
    def size(self) -> int:
        """Bytes of everything removed."""
        return sum(item.size for item in self.removed)


def collect(
    store: Store,
    keep: int = 10,
    older_than: timedelta = timedelta(days=1),
    dry_run: bool = False,
) -> Collected:
    """Remove what is no longer of use.

    Args:
        store: the store.
        keep: how many of each spec's newest runs keep their artifacts.
        older_than: what is younger stays in any case.
        dry_run: say what would be removed, and remove nothing.

    Raises:
        ValueError: if `keep` is negative.
    """
    if keep < 0:
        raise ValueError(f"Invalid value for `keep`. Expected >= 0. Received: {keep}")
    runs = list_runs(store)
    alive = tuple(run.id for run in runs if run.alive())
    # Scratch and staging of a run in progress may rest for hours.
    age = max(older_than, RESTING) if alive else older_than
    before = time.time() - age.total_seconds()
    removed = []
    for item in _candidates(store, runs, keep, bool(alive)):
        modified = _age_mark(store, item.path)
        if modified is None or modified > before:
            continue
        removed.append(item)
        if not dry_run:
            store.files.remove(item.path)
    return Collected(tuple(removed), alive)


def _candidates(
    store: Store, runs: list[RunRecord], keep: int, held: bool
) -> Iterator[Removal]:
    """Everything that may go if it is old enough; records before what they name."""
    if not held:
        yield from _unused(store, _kept(runs, keep))
    for folder, why in (
        ("staging", "never committed"),
        ("work", "scratch that nobody has touched"),
        ("quarantine", "set aside as damaged"),
    ):
        for name in store.files.children(folder):
            yield _removal(store, f"{folder}/{name}", why)


def _kept(runs: list[RunRecord], keep: int) -> list[RunRecord]:
    """The newest runs of every spec."""
    kept: list[RunRecord] = []
    seen: dict[str, int] = {}
    for run in runs:
        seen[run.spec] = seen.get(run.spec, 0) + 1
        if seen[run.spec] <= keep:
            kept.append(run)
    return kept


def _unused(store: Store, runs: list[RunRecord]) -> Iterator[Removal]:
    keys = set[str]().union(*(run.node_keys() for run in runs))
    artifacts = set[Output]().union(*(run.artifacts() for run in runs))
    for key in store.node_keys():
        if key not in keys:
            yield _removal(store, f"nodes/{key}.json", "no kept run refers to it")
    for kind, digest in store.artifacts():
        if Output(kind, digest) not in artifacts:
            folder = artifact_folder(kind, digest)
            yield _removal(store, folder, "no kept run refers to it")
    for name in store.files.children("nodes"):
        if not name.endswith(".json"):
            yield _removal(store, f"nodes/{name}", "left by a killed writer")


def _removal(store: Store, path: str, why: str) -> Removal:
    return Removal(path, store.files.total(path), why)


def _age_mark(store: Store, path: str) -> float | None:
    """When something was last touched; None if that cannot be told."""
    modified = store.files.modified(path)
    folder, _, name = path.partition("/")
    stamp = name.partition("-")[0]
    if modified is None and folder in ("staging", "quarantine") and stamp.isdigit():
        return float(stamp)
    return modified
