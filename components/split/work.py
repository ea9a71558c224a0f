"""The steps of `split`, as its driver takes them."""

from typing import TYPE_CHECKING, Any

import apache_beam as beam
import numpy as np
import pyarrow as pa

from components.artifacts import Curriculum, Dataset
from components.component import Context
from components.records import column_of, rows_of
from components.split.difficulty import SplitError
from components.split.flow import Gather, Grade
from components.split.grading import in_holdout, summary, thresholds, tier_of

if TYPE_CHECKING:
    from components.split.params import SplitParams

Array = np.ndarray[Any, Any]
FITTED = 20_000
FITTED_BYTES = 128 << 20
"""Most training records that features are fitted on, and most bytes of them: the first
by digest, which are a random sample, because digests are hashes."""
FILE_BYTES = 64 << 20


class Splitting:
    """One split in progress.

    Everything is ordered by digest before it is fitted, so that the layout of the
    dataset's shards has no influence.
    """

    def __init__(
        self,
        dataset: Dataset,
        params: "SplitParams",
        context: Context,
        curriculum: Curriculum,
    ) -> None:
        self.dataset, self.params, self.context = dataset, params, context
        self.curriculum, self.scratch = curriculum, context.scratch
        self.shards = dataset.tables("records")
        self.info = dataset.info()
        self.shape = tuple(self.info["shape"])
        self.width = int(np.prod(self.shape))

    def run(self) -> None:
        """Fill the curriculum."""
        self._clear()
        self.context.progress(0, 3)
        index = self._unpack()
        self._measure(index)
        self.context.progress(1, 3)
        self._grade(index)
        self.context.progress(2, 3)
        self._write(index)
        self._clear()
        self.context.progress(3, 3)

    def _clear(self) -> None:
        for name in self.scratch.names():
            self.scratch.filesystem.rm_file(self.scratch.path(name))

    def _unpack(self) -> dict[str, Array]:
        """Copy data to scratch for random access; digest, label, shard, row."""
        columns: dict[str, list[Array]] = {
            name: [] for name in ("digest", "label", "shard", "row", "train")
        }
        for shard, name in enumerate(self.shards):
            table = self.dataset.read_table(name).combine_chunks()
            self.scratch.write_table(f"data-{shard:05d}.arrow", table.select(["data"]))
            digests = table["digest"].to_pylist()
            columns["digest"].append(np.array(digests, "U64"))
            columns["label"].append(table["label"].to_numpy())
            columns["shard"].append(np.full(len(digests), shard))
            columns["row"].append(np.arange(len(digests)))
            columns["train"].append(~in_holdout(digests, self.params.holdout))
        index = {name: np.concatenate(parts) for name, parts in columns.items()}
        train = int(index["train"].sum())
        if not 0 < train < len(index["train"]):
            raise SplitError(
                "Invalid value for `holdout`. Expected a share that leaves records in "
                f"both parts. Received: {self.params.holdout}, which puts {train} of "
                f"{len(index['train'])} records into training."
            )
        return index

    def _data(self, shard: int) -> Array:
        table = self.scratch.read_table(f"data-{shard:05d}.arrow")
        return rows_of(table).reshape(-1, *self.shape)

    def _measure(self, index: dict[str, Array]) -> None:
        """Fit the features, and leave every record's in scratch, shard by shard."""
        by_digest = np.argsort(index["digest"])
        most = min(FITTED, max(1, FITTED_BYTES // (4 * self.width)))
        chosen = by_digest[index["train"][by_digest]][:most]
        fitted = np.empty((len(chosen), *self.shape), np.float32)
        for shard in range(len(self.shards)):
            mine = np.flatnonzero(index["shard"][chosen] == shard)
            fitted[mine] = self._data(shard)[index["row"][chosen[mine]]]
        features = self.params.difficulty.features.fit(
            fitted, index["label"][chosen], seed=self.params.seed
        )
        del fitted
        # Where each training record comes in the order of digests.
        places = np.cumsum(index["train"][by_digest])[np.argsort(by_digest)] - 1
        ordered = np.empty((0, 0), np.float32)
        for shard in range(len(self.shards)):
            mine = index["shard"] == shard
            train = index["train"][mine]
            # Inputs are float32; so are the features kept, at half the memory.
            values = np.asarray(features(self._data(shard)), np.float32)
            columns = {"data": column_of(values), "train": pa.array(train)}
            self.scratch.write_table(f"features-{shard:05d}.arrow", pa.table(columns))
            if not ordered.size:
                ordered = np.empty((index["train"].sum(), values.shape[1]), np.float32)
            ordered[places[mine][train]] = values[train]
        # In pieces: a file is held in memory twice while it is written.
        step = max(1, FILE_BYTES // (4 * ordered.shape[1]))
        for number, first in enumerate(range(0, len(ordered), step)):
            piece = pa.table({"data": column_of(ordered[first : first + step])})
            self.scratch.write_table(f"fitted-{number:05d}.arrow", piece)

    def _grade(self, index: dict[str, Array]) -> None:
        """Difficulty and tier of every record, into `index`."""
        params, scratch = self.params, self.scratch
        with self.context.pipeline() as pipeline:
            (
                pipeline
                | beam.Create(range(len(self.shards)), reshuffle=True)
                | beam.ParDo(Grade(params.difficulty, params.seed, scratch.url))
            )
        names = [f"difficulty-{shard:05d}.npz" for shard in range(len(self.shards))]
        graded = [scratch.read_arrays(name)["difficulty"] for name in names]
        index["difficulty"] = np.concatenate(graded)
        self.bounds = thresholds(index["difficulty"][index["train"]], params.tiers)
        index["tier"] = tier_of(index["difficulty"], self.bounds)

    def _write(self, index: dict[str, Array]) -> None:
        """The curriculum: both parts, sorted by tier, difficulty, digest."""
        files = []
        for part, mask in (("train", index["train"]), ("holdout", ~index["train"])):
            rows = np.flatnonzero(mask)
            keys = [index[k][rows] for k in ("digest", "difficulty", "tier")]
            rows = rows[np.lexsort(keys)]
            step = max(1, FILE_BYTES // (4 * self.width))
            for number, first in enumerate(range(0, len(rows), step)):
                name = f"{part}/part-{number:05d}"
                order = _order(index, rows[first : first + step])
                self.scratch.write_table(f"{name}.order.arrow", order)
                files.append(name)
        gather = Gather(self.scratch.url, self.curriculum.url, self.width)
        with self.context.pipeline() as pipeline:
            pipeline | beam.Create(files, reshuffle=True) | beam.ParDo(gather)
        self.curriculum.write_json("curriculum.json", self._description(index))

    def _description(self, index: dict[str, Array]) -> dict[str, Any]:
        train = index["train"]
        graded, tier = index["difficulty"][train], index["tier"]
        return {
            "dataset": self.info["name"],
            "shape": list(self.shape),
            "classes": self.info["classes"],
            "modes": self.info["modes"],
            "tiers": summary(self.bounds, graded, tier[train], tier[~train]),
            "difficulty": self.params.difficulty.model_dump(mode="json"),
            "holdout": self.params.holdout,
            "counts": {"train": int(train.sum()), "holdout": int((~train).sum())},
            "rejected": self.info.get("counts", {}).get("rejected"),
        }


def _order(index: dict[str, Array], rows: Array) -> pa.Table:
    """What one file of the curriculum holds, in order, and where its data are."""
    return pa.table(
        {
            "digest": pa.array(index["digest"][rows].tolist(), pa.string()),
            "label": pa.array(index["label"][rows], pa.int32()),
            "tier": pa.array(index["tier"][rows], pa.int32()),
            "difficulty": pa.array(index["difficulty"][rows], pa.float64()),
            "shard": pa.array(index["shard"][rows], pa.int64()),
            "row": pa.array(index["row"][rows], pa.int64()),
        }
    )
