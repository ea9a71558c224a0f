"""Tables of records and of rejects, and the digest of a record."""

import hashlib
from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa

from components.curate.prepare import Prepared
from components.curate.source import Flaw, Raw

REJECTS = pa.schema(
    [("origin", pa.string()), ("reason", pa.string()), ("detail", pa.string())]
)


def digests(data: np.ndarray[Any, Any]) -> list[str]:
    """sha256 of each record (n, *shape): over its shape and little-endian float32.

    Content only: a record's label and origin are not part of it.
    """
    prefix = hashlib.sha256(f"float32{list(data.shape[1:])}".encode())
    width = int(np.prod(data.shape[1:]))
    rows = np.ascontiguousarray(data, "<f4").reshape(len(data), width)
    found = []
    for row in rows:
        digest = prefix.copy()
        digest.update(row.data)
        found.append(digest.hexdigest())
    return found


def records(raw: Raw, ready: Prepared) -> pa.Table:
    """The accepted rows of a chunk: digest, origin, label, data."""
    flat = np.ascontiguousarray(ready.data).reshape(-1)
    width = int(np.prod(ready.data.shape[1:]))
    return pa.table(
        {
            "digest": pa.array(digests(ready.data), pa.string()),
            "origin": pa.array([raw.origins[row] for row in ready.kept], pa.string()),
            "label": pa.array(raw.labels[ready.kept], pa.int32()),
            "data": pa.FixedSizeListArray.from_arrays(pa.array(flat), width),
        }
    )


def rejects(flaws: Iterable[tuple[str, Flaw]]) -> pa.Table:
    """(origin, flaw) pairs as a table: origin, reason, detail."""
    rows = [(origin, flaw.reason, flaw.detail) for origin, flaw in flaws]
    columns = zip(*rows, strict=True) if rows else ([], [], [])
    return pa.table([pa.array(list(c), pa.string()) for c in columns], schema=REJECTS)
