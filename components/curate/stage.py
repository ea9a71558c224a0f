"""The `curate` component."""

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from annotated_types import Ge, Le

from components.artifacts import Dataset
from components.component import Context, component
from components.curate.source import CurateError, Facts
from components.curate.sources import Source
from components.directory import Directory
from components.foresight import Foresight
from components.parts import FileMark, Params

if TYPE_CHECKING:
    from components.curate.prepare import Target


class CurateParams(Params):
    """What to read and what to make of it."""

    source: Annotated[Source, FileMark()]
    """Where the records come from, or a YAML file that says so."""
    size: Annotated[int, Ge(1), Le(4096)] | None = None
    """Side in pixels that images are resized to; None keeps their size."""
    fit: Literal["crop", "stretch"] = "crop"
    """How an oblong image becomes square: cut to its centre, or distorted."""
    channels: Literal[1, 3] | None = None
    """Convert images to grey (1) or colour (3); None keeps their channels."""
    near_duplicates: Annotated[int, Ge(0), Le(16)] | None = None
    """Drop images whose 64-bit perceptual hashes differ by at most so many bits."""


def fingerprint(params: CurateParams) -> str | None:
    """Changes when a file that the source reads changes: names, sizes, times."""
    import hashlib
    from pathlib import Path

    lines = []
    for name, path in params.source.files():
        status = Path(path).lstat()
        lines.append(f"{name!a} {status.st_size} {status.st_mtime_ns}")
    if not lines:
        return None
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def foresee(params: CurateParams, inputs: Mapping[str, Foresight]) -> Foresight:
    """What records become, as far as the source says without being read."""
    known = params.source.foresee()
    if known.shape is None or len(known.shape) != 3:
        return known
    height, width = (params.size,) * 2 if params.size else known.shape[:2]
    channels = params.channels or known.shape[2]
    return known._replace(shape=(height, width, channels))


@component(placement="driver", fingerprint=fingerprint, foresee=foresee)
def curate(params: CurateParams, *, context: Context) -> Dataset:
    """Read, validate, scale and deduplicate records, losing none unaccounted for.

    Raises:
        CurateError: if nothing usable is found, or counts do not add up.
    """
    from components.curate.flow import Job, build
    from components.curate.prepare import target_of
    from components.curate.watch import watched

    source = params.source
    facts = source.facts()
    if params.near_duplicates is not None and facts.content != "images":
        raise CurateError(
            "Invalid value for `near_duplicates`. Expected None for a source of "
            "points: perceptual hashes are for images. Received: "
            f"{params.near_duplicates}"
        )
    target = target_of(facts, params.size, params.channels, params.fit)
    chunks = source.chunks(target.shape)
    dataset: Dataset = context.create(Dataset)
    scratch = context.scratch
    _clear(scratch)
    job = Job(source, target, params.near_duplicates, scratch.url, dataset.url)
    try:
        with watched(context, dataset, len(chunks)), context.pipeline() as pipeline:
            build(pipeline, chunks, job)
    finally:
        source.release()
    read = sum(chunk.count for chunk in chunks)
    counts = _checked_counts(dataset, _totals(scratch, source), read, source)
    dataset.write_json("dataset.json", describe(params, facts, target, counts))
    _clear(scratch)
    context.progress(len(chunks), len(chunks), accepted=counts["accepted"])
    return dataset


def _clear(scratch: Directory) -> None:
    for name in scratch.names():
        scratch.filesystem.rm_file(scratch.path(name))


def _totals(scratch: Directory, source: Source) -> dict[str, int]:
    """What the pipeline counted.

    Raises:
        CurateError: if it ended without counting.
    """
    if not scratch.exists("counts.json"):
        raise CurateError(
            f"Records of {source.title()} were not counted. Expected the pipeline to "
            "end with counts of what it accepted and rejected. Received: none. The "
            "runner dropped a step; run again on another runner."
        )
    return dict(scratch.read_json("counts.json"))


def _checked_counts(
    dataset: Dataset, totals: dict[str, int], read: int, source: Source
) -> dict[str, Any]:
    """Counts for `dataset.json`, compared with what was read and what was written.

    Raises:
        CurateError: if a record is missing from both tables, or none is accepted.
    """
    prefix = "rejected."
    rejected = {k.removeprefix(prefix): totals[k] for k in totals if prefix in k}
    accepted, out = totals.get("accepted", 0), sum(rejected.values())
    stored = {name: _stored_rows(dataset, name) for name in ("records", "rejects")}
    if accepted + out != read or stored != {"records": accepted, "rejects": out}:
        raise CurateError(
            f"Records of {source.title()} do not add up. Expected {read} read = "
            f"accepted + rejected. Received: {accepted} accepted + {out} rejected, "
            f"and tables with {stored['records']} records and {stored['rejects']} "
            "rejects. The runner lost or repeated work; run again on another runner."
        )
    if not accepted:
        common = Counter(rejected).most_common(3)
        reasons = ", ".join(f"{name} ({count})" for name, count in common)
        raise CurateError(
            f"No record of {source.title()} is usable. Expected at least one. "
            f"Received: {read} records, all rejected: {reasons or 'none were read'}."
        )
    return {"read": read, "accepted": accepted, "rejected": rejected}


def _stored_rows(dataset: Dataset, folder: str) -> int:
    import pyarrow.parquet as pq

    rows = 0
    for name in dataset.tables(folder):
        with dataset.filesystem.open(dataset.path(name), "rb") as file:
            rows += pq.read_metadata(file).num_rows
    return rows


def describe(
    params: CurateParams, facts: Facts, target: "Target", counts: dict[str, Any]
) -> dict[str, Any]:
    """The content of `dataset.json`."""
    images = facts.content == "images"
    resized = {"size": params.size, "filter": "lanczos", "fit": params.fit}
    return {
        "name": params.source.title(),
        "kind": getattr(params.source, "kind", None),
        "content": facts.content,
        "shape": list(target.shape),
        "classes": None if facts.classes is None else list(facts.classes),
        "modes": facts.modes,
        "counts": counts,
        "values": {
            "from": None if facts.range is None else list(facts.range),
            "to": [-1, 1] if images else None,
        },
        "resized": resized if images and params.size else None,
        "conversions": list(facts.conversions),
        "near_duplicates": params.near_duplicates,
    }
