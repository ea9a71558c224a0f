"""Which records repeat others, decided on digests and hashes alone.

What is kept among equals is the record with the smallest (origin, chunk, row), so the
decision depends neither on Beam's order nor on how many workers there are.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import apache_beam as beam
import numpy as np
import pyarrow as pa

from components.curate.perceptual import perceptual_hashes

SHARDS = 64
BITS = 64
VERDICT = pa.schema(
    [("row", pa.int64()), ("reason", pa.string()), ("detail", pa.string())]
)
Keyed = tuple[int, pa.RecordBatch]
Place = tuple[str, int, int]
"""Origin, chunk and row of a record."""
Array = np.ndarray[Any, Any]


def evidence(chunk: int, records: pa.Table, data: Array | None) -> pa.RecordBatch:
    """digest, origin, label, chunk, row and hash of a chunk's records.

    The hash is 0 where `data` (n, height, width, channels) is None.
    """
    rows = records.num_rows
    hashes = np.zeros(rows, np.uint64) if data is None else perceptual_hashes(data)
    columns = {
        **{name: records[name].combine_chunks() for name in ("digest", "origin")},
        "label": records["label"].combine_chunks(),
        "chunk": pa.array(np.full(rows, chunk), pa.int64()),
        "row": pa.array(np.arange(rows), pa.int64()),
        "hash": pa.array(hashes, pa.uint64()),
    }
    batch = pa.RecordBatch.from_pydict(columns)
    return batch.replace_schema_metadata({"chunk": str(chunk)})


def verdict(rows: Sequence[int], flaws: Sequence[tuple[str, str]]) -> pa.RecordBatch:
    """Rows of one chunk and (reason, detail) of why each is dropped."""
    reasons = [reason for reason, _ in flaws]
    details = [detail for _, detail in flaws]
    return pa.RecordBatch.from_arrays(
        [
            pa.array(rows, pa.int64()),
            pa.array(reasons, pa.string()),
            pa.array(details, pa.string()),
        ],
        schema=VERDICT,
    )


def _partition(batch: pa.RecordBatch, keys: Array) -> Iterator[Keyed]:
    """Cut a batch into one batch a key."""
    order = np.argsort(keys, kind="stable")
    bounds = np.flatnonzero(np.diff(keys[order])) + 1
    for rows in np.split(order, bounds):
        if len(rows):
            yield int(keys[rows[0]]), batch.take(pa.array(rows))


def _gather(batches: Iterable[pa.RecordBatch], *by: str) -> pa.Table:
    table = pa.Table.from_batches([b.replace_schema_metadata() for b in batches])
    return table.sort_by([(name, "ascending") for name in by]).combine_chunks()


def by_digest(batch: pa.RecordBatch) -> Iterator[Keyed]:
    """Batches keyed so that equal digests meet."""
    keys = [int(digest[:8], 16) % SHARDS for digest in batch["digest"].to_pylist()]
    yield from _partition(batch, np.array(keys, np.int64))


class Exact(beam.DoFn):  # type: ignore[misc]
    """Batches under one key -> `kept` batches, and `drops`: (chunk, verdict)."""

    def process(self, keyed: tuple[int, Iterable[pa.RecordBatch]]) -> Iterator[Any]:
        table = _gather(keyed[1], "digest", "origin", "chunk", "row")
        digests = np.asarray(table["digest"].to_pylist())
        repeats = np.zeros(len(digests), bool)
        repeats[1:] = digests[1:] == digests[:-1]
        yield from table.filter(pa.array(~repeats)).combine_chunks().to_batches()
        if not repeats.any():
            return
        first = np.maximum.accumulate(np.where(repeats, 0, np.arange(len(digests))))
        rows = np.flatnonzero(repeats)
        labels, origins = table["label"].to_numpy(), table["origin"]
        flaws = []
        for row in rows:
            same, name = labels[row] == labels[first[row]], origins[int(first[row])]
            reason = "duplicate" if same else "conflicting_label"
            flaws.append((reason, f"same content as {name}"))
        for drop in _verdicts(table, rows, flaws):
            yield beam.pvalue.TaggedOutput("drops", drop)


def _verdicts(
    table: pa.Table, rows: Array, flaws: Sequence[tuple[str, str]]
) -> Iterator[Keyed]:
    chunks = table["chunk"].to_numpy()[rows]
    places = table["row"].to_numpy()[rows]
    for chunk in np.unique(chunks):
        mine = np.flatnonzero(chunks == chunk).tolist()
        yield int(chunk), verdict(places[mine], [flaws[i] for i in mine])


def _bands(hashes: Array, distance: int) -> Iterator[tuple[int, Array]]:
    """distance + 1 bands of bits: hashes that near each other agree on one of them."""
    edges = np.linspace(0, BITS, distance + 2).astype(int)
    for band, (low, high) in enumerate(itertools.pairwise(edges)):
        width = np.uint64((1 << int(high - low)) - 1)
        yield band, (hashes >> np.uint64(low)) & width


def by_band(batch: pa.RecordBatch, distance: int) -> Iterator[Keyed]:
    """Batches keyed so that hashes within `distance` meet at least once."""
    hashes = batch["hash"].to_numpy()
    for band, values in _bands(hashes, distance):
        shards = (values % np.uint64(SHARDS)).astype(np.int64)
        yield from _partition(batch, band * SHARDS + shards)


def near_pairs(
    keyed: tuple[int, Iterable[pa.RecordBatch]], distance: int
) -> Iterator[pa.RecordBatch]:
    """Pairs of records that agree on the key's band and lie within `distance`.

    Records of one hash are all near the first of them (`same`), and whatever is near
    one is near all: only their first is compared with others. Thousands of flat
    images, whose hashes are equal, therefore make thousands of pairs, not millions.
    """
    key, batches = keyed
    band = key // SHARDS
    table = _gather(batches, "origin", "chunk", "row")
    hashes, first, which = np.unique(
        table["hash"].to_numpy(), return_index=True, return_inverse=True
    )
    if band == 0:  # Equal hashes agree on every band; one of them is enough.
        later = np.setdiff1d(np.arange(table.num_rows), first)
        if len(later):
            yield _pair(table, first[which[later]], later, same=True)
    left, right = [], []
    for rows in _groups(dict(_bands(hashes, distance))[band]):
        for place, row in enumerate(rows[:-1]):
            others = rows[place + 1 :]
            close = np.bitwise_count(hashes[others] ^ hashes[row]) <= distance
            right.append(others[close])
            left.append(np.full(int(close.sum()), row))
    if left and sum(map(len, left)):
        sides = (first[np.concatenate(side)] for side in (left, right))
        yield _pair(table, *sides, same=False)


def _groups(values: Array) -> Iterator[Array]:
    order = np.argsort(values, kind="stable")
    bounds = np.flatnonzero(np.diff(values[order])) + 1
    yield from (rows for rows in np.split(order, bounds) if len(rows) > 1)


def _pair(table: pa.Table, left: Array, right: Array, *, same: bool) -> pa.RecordBatch:
    names = ("origin", "chunk", "row")
    columns = {
        f"{n}_{side}": table[n].take(pa.array(rows)).combine_chunks()
        for side, rows in (("a", left), ("b", right))
        for n in names
    }
    columns["same"] = pa.array(np.full(len(left), same))
    return pa.RecordBatch.from_pydict(columns)


def near_drops(
    keyed: tuple[int, Iterable[pa.RecordBatch]],
) -> Iterator[Keyed]:
    """All pairs -> what is dropped: in order of origin, a record near a kept one.

    The first record of a hash is kept or is near one that is; either way the later
    records of that hash go.
    """
    sides = [[f"{n}_{side}" for n in ("origin", "chunk", "row")] for side in "ab"]
    table = pa.Table.from_batches(keyed[1])
    columns = [
        list(zip(*(table[n].to_pylist() for n in s), strict=True)) for s in sides
    ]
    earlier: dict[Place, set[Place]] = {}
    first: dict[Place, Place] = {}
    for a, b, same in zip(*columns, table["same"].to_pylist(), strict=True):
        if same:
            first[b] = a
        else:
            earlier.setdefault(max(a, b), set()).add(min(a, b))
    dropped: dict[Place, str] = {}
    for record in sorted(earlier):
        kept = [other for other in earlier[record] if other not in dropped]
        if kept:
            dropped[record] = min(kept)[0]
    dropped |= {twin: dropped.get(one, one[0]) for twin, one in first.items()}
    chunks: dict[int, list[Place]] = {}
    for record in sorted(dropped):
        chunks.setdefault(record[1], []).append(record)
    for chunk, mine in sorted(chunks.items()):
        flaws = [("near_duplicate", f"looks like {dropped[r]}") for r in mine]
        yield chunk, verdict([r[2] for r in mine], flaws)
