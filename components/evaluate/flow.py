"""The Beam pipeline of `reference`: features, and their moments, of all records.

An element is a file of the curriculum. A worker maps its records block by block, gives
each block's moments to a `CombineFn`, and leaves the features of the records that
samples will be compared with in the artifact, under a name that depends on nothing but
the file, so that a retried bundle rewrites the same bytes.
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import apache_beam as beam
import numpy as np
import pyarrow as pa

from components.artifacts import Curriculum, Reference
from components.directory import Directory
from components.features import Features, FittedFeatures
from components.moments import Moments, MomentsTree
from components.records import Part, column_of, rows_of

BLOCK = 1024
"""Records that are mapped together."""

Index = np.ndarray[Any, np.dtype[np.intp]]
Numbered = tuple[int, Moments]


class File(NamedTuple):
    """A file of a curriculum.

    Attributes:
        first: the number of its first block among those of all files of its part.
        chosen: (m,) rows of the file to keep the features of, ascending.
        learnt: (l,) rows that the features were fitted to, and whose moments are left
            out: they are no others' of the same density.
    """

    part: Part
    name: str
    first: int
    chosen: Index
    learnt: Index


class Job(NamedTuple):
    """What every worker must know; it travels inside the DoFns."""

    curriculum: str
    reference: str
    features: Features
    fitted: str


def build(pipeline: beam.Pipeline, files: list[File], job: Job) -> None:
    """Add the flow to a pipeline; moments end in the artifact as `<part>/moments`."""
    (
        pipeline
        | "files" >> beam.Create(files, reshuffle=True)
        | "measure" >> beam.ParDo(Measure(job))
        | "moments" >> beam.CombinePerKey(CombineMoments())
        | "write moments" >> beam.ParDo(WriteMoments(job.reference))
    )


class Measure(beam.DoFn):  # type: ignore[misc]
    """File -> the moments of its blocks, by part; chosen features in the artifact."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.features: FittedFeatures | None = None

    def setup(self) -> None:
        arrays = Directory(self.job.reference).read_arrays(self.job.fitted)
        self.features = self.job.features.restore(arrays)

    def process(self, file: File) -> Iterator[tuple[Part, Numbered]]:
        assert self.features is not None
        table = Curriculum(self.job.curriculum).read_table(file.name)
        kept = []
        for number, start in enumerate(range(0, table.num_rows, BLOCK)):
            values = self._features(table.slice(start, BLOCK))
            places = np.arange(start, start + len(values))
            new = values[np.isin(places, file.learnt, invert=True)]
            yield file.part, (file.first + number, Moments.of(new))
            low, high = np.searchsorted(file.chosen, [start, start + BLOCK])
            kept.append(values[file.chosen[low:high] - start])
        if len(file.chosen):
            features = np.concatenate(kept)
            chosen = table.take(pa.array(file.chosen))
            chosen = chosen.append_column("features", column_of(features))
            Reference(self.job.reference).write_table(file.name, chosen)

    def _features(self, table: pa.Table) -> np.ndarray[Any, Any]:
        assert self.features is not None
        shape = Curriculum(self.job.curriculum).shape()
        return self.features(rows_of(table).reshape(-1, *shape))


class CombineMoments(beam.CombineFn):  # type: ignore[misc]
    """Numbered blocks' moments -> the whole's, to the bit whatever the order."""

    def create_accumulator(self) -> MomentsTree:
        return MomentsTree()

    def add_input(self, tree: MomentsTree, block: Numbered) -> MomentsTree:
        tree.add(*block)
        return tree

    def merge_accumulators(self, trees: Iterable[MomentsTree]) -> MomentsTree:
        whole = MomentsTree()
        for tree in trees:
            whole.merge(tree)
        return whole

    def extract_output(self, tree: MomentsTree) -> Moments:
        return tree.whole()


class WriteMoments(beam.DoFn):  # type: ignore[misc]
    """A part's moments -> the artifact."""

    def __init__(self, reference: str) -> None:
        self.reference = reference

    def process(self, told: tuple[Part, Moments]) -> Iterator[Any]:
        part, moments = told
        Reference(self.reference).write_arrays(
            f"{part}/moments.npz",
            count=np.array(moments.count),
            mean=moments.mean,
            scatter=moments.scatter,
        )
        yield from ()
