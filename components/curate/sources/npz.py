"""Arrays in a `.npz` file."""

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from components.curate.source import Chunk, CurateError, Facts, Raw, even_chunks
from components.curate.values import ArraySource
from components.foresight import Foresight
from components.parts import SpecPath

if TYPE_CHECKING:
    import numpy as np


@lru_cache(maxsize=2)
def _array(path: str, key: str, changed: int) -> "np.ndarray[Any, Any]":
    """One array of the file; kept, so that a worker decompresses it once."""
    import zipfile

    import numpy as np

    try:
        with np.load(path, allow_pickle=False) as file:
            if key in file.files:
                return np.asarray(file[key])
            held = ", ".join(file.files)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise CurateError(
            f"Cannot read `{key}` of {Path(path).name}. Expected an .npz file of plain "
            f"numbers. Received: {error}"
        ) from error
    raise CurateError(
        f"No array `{key}` in {Path(path).name}. Expected one of: {held}. "
        "Say which one with `data` or `labels` of the source."
    )


class Npz(ArraySource):
    """Records in an array (n, …) of a NumPy archive, labels in another."""

    kind: Literal["npz"] = "npz"
    path: SpecPath
    """The file."""
    data: str = "data"
    """Name of the records' array."""
    labels: str | None = None
    """Name of the labels' array (n,), whole numbers from 0."""

    def title(self) -> str:
        return Path(self.path).stem

    def files(self) -> list[tuple[str, str]]:
        return [(Path(self.path).name, self.path)]

    def _array(self, key: str) -> "np.ndarray[Any, Any]":
        return _array(self.path, key, Path(self.path).stat().st_mtime_ns)

    def foresee(self) -> Foresight:
        return Foresight(labelled=self.labels is not None)

    def facts(self) -> Facts:
        name = Path(self.path).name
        data = self._array(self.data)
        if data.ndim < 2:
            raise CurateError(
                f"Invalid shape of `{self.data}` in {name}. Expected (records, …). "
                f"Received: {data.shape}"
            )
        if self.labels is not None:
            labels = self._array(self.labels)
            if labels.size != len(data) or labels.dtype.kind not in "ui":
                raise CurateError(
                    f"Invalid `{self.labels}` in {name}. Expected {len(data)} whole "
                    f"numbers. Received: {labels.dtype} of shape {labels.shape}"
                )
        from components.curate.arrays import facts_of

        names, where = self.class_names(), f"`{self.data}` of {name}"
        return facts_of(data.shape[1:], data.dtype, self.limits(), names, where)

    def chunks(self, shape: tuple[int, ...]) -> list[Chunk]:
        data = self._array(self.data)
        return even_chunks(len(data), data.shape[1:], shape)

    def read(self, chunk: Chunk) -> Raw:
        from components.curate.arrays import raw_of

        rows = slice(chunk.first, chunk.first + chunk.count)
        data = self._array(self.data)[rows]
        labels = None if self.labels is None else self._array(self.labels)[rows]
        shape = data.shape[1:] if data.ndim != 3 else (*data.shape[1:], 1)
        return raw_of(chunk, Path(self.path).name, data, labels, shape)

    def release(self) -> None:
        _array.cache_clear()
