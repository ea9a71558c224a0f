"""Folders on any filesystem, and the few formats that artifacts are written in.

No pickle: tables are Parquet or Arrow IPC, arrays `.npz`, the rest JSON or whole files
of bytes. Heavy imports are made where they are used, so that specs can be validated
without them.
"""

import io
import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    import fsspec
    import numpy as np
    import pyarrow as pa


def canonical_json(value: Any) -> bytes:
    """JSON with sorted keys and no spaces: equal values give equal bytes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


class Directory:
    """A folder on any fsspec filesystem.

    Args:
        url: a local path or an fsspec URL (`memory://…`, `s3://…`, `gs://…`).
    """

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.url!r})"

    @property
    def filesystem(self) -> "fsspec.AbstractFileSystem":
        import fsspec

        return fsspec.core.url_to_fs(self.url)[0]

    def path(self, name: str = "") -> str:
        """The filesystem's path of a file (or, without a name, of the folder)."""
        import fsspec

        root = str(fsspec.core.url_to_fs(self.url)[1])
        return f"{root}/{name}" if name else root

    def is_local(self) -> bool:
        return "://" not in self.url or self.url.startswith("file://")

    def names(self) -> list[str]:
        """Every file below the folder, as sorted relative paths."""
        root = self.path()
        files = self.filesystem.find(root)
        return sorted(str(file)[len(root) :].lstrip("/") for file in files)

    def exists(self, name: str = "") -> bool:
        return bool(self.filesystem.exists(self.path(name)))

    def write_bytes(self, name: str, content: bytes) -> None:
        """Write a whole file; on a local disk a reader never sees half of it."""
        filesystem, path = self.filesystem, self.path(name)
        filesystem.makedirs(path.rpartition("/")[0], exist_ok=True)
        if not self.is_local():
            filesystem.pipe_file(path, content)
            return
        target = Path(path)
        with tempfile.NamedTemporaryFile(
            dir=target.parent, prefix=f".{target.name}.", delete=False
        ) as file:
            file.write(content)
        Path(file.name).replace(target)

    def read_bytes(self, name: str) -> bytes:
        return bytes(self.filesystem.cat_file(self.path(name)))

    def open(self, name: str) -> IO[bytes]:
        """Open a file for reading."""
        return cast(IO[bytes], self.filesystem.open(self.path(name), "rb"))

    def write_json(self, name: str, value: Any) -> None:
        self.write_bytes(name, json.dumps(value, indent=1).encode() + b"\n")

    def read_json(self, name: str) -> Any:
        return json.loads(self.read_bytes(name))

    def write_table(self, name: str, table: "pa.Table") -> None:
        """Write a `.parquet` table, or an uncompressed `.arrow` IPC file."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        buffer = io.BytesIO()
        if name.endswith(".arrow"):
            with pa.ipc.new_file(buffer, table.schema) as writer:
                writer.write_table(table)
        else:
            pq.write_table(table, buffer)
        self.write_bytes(name, buffer.getvalue())

    def read_table(self, name: str, columns: Sequence[str] | None = None) -> "pa.Table":
        """Read a table; a local `.arrow` file is memory-mapped, not copied.

        Args:
            columns: of a `.parquet` table, the columns to read; all by default.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        if name.endswith(".arrow"):
            source = (
                pa.memory_map(self.path(name))
                if self.is_local()
                else pa.BufferReader(self.read_bytes(name))
            )
            return pa.ipc.open_file(source).read_all()
        with self.open(name) as file:
            return pq.read_table(file, columns=columns)

    def write_arrays(self, name: str, **arrays: "np.ndarray[Any, Any]") -> None:
        """Write arrays as a compressed `.npz`; equal arrays give equal bytes."""
        import numpy as np

        buffer = io.BytesIO()
        np.savez_compressed(buffer, allow_pickle=False, **arrays)
        self.write_bytes(name, buffer.getvalue())

    def read_arrays(self, name: str) -> dict[str, "np.ndarray[Any, Any]"]:
        import numpy as np

        with np.load(io.BytesIO(self.read_bytes(name)), allow_pickle=False) as file:
            return {key: file[key] for key in file.files}

    @contextmanager
    def local(self, name: str) -> Iterator[Path]:
        """A local copy of a file, for libraries that want a path (itself if local)."""
        if self.is_local():
            yield Path(self.path(name))
            return
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / Path(name).name
            self.filesystem.get_file(self.path(name), str(path))
            yield path

    def upload(self, path: Path, name: str) -> None:
        """Copy a local file into the folder."""
        self.write_bytes(name, path.read_bytes())
