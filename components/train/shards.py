"""Records on disk: Arrow shards, memory-mapped, and read by row.

Only what says where a record is lies in memory: its place in the order, its label, its
tier. Pages of data that the system has read it drops again when memory is short.
"""

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from components.artifacts import Curriculum

Array = np.ndarray[Any, Any]

COLUMNS = ("digest", "label", "tier", "difficulty", "data")
ORDER = [(name, "ascending") for name in ("tier", "difficulty", "digest")]
CHECKED_VALUES = 1 << 20
"""Values that are looked at together when they are checked for being finite."""


class ShardError(ValueError):
    """A shard of a curriculum is missing, cannot be read, or holds what it must not."""


class Shards:
    """One part of a curriculum, from core to outliers, in no memory but the disk's.

    Args:
        files: the shards, by what messages call them.
        shape: of one record.
        dtype: that records are read as.

    Attributes:
        labels, tiers: (n,) int32, in order.
        first: the first record's digest, empty without records.

    Raises:
        ShardError: if a file cannot be read, or its records are of another shape.
    """

    def __init__(
        self, files: Mapping[str, Path], shape: tuple[int, ...], dtype: str
    ) -> None:
        self.shape, self.dtype = shape, np.dtype(dtype)
        tables = [_table(name, path, shape) for name, path in files.items()]
        self.views: list[Array] = []
        self.names: list[str] = []
        for name, table in zip(files, tables, strict=True):
            for chunk in table["data"].chunks:
                values = chunk.flatten().to_numpy()
                self.views.append(values.reshape(len(chunk), -1))
                self.names.append(name)
        ends = np.cumsum([0, *map(len, self.views)], dtype=np.int64)
        self.edges = ends
        """Where each view begins, and where the last ends, in the files' order."""
        keys = [table.select(COLUMNS[:-1]) for table in tables]
        self.order, self.labels, self.tiers, self.first = _sorted(keys)

    def __len__(self) -> int:
        return int(self.edges[-1])

    @property
    def nbytes(self) -> int:
        """Of all records, as they are read."""
        return len(self) * self.record_bytes

    @property
    def record_bytes(self) -> int:
        return int(np.prod(self.shape)) * self.dtype.itemsize

    def __getitem__(self, rows: Array) -> Array:
        """The records at rows (n,) of the order, (n, *shape)."""
        records = np.empty((len(rows), *self.shape), self.dtype)
        self.read(rows, records)
        return records

    def read(self, rows: Array, records: Array) -> None:
        """Write the records at rows (n,) of the order to `records`, (n, *shape).

        Raises:
            ShardError: if the shards have been closed.
        """
        if len(self.views) != len(self.names):
            raise ShardError(
                "No records to read. Expected shards that are open. Received: closed "
                "ones. Read within the context that opened them."
            )
        places = np.asarray(rows, np.int64)
        if self.order is not None:
            places = self.order[places]
        # As they lie on disk, so that a page is read once.
        ascending = np.argsort(places, kind="stable")
        sought = places[ascending]
        edges = np.searchsorted(sought, self.edges)
        flat = records.reshape(len(places), -1)
        for number, view in enumerate(self.views):
            low, high = edges[number], edges[number + 1]
            if low < high:
                within = sought[low:high] - self.edges[number]
                flat[ascending[low:high]] = view[within]

    def close(self) -> None:
        """Let go of the files; how many records there are, and which, stays known."""
        self.views.clear()

    def check_finite(self) -> None:
        """Look at every value once, a little at a time.

        Raises:
            ShardError: if one is NaN or infinite.
        """
        for name, view in zip(self.names, self.views, strict=True):
            step = max(1, CHECKED_VALUES // view.shape[1])
            for first in range(0, len(view), step):
                if not np.isfinite(view[first : first + step]).all():
                    raise ShardError(
                        f"Invalid records in {name}. Expected finite values. Received: "
                        "NaN or infinity. Curate rejects such records."
                    )


@contextmanager
def open_shards(
    curriculum: Curriculum, part: str, dtype: str = "float32"
) -> Iterator[Shards]:
    """One part of a curriculum, `train` or `holdout`.

    Shards of a remote store are copied to the local disk, for as long as the context
    lasts: memory can map nothing else. After it no record can be read.

    Raises:
        ShardError: if a shard is missing or cannot be read, or records are of another
            shape than the curriculum's.
        OSError: if the local disk has no room for a remote store's shards.
    """
    names = [name for name in curriculum.names() if name.startswith(f"{part}/")]
    _check_room(curriculum, names)
    with ExitStack() as stack:
        files: dict[str, Path] = {}
        for name in names:
            path = stack.enter_context(curriculum.local(name))
            files[f"{curriculum.url}/{name}"] = path
        shards = Shards(files, curriculum.shape(), dtype)
        _check_complete(curriculum, part, names, len(shards))
        with closing(shards):
            yield shards


def _check_room(curriculum: Curriculum, names: Sequence[str]) -> None:
    if curriculum.is_local():
        return
    sizes = [curriculum.filesystem.size(curriculum.path(name)) for name in names]
    folder = tempfile.gettempdir()
    free = shutil.disk_usage(folder).free
    if sum(sizes) > free:
        raise OSError(
            f"No room for the shards of {curriculum.url} in {folder}. Expected "
            f"{sum(sizes)} bytes. Received: {free} free. Set TMPDIR to a folder on a "
            "larger disk."
        )


def _table(name: str, path: Path, shape: tuple[int, ...]) -> pa.Table:
    """A shard, mapped; `name` is what messages call it."""
    try:
        table = pa.ipc.open_file(pa.memory_map(str(path))).read_all()
        table.validate()
        lacking = [column for column in COLUMNS if column not in table.column_names]
        if lacking or table["data"].null_count:
            raise pa.ArrowInvalid(f"columns {table.column_names}, or null records")
    except (pa.ArrowException, OSError) as error:
        raise ShardError(
            f"Cannot read {name}. Expected a whole Arrow IPC file with the columns "
            f"{', '.join(COLUMNS)}. Received: {error}. `ganopsy verify` sets damaged "
            "artifacts aside, and the next run makes them again."
        ) from error
    size = getattr(table["data"].type, "list_size", None)
    if size != int(np.prod(shape)):
        raise ShardError(
            f"Invalid records in {name}. Expected {int(np.prod(shape))} values a "
            f"record, of shape {shape} as curriculum.json has it. Received: "
            f"{table['data'].type}"
        )
    return table


def _sorted(keys: Sequence[pa.Table]) -> tuple[Array | None, Array, Array, str]:
    """The order from core to outliers, then labels and tiers in it, and a digest.

    None for an order that the files are in already, as split writes them.
    """
    if not sum(table.num_rows for table in keys):
        return None, np.zeros(0, np.int32), np.zeros(0, np.int32), ""
    table = pa.concat_tables(keys)
    order = pc.sort_indices(table, sort_keys=ORDER).to_numpy().view(np.int64)
    labels, tiers = (
        table[name].to_numpy().astype(np.int32)[order] for name in ("label", "tier")
    )
    first = str(table["digest"][int(order[0])].as_py())
    in_place = bool((order[1:] > order[:-1]).all())
    return None if in_place else order, labels, tiers, first


def _check_complete(
    curriculum: Curriculum, part: str, names: Sequence[str], found: int
) -> None:
    """Compare with what the curriculum says of itself; name the gap in the shards."""
    expected = curriculum.info().get("counts", {}).get(part, found)
    if expected == found:
        return
    numbered = {f"{part}/part-{number:05d}.arrow" for number in range(len(names) + 1)}
    gaps = numbered - set(names)
    # Files of other names than split's have no gap that could be named.
    gap = f"; there is no {min(gaps)}" if found < expected and len(gaps) == 1 else ""
    raise ShardError(
        f"Wrong number of records in {curriculum.url}/{part}. Expected {expected}, as "
        f"curriculum.json counts them. Received: {found} in {len(names)} files{gap}. "
        "`ganopsy verify` sets damaged artifacts aside, and the next run makes them "
        "again."
    )
