"""The Beam pipelines of `split`: grade shards, then gather them in order."""

from collections.abc import Iterator
from typing import Any

import apache_beam as beam
import numpy as np
import pyarrow as pa

from components.directory import Directory
from components.records import column_of, rows_of
from components.split.difficulty import Difficulty, Score


class Grade(beam.DoFn):  # type: ignore[misc]
    """Shard index -> the difficulties of its records, in scratch."""

    def __init__(self, difficulty: Difficulty, seed: int, scratch: str) -> None:
        self.difficulty = difficulty
        self.seed = seed
        self.scratch = scratch
        self.score: Score | None = None

    def setup(self) -> None:
        scratch = Directory(self.scratch)
        names = [name for name in scratch.names() if name.startswith("fitted-")]
        fitted = rows_of(pa.concat_tables(map(scratch.read_table, names)))
        self.score = self.difficulty.fit(fitted, self.seed)

    def process(self, index: int) -> Iterator[Any]:
        scratch = Directory(self.scratch)
        shard = scratch.read_table(f"features-{index:05d}.arrow")
        assert self.score is not None
        graded = self.score(rows_of(shard), shard["train"].to_numpy())
        scratch.write_arrays(f"difficulty-{index:05d}.npz", difficulty=graded)
        yield from ()


class Gather(beam.DoFn):  # type: ignore[misc]
    """`<part>/part-<n>` -> that file of the curriculum, from its order in scratch."""

    def __init__(self, scratch: str, artifact: str, width: int) -> None:
        self.scratch = scratch
        self.artifact = artifact
        self.width = width

    def process(self, name: str) -> Iterator[Any]:
        scratch = Directory(self.scratch)
        order = scratch.read_table(f"{name}.order.arrow")
        shards, rows = (order[column].to_numpy() for column in ("shard", "row"))
        data = np.empty((order.num_rows, self.width), np.float32)
        for shard in np.unique(shards):
            table = scratch.read_table(f"data-{shard:05d}.arrow")
            places = np.flatnonzero(shards == shard)
            data[places] = rows_of(table)[rows[places]]
        gathered = order.drop_columns(["shard", "row"])
        gathered = gathered.append_column("data", column_of(data))
        Directory(self.artifact).write_table(f"{name}.arrow", gathered)
        yield from ()
