"""Artifacts of data: what is curated, graded, and held against samples."""

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from components.artifacts.artifact import Artifact
from components.directory import canonical_json
from components.records import (
    Modes,
    Part,
    Records,
    modes_of,
    records_of,
    rows_of,
)

if TYPE_CHECKING:
    import numpy as np

    from components.moments import Moments


class Dataset(Artifact):
    """Curated records.

    Payload:
      `dataset.json`: name, kind of source, shape (list), classes (list of names or
        null), modes ({centers, weights, stds} or null), counts ({read, accepted,
        rejected: {reason: n}}), and what was done to values and sizes;
      `records/*.parquet`: digest (hex), origin, label (int32, -1 for none), data
        (fixed_size_list<float32>, row-major over shape), in no particular order;
      `rejects/*.parquet`: origin, reason, detail.
    """

    type: ClassVar[str] = "dataset"

    def info(self) -> dict[str, Any]:
        return dict(self.read_json("dataset.json"))

    def tables(self, folder: str) -> list[str]:
        """The table files of `records` or `rejects`."""
        return [name for name in self.names() if name.startswith(f"{folder}/")]

    def content_digest(self, files: Mapping[str, str]) -> str:
        """Over the records, free of their order and of the layout of the shards."""
        lines: list[str] = []
        for name in files:
            if name.startswith("records/"):
                table = self.read_table(name, ["digest", "label", "origin"])
                lines += ("|".join(map(str, row.values())) for row in table.to_pylist())
            elif name.startswith("rejects/"):
                table = self.read_table(name)
                lines += ("|".join(map(str, row.values())) for row in table.to_pylist())
        info = canonical_json(self.info()).decode()
        content = "\n".join([self.type, str(self.schema), info, *sorted(lines)])
        return hashlib.sha256(content.encode()).hexdigest()


class Curriculum(Artifact):
    """A dataset split into training and holdout records, graded by difficulty.

    Payload:
      `curriculum.json`: shape, classes, modes (as in the dataset), tiers (a list of
        {index, threshold, train, holdout}), difficulty (its parameters), counts,
        rejected (records that curation left out: {reason: n});
      `train/*.arrow`, `holdout/*.arrow`: digest, label, tier (int32), difficulty
        (float64), data (fixed_size_list<float32>), sorted by tier, difficulty, digest.
    """

    type: ClassVar[str] = "curriculum"

    def info(self) -> dict[str, Any]:
        return dict(self.read_json("curriculum.json"))

    def shape(self) -> tuple[int, ...]:
        """The shape of one record."""
        return tuple(self.info()["shape"])

    def modes(self) -> Modes | None:
        return modes_of(self.info())

    def train(self) -> Records:
        return self.records("train")

    def holdout(self) -> Records:
        return self.records("holdout")

    def files(self, part: Part) -> list[str]:
        """The table files of `train` or `holdout`, in order."""
        return [name for name in self.names() if name.startswith(f"{part}/")]

    def records(
        self, part: Part, chosen: "np.ndarray[Any, Any] | None" = None
    ) -> Records:
        """Records of `train` or `holdout`, all of them or those at (n,) places.

        Of a local store no more than the chosen ones come into memory.
        """
        import pyarrow as pa

        table = pa.concat_tables([self.read_table(name) for name in self.files(part)])
        if chosen is not None:
            table = table.take(pa.array(chosen))
        return records_of(table, self.shape())


class Reference(Artifact):
    """The real side of evaluations: what samples are held against, computed once.

    Payload:
      `reference.json`: parameters (of evaluation), samples (how many to compare),
        classes, modes, shape and tiers (as in the curriculum), clusters (as in
        metrics.json), nulls ({metric, or address of a column's row: [mean, [low,
        high], mean and standard deviation on the metric's scale]});
      `fitted.npz`: what the features have learnt; `clusters.npz`: labels of either part
        where clusters stand in their place;
      `<part>/moments.npz`, part `train` or `holdout`: count, mean (d,) and scatter
        (d, d) of the features of all its records but those that the features were
        fitted to, where they learn, float64;
      `<part>/*.arrow`: the records that samples are compared with and those that the
        features were fitted to, as in the curriculum and in its order, and their
        features (fixed_size_list).
    """

    type: ClassVar[str] = "reference"

    def info(self) -> dict[str, Any]:
        return dict(self.read_json("reference.json"))

    def records(self, part: Part) -> "tuple[Records, np.ndarray[Any, Any]]":
        """The records that are kept, and their features (n, d)."""
        import pyarrow as pa

        files = [name for name in self.names() if name.startswith(f"{part}/part-")]
        table = pa.concat_tables(map(self.read_table, files))
        records = records_of(table, self.info()["shape"])
        return records, rows_of(table, "features")

    def moments(self, part: Part) -> "Moments":
        """Of the features of all records of a part that they did not learn."""
        from components.moments import Moments

        told = self.read_arrays(f"{part}/moments.npz")
        return Moments(int(told["count"]), told["mean"], told["scatter"])
