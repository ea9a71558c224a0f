"""The Beam pipeline of `curate`.

Chunks are read and prepared independently; each leaves its records in scratch. Only
what decides about duplicates (digest, origin, label, a perceptual hash) is shuffled.
Then every chunk drops its duplicates and writes its final tables, under names that
depend on nothing but the chunk, so that a retried bundle rewrites the same bytes.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import apache_beam as beam
import numpy as np
import pyarrow as pa

from components.curate import duplicates, tables
from components.curate.prepare import Target, prepare
from components.curate.source import Chunk, CurateError, Flaw, Source
from components.directory import Directory

COUNTS = "counts.json"
Keyed = tuple[int, pa.RecordBatch]


@dataclass(frozen=True)
class Job:
    """What every worker must know; it travels inside the DoFns.

    `near` is the largest Hamming distance of near duplicates, None to keep them.
    """

    source: Source
    target: Target
    near: int | None
    scratch: str
    artifact: str


def build(pipeline: beam.Pipeline, chunks: list[Chunk], job: Job) -> None:
    """Add the whole flow to a pipeline; counts end in scratch as `counts.json`."""
    marks = (
        pipeline
        | "chunks" >> beam.Create(chunks, reshuffle=True)
        | "prepare" >> beam.ParDo(Prepare(job))
    )
    drops = (
        marks
        | "by digest" >> beam.FlatMap(duplicates.by_digest)
        | "same digest" >> beam.GroupByKey()
        | "exact" >> beam.ParDo(duplicates.Exact()).with_outputs("drops", main="kept")
    )
    verdicts = [drops.drops]
    if job.near is not None:
        verdicts.append(_near(drops.kept, job.near))
    (
        [marks | "marks" >> beam.Map(mark), *verdicts]
        | "verdicts" >> beam.Flatten()
        | "by chunk" >> beam.GroupByKey()
        | "finish" >> beam.ParDo(Finish(job))
        | "total" >> beam.CombineGlobally(add_counts)
        | "write counts" >> beam.ParDo(WriteCounts(job.scratch))
    )


def _near(kept: beam.PCollection, distance: int) -> beam.PCollection:
    return (
        kept
        | "by band" >> beam.FlatMap(duplicates.by_band, distance)
        | "same band" >> beam.GroupByKey()
        | "pairs" >> beam.FlatMap(duplicates.near_pairs, distance)
        | "one key" >> beam.WithKeys(0)
        | "all pairs" >> beam.GroupByKey()
        | "near" >> beam.FlatMap(duplicates.near_drops)
    )


class Prepare(beam.DoFn):  # type: ignore[misc]
    """Chunk -> a table in scratch, and a batch of what decides about duplicates."""

    def __init__(self, job: Job) -> None:
        self.job = job

    def process(self, chunk: Chunk) -> Iterator[pa.RecordBatch]:
        raw = self.job.source.read(chunk)
        if len(raw.origins) != chunk.count:
            raise CurateError(
                f"Records were lost while reading {self.job.source.title()}, chunk "
                f"{chunk.index}. Expected {chunk.count} records. Received: "
                f"{len(raw.origins)}. Has the data changed since the run began?"
            )
        ready = prepare(raw, self.job.target)
        records = tables.records(raw, ready)
        rejects = tables.rejects(
            (raw.origins[row], flaw) for row, flaw in sorted(ready.flaws.items())
        )
        scratch = Directory(self.job.scratch)
        scratch.write_table(f"records-{chunk.index:05d}.arrow", records)
        scratch.write_table(f"rejects-{chunk.index:05d}.arrow", rejects)
        hashed = ready.data if self.job.near is not None else None
        yield duplicates.evidence(chunk.index, records, hashed)


def mark(batch: pa.RecordBatch) -> Keyed:
    """A chunk's own entry among its verdicts, so that none is forgotten."""
    chunk = int(batch.schema.metadata[b"chunk"])
    return chunk, duplicates.verdict([], [])


class Finish(beam.DoFn):  # type: ignore[misc]
    """A chunk's verdicts -> its final tables and its counts."""

    def __init__(self, job: Job) -> None:
        self.job = job

    def process(
        self, keyed: tuple[int, Iterable[pa.RecordBatch]]
    ) -> Iterator[dict[str, int]]:
        index, verdicts = keyed
        scratch, artifact = Directory(self.job.scratch), Directory(self.job.artifact)
        records = scratch.read_table(f"records-{index:05d}.arrow")
        dropped = {
            int(row): Flaw(reason, detail)
            for batch in verdicts
            for row, reason, detail in zip(*batch.to_pydict().values(), strict=True)
        }
        origins = records["origin"]
        rejects = pa.concat_tables(
            [
                scratch.read_table(f"rejects-{index:05d}.arrow"),
                tables.rejects(
                    (origins[r].as_py(), dropped[r]) for r in sorted(dropped)
                ),
            ]
        )
        if dropped:
            kept = np.setdiff1d(np.arange(records.num_rows), list(dropped))
            records = records.take(kept)
        for name, table in (("records", records), ("rejects", rejects)):
            if table.num_rows:
                artifact.write_table(f"{name}/part-{index:05d}.parquet", table)
        yield count(records, rejects)


def count(records: pa.Table, rejects: pa.Table) -> dict[str, int]:
    """`accepted`, and `rejected.<reason>` for each reason."""
    counts = {"accepted": records.num_rows}
    for reason in rejects["reason"].to_pylist():
        counts[f"rejected.{reason}"] = counts.get(f"rejected.{reason}", 0) + 1
    return counts


def add_counts(many: Iterable[dict[str, int]]) -> dict[str, int]:
    """The sum of counts; of no counts, an empty dict."""
    total: dict[str, int] = {}
    for counts in many:
        for name, value in counts.items():
            total[name] = total.get(name, 0) + value
    return total


class WriteCounts(beam.DoFn):  # type: ignore[misc]
    """The total -> scratch."""

    def __init__(self, scratch: str) -> None:
        self.scratch = scratch

    def process(self, total: dict[str, int]) -> Iterator[Any]:
        content = json.dumps(total, sort_keys=True).encode()
        Directory(self.scratch).write_bytes(COUNTS, content)
        yield from ()
